"""Turns object-centric event logs (OCEL 2.0) into events of cases: the objects of one type are the cases, an event belongs to each it names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from graph.errors import InputError, Where, nearest
from graph.text import Text
from ingest.report import Notes
from ingest.sources.xes_table import ACTIVITY, CASE, TIME, EventTable, LogEvent, time_text

OBJECT = "object:"
"""Column ``object:TYPE`` holds the objects of a type that an event names; as the case of a mapping it says which type is the case."""
MAX_OBJECTS = 2_000_000
"""Most objects kept in memory: their types and attributes are needed wherever an event names one."""
_CASES = frozenset(
    ("case", "incident", "complaint", "ticket", "trouble ticket", "troubleticket", "投诉", "工单", "事件单")
)
_PEOPLE = frozenset(
    ("resource", "resources", "employee", "employees", "person", "people", "user", "agent", "handler", "worker")
)
_GROUPS = frozenset(
    ("organization", "organisation", "orgunit", "team", "department", "group", "unit", "assignment group")
)


class LogObject(NamedTuple):
    """An object: its id and type, its attributes as name, time ('' for the first), value."""

    id: str
    type: str
    attributes: Sequence[tuple[str, str, str]]


class ObjectEvent(NamedTuple):
    """An event: its id, type and time, its attributes, the ids of the objects it names."""

    id: str
    type: str
    time: str
    attributes: Sequence[tuple[str, str]]
    objects: Sequence[str]


class ObjectLog(Protocol):
    """An object-centric log in whatever file; both methods start from the beginning each time."""

    def objects(self) -> Iterator[LogObject]:
        """The objects."""
        ...

    def events(self) -> Iterator[ObjectEvent]:
        """The events."""
        ...


def open_ocel(log: ObjectLog, where: Where, case: str, notes: Notes) -> EventTable:
    """An object-centric log as a table, a row for each event and each case that it names.

    Args:
        log: the log.
        where: the file.
        case: what a mapping says is the case: ``object:TYPE``, or ``case:concept:name`` to find the type.
        notes: where events that name no case are counted.

    Raises:
        InputError: the log is broken or empty, no type is the case, or there are too many objects.
    """
    held: dict[str, LogObject] = {}
    for found in log.objects():
        held[found.id] = found
        if len(held) > MAX_OBJECTS:
            raise InputError(
                Text(f"对象超过 {MAX_OBJECTS} 个", f"more than {MAX_OBJECTS} objects"),
                Text("请分批导出", "Export it in parts"),
                where,
            )
    type_ = _case_type(Counter(found.type for found in held.values()), case, where)
    flattened = _Flattened(log, held, type_)
    table = EventTable(where, flattened.events)
    if flattened.without_case:
        notes.add(Text(f"{where.file}：不涉及任何“{type_}”的事件，未读入", f"{where.file}: events that name no {type_}, not read"), flattened.without_case)  # fmt: skip
    return table


def _case_type(types: Counter[str], case: str, where: Where) -> str:
    named = case.removeprefix(OBJECT) if case.startswith(OBJECT) else None
    if named is not None and named in types:
        return named
    likely = [name for name in sorted(types) if name.strip().lower() in _CASES]
    if named is None and len(types) == 1:
        return next(iter(types))
    if named is None and len(likely) == 1:
        return likely[0]
    listed = ", ".join(f"{name} ({count})" for name, count in sorted(types.items())[:30])
    near = nearest(named, types) if named is not None else None
    hint = Text(f"是否为 {near}？", f"Did you mean {near}? ") if near else Text("", "")
    raise InputError(
        Text(f"看不出哪一类对象是投诉；日志中有：{listed}", f"which type of object is the case is not clear; the log has: {listed}"),
        Text(f"{hint.zh}请在映射的 events 中写 case: \"{OBJECT}类型\"", f"{hint.en}Write case: \"{OBJECT}TYPE\" under events in a mapping"), where,
    )  # fmt: skip


class _Flattened:
    """The events of a log by case; ``without_case`` counts those of the last pass that name none."""

    def __init__(self, log: ObjectLog, held: dict[str, LogObject], type_: str) -> None:
        self._log, self._held, self._type = log, held, type_
        self.without_case = 0

    def events(self) -> Iterator[LogEvent]:
        """A row for each event and each case that it names."""
        self.without_case = 0
        for event in self._log.events():
            row = {name: value for name, value in event.attributes if name}
            row |= {ACTIVITY: event.type, TIME: time_text(event.time)}
            named: dict[str, list[str]] = {}
            for id_ in dict.fromkeys(event.objects):
                found = self._held.get(id_)
                if found is not None:
                    named.setdefault(found.type, []).append(id_)
            for name, ids in named.items():
                row[OBJECT + name] = ";".join(ids)
                lowered = name.strip().lower()
                if lowered in _PEOPLE:
                    row.setdefault("org:resource", ids[0])
                elif lowered in _GROUPS:
                    row.setdefault("org:group", ids[0])
            if "resource" in row:
                row.setdefault("org:resource", row["resource"])
            self.without_case += self._type not in named
            for id_ in named.get(self._type, ()):
                yield {**row, **_of_case(self._held[id_]), CASE: id_, OBJECT + self._type: id_}


def _of_case(found: LogObject) -> dict[str, str]:
    """The attributes of a case as they stood last."""
    ordered = sorted(found.attributes, key=lambda attribute: attribute[1])
    return {f"case:{name}": value for name, _, value in ordered if name}
