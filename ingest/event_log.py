"""Turns the rows of an event log into cases and their steps: rows of one case id are put in order, changes become steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import tzinfo
from itertools import groupby
from typing import NamedTuple

from graph.errors import Where
from graph.records import Record, Refusal
from graph.text import Text
from graph.values import BadValue, integer, moment
from ingest.headed import HeadedTable
from ingest.mapping import MappingFile
from ingest.mapping_rows import RowCompiler, RowReader, kept_rows, places_of
from ingest.mapping_spec import FIRST, PLACE, PREVIOUS, Condition, EventSpec, ValueSpec
from ingest.mapping_values import Cells, Raw
from ingest.report import Notes
from ingest.segments import Segment, order_of_kind
from ingest.sources.event_spool import Event, EventSpool
from ingest.table_rows import refuse

_SAME = Text("事件未改变所列的列，不成为步骤", "events that change none of the listed columns and become no step")
_NO_CASE = Text("缺少事件所属的编号；请补上", "the case the event belongs to is missing; add it")
_NO_RULE = Text(
    "映射的 rules 无一适用；请补充规则",
    "none of the mapping's rules applies to the event; add one, without a condition at the end",
)
_ZERO = 1 << 63
"""Added to whole numbers of 64 bits so that they sort as text."""


class _Step(NamedTuple):
    """An event in its case: its values, those of the event before ('' before the first), which had been there earlier."""

    now: list[str]
    before: list[str]
    place: int
    again: frozenset[int]


class EventLog:
    """A mapping of events applied to all files of one source; memory does not grow with the number of events.

    Args:
        chosen: a mapping that has ``events``.
        source: whose word the rows are.
        zone: the zone of times without one, unless the mapping names its own.
        notes: where events that become no step, columns not read and values without a place are counted.
    """

    def __init__(self, chosen: MappingFile, source: str, zone: tzinfo, notes: Notes) -> None:
        assert chosen.mapping.events is not None
        self._chosen, self._said, self._zone, self._notes = chosen, chosen.mapping, zone, notes
        self._events: EventSpec = chosen.mapping.events
        self._compiler = RowCompiler(chosen.mapping, source, zone)
        self._files: list[HeadedTable] = []
        self._spool = EventSpool()
        named = [name for name, _ in (*self._said.columns(), *self._events.columns())]
        self._columns = tuple(dict.fromkeys(plain for name in named if (plain := _plain(name)) != PLACE))
        self._place = {name: place for place, name in enumerate(self._columns)}

    def add(self, file: HeadedTable) -> None:
        """Take a file in; it is read when the first segment is.

        Raises:
            InputError: the mapping names a column that the file lacks.
        """
        self._places(file)
        self._files.append(file)

    def close(self) -> None:
        """Delete the temporary database."""
        self._spool.close()

    def segments(self) -> list[Segment]:
        """The cases, then the steps; the cases must be read first."""
        order = order_of_kind(self._said.kind)
        return [Segment(order, self._cases), Segment((order[0], order[1] + 1), self._steps)]

    # ── reading ───────────────────────────────────────────────────────────────────────────────────
    def _places(self, file: HeadedTable) -> dict[str, int]:
        named = (*self._said.columns(), *self._events.columns())
        return places_of(self._chosen, ((_plain(name), path) for name, path in named if name != PLACE), file)

    def _gather(self) -> Iterator[Refusal]:
        """Read every file into the spool; rows that belong to no case or have no rank are refused."""
        for number, file in enumerate(self._files):
            places = self._places(file)
            case = self._compiler.values.raw(ValueSpec(column=self._events.case), places)
            keys = [
                (", ".join(spec.columns), self._compiler.values.raw(spec, places), bool(spec.formats))
                for spec in self._events.order
            ]
            taken = 0
            for row in kept_rows(file, self._said, places, self._notes):
                field = [self._events.case]
                try:
                    if row.broken is not None:
                        field = [""]
                        raise BadValue(row.broken)
                    id_ = str(case(row.cells))
                    if not id_:
                        raise BadValue(_NO_CASE)
                    rank = self._rank(keys, row.cells, field)
                except BadValue as error:
                    where = file.where._replace(row=row.number, field=field[0])
                    yield refuse(self._events.kind, where, error.reason, row.cells)
                    continue
                self._spool.add(Event(id_, rank, number, row.number, row.cells))
                taken += 1
            read = set(places.values())
            unread = [name for at, name in enumerate(file.header) if at not in read]
            if unread:
                listed = ", ".join(unread)
                self._notes.add(
                    Text(
                        f"映射未用到的列，未存入：{listed}", f"columns the mapping does not read, not stored: {listed}"
                    ),
                    taken,
                )
        self._spool.sort()

    def _rank(self, keys: Sequence[tuple[str, Raw, bool]], cells: Cells, field: list[str]) -> str:
        """The keys of an event as one text that sorts as they do; a missing one comes first."""
        parts: list[str] = []
        for name, raw, is_time in keys:
            field[0] = name
            found = raw(cells)
            if found == "":
                parts.append("")
            elif is_time:
                parts.append(str(moment(found, self._zone)))
            else:
                whole = integer(found)
                assert whole is not None
                parts.append(f"{whole + _ZERO:020d}")
        return " ".join(parts)

    def _by_case(self) -> Iterator[Iterator[tuple[Event, list[str]]]]:
        """The events of each case in order, each with its values in the order of the columns named; '' is missing."""
        found = [self._places(file) for file in self._files]
        places = [[by_name[name] for name in self._columns] for by_name in found]
        missing = self._compiler.values.missing

        def values(event: Event) -> list[str]:
            return ["" if (text := event.cells[at].strip()) in missing else text for at in places[event.file]]

        for _, events in groupby(self._spool.events(), key=lambda event: event.case):
            yield ((event, values(event)) for event in events)

    def _where(self, event: Event) -> Where:
        return self._files[event.file].where._replace(row=event.row)

    # ── cases ─────────────────────────────────────────────────────────────────────────────────────
    def _cases(self) -> Iterator[Record | Refusal]:
        """Every case: what its last event says, and the first values of its columns."""
        yield from self._gather()
        width = len(self._columns)
        columns = {**self._place, **{FIRST + name: width + place for name, place in self._place.items()}}
        said = self._said
        reader = self._compiler.reader(said.kind, said.properties, said.references, said.edges, columns)
        counted = [(name, self._place[name], frozenset(values)) for name, values in self._events.counted.items()]
        for events in self._by_case():
            first = [""] * width
            for last in events:
                first = [old or new for old, new in zip(first, last[1], strict=True)]
            event, now = last
            for name, place, listed in counted:
                if now[place] in listed:
                    self._notes.add(
                        Text(
                            f"没有对应属性、未存入：末次事件 {name} = {now[place]}",
                            f"no place for it, not stored: last event says {name} = {now[place]}",
                        )
                    )
            yield from reader.read([*now, *first], self._where(event), event.cells)

    # ── steps ─────────────────────────────────────────────────────────────────────────────────────
    def _steps(self) -> Iterator[Record | Refusal]:
        """Every event that is the first of its case or changes one of the columns listed, as the first rule that holds says."""
        rules = self._rules()
        changes = [self._place[name] for name in self._events.changes]
        watched = sorted({self._place[rule.when.again] for rule in self._events.rules if rule.when.again is not None})
        for events in self._by_case():
            before = [""] * len(self._columns)
            had: dict[int, set[str]] = {place: set() for place in watched}
            for place, (event, now) in enumerate(events, start=1):
                if place > 1 and all(now[at] == before[at] for at in changes):
                    self._notes.add(_SAME)
                else:
                    again = frozenset(at for at in watched if now[at] != before[at] and now[at] in had[at])
                    yield from self._step(rules, _Step(now, before, place, again), event)
                for at in watched:
                    if now[at]:
                        had[at].add(now[at])
                before = now

    def _step(
        self, rules: Sequence[tuple[Callable[[_Step], bool], RowReader]], step: _Step, event: Event
    ) -> list[Record | Refusal]:
        for holds, reader in rules:
            if holds(step):
                return reader.read([*step.now, *step.before, str(step.place)], self._where(event), event.cells)
        return [refuse(self._events.kind, self._where(event), _NO_RULE, event.cells)]

    def _rules(self) -> list[tuple[Callable[[_Step], bool], RowReader]]:
        """Each rule as its condition and the reader of the steps it makes."""
        said, width = self._events, len(self._columns)
        columns = {
            **self._place,
            **{PREVIOUS + name: width + place for name, place in self._place.items()},
            PLACE: 2 * width,
        }
        owns = tuple(dict.fromkeys((*said.edges, *(edge for rule in said.rules for edge in rule.edges))))
        return [
            (
                self._condition(rule.when),
                self._compiler.reader(
                    said.kind, {**said.properties, **rule.properties}, said.references, {**said.edges, **rule.edges},
                    columns, owns,
                ),
            )
            for rule in said.rules
        ]  # fmt: skip

    def _condition(self, when: Condition) -> Callable[[_Step], bool]:
        changed = None if when.changed is None else self._place[when.changed]
        again = None if when.again is None else self._place[when.again]
        before = [(self._place[name], frozenset(values)) for name, values in when.before.items()]
        now = [(self._place[name], frozenset(values)) for name, values in when.now.items()]

        def holds(step: _Step) -> bool:
            return (
                (when.first is None or step.place == 1)
                and (changed is None or step.now[changed] != step.before[changed])
                and (again is None or again in step.again)
                and all(step.before[place] in values for place, values in before)
                and all(step.now[place] in values for place, values in now)
            )

        return holds


def _plain(name: str) -> str:
    """The column behind the name of a value."""
    return name.removeprefix(FIRST).removeprefix(PREVIOUS)
