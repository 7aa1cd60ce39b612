"""Takes in the files of standard formats, told by content: TMF621 tickets, XES and OCEL event logs (docs/adapters.md)."""

from __future__ import annotations

import gzip
import re
import zlib
from contextlib import ExitStack
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import Literal

from graph.errors import Where
from graph.store import Store
from ingest.event_log import EventLog
from ingest.mapping import MappingFile
from ingest.mapping_rows import MappedTable
from ingest.mapping_table import mapped_table
from ingest.opening import Input
from ingest.report import Notes
from ingest.segments import Segment, order_of_kind
from ingest.sources.ocel_files import OcelJson, OcelXml
from ingest.sources.ocel_log import ObjectLog, open_ocel
from ingest.sources.ocel_sqlite import OcelSqlite, is_ocel_sqlite
from ingest.sources.text_file import open_text
from ingest.sources.tmf621_feed import LOOKED_AT, TicketFeed, looks_like_tickets
from ingest.sources.xes_log import open_xes
from ingest.sources.xes_table import CASE, EventTable
from ingest.sources.xes_xml import open_binary

Format = Literal["tickets", "xes", "ocel-xml", "ocel-json", "ocel-sqlite"]
DEFAULT_MAPPING = "xes_event_log"
"""The shipped mapping by which event logs are read where none is chosen."""
_XML = re.compile(
    r"\s*(?:<\?xml[^>]*\?>)?\s*(?:<!--(?:(?!-->).)*-->\s*|<!DOCTYPE[^>\[]*(?:\[[^\]]*\])?>\s*)*<(?:\w+:)?log[\s>]",
    re.DOTALL,
)
_OCEL_XML = re.compile(r"<(?:object-types|event-types|objects|events)[\s>]")
_OCEL_JSON = re.compile(r'"(?:objectTypes|eventTypes)"\s*:')


def format_of(path: Path) -> Format | None:
    """Which of the formats a file has, by its first 65,536 characters; None for any other and for what cannot be opened."""
    try:
        if is_ocel_sqlite(path):
            return "ocel-sqlite"
        with open_binary(path) as stream:
            start = stream.read(LOOKED_AT).decode("utf-8-sig", errors="replace")
    except (OSError, EOFError, zlib.error, gzip.BadGzipFile):
        return None
    if _XML.match(start) is not None:
        return "ocel-xml" if _OCEL_XML.search(start) is not None else "xes"
    if start.lstrip()[:1] == "{" and _OCEL_JSON.search(start) is not None:
        return "ocel-json"
    return "tickets" if looks_like_tickets(start) else None


class Adapters:
    """The files of standard formats among an input; what belongs to one source is read together.

    Args:
        store: where tickets look for what they refer to.
        chosen: the mapping that was chosen, if any; it then reads event logs, too.
        zone: the zone of times without one.
        notes: where remarks are counted.
        stack: closes what is opened.
    """

    def __init__(
        self, store: Store, chosen: MappingFile | None, zone: tzinfo, notes: Notes, stack: ExitStack
    ) -> None:  # fmt: skip
        self._store, self._chosen, self._zone, self._notes, self._stack = store, chosen, zone, notes, stack
        self._tickets: dict[str, TicketFeed] = {}
        self._logs: dict[str, EventLog] = {}
        self._mapped: list[Segment] = []

    def take(self, entry: Input) -> bool:
        """Take a file in if it has one of the formats; its structure is looked through.

        Raises:
            InputError: it has one, but is broken or beyond the bounds, or a mapping names a column that it lacks.
        """
        found = format_of(entry.path)
        if found is None:
            return False
        if found == "tickets":
            self._feed(entry.source).add(open_text(entry.path, entry.shown, None))
            return True
        mapping = self._chosen or MappingFile(Path(DEFAULT_MAPPING))
        events = mapping.mapping.events
        table = mapped_table(
            _table(found, entry, events.case if events is not None else CASE, self._notes), mapping, self._notes
        )
        if events is None:
            rows = MappedTable(mapping, entry.source, self._zone, self._notes)
            self._mapped.append(Segment(order_of_kind(mapping.mapping.kind), partial(rows.items, table)))
            return True
        if entry.source not in self._logs:
            self._logs[entry.source] = EventLog(mapping, entry.source, self._zone, self._notes)
            self._stack.callback(self._logs[entry.source].close)
        self._logs[entry.source].add(table)
        return True

    @property
    def ask_store(self) -> bool:
        """Whether what is stored decides how any of them is read: tickets name nodes that may be there, events lay over tickets that are."""
        return bool(self._tickets)

    def segments(self) -> list[Segment]:
        """All that was taken in, to be loaded in the order of kinds."""
        tickets = [segment for feed in self._tickets.values() for segment in feed.segments()]
        return [*self._mapped, *tickets, *(segment for log in self._logs.values() for segment in log.segments())]

    def _feed(self, source: str) -> TicketFeed:
        if source not in self._tickets:
            self._tickets[source] = TicketFeed(source, self._zone, self._store, self._notes)
            self._stack.callback(self._tickets[source].close)
        return self._tickets[source]


def _table(found: Format, entry: Input, case: str, notes: Notes) -> EventTable:
    """An event log as a table."""
    where = Where(entry.shown)
    if found == "xes":
        return open_xes(entry.path, entry.shown)
    if found == "ocel-json":
        log: ObjectLog = OcelJson(entry.path, where)
    else:
        log = OcelXml(entry.path, where) if found == "ocel-xml" else OcelSqlite(entry.path, where)
    return open_ocel(log, where, case, notes)
