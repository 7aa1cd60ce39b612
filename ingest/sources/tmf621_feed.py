"""Reads a file of TMF621 trouble tickets: tickets, arrays of them and event envelopes; all that concerns one ticket becomes one (docs/adapters.md)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import tzinfo
from itertools import groupby
from typing import Any, NamedTuple

from graph.errors import Where
from graph.store import Store
from graph.text import Text
from graph.values import BadValue, moment
from ingest.items import Carried, Item, duplicate_reason
from ingest.report import Notes
from ingest.segments import Segment, order_of_kind
from ingest.sources.event_spool import Event, EventSpool
from ingest.sources.json_values import JsonValue, json_values
from ingest.sources.text_file import TextFile
from ingest.tmf621_fields import Ticket, api_of, changes
from ingest.tmf621_read import TicketReader, ticket_id
from ingest.tmf621_write import plain_ticket, stated_api

LOOKED_AT = 1 << 16
"""Characters at the start of a file by which tickets are told from other JSON."""
_SURE = re.compile(r'"(?:troubleTicket|ticketType|troubleTicketCharacteristic|statusChangeHistory)"\s*:|"TroubleTicket')
_HINTS = ("description", "severity", "creationDate", "statusChange", "relatedParty", "relatedEntity", "externalId", "requestedResolutionDate", "href")  # fmt: skip
_INTERCHANGE = re.compile(r'"type"\s*:\s*"(?:node|relationship)"')
_TICKET, _EVENT = "ticket", "event"
_NO_TICKET = Text("既不是 TMF621 单据，也不是其事件", "neither a TMF621 ticket nor an event of one")
_DELETED = Text(
    "删除事件不会删除投诉；请用 --replace 导入完整的单据",
    "a delete event removes no complaint; load all tickets with --replace",
)
_MERGED = Text("多条事件并入同一单据", "events merged into one ticket")


def looks_like_tickets(start: str) -> bool:
    """Whether a text that begins so is JSON with trouble tickets in it."""
    if start.lstrip("\ufeff \t\r\n")[:1] not in ("[", "{") or _INTERCHANGE.search(start) is not None:
        return False
    return _SURE.search(start) is not None or sum(f'"{name}"' in start for name in _HINTS) > 1


class _Line(NamedTuple):
    """A ticket or an event of one: where it stands, which of the two, what it says of the ticket, the time of the event."""

    where: Where
    kind: str
    ticket: Ticket
    time: str


class TicketFeed:
    """The tickets of one source as a segment to load, whatever number of files they stand in; ``close`` deletes what was spooled.

    Args:
        source: whose word the tickets are.
        zone: the zone of times without one.
        store: where tickets that an event speaks of, and nodes that tickets refer to, are looked for.
        notes: where remarks are counted.
    """

    def __init__(self, source: str, zone: tzinfo, store: Store, notes: Notes) -> None:
        self._zone, self._store, self._notes = zone, store, notes
        self._reader = TicketReader(source, zone, store, notes)
        self._files: list[TextFile] = []
        self._spool = EventSpool()

    def close(self) -> None:
        """Delete the temporary database."""
        self._spool.close()

    def add(self, text: TextFile) -> None:
        """Take a file in; it is looked through as a whole, so that nothing is written of a broken one.

        Raises:
            InputError: it is no JSON.
        """
        if not sum(1 for _ in json_values(text)):
            self._notes.add(Text(f"{text.shown} 没有单据", f"{text.shown} holds no tickets"))
        self._files.append(text)

    def segments(self) -> list[Segment]:
        """The tickets with their steps, where complaints are loaded."""
        return [Segment(order_of_kind("Complaint"), self._items)]

    def _items(self) -> Iterator[Item]:
        yield from self._gather()
        for _, events in groupby(self._spool.events(), key=lambda event: event.case):
            yield from self._ticket(
                [
                    _Line(
                        self._where(event.file, event.row), event.cells[0], json.loads(event.cells[1]), event.cells[2]
                    )
                    for event in events
                ]
            )

    def _gather(self) -> Iterator[Item]:
        """Put every ticket and event into the spool under the ticket's id; plain tickets rank before events, these by their time."""
        for number, text in enumerate(self._files):
            for value in json_values(text):
                try:
                    kind, ticket, time = _opened(value)
                    id_ = ticket_id(ticket)
                    rank = "" if kind == _TICKET else f"1{moment(time, self._zone) or ''}"
                except BadValue as error:
                    yield self._reader.refuse(value.value, self._where(number, value.line), error.reason)
                    continue
                body = json.dumps(ticket, ensure_ascii=True, separators=(",", ":"))
                self._spool.add(Event(id_, rank, number, value.line, [kind, body, time]))
        self._spool.sort()

    def _where(self, file: int, line: int) -> Where:
        return Where(self._files[file].shown, "", line)

    def _ticket(self, lines: list[_Line]) -> Iterator[Item]:
        """All that the input says of one ticket: the ticket itself, then its events laid over it; or over the stored one."""
        first, *others = lines
        carries: list[Carried] = []
        merged = first.ticket if first.kind == _TICKET else _laid_over(self._stored(first.ticket), first.ticket)
        for line in others:
            if line.kind == _TICKET:
                reason = duplicate_reason(f"Complaint:{ticket_id(line.ticket)}", first.where)
                yield self._reader.refuse(line.ticket, line.where._replace(field="id"), reason)
                continue
            merged = _laid_over(merged, line.ticket)
            carries.append(Carried("Complaint", line.where))
        if carries:
            self._notes.add(_MERGED, len(carries))
        yield from self._reader.items(merged, first.where, carries, first.time or None)

    def _stored(self, ticket: Ticket) -> Ticket:
        """The ticket as an earlier load left it; empty where there is none."""
        node = next(self._store.nodes("Complaint", [ticket_id(ticket)]), None)
        return plain_ticket(node, stated_api(node) or api_of(ticket)) if node is not None else {}


def _opened(value: JsonValue) -> tuple[str, Ticket, str]:
    """Whether a value is a ticket or an event, the ticket, the time of the event.

    Raises:
        BadValue: it is neither.
    """
    said = value.value
    if not isinstance(said, dict):
        raise BadValue(_NO_TICKET)
    event = said.get("event")
    if isinstance(event, dict):
        if "Delete" in str(said.get("eventType") or said.get("@type") or ""):
            raise BadValue(_DELETED)
        ticket = event.get("troubleTicket")
        if not isinstance(ticket, dict):
            raise BadValue(_NO_TICKET)
        time = said.get("eventTime")
        return _EVENT, ticket, time if isinstance(time, str) else ""
    ticket = said.get("troubleTicket")
    if isinstance(ticket, dict):  # an envelope without event data, as some listeners get it
        return _EVENT, ticket, ""
    if "eventType" in said or not any(name in said for name in (*_HINTS, "ticketType", "status", "@type")):
        raise BadValue(_NO_TICKET)
    return _TICKET, said, ""


def _laid_over(base: Ticket, said: dict[str, Any]) -> Ticket:
    """A ticket with what an event says of it; a change of status that the event's own history leaves out joins the history."""
    merged = {**base, **said}
    when = said.get("statusChangeDate")
    if when and when != base.get("statusChangeDate") and "statusChangeReason" not in said:
        merged.pop("statusChangeReason", None)  # it was that of an earlier change
    if when and said.get("status") and when not in [change.date for change in changes(merged)]:
        v4 = api_of(merged) == "v4"
        history = "statusChange" if v4 else "statusChangeHistory"
        names = ("changeDate", "changeReason") if v4 else ("statusChangeDate", "statusChangeReason")
        entry = {names[0]: when, "status": said["status"]}
        if said.get("statusChangeReason"):
            entry[names[1]] = said["statusChangeReason"]
        before = merged.get(history)
        merged[history] = [*(before if isinstance(before, list) else ()), entry]
    return merged
