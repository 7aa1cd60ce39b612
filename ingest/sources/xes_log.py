"""Reads XES event logs (IEEE 1849): the events of each trace with the attributes of both."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from graph.errors import Where
from ingest.sources.xes_table import EventTable, LogEvent, time_text
from ingest.sources.xes_xml import Mark, marks

_VALUES = frozenset(("string", "date", "int", "float", "boolean", "id"))
_HOLDERS = frozenset(("list", "container", "values"))


def open_xes(path: Path, shown: str) -> EventTable:
    """A XES log as a table; the columns of a trace's attributes begin with ``case:``.

    Raises:
        InputError: the file is no XML, broke off, is beyond the bounds or holds no events.
    """
    where = Where(shown)
    return EventTable(where, partial(_events, path, where))


def _events(path: Path, where: Where) -> Iterator[LogEvent]:
    """Events in document order with the attributes of their trace, which the format puts before them."""
    trace: dict[str, str] = {}
    event: dict[str, str] | None = None
    in_trace = False
    keys: list[str] = []
    for mark in marks(path, where):
        if mark.name == "trace":
            in_trace, trace = not mark.ends, {}
        elif mark.name == "event":
            if event is not None:
                yield {**trace, **event}
            event = None if mark.ends else {}
        elif mark.name in _VALUES or mark.name in _HOLDERS:
            if event is not None:
                _attribute(mark, keys, event, "")
            else:
                _attribute(mark, keys, trace if in_trace else None, "case:")


def _attribute(mark: Mark, keys: list[str], into: dict[str, str] | None, prefix: str) -> None:
    """An attribute; one within another is named ``outer/inner``, and values of one name in a list are joined by ``;``."""
    if mark.ends:
        keys.pop()
        return
    own = mark.attributes.get("key", "")
    keys.append(own)
    if into is None or mark.name in _HOLDERS:
        return
    value = mark.attributes.get("value", "")
    name = prefix + "/".join(filter(None, keys))
    text = time_text(value) if mark.name == "date" else value
    into[name] = f"{into[name]};{text}" if name in into and len(keys) > 1 else text
