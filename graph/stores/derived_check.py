"""What a store derives, worked out again from its facts in temporary tables and compared with what it keeps, in bounded memory.

The tables made anew are those of ``sqlite_derived.py``, in SQLite's ``temp`` database, which goes before ``main`` where a name is looked up: so the
writing functions of the embedded store fill them. ``main`` is the embedded store itself, or a scratch file into which a server's counts were read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from graph.stores.faults import Fault, fault
from graph.stores.sqlite_derived import lay_series, move_tally
from graph.stores.sqlite_tables import DERIVED, derived_table
from graph.stores.tallying import SEPARATOR, Fresh, TallyChange, laid_out, tally

_ROWS = {
    "tally": ("tally", "subjects, day, categories, unit, complaints, episodes"),
    "tally_day": ("episodes", "day, categories, episodes"),
    "tally_month": ("months", "month, categories, unit, complaints, episodes"),
    "series": ("series", "subject, unit, indicator, period_end, recorded_at, id, period_start, event_at, value"),
}
"""Table → the check it is of, and its columns."""


def begin(connection: sqlite3.Connection) -> None:
    """Make the temporary tables that everything is worked out in."""
    for name in DERIVED:
        connection.execute(derived_table(name, temporary=True))


def work_out(connection: sqlite3.Connection, kind: str, facts: dict[str, Fresh], zone: ZoneInfo) -> None:
    """Add what follows from some complaints or measurements."""
    if kind == "Complaint":
        change: TallyChange = {}
        tally(change, facts.values(), zone)
        move_tally(connection, change)
    else:
        lay_series(connection, (), [row for id_, fact in facts.items() for row in laid_out(id_, fact)])


def differences(connection: sqlite3.Connection) -> Iterator[Fault]:
    """Rows that are kept and do not follow, or follow and are not kept."""
    for table, (check, columns) in _ROWS.items():
        yield from fault(check, table, differing(connection, f"main.{table}", f"temp.{table}", columns))
    yield from fault("members", "tally_member", _members(connection))


def differing(connection: sqlite3.Connection, kept: str, follows: str, columns: str) -> Iterator[str]:
    """The rows of one table that are not, or not as often, in the other, either way."""
    counted = f"SELECT {columns}, count(*) FROM {{}} GROUP BY {columns}"
    for one, other, sign in ((kept, follows, "+"), (follows, kept, "−")):
        sql = f"{counted.format(one)} EXCEPT {counted.format(other)} ORDER BY {columns}"
        for row in connection.execute(sql):
            yield f"{sign} {_said(row[:-1])}"


def _members(connection: sqlite3.Connection) -> Iterator[str]:
    """Sets that are not found by a member, and such that are found by what is none; sets that are gone may stay."""
    missing = "SELECT member, subjects FROM temp.tally_member EXCEPT SELECT member, subjects FROM main.tally_member ORDER BY 1, 2"
    yield from (f"− {_said(row)}" for row in connection.execute(missing))
    foreign = (
        "SELECT member, subjects FROM main.tally_member WHERE instr(?1 || subjects || ?1, ?1 || member || ?1) = 0"
        " ORDER BY 1, 2"
    )
    yield from (f"+ {_said(row)}" for row in connection.execute(foreign, (SEPARATOR,)))


def _said(row: Iterable[object]) -> str:
    return " | ".join(str(value).replace(SEPARATOR, "&") for value in row)
