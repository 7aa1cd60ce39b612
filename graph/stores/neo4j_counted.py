"""What a Neo4j server keeps of counts and series, laid out in a scratch database beside what follows from its facts, so that both can be compared."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from graph.stores.by_month import rows_of, unpacked
from graph.stores.derived_check import begin, differences, differing, work_out
from graph.stores.faults import Fault, fault
from graph.stores.neo4j_backing import Neo4jBacking
from graph.stores.neo4j_connection import Connection
from graph.stores.neo4j_derived import MONTHS, TALLIES, summed
from graph.stores.neo4j_schema import EPISODES, VALUE
from graph.stores.tallying import SEPARATOR, WATCHED, Fresh

_WINDOW = 5_000
_PERIODS = 31
_COUNTED = "member, subjects, day, categories, episodes"
_ABOUTS = (
    f"MATCH (e:{EPISODES}) WHERE e.about > $last WITH DISTINCT e.about AS about ORDER BY about LIMIT 200 RETURN about"
)
_PARTS = f"UNWIND $abouts AS about MATCH (e:{EPISODES} {{about: about}}) RETURN e.about, e.subjects, e.days, e.categories, e.episodes"
_VALUES = (
    f"UNWIND $ids AS id MATCH (v:{VALUE} {{measurement: id}}) RETURN v.key, v.indicator, v.period_end, v.recorded_at,"
    " v.measurement, v.period_start, v.event_at, v.value"
)
_STRAY = f"MATCH (v:{VALUE}) WHERE NOT EXISTS {{ (:Measurement {{id: v.measurement}}) }} RETURN DISTINCT v.measurement ORDER BY 1"
_FOLLOWS = (
    "CREATE TEMP TABLE counted AS SELECT m.member, t.subjects, t.day, t.categories, sum(t.episodes) AS episodes FROM temp.tally t"
    " JOIN (SELECT member, subjects FROM temp.tally_member UNION SELECT subjects, subjects FROM temp.tally"
    f" WHERE subjects <> '' AND instr(subjects, '{SEPARATOR}') = 0) m ON m.subjects = t.subjects"
    " GROUP BY 1, 2, 3, 4 HAVING sum(t.episodes) <> 0"
)


def work_out_from(connection: Connection, scratch: sqlite3.Connection, zone: ZoneInfo) -> None:
    """Work out in a scratch database what follows from the server's facts, and lay what it keeps beside it."""
    begin(scratch)
    for table, columns in _KEPT.items():
        scratch.execute(f"CREATE TABLE main.{table}({columns})")
    for kind in WATCHED:
        for ids in _windows(connection, kind):
            work_out(scratch, kind, _facts(connection, kind, ids), zone)
            if kind == "Measurement":
                _put(scratch, "series", [_series(row) for row in connection.values(_VALUES, ids=ids)])
    for day, parts in _periods(connection, TALLIES):
        _put(scratch, "tally", list(_daily(day, parts)))
    for month, parts in _periods(connection, MONTHS):
        _put(scratch, "tally_month", list(_monthly(month, parts)))
    _read_episodes(connection, scratch)


_KEPT = {
    "tally": "subjects, day, categories, unit, complaints, episodes",
    "tally_day": "day, categories, episodes",
    "tally_month": "month, categories, unit, complaints, episodes",
    "tally_member": "member, subjects",
    "series": "subject, unit, indicator, period_end, recorded_at, id, period_start, event_at, value",
    "counted": _COUNTED,
}


def compared(connection: Connection, scratch: sqlite3.Connection) -> Iterator[Fault]:
    """Where both differ."""
    scratch.execute("INSERT INTO main.tally_member SELECT * FROM temp.tally_member")  # a server keeps no such index
    yield from differences(scratch)
    scratch.execute(_FOLLOWS)
    yield from fault("episodes", EPISODES, differing(scratch, "main.counted", "temp.counted", _COUNTED))
    yield from fault("series", VALUE, (str(id_) for (id_,) in connection.values(_STRAY)))


def counted_by_subject(scratch: sqlite3.Connection) -> Iterator[tuple[str, str, str, str, int]]:
    """About, subjects, day, categories, first complaints, of what ``temp`` holds: of all subjects together (an empty ``about``), then of each."""
    yield from scratch.execute("SELECT '', '', day, categories, episodes FROM temp.tally_day ORDER BY day, categories")
    scratch.execute(_FOLLOWS)
    yield from scratch.execute(f"SELECT {_COUNTED} FROM temp.counted ORDER BY member, subjects, day, categories")


def _facts(connection: Connection, kind: str, ids: list[str]) -> dict[str, Fresh]:
    return connection.read(
        lambda tx: Neo4jBacking(tx, None, counting=False, absent={}, digests={}).derived_from(kind, ids)
    )


def _windows(connection: Connection, kind: str) -> Iterator[list[str]]:
    last = ""
    statement = f"MATCH (n:`{kind}`) WHERE n.id > $last RETURN n.id ORDER BY n.id LIMIT $limit"
    while ids := [id_ for (id_,) in connection.values(statement, last=last, limit=_WINDOW)]:
        yield ids
        last = ids[-1]


def _series(row: list[Any]) -> list[Any]:
    subject, _, unit = row[0].partition(SEPARATOR)
    return [subject, unit, *row[1:]]


def _periods(connection: Connection, statement: str) -> Iterator[list[Any]]:
    """Every day or month with the parts of its counts."""
    since = ""
    while periods := connection.values(statement, since=since, until="~", limit=_PERIODS):
        yield from periods
        since = periods[-1][0] + "\0"


def _daily(day: str, parts: list[Any]) -> Iterator[list[Any]]:
    for (_, subjects, categories, unit), (complaints, episodes) in summed(day, parts).items():
        if complaints or episodes:
            yield [subjects, day, categories, unit, complaints, episodes]


def _monthly(month: str, parts: list[Any]) -> Iterator[list[Any]]:
    """Texts that hold no counts come as they are, and so differ from what follows."""
    try:
        yield from map(list, rows_of({month: unpacked(parts)}))
    except (ValueError, TypeError, AttributeError, LookupError):
        yield from ([month, str(text), "", 0, 0] for text in parts)


def _read_episodes(connection: Connection, scratch: sqlite3.Connection) -> None:
    """Counts of first complaints, of each subject and (where it is about none) of all together."""
    abouts, last = [""], ""
    while abouts:
        summed_up: dict[tuple[str, str, str, str], int] = {}
        for about, subjects, *lists in connection.values(_PARTS, abouts=abouts):
            for day, categories, episodes in zip(*lists, strict=True):
                key = (about, subjects, day, categories)
                summed_up[key] = summed_up.get(key, 0) + episodes
        rows = [[*key, episodes] for key, episodes in sorted(summed_up.items()) if episodes]
        _put(scratch, "tally_day", [row[2:] for row in rows if not row[0]])
        _put(scratch, "counted", [row for row in rows if row[0]])
        abouts = [about for (about,) in connection.values(_ABOUTS, last=last)]
        last = abouts[-1] if abouts else last


def _put(scratch: sqlite3.Connection, table: str, rows: list[list[Any]]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        scratch.executemany(f"INSERT INTO main.{table} VALUES ({marks})", rows)
