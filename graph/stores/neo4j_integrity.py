"""Is a store on a Neo4j server whole? Its values, its edges, its claims and what it derives; what a server of the Community edition does not see to itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from graph.claims import laid_over
from graph.errors import StoreLocked
from graph.schema import EDGES, KINDS
from graph.segments import SEARCHED, pieces
from graph.stores import neo4j_cypher as cypher
from graph.stores.faults import SHOWN, Fault, Step, fault, faults_of_counters
from graph.stores.neo4j_connection import Connection
from graph.stores.neo4j_counted import compared, work_out_from
from graph.stores.neo4j_read import revision_of
from graph.stores.neo4j_rules import edge_breaks_rules, node_breaks_rules
from graph.stores.neo4j_schema import META, PIECES
from graph.stores.places import EDGE_PLACES, NODE_PLACES, EdgePlace, NodePlace, all_places
from graph.stores.unmasked import read_note
from graph.text import Text

_WINDOW = 5_000
_NO_SOURCE = "{0}.sources IS NULL OR NOT {0}.sources IS :: LIST<STRING NOT NULL> OR size({0}.sources) = 0"
_BAD_DIGEST = f"n.{cypher.DIGEST} IS NOT NULL AND size(n.sources) > 1"


def faults(connection: Connection, timezone: str, step: Step) -> Iterator[Fault]:
    """Everything that is wrong with the database, one fault for each sort and place.

    Raises StoreLocked when somebody wrote meanwhile: what was read then is no one state of the store.
    """
    before = connection.read(revision_of)
    step(Text("修订计数器", "revision counters"))
    yield from _meta(connection)
    step(Text("节点", "nodes"))
    for place in NODE_PLACES.values():
        yield from _nodes(connection, place)
    step(Text("关系", "edges"))
    for edge_place in EDGE_PLACES.values():
        yield from _edges(connection, edge_place)
    for name in EDGES:
        yield from _between_other_kinds(connection, name)
    step(Text("各来源的断言", "what each source asserts"))
    for any_place in all_places():
        yield from fault("claims", any_place.name, _claims(connection, any_place))
    step(Text("每日、每月投诉量与指标值序列", "daily and monthly counts and series of values"))
    yield from _derived(connection, ZoneInfo(timezone))
    step(Text("全文检索", "the full text"))
    for kind, name in SEARCHED.items():
        yield from fault("search", kind, _search(connection, kind, name))
    if connection.read(revision_of) != before:
        raise StoreLocked(
            Text("核对期间有人写入", "the graph changed while it was looked at"),
            Text("请在没有导入时再次运行 suyuan doctor --deep", "Run `suyuan doctor --deep` again when no load runs"),
        )


def _meta(connection: Connection) -> Iterator[Fault]:
    found = dict(connection.values(f"MATCH (m:{META}) RETURN m.id, properties(m)"))
    meta = found.get("store", {})
    ((stored,),) = connection.values(
        f"RETURN [{', '.join(f'CASE WHEN EXISTS {{ MATCH (:`{kind}`) }} THEN {cypher.quoted(kind)} END' for kind in KINDS)}]"
    )
    yield from faults_of_counters(meta.get("framework"), meta.get("facts"), [kind for kind in stored if kind])
    try:
        read_note(meta.get("unmasked"))
    except (ValueError, AttributeError, TypeError):
        yield Fault("note", META, 1, (f"unmasked = {meta['unmasked']}",))
    if "turn" not in found:
        yield Fault("note", META, 1, ("turn",))


# ── nodes and edges ───────────────────────────────────────────────────────────────────────────────────
def _nodes(connection: Connection, place: NodePlace) -> Iterator[Fault]:
    kinds = list(KINDS)
    later = cypher.any_of(kinds[kinds.index(place.kind) + 1 :])  # a node of two kinds is told at the first
    wrong = {
        "value": node_breaks_rules(place),
        "source": _NO_SOURCE.format("n"),
        "kinds": f"n:{later}" if later else "false",
        "digest": _BAD_DIGEST,
    }
    name = f"'{place.kind}:' + coalesce(toString(n.id), elementId(n))"
    yield from _counted(connection, place.name, f"MATCH (n:`{place.kind}`)", wrong, name)


def _edges(connection: Connection, place: EdgePlace) -> Iterator[Fault]:
    targets = EDGES[place.type].targets(place.source_kind)
    start = f"MATCH (n:`{place.source_kind}`)-[e:`{place.type}`]->(b:{cypher.any_of(targets)})"
    name = f"'{place.source_kind}:' + n.id + ' → ' + {cypher.label_of('b', targets)} + ':' + b.id"
    yield from _counted(
        connection, place.name, start, {"value": edge_breaks_rules(place), "source": _NO_SOURCE.format("e")}, name
    )
    twice = (
        f"MATCH (n:`{place.source_kind}`) WHERE COUNT {{ (n)-[:`{place.type}`]->() }} > 1"
        f" CALL (n) {{ MATCH (n)-[e:`{place.type}`]->(b) WITH b, {cypher.start_of(place)} AS start, count(e) AS times"
        " WHERE times > 1 RETURN b } WITH n, b"
    )
    name = f"'{place.source_kind}:' + n.id + ' → ' + b.id"
    yield from _counted(connection, place.name, twice, {"twice": "true"}, name)


def _between_other_kinds(connection: Connection, name: str) -> Iterator[Fault]:
    """Edges of a type whose ends are none of its own: made by somebody else, for a transaction of ours names both labels."""
    ends = [f"(a:`{source}` AND b:{cypher.any_of(EDGES[name].targets(source))})" for source in EDGES[name].sources]
    said = "labels(a)[0] + ':' + toString(a.id) + ' → ' + labels(b)[0] + ':' + toString(b.id)"
    wrong = {"ends": f"NOT ({' OR '.join(ends)})"}
    yield from _counted(connection, name, f"MATCH (a)-[e:`{name}`]->(b)", wrong, f"coalesce({said}, elementId(e))")


def _counted(connection: Connection, place: str, matched: str, wrong: Mapping[str, str], name: str) -> Iterator[Fault]:
    """The faults of what a pattern matches, in one pass; examples are asked for where there are any.

    Args:
        connection: to the server.
        place: where that is.
        matched: the pattern.
        wrong: check → the condition under which a match is a fault.
        name: the expression that names a match.
    """
    counts = ", ".join(f"count(CASE WHEN {where} THEN 1 END)" for where in wrong.values())
    (numbers,) = connection.values(f"{matched} RETURN {counts}")
    for (check, where), number in zip(wrong.items(), numbers, strict=True):
        if number:
            sought = f"{matched} WITH *, {name} AS name WHERE {where} WITH name ORDER BY name LIMIT {SHOWN} RETURN name"
            yield Fault(check, place, number, tuple(name for (name,) in connection.values(sought)))


# ── claims ────────────────────────────────────────────────────────────────────────────────────────────
def _claims(connection: Connection, place: NodePlace | EdgePlace) -> Iterator[str]:
    """Elements of several sources whose claims are not those sources', or do not add up to what the element shows."""
    several = f"(size({{0}}.sources) > 1 OR {{0}}.{cypher.CLAIMS} IS NOT NULL)"
    if isinstance(place, NodePlace):
        start, where, columns = f"(n:`{place.kind}`)", several.format("n"), cypher.node_columns(place)
    else:
        targets = cypher.any_of(EDGES[place.type].targets(place.source_kind))
        start = f"(a:`{place.source_kind}`)-[e:`{place.type}`]->(b:{targets})"
        where, columns = several.format("e"), cypher.edge_columns(place)
    at = "n" if isinstance(place, NodePlace) else "a"
    for ids in _ids(connection, f"MATCH {start} WHERE {where}", at):
        first = f"MATCH ({at}:`{place.kind if isinstance(place, NodePlace) else place.source_kind}` {{id: id}})"
        for (row,) in connection.values(
            f"UNWIND $ids AS id {first} MATCH {start} WHERE {where} RETURN {columns}", ids=ids
        ):
            yield from _claim(place, row)


def _ids(connection: Connection, matched: str, at: str) -> Iterator[list[str]]:
    """The different ids of what a pattern matches, window by window."""
    last = ""
    statement = f"{matched} AND {at}.id > $last WITH DISTINCT {at}.id AS id ORDER BY id LIMIT $limit RETURN id"
    while ids := [id_ for (id_,) in connection.values(statement, last=last, limit=_WINDOW)]:
        yield ids
        last = ids[-1]


def _claim(place: NodePlace | EdgePlace, row: list[Any]) -> Iterator[str]:
    name = (
        f"{place.kind}:{row[0]}"
        if isinstance(place, NodePlace)
        else f"{place.source_kind}:{row[0]} → {row[1]}:{row[2]}"
    )
    key = 1 if isinstance(place, NodePlace) else 4
    if not row[key]:
        return  # told as one that no source asserts
    try:
        element = cypher.element_of(place, tuple(row[key]), row[key + 1], row[key + 2 :])
    except (ValueError, TypeError, AttributeError):
        yield name
        return
    if tuple(sorted(element.claims)) != element.sources or laid_over(element.claims) != element.props:
        yield name


# ── what is derived ───────────────────────────────────────────────────────────────────────────────────
def _derived(connection: Connection, zone: ZoneInfo) -> Iterator[Fault]:
    scratch = sqlite3.connect("", isolation_level=None)  # an empty name: a temporary file that goes with the connection
    try:
        scratch.execute("BEGIN")
        work_out_from(connection, scratch, zone)
        yield from compared(connection, scratch)
    finally:
        scratch.close()


def _search(connection: Connection, kind: str, name: str) -> Iterator[str]:
    """Texts whose pieces are not those that follow from them."""
    statement = (
        f"MATCH (n:`{kind}`) WHERE n.id > $last WITH n ORDER BY n.id LIMIT $limit RETURN n.id, n.`{name}`, n.{PIECES}"
    )
    last = ""
    while rows := connection.values(statement, last=last, limit=_WINDOW):
        last = rows[-1][0]
        for id_, text, kept in rows:
            if kept != (None if text is None else " ".join(pieces(text))):
                yield f"≠ {id_}"
