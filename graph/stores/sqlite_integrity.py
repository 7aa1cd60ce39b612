"""Is an embedded store whole? Its pages, its values, its edges, its claims and what it derives, all looked at in one state of the file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from graph.claims import laid_over
from graph.schema import EDGES, KINDS
from graph.schema_types import Property
from graph.segments import SEARCHED, pieces
from graph.stores.derived_check import begin, differences, work_out
from graph.stores.faults import ORDERED, Fault, Step, fault, faults_of_counters
from graph.stores.sqlite_derived import derived_from
from graph.stores.sqlite_rows import IN, array, read_rows
from graph.stores.sqlite_search import term
from graph.stores.sqlite_sources import SourceSets
from graph.stores.sqlite_tables import NODE_TABLES, TABLES, EdgeTable, NodeTable
from graph.stores.tallying import WATCHED
from graph.stores.unmasked import read_note
from graph.text import Text

_WINDOW = 5_000
_PAGES_TOLD = 100
_TRIED = 1_000
"""Texts, spread evenly, that the full-text index is asked for."""
_DATE = "[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]"
_MOMENT = f"{_DATE}T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]Z"


def faults(connection: sqlite3.Connection, step: Step) -> Iterator[Fault]:
    """Everything that is wrong with the file, one fault for each sort and place; a damaged file is looked at no further.

    The connection must be in no transaction and is good for nothing else afterwards. Loads may go on meanwhile.
    """
    connection.execute("BEGIN")
    connection.execute(
        "SELECT count(*) FROM meta"
    ).fetchone()  # from now on one state of the file, however long it takes
    step(Text("文件的页", "pages of the file"))
    damaged = list(_pages(connection))
    yield from damaged
    if damaged:
        return
    sets = _Sets(connection)
    step(Text("来源与修订计数器", "sources and revision counters"))
    yield from sets.faults()
    yield from _meta(connection)
    step(Text("节点与关系", "nodes and edges"))
    for table in TABLES.values():
        yield from fault("value", table.name, _named(connection, table, _unlike_schema(table)))
        yield from fault("source", table.name, _named(connection, table, f"t.sources NOT IN {IN}", sets.numbers))
        if isinstance(table, EdgeTable):
            yield from _ends(connection, table)
    step(Text("各来源的断言", "what each source asserts"))
    for table in TABLES.values():
        yield from fault("claims", table.name, _claims(connection, table, sets))
    yield from _orphan_claims(connection, sets)
    step(Text("每日、每月投诉量与指标值序列", "daily and monthly counts and series of values"))
    yield from _derived(connection)
    step(Text("全文检索", "the full text"))
    for kind in SEARCHED:
        yield from fault("search", kind, _search(connection, kind))


def _pages(connection: sqlite3.Connection) -> Iterator[Fault]:
    """SQLite's own check: pages, order of keys, indexes, column types."""
    told = (line for (line,) in connection.execute(f"PRAGMA integrity_check({_PAGES_TOLD})") if line != "ok")
    yield from fault("pages", "integrity_check", (" ".join(line.split()) for line in told))


class _Sets:
    """The numbered sets of sources: which are well made, and which are of several."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        rows = connection.execute("SELECT id, names FROM source_set ORDER BY id").fetchall()
        self._bad = [f"{number} = {text}" for number, text in rows if not _set_of_sources(text)]
        good = {number: json.loads(text) for number, text in rows if _set_of_sources(text)}
        self.numbers = json.dumps(list(good))
        """Those that may stand in a row, as a parameter after ``IN``."""
        self.several = json.dumps([number for number, names in good.items() if len(names) > 1])

    def faults(self) -> Iterator[Fault]:
        """Sets that are none."""
        yield from fault("source", "source_set", self._bad)


def _set_of_sources(text: str) -> bool:
    try:
        names = json.loads(text)
    except ValueError:
        return False
    return (
        isinstance(names, list)
        and bool(names)
        and all(isinstance(n, str) for n in names)
        and names == sorted(set(names))
    )


def _meta(connection: sqlite3.Connection) -> Iterator[Fault]:
    meta = dict(connection.execute("SELECT key, value FROM meta"))
    counters = [int(text) if (text := meta.get(name, "")).isdecimal() else text for name in ("framework", "facts")]
    stored = [
        kind for kind in NODE_TABLES if connection.execute(f'SELECT 1 FROM "{kind}" LIMIT 1').fetchone() is not None
    ]
    yield from faults_of_counters(counters[0], counters[1], stored)
    try:
        read_note(meta.get("unmasked"))
    except (ValueError, AttributeError):
        yield Fault("note", "meta", 1, (f"unmasked = {meta['unmasked']}",))


# ── nodes and edges ───────────────────────────────────────────────────────────────────────────────────
def _named(connection: sqlite3.Connection, table: NodeTable | EdgeTable, where: str, *arguments: str) -> Iterator[str]:
    """The elements of a table that a condition names, as texts, in key order."""
    keys = ", ".join(f't."{name}"' for name in table.keys)
    for row in connection.execute(f'SELECT {keys} FROM "{table.name}" t WHERE {where} ORDER BY {keys}', arguments):
        yield _name(table, row)


def _name(table: NodeTable | EdgeTable, key: tuple[str, ...]) -> str:
    if isinstance(table, NodeTable):
        return f"{table.kind}:{key[0]}"
    source, kind, target, start = key
    return f"{table.source_kind}:{source} → {kind}:{target}" + (f" ({start})" if start else "")


def _unlike_schema(table: NodeTable | EdgeTable) -> str:
    """The condition that a row breaks a rule of the schema."""
    names = {p.name for p in table.codec.properties}
    wrong = [wrong for p in table.codec.properties for wrong in _not_of_type(p)]
    wrong += [f't."{last}" < t."{first}"' for first, last in ORDERED if {first, last} <= names]
    if isinstance(table, NodeTable):
        wrong.append("t.id = ''")
        if KINDS[table.kind].group == "fact":
            wrong.append("t.event_at IS NULL")
    elif EDGES[table.type].dated:
        wrong.append(f"t.valid_from <> '' AND t.valid_from NOT GLOB '{_DATE}' OR t.valid_to < t.valid_from")
    else:
        wrong.append("t.valid_from <> ''")
    return " OR ".join(wrong)


def _not_of_type(declared: Property) -> Iterator[str]:
    """Conditions that a value is none of its property; a missing one is neither true nor false of them."""
    column = f't."{declared.name}"'
    if declared.choices:
        yield f"{column} NOT IN ({', '.join(_quoted(choice) for choice in declared.choices)})"
    elif declared.type == "string":
        yield f"{column} = ''"
    elif declared.type == "boolean":
        yield f"{column} NOT IN (0, 1)"
    elif declared.type in ("date", "moment"):
        yield f"{column} NOT GLOB '{_DATE if declared.type == 'date' else _MOMENT}'"
    elif declared.type == "strings":
        yield (
            f"CASE WHEN {column} IS NULL THEN 0 WHEN NOT json_valid({column}) THEN 1 WHEN json_type({column}) <> 'array' THEN 1"
            f" ELSE EXISTS (SELECT 1 FROM json_each({column}) WHERE type <> 'text') END"
        )
    if declared.ge is not None:
        yield f"{column} < {declared.ge!r}"
    if declared.le is not None:
        yield f"{column} > {declared.le!r}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _ends(connection: sqlite3.Connection, table: EdgeTable) -> Iterator[Fault]:
    targets = EDGES[table.type].targets(table.source_kind)
    listed = ", ".join(map(_quoted, targets))
    yield from fault("ends", table.name, _named(connection, table, f"t.target_kind NOT IN ({listed})"))
    there = " ".join(
        f'WHEN {_quoted(kind)} THEN EXISTS (SELECT 1 FROM "{kind}" k WHERE k.id = t.target)' for kind in targets
    )
    absent = (
        f'NOT EXISTS (SELECT 1 FROM "{table.source_kind}" k WHERE k.id = t.source)'
        f" OR NOT CASE t.target_kind {there} ELSE 1 END"
    )
    yield from fault("end", table.name, _named(connection, table, absent))


# ── claims ────────────────────────────────────────────────────────────────────────────────────────────
def _claims(connection: sqlite3.Connection, table: NodeTable | EdgeTable, sets: _Sets) -> Iterator[str]:
    """Elements of several sources whose claims are not those sources', or do not add up to what the row shows."""
    sources = SourceSets(connection)
    keys = ", ".join(f't."{name}"' for name in table.keys)
    where = f"t.sources IN {IN} AND ({keys}) > ({', '.join('?' * len(table.keys))}) ORDER BY {keys} LIMIT {_WINDOW}"
    last: tuple[str, ...] = ("",) * len(table.keys)
    while found := list(read_rows(connection, sources, table, where, (sets.several, *last))):
        for key, element in found:
            last = (key,) if isinstance(key, str) else tuple(key)
            if tuple(sorted(element.claims)) != element.sources or laid_over(element.claims) != element.props:
                yield _name(table, last)


def _orphan_claims(connection: sqlite3.Connection, sets: _Sets) -> Iterator[Fault]:
    known = array(TABLES)
    rows = connection.execute(f"SELECT DISTINCT tbl, key FROM claim WHERE tbl NOT IN {IN} ORDER BY 1, 2", (known,))
    yield from fault("orphan claims", "claim", (f"{table} {key}" for table, key in rows))
    for table in TABLES.values():
        same = "t.id = c.key"
        if isinstance(table, EdgeTable):
            parts = (f"json_extract(c.key, '$[{n}]')" for n in range(len(table.keys)))
            same = " AND ".join(f't."{name}" = {part}' for name, part in zip(table.keys, parts, strict=True))
        held = f'EXISTS (SELECT 1 FROM "{table.name}" t WHERE t.sources IN {IN} AND {same})'
        if isinstance(table, EdgeTable):
            held = f"CASE WHEN json_valid(c.key) THEN {held} ELSE 0 END"
        sql = f"SELECT DISTINCT c.key FROM claim c WHERE c.tbl = ? AND NOT {held} ORDER BY 1"
        orphans = connection.execute(sql, (table.name, sets.several))
        yield from fault("orphan claims", table.name, (key for (key,) in orphans))


# ── what is derived ───────────────────────────────────────────────────────────────────────────────────
def _derived(connection: sqlite3.Connection) -> Iterator[Fault]:
    (zone,) = connection.execute("SELECT value FROM meta WHERE key = 'timezone'").fetchone()
    begin(connection)
    for kind in WATCHED:
        for ids in _windows(connection, kind):
            work_out(connection, kind, derived_from(connection, kind, ids), ZoneInfo(zone))
    yield from differences(connection)


def _windows(connection: sqlite3.Connection, kind: str) -> Iterator[list[str]]:
    last = ""
    sql = f'SELECT id FROM "{kind}" WHERE id > ? ORDER BY id LIMIT {_WINDOW}'
    while ids := [id_ for (id_,) in connection.execute(sql, (last,))]:
        yield ids
        last = ids[-1]


def _search(connection: sqlite3.Connection, kind: str) -> Iterator[str]:
    """Texts that the index says it knows and does not, numbers without a text, and a current index that lacks texts."""
    name = SEARCHED[kind]
    gone = f'SELECT s.id FROM searched s WHERE s.kind = ? AND NOT EXISTS (SELECT 1 FROM "{kind}" k WHERE k.id = s.id AND k."{name}" IS NOT NULL)'
    yield from (f"+ {id_}" for (id_,) in connection.execute(f"{gone} ORDER BY 1", (kind,)))
    current = connection.execute("SELECT value FROM meta WHERE key = 'search_current'").fetchone()
    if current == ("1",):
        lacking = f'SELECT k.id FROM "{kind}" k WHERE k."{name}" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM searched s WHERE s.kind = ? AND s.id = k.id)'
        yield from (f"− {id_}" for (id_,) in connection.execute(f"{lacking} ORDER BY 1", (kind,)))
    (numbered,) = connection.execute("SELECT count(*) FROM searched").fetchone()
    tried = f'SELECT s.n, k.id, k."{name}" FROM searched s JOIN "{kind}" k ON k.id = s.id WHERE s.kind = ? AND s.n % ? = 0 AND k."{name}" IS NOT NULL ORDER BY s.n'
    for n, id_, text in connection.execute(tried, (kind, max(1, numbered // _TRIED))):
        asked = " AND ".join(term(piece) for piece in pieces(text))
        sql = "SELECT 1 FROM search WHERE search MATCH ? AND rowid = ?"
        if asked and connection.execute(sql, (asked, n)).fetchone() is None:
            yield f"≠ {id_}"
