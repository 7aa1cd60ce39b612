"""The Cypher of the Neo4j store, written from the schema: no statement is kept per kind by hand.

Every kind is a label, every edge a relationship of its type, every property a property of the same name. Beside them a node has ``sources``, ``_claims``
(where several sources assert it), ``_digest`` (see ``neo4j_digest.py``) and, when its text is searched, ``_pieces``; a relationship has ``sources`` and
``_claims``, and where it is dated always ``valid_from``, empty when open.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from graph.claims import Claim, Element
from graph.errors import StoreDamaged
from graph.schema import EDGES, KINDS
from graph.schema_types import Property
from graph.segments import SEARCHED, pieces
from graph.stores.neo4j_schema import PIECES
from graph.stores.places import EdgePlace, NodePlace
from graph.stores.slot import EdgeKey, Slot, Stored, shown
from graph.text import Text
from graph.values import Value

DIGEST = "_digest"
CLAIMS = "_claims"


# ── what is stored, and back ──────────────────────────────────────────────────────────────────────────
def node_row(kind: str, id_: str, slot: Slot, digest: str | None) -> dict[str, Any]:
    """The properties of a node that a batch holds, as they are stored."""
    row = _row(slot, id_)
    row["id"] = id_
    if digest is not None:
        row[DIGEST] = digest
    name = SEARCHED.get(kind)
    if name is not None and name in row:
        row[PIECES] = " ".join(pieces(row[name]))
    return row


@cache
def beside(kind: str, sources: int) -> tuple[str, ...]:
    """What :func:`node_row` may hold beside declared properties and sources, of a node that so many sources assert."""
    return "id", DIGEST, *((PIECES,) if kind in SEARCHED else ()), *((CLAIMS,) if sources > 1 else ())


def edge_row(place: EdgePlace, key: EdgeKey, slot: Slot) -> dict[str, Any]:
    """The properties of an edge that a batch holds, as they are stored."""
    row = _row(slot, key)
    if EDGES[place.type].dated:
        row["valid_from"] = key[3]
    return row


def _row(slot: Slot, key: Any) -> dict[str, Any]:
    props, sources = shown(slot.held[key])
    row: dict[str, Any] = {name: list(value) if isinstance(value, tuple) else value for name, value in props.items()}
    row["sources"] = list(sources)
    if len(sources) > 1:
        said = {source: [claim.seq, dict(claim.props)] for source, claim in slot.claims(key).items()}
        row[CLAIMS] = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return row


@cache
def _declared(place: NodePlace | EdgePlace) -> tuple[Property, ...]:
    if isinstance(place, NodePlace):
        return KINDS[place.kind].stored
    return tuple(p for p in EDGES[place.type].properties.values() if p.name != "valid_from")


@cache
def _names(place: NodePlace | EdgePlace) -> tuple[tuple[str, bool], ...]:
    return tuple((p.name, p.type == "strings") for p in _declared(place))


def props_of(place: NodePlace | EdgePlace, columns: Sequence[Any]) -> dict[str, Value]:
    """The properties that :func:`columns_of` read, absent ones left out."""
    return {
        name: tuple(raw) if listed else raw
        for (name, listed), raw in zip(_names(place), columns, strict=True)
        if raw is not None
    }


def element_of(
    place: NodePlace | EdgePlace, sources: tuple[str, ...], claims: str | None, columns: Sequence[Any]
) -> Element:
    """An element as read."""
    found: dict[str, Claim] = {}
    if claims is not None:
        lists = {name for name, listed in _names(place) if listed}
        for source, (seq, said) in json.loads(claims).items():
            found[source] = Claim(seq, {name: tuple(value) if name in lists else value for name, value in said.items()})
    return Element(props_of(place, columns), sources, found)


def sources_of(place: NodePlace | EdgePlace, key: Sequence[Any], raw: list[str] | None) -> tuple[str, ...]:
    """The sources of an element as read; raises StoreDamaged where there are none: somebody else made it, under a name of ours."""
    if raw is not None:
        return tuple(raw)
    if isinstance(place, NodePlace):
        name = f"(:{place.kind} {{id: {key[0]!r}}})"
        mend = f"MATCH (n:`{place.kind}`) WHERE n.sources IS NULL DETACH DELETE n"
    else:
        name = f"({key[0]!r})-[:{place.type}]->({key[2]!r})"
        mend = f"MATCH ()-[e:`{place.type}`]->() WHERE e.sources IS NULL DELETE e"
    raise StoreDamaged(
        Text(f"Neo4j 中有不是溯源写入的内容：{name}", f"Neo4j holds something that SuYuan did not write: {name}"),
        Text(
            f"请改用溯源没有的标签或关系类型，或删除：{mend}",
            f"Give it a label or type that SuYuan does not use, or delete it: {mend}",
        ),
    )


def stored_node(place: NodePlace, row: Sequence[Any]) -> Stored:
    """A row of :func:`node_columns`."""
    return Stored(row[0], element_of(place, sources_of(place, row[:1], row[1]), row[2], row[3:]))


def stored_edge(place: EdgePlace, row: Sequence[Any]) -> Stored:
    """A row of :func:`edge_columns`."""
    return Stored(
        (row[0], row[1], row[2], row[3]), element_of(place, sources_of(place, row[:4], row[4]), row[5], row[6:])
    )


# ── columns ───────────────────────────────────────────────────────────────────────────────────────────
@cache
def columns_of(place: NodePlace | EdgePlace, variable: str) -> str:
    """The declared properties as items of a Cypher list, each after a comma."""
    return "".join(f", {variable}.`{p.name}`" for p in _declared(place))


@cache
def node_columns(place: NodePlace) -> str:
    """A list: id, sources, claims, properties of node ``n``."""
    return f"[n.id, n.sources, n.{CLAIMS}{columns_of(place, 'n')}]"


@cache
def edge_key(place: EdgePlace) -> str:
    """The items of a list that tell relationship ``e`` from ``a`` to ``b`` apart."""
    return f"a.id, {label_of('b', EDGES[place.type].targets(place.source_kind))}, b.id, {start_of(place)}"


@cache
def edge_columns(place: EdgePlace) -> str:
    """A list: the key, sources, claims, properties of relationship ``e`` from ``a`` to ``b``."""
    return f"[{edge_key(place)}, e.sources, e.{CLAIMS}{columns_of(place, 'e')}]"


def start_of(place: EdgePlace) -> str:
    """``valid_from`` of relationship ``e`` as part of its identity."""
    return "coalesce(e.valid_from, '')" if EDGES[place.type].dated else "''"


def label_of(variable: str, kinds: Sequence[str]) -> str:
    """The kind of a node that is of one of some kinds; labels that somebody added are not looked at."""
    *others, last = kinds
    if not others:
        return f"'{last}'"
    cases = " ".join(f"WHEN {variable}:`{kind}` THEN '{kind}'" for kind in others)
    return f"CASE {cases} ELSE '{last}' END"


def quoted(text: str) -> str:
    """A text of the schema as a literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def any_of(kinds: Iterable[str]) -> str:
    """A label expression: one of some kinds."""
    return "|".join(f"`{kind}`" for kind in kinds)


# ── reading what a batch touches ──────────────────────────────────────────────────────────────────────
@cache
def read_nodes(place: NodePlace) -> str:
    """``$ids`` → ``rows`` of :func:`node_columns`."""
    return f"UNWIND $ids AS id MATCH (n:`{place.kind}` {{id: id}}) RETURN collect({node_columns(place)}) AS rows"


@cache
def read_edges(place: EdgePlace) -> str:
    """``$ids`` of sources → ``rows`` of :func:`edge_columns`."""
    return f"UNWIND $ids AS id MATCH (a:`{place.source_kind}` {{id: id}}){_leads(place)} RETURN collect({edge_columns(place)}) AS rows"


@cache
def read_edges_at(place: EdgePlace, end: str, kind: str) -> str:
    """``$ids`` of nodes of a kind at an end → ``rows`` of :func:`edge_columns`."""
    return f"{_touching(place, end, kind)} RETURN collect({edge_columns(place)}) AS rows"


@cache
def joined(place: EdgePlace, end: str, kind: str) -> str:
    """``$ids`` of nodes of a kind at an end → ``rows`` of keys and sources."""
    return f"{_touching(place, end, kind)} RETURN collect([{edge_key(place)}, e.sources]) AS rows"


@cache
def asserted_keys(place: NodePlace | EdgePlace) -> str:
    """``$source`` → a ``key`` each of what it asserts."""
    if isinstance(place, NodePlace):
        return f"MATCH (n:`{place.kind}`) WHERE $source IN n.sources RETURN [n.id] AS key"
    return (
        f"MATCH (a:`{place.source_kind}`){_leads(place)} WHERE $source IN e.sources RETURN [{edge_key(place)}] AS key"
    )


@cache
def classify(kind: str) -> str:
    """``$ids`` and their ``$digests`` → ``absent`` and ``same``: places in the list of what is not stored, of what has that digest."""
    return (
        f"UNWIND range(0, size($ids) - 1) AS at OPTIONAL MATCH (n:`{kind}` {{id: $ids[at]}})"
        f" WITH at, n WHERE n IS NULL OR n.{DIGEST} = $digests[at]"
        " RETURN collect(CASE WHEN n IS NULL THEN at END) AS absent, collect(CASE WHEN n IS NOT NULL THEN at END) AS same"
    )


@cache
def present_ids(kind: str) -> str:
    """``$ids`` → ``rows``: those that are stored."""
    return f"UNWIND $ids AS id MATCH (n:`{kind}` {{id: id}}) RETURN collect(n.id) AS rows"


def _touching(place: EdgePlace, end: str, kind: str) -> str:
    at = "a" if end == "source" else "b"
    return f"UNWIND $ids AS id MATCH ({at}:`{kind}` {{id: id}}) MATCH (a:`{place.source_kind}`){_leads(place)}"


def _leads(place: EdgePlace) -> str:
    return f"-[e:`{place.type}`]->(b:{any_of(EDGES[place.type].targets(place.source_kind))})"


# ── writing ───────────────────────────────────────────────────────────────────────────────────────────
@cache
def update_nodes(kind: str) -> str:
    """``$rows`` of properties → their ``count``."""
    return f"UNWIND $rows AS r MATCH (n:`{kind}` {{id: r.id}}) SET n = r RETURN count(n) AS count"


@cache
def set_digests(kind: str) -> str:
    """``$rows`` of id and digest → their ``count``; a null takes the digest away."""
    return f"UNWIND $rows AS r MATCH (n:`{kind}` {{id: r[0]}}) SET n.{DIGEST} = r[1] RETURN count(n) AS count"


@cache
def delete_nodes(kind: str) -> str:
    """``$rows`` of ids → their ``count``; relationships of ours are gone by then, those that somebody drew by hand go with the node."""
    return f"UNWIND $rows AS id MATCH (n:`{kind}` {{id: id}}) DETACH DELETE n RETURN count(*) AS count"


@cache
def update_edges(place: EdgePlace, target_kind: str) -> str:
    """``$rows`` of source id, target id, properties, valid_from → their ``count``."""
    return f"{_one_edge(place, target_kind)} SET e = r[2] RETURN count(e) AS count"


@cache
def delete_edges(place: EdgePlace, target_kind: str) -> str:
    """``$rows`` of source id, target id, nothing, valid_from → their ``count``."""
    return f"{_one_edge(place, target_kind)} DELETE e RETURN count(*) AS count"


def _one_edge(place: EdgePlace, target_kind: str) -> str:
    return (
        f"UNWIND $rows AS r MATCH (a:`{place.source_kind}` {{id: r[0]}})-[e:`{place.type}`]->(b:`{target_kind}` {{id: r[1]}})"
        f" WHERE {start_of(place)} = r[3]"
    )
