"""A seeded framework of a chosen number of nodes, with chosen fan-out and depth of causes, as records that load like a customer's own maps."""

from __future__ import annotations

import random
from collections.abc import Iterator

from bench.world_rows import record
from graph.records import EdgeRow, Record, Ref
from graph.values import Props

SHARES = {
    "Stage": 0.02,
    "ControlPoint": 0.5,
    "Gate": 0.04,
    "Indicator": 0.2,
    "Category": 0.14,
    "Owner": 0.05,
    "Assignment": 0.05,
}
"""Kind → its share of all nodes."""
_LEVELS = ("KCI",) * 15 + ("KQI",) * 4 + ("KPI",)
_SUBJECTS = ("campaign", "product")
_POINTS_A_CATEGORY = 3
_GAP = 0.03
"""Share of the links left out, so that the breakpoint list has something to find."""
_LEFT = {"valid_to": "2025-06-01"}


def frame(nodes: int, *, fan_out: int, depth: int, seed: int) -> Iterator[Record]:
    """A framework in layers: a point of one layer is caused by ``fan_out`` points of the next, ``depth`` layers up.

    Args:
        nodes: about how many nodes there are, at least 50.
        fan_out: causes a control point has, fewer where the next layer is smaller.
        depth: steps from where it hurts to the earliest cause; each layer has stages of its own.
        seed: the same seed gives the same framework.
    """
    rng = random.Random(seed)
    ids = {
        kind: [f"{kind[0]}{n:05}" for n in range(max(depth + 1, int(share * nodes)))] for kind, share in SHARES.items()
    }
    ids["Stage"] = [f"D2-S{n:03}" for n in range(len(ids["Stage"]))]
    yield record("Domain", "D2", {}, {})
    for n, stage in enumerate(ids["Stage"]):
        later = [Ref("Stage", ids["Stage"][n + 1])] if n + 1 < len(ids["Stage"]) else []
        yield record("Stage", stage, {}, {"IN_DOMAIN": [Ref("Domain", "D2")], "NEXT": later})
    layers = [ids["ControlPoint"][at :: depth + 1] for at in range(depth + 1)]
    yield from _indicators(rng, ids["Indicator"])
    kcis = [id_ for n, id_ in enumerate(ids["Indicator"]) if _LEVELS[n % len(_LEVELS)] == "KCI"]
    for at, layer in enumerate(layers):
        stages = _share(ids["Stage"], depth - at, depth + 1)
        for id_ in layer:
            causes = rng.sample(layers[at + 1], min(fan_out, len(layers[at + 1]))) if at < depth else []
            measured = [Ref("Indicator", rng.choice(kcis))] if rng.random() > _GAP else []
            yield _point(id_, rng.choice(stages), measured, sorted(causes), rng.choice(_SUBJECTS))
    for n, id_ in enumerate(ids["Gate"]):
        checks = [
            Ref("ControlPoint", point)
            for point in sorted(rng.sample(ids["ControlPoint"], min(8, len(ids["ControlPoint"]))))
        ]
        links = {"GUARDS": [Ref("Stage", ids["Stage"][n % len(ids["Stage"])])], "CHECKS": checks}
        yield record("Gate", id_, {"gate_kind": "stage"}, links)
    for id_ in ids["Category"]:
        hurts = rng.sample(layers[0], min(_POINTS_A_CATEGORY, len(layers[0]))) if rng.random() > _GAP else []
        yield _weighted("Category", id_, {}, {"POINTS_TO": [Ref("ControlPoint", point) for point in sorted(hurts)]})
    yield from _duties(rng, ids)


def _share(of: list[str], part: int, parts: int) -> list[str]:
    """One of so many equal parts of a list, never empty."""
    return of[part * len(of) // parts : (part + 1) * len(of) // parts] or [of[-1]]


def _indicators(rng: random.Random, ids: list[str]) -> Iterator[Record]:
    above = {"KCI": "KQI", "KQI": "KPI"}
    by_level: dict[str, list[str]] = {"KCI": [], "KQI": [], "KPI": []}
    for n, id_ in enumerate(ids):
        by_level[_LEVELS[n % len(_LEVELS)]].append(id_)
    for level, members in by_level.items():
        higher = by_level[above[level]] if level in above else []
        for id_ in members:
            links = {"ROLLS_UP_TO": [Ref("Indicator", rng.choice(higher))] if higher and rng.random() > _GAP else []}
            yield record("Indicator", id_, {"level": level, "direction": "higher"}, links)


def _point(id_: str, stage: str, measured: list[Ref], causes: list[str], subject: str) -> Record:
    links = {
        "AT": [Ref("Stage", stage)],
        "MEASURED_BY": measured,
        "CAUSED_BY": [Ref("ControlPoint", cause) for cause in causes],
    }
    return _weighted("ControlPoint", id_, {"subject_kind": subject}, links)


def _weighted(kind: str, id_: str, props: Props, links: dict[str, list[Ref]]) -> Record:
    """A record whose links to causes and points share a whole equally."""
    made = record(kind, id_, props, links)
    edges = tuple(
        EdgeRow(e.type, e.source, e.target, {"weight": 1 / len(links[e.type])}, e.sources)
        if e.type in ("CAUSED_BY", "POINTS_TO")
        else e
        for e in made.edges
    )
    return made._replace(edges=edges)


def _duties(rng: random.Random, ids: dict[str, list[str]]) -> Iterator[Record]:
    for id_ in ids["Owner"]:
        yield record("Owner", id_, {"party": "person", **(_LEFT if rng.random() < _GAP else {})}, {})
    for id_ in ids["Assignment"]:
        links = {
            "FOR": [Ref("ControlPoint", rng.choice(ids["ControlPoint"]))],
            "HELD_BY": [Ref("Owner", rng.choice(ids["Owner"]))],
        }
        yield record("Assignment", id_, {"role": "accountable"}, links)
