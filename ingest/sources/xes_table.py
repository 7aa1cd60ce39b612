"""The events of a log as a table with one row an event, so that mappings read XES and OCEL as they read CSV (docs/adapters.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC

from graph.errors import InputError, Where
from graph.text import Text
from graph.values import BadValue, moment
from ingest.sources.grid import MAX_COLUMNS, Counted, Merge, Row

NUMBER, CASE, ACTIVITY, TIME = "event:number", "case:concept:name", "concept:name", "time:timestamp"
STANDARD = (NUMBER, CASE, ACTIVITY, TIME, "lifecycle:transition", "org:resource", "org:group")
"""Columns that every log has, empty where it says nothing; the names of XES (IEEE 1849-2016), with ``case:`` before those of a trace."""
LogEvent = Mapping[str, str]
"""Column → text."""


class EventTable:
    """A log as a table: a heading, then the events, numbered from 1 in ``event:number``; the row of an event is its number + 1.

    Args:
        where: the file.
        events: gives the events from the start, as often as it is called.

    Raises:
        InputError: the log is broken, empty or has more columns than any table.
    """

    def __init__(self, where: Where, events: Callable[[], Iterator[LogEvent]]) -> None:
        self._where, self._events = where, events
        names = dict.fromkeys(STANDARD)
        count = 0
        for event in events():
            count += 1
            if not event.keys() <= names.keys():
                names |= dict.fromkeys(event)
                if len(names) > MAX_COLUMNS:
                    raise InputError(
                        Text(f"事件的属性超过 {MAX_COLUMNS} 种", f"the events have more than {MAX_COLUMNS} different attributes"),
                        Text("请只导出需要的属性", "Export the attributes you need only"), where,
                    )  # fmt: skip
        if not count:
            raise InputError(
                Text("日志中没有事件", "the log holds no events"),
                Text("请检查导出的条件", "Check what was selected for the export"),
                where,
            )
        self._names = tuple(names)

    @property
    def where(self) -> Where:
        """The file."""
        return self._where

    @property
    def merges(self) -> tuple[Merge, ...]:
        """None."""
        return ()

    @property
    def epoch_1904(self) -> bool:
        """Times are texts."""
        return False

    @property
    def read_as(self) -> tuple[Counted, ...]:
        """Nothing."""
        return ()

    @property
    def exact_width(self) -> bool:
        """Every row is as wide as the heading."""
        return True

    def rows(self) -> Iterator[Row]:
        """The heading, then every event."""
        yield Row(1, list(self._names))
        for number, event in enumerate(self._events(), start=1):
            yield Row(number + 1, [str(number), *(event.get(name, "") for name in self._names[1:])])


def time_text(raw: str) -> str:
    """A time as canonical text; one that is none, or names no zone, stays as it is written and is read by the mapping."""
    text = raw.strip()
    if not (text.endswith(("Z", "z")) or text[-6:-5] in ("+", "-") or text[-5:-4] in ("+", "-")):
        return text
    try:
        return moment(text, UTC) or ""
    except BadValue:
        return text
