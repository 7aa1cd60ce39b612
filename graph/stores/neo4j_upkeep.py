"""What a Neo4j database lacks compared with this version, and how it is brought up to date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from graph.errors import Shortcoming, StoreDamaged
from graph.schema import KINDS, SCHEMA_VERSION
from graph.segments import SEARCHED, pieces
from graph.stores.neo4j_backing import Neo4jBacking
from graph.stores.neo4j_connection import Connection, Transacting
from graph.stores.neo4j_cypher import DIGEST
from graph.stores.neo4j_schema import EPISODES, INDEX, META, MONTH, PIECES, TALLY, VALUE, Part, missing, names
from graph.stores.neo4j_write import TAKE_TURN
from graph.stores.tallying import TallyChange, laid_out, tally
from graph.stores.upkeep import INIT, RULES, Kept, of_parts, of_rules, stale
from graph.text import Text

_RULE = "_rule"
"""Ends the name of the property that holds a rule's version."""
_WINDOW = 5_000
_STORE = f"MATCH (m:{META} {{id: 'store'}})"
_MAKE_META = (
    f"MERGE (m:{META} {{id: 'store'}}) ON CREATE SET m.timezone = $timezone, m.framework = 0, m.facts = 0, m.schema_version = $version, m += $rules"
    f" MERGE (t:{META} {{id: 'turn'}})"
    " WITH m WHERE m.schema_version <> $version SET m.schema_version = $version"
)
# An attempt whose commit nobody acknowledged is made again: it finds the window done and leaves it.
_ENTER_WINDOW = f"{_STORE} WHERE m.made_anew_to < $last SET m.made_anew_to = $last RETURN m.made_anew_to"
_Fill = Callable[[Transacting, list[str], ZoneInfo], None]


def kept(properties: Mapping[str, Any], where: str) -> Kept:
    """What the database says of itself, by the properties of its ``store`` node."""
    rules = {name.removesuffix(_RULE): version for name, version in properties.items() if name.endswith(_RULE)}
    return Kept(where, properties["schema_version"], properties["timezone"], rules)


def lacking(connection: Connection, found: Kept) -> list[Shortcoming]:
    """What :func:`bring_up_to_date` would mend, the schema's version aside, and what it cannot."""
    absent = connection.read(missing)
    taken = _taken(connection, absent)
    free = [part.text for part in absent if part not in taken]
    return [*of_parts(free), *map(_of_taken_name, taken), *of_rules(stale(found.rules, _MADE_ANEW))]


def bring_up_to_date(connection: Connection, timezone: str) -> bool:
    """Create what is not there, make anew what another version derived; True when anything was done.

    Raises StoreDamaged where constraints cannot be made.
    """
    absent = connection.read(missing)
    if absent:
        _make(connection, absent)
    wrote = connection.write(lambda tx: _make_meta(tx, timezone))
    old = _stale(connection)
    if old:
        with connection.undone() as turn:  # whoever writes waits until it ends
            turn.run(TAKE_TURN).consume()
            for rule in _stale(connection):  # somebody else may have done it meanwhile
                _MADE_ANEW[rule](connection, ZoneInfo(timezone))
                connection.write(lambda tx, rule=rule: _note_rule(tx, rule))  # type: ignore[misc]
    return bool(absent or wrote or old)


def forget_rules(connection: Connection) -> None:
    """Take away the versions of everything that is derived, so that :func:`bring_up_to_date` makes it anew."""
    taken = ", ".join(f"m.`{rule}{_RULE}`" for rule in RULES)
    connection.write(lambda tx: tx.run(f"{_STORE} REMOVE {taken}").consume())


# ── constraints and indexes ───────────────────────────────────────────────────────────────────────────
def _make(connection: Connection, absent: list[Part]) -> None:
    held = connection.read(names)
    for part in absent:
        if held.get(part.name) == INDEX and part.is_index:  # one of an older version, or one that failed
            connection.write(lambda tx, part=part: tx.run(f"DROP INDEX `{part.name}` IF EXISTS").consume())  # type: ignore[misc]
        connection.write(part.make)
    connection.values("CALL db.awaitIndexes(300)")
    # ``IF NOT EXISTS`` says nothing where a name is taken by something else: look.
    still = connection.read(missing)
    if still:
        mends = [_of_taken_name(part).mend for part in _taken(connection, still)] or [INIT]
        listed = ", ".join(part.text for part in still)
        raise StoreDamaged(
            Text(f"无法建立约束或索引：{listed}", f"constraints or indexes could not be made: {listed}"),
            Text("；".join(mend.zh for mend in mends), "; ".join(mend.en for mend in mends)),
        )


def _taken(connection: Connection, absent: list[Part]) -> list[Part]:
    """Of missing parts, those whose name something else has that is not dropped for them."""
    if not absent:
        return []
    held = connection.read(names)
    return [part for part in absent if part.name in held and not (held[part.name] == INDEX and part.is_index)]


def _of_taken_name(part: Part) -> Shortcoming:
    drop = f"DROP {'INDEX' if part.is_index else 'CONSTRAINT'} `{part.name}`"
    return Shortcoming(
        Text(f"缺少 {part.text}：名称 {part.name} 已被别的约束或索引占用", f"{part.text} is missing: something else has the name {part.name}"),
        Text(f"请在服务器上执行 {drop}，再运行 suyuan init", f"Run {drop} on the server, then `suyuan init`"),
    )  # fmt: skip


# ── the store's own node ──────────────────────────────────────────────────────────────────────────────
def _make_meta(tx: Transacting, timezone: str) -> bool:
    rules = {name + _RULE: version for name, version in RULES.items()}
    summary = tx.run(_MAKE_META, timezone=timezone, version=SCHEMA_VERSION, rules=rules).consume()
    return bool(summary.counters.contains_updates)


def _stale(connection: Connection) -> list[str]:
    ((properties,),) = connection.values(f"{_STORE} RETURN properties(m)")
    return stale(kept(properties, "").rules, _MADE_ANEW)


def _note_rule(tx: Transacting, rule: str) -> None:
    tx.run(f"{_STORE} SET m.`{rule}{_RULE}` = $version REMOVE m.made_anew_to", version=RULES[rule]).consume()


# ── making anew ───────────────────────────────────────────────────────────────────────────────────────
def _derive(connection: Connection, zone: ZoneInfo) -> None:
    for label in (TALLY, MONTH, EPISODES, VALUE):
        statement = f"MATCH (n:{label}) WITH n LIMIT $limit DETACH DELETE n RETURN count(*)"
        while connection.write(lambda tx: tx.run(statement, limit=2 * _WINDOW).single(strict=True)[0]):  # noqa: B023
            pass
    _by_windows(connection, "Complaint", zone, _count)
    _by_windows(connection, "Measurement", zone, _lay)


def _count(tx: Transacting, ids: list[str], zone: ZoneInfo) -> None:
    change: TallyChange = {}
    tally(change, _backing(tx).derived_from("Complaint", ids).values(), zone)
    _backing(tx).move_tally(change)


def _lay(tx: Transacting, ids: list[str], _zone: ZoneInfo) -> None:
    found = _backing(tx).derived_from("Measurement", ids)
    _backing(tx).lay_series((), [row for id_, fact in found.items() for row in laid_out(id_, fact)])


def _backing(tx: Transacting) -> Neo4jBacking:
    return Neo4jBacking(tx, None, counting=False, absent={}, digests={})


def _cut_texts(connection: Connection, zone: ZoneInfo) -> None:
    for kind, name in SEARCHED.items():

        def cut(tx: Transacting, ids: list[str], _zone: ZoneInfo, kind: str = kind, name: str = name) -> None:
            found = tx.run(f"UNWIND $ids AS id MATCH (n:`{kind}` {{id: id}}) RETURN id, n.`{name}`", ids=ids).values()
            rows = [[id_, None if text is None else " ".join(pieces(text))] for id_, text in found]
            tx.run(f"UNWIND $rows AS r MATCH (n:`{kind}` {{id: r[0]}}) SET n.{PIECES} = r[1]", rows=rows).consume()

        _by_windows(connection, kind, zone, cut)


def _drop_digests(connection: Connection, zone: ZoneInfo) -> None:
    """They cannot be worked out from what is stored: they come back as rows change."""
    for kind in KINDS:

        def drop(tx: Transacting, ids: list[str], _zone: ZoneInfo, kind: str = kind) -> None:
            tx.run(f"UNWIND $ids AS id MATCH (n:`{kind}` {{id: id}}) REMOVE n.{DIGEST}", ids=ids).consume()

        _by_windows(connection, kind, zone, drop)


def _by_windows(connection: Connection, kind: str, zone: ZoneInfo, fill: _Fill) -> None:
    """Call ``fill`` with the ids of a kind, window by window, each in a transaction that is done exactly once."""
    connection.write(lambda tx: tx.run(f"{_STORE} SET m.made_anew_to = ''").consume())
    statement = f"MATCH (n:`{kind}`) WHERE n.id > $last RETURN n.id ORDER BY n.id LIMIT $limit"
    last = ""
    while ids := [id_ for (id_,) in connection.values(statement, last=last, limit=_WINDOW)]:
        last = ids[-1]

        def once(tx: Transacting, ids: list[str] = ids) -> None:
            if tx.run(_ENTER_WINDOW, last=ids[-1]).single() is not None:
                fill(tx, ids, zone)

        connection.write(once)


_MADE_ANEW: Mapping[str, Callable[[Connection, ZoneInfo], None]] = {
    "derived": _derive,
    "search": _cut_texts,
    "digest": _drop_digests,
}
"""What the database derives from its facts → how it is made anew, while nobody else writes."""
