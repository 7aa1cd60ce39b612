"""What an embedded store lacks compared with this version, and how its file is brought up to date."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from graph.errors import Shortcoming
from graph.schema import SCHEMA_VERSION
from graph.settings import settings
from graph.stores.sqlite_derived import build_anew
from graph.stores.sqlite_search import forget_texts
from graph.stores.sqlite_tables import APPLICATION_ID, DERIVED, missing_parts
from graph.stores.upkeep import RULES, Kept, of_parts, of_rules, stale

_MADE_ANEW: Mapping[str, Callable[[sqlite3.Connection, ZoneInfo], None]] = {
    "derived": build_anew,
    "search": lambda connection, _: forget_texts(connection),
}
"""What the file derives from its facts → how it is made anew, in the transaction of an upgrade."""
_RULE = "rule."


def kept(connection: sqlite3.Connection, path: str) -> Kept:
    """What the file says of itself."""
    meta = dict(connection.execute("SELECT key, value FROM meta"))
    rules = {name.removeprefix(_RULE): int(value) for name, value in meta.items() if name.startswith(_RULE)}
    return Kept(path, int(meta["schema_version"]), meta["timezone"], rules)


def lacking(connection: sqlite3.Connection, found: Kept) -> list[Shortcoming]:
    """What :func:`bring_up_to_date` would mend, the schema's version aside."""
    parts = [part.name for part in missing_parts(connection)]
    return [*of_parts(parts), *of_rules(stale(found.rules, _MADE_ANEW))]


def bring_up_to_date(connection: sqlite3.Connection) -> bool:
    """Inside a write transaction: create what is not there, make anew what another version derived; True when anything was done."""
    parts = missing_parts(connection)
    for part in parts:
        connection.execute(part.statement)
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    fresh = {
        "schema_version": str(SCHEMA_VERSION), "timezone": settings().timezone, "framework": "0", "facts": "0", "search_current": "0",
    }  # fmt: skip
    connection.executemany("INSERT OR IGNORE INTO meta VALUES (?, ?)", fresh.items())
    moved = connection.execute(
        "UPDATE meta SET value = ?1 WHERE key = 'schema_version' AND value <> ?1", (str(SCHEMA_VERSION),)
    ).rowcount
    found = kept(connection, "")
    old = stale(found.rules, _MADE_ANEW)
    if any(part.name in DERIVED for part in parts) and "derived" not in old:
        old.insert(0, "derived")  # an empty table in the place of one that was lost would be untrue
    for name in old:
        _MADE_ANEW[name](connection, ZoneInfo(found.timezone))
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_RULE + name, str(RULES[name])))
    return bool(parts or old or moved)
