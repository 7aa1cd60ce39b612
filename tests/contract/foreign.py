"""Worlds that no plan of ours describes, drawn from the schema alone: every kind, every edge, any property, names of any script, cycles."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from graph.errors import Where
from graph.records import EdgeRow, NodeRow, Record, Ref
from graph.schema import EDGES, KINDS
from graph.schema_types import Property

SOURCE = "foreign"
LEFT_OUT = ({"Category"}, {"Campaign", "OrgUnit"}, {"Stage", "Domain", "Gate"})
"""Kinds that a world has none of, by its number: no categories; no campaigns and no units; no process at all."""
_STEMS = ("Łódź", "Γραφή", "案", "über/alles", "a'b\"c", "x y", "*", "مثال", "退费 -1", "N:1")
_SIZES = {"framework": 7, "subject": 5, "fact": 40, "result": 6}


def foreign_world(seed: int) -> list[Record]:
    """The records of a world: nodes with the edges that start there, two of three properties left out; the same seed gives the same ones."""
    draw = Random(seed)
    absent = LEFT_OUT[seed % len(LEFT_OUT)]
    kinds = [kind for kind in KINDS if kind not in absent]
    ids = {
        kind: [f"{draw.choice(_STEMS)}{n}" for n in range(_SIZES[KINDS[kind].group] - draw.randrange(3))]
        for kind in kinds
    }
    return [
        Record(
            NodeRow(kind, id_, _properties(draw, kind), (SOURCE,)),
            tuple(_edges(draw, Ref(kind, id_), ids)),
            Where(f"world {seed}", "", 0),
        )
        for kind in kinds
        for id_ in ids[kind]
    ]


def _edges(draw: Random, start: Ref, ids: dict[str, list[str]]) -> Iterator[EdgeRow]:
    needed = KINDS[start.kind].model.needs
    for name, edge in EDGES.items():
        targets = [(kind, id_) for kind in edge.targets(start.kind) for id_ in ids.get(kind, ())]
        many = min(len(targets), draw.randrange(4) or (name in needed))
        for kind, id_ in sorted(draw.sample(targets, many)):
            props = {p.name: _value(draw, p) for p in edge.properties.values() if draw.random() < 0.3}
            if "weight" in edge.properties:
                props["weight"] = round(draw.random() * 0.2, 4)
            yield EdgeRow(name, start, Ref(kind, id_), _in_order(props), (SOURCE,))


def _properties(draw: Random, kind: str) -> dict[str, Any]:
    model = KINDS[kind].model
    props = {p.name: _value(draw, p) for p in KINDS[kind].stored if draw.random() < 0.35 and p.name != "when"}
    if "event_at" in KINDS[kind].properties and model.checks:
        props["event_at"] = _moment(draw)
    props.pop("null_rate", None)
    return _in_order(props)


def _in_order(props: dict[str, Any]) -> dict[str, Any]:
    """The same with pairs of times that would be refused put right."""
    for first, last in (("valid_from", "valid_to"), ("period_start", "period_end"), ("event_at", "recorded_at")):
        if first in props and last in props and props[last] < props[first]:
            props[first], props[last] = props[last], props[first]
    return props


def _value(draw: Random, declared: Property) -> Any:
    if declared.choices:
        return draw.choice(declared.choices)
    match declared.type:
        case "integer":
            return draw.randrange(-3, 2**40)
        case "number":
            least, most = declared.ge or 0.0, declared.le or 1e9
            return least + draw.random() * (most - least)
        case "boolean":
            return draw.random() < 0.5
        case "date":
            return _moment(draw)[:10]
        case "moment":
            return _moment(draw)
        case "strings":
            return tuple(dict.fromkeys(_text(draw) for _ in range(draw.randrange(1, 4))))
        case _:
            return _text(draw)


def _moment(draw: Random) -> str:
    return f"2025-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}T{draw.randrange(24):02}:00:00.{draw.randrange(10**6):06}Z"


def _text(draw: Random) -> str:
    return (
        "".join(
            draw.choice(("套餐扣费", "宽带", "5G", "退费", "Straße", "𠮷", "'; DROP", "‮", "\u200b", " ", "“费用”"))
            for _ in range(draw.randrange(1, 8))
        ).strip()
        or "无"
    )
