"""What the demo needs of the shipped default catalogue, read from its CSV files as plain data."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable

NO_CAUSE = "NO_INTERNAL_CAUSE"


@dataclass(frozen=True)
class Indicator:
    """An indicator with the default target and warning level in its own unit."""

    id: str
    level: str
    rising: bool
    target: float
    warning: float


@dataclass
class Catalogue:
    """The parts of the catalogue the demo's world is built on, each in the order of its file."""

    stage: dict[str, str] = field(default_factory=dict)
    """Control point → stage."""
    kind: dict[str, str] = field(default_factory=dict)
    """Control point → subject kind: product, campaign or handling."""
    effects: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    """Cause → (effect, leak)."""
    checks: dict[str, list[str]] = field(default_factory=dict)
    """Gate → the points it checks."""
    gate_stage: dict[str, str] = field(default_factory=dict)
    measures: dict[str, list[str]] = field(default_factory=dict)
    """Control point → its indicators, the primary ones first."""
    indicators: dict[str, Indicator] = field(default_factory=dict)
    siblings: dict[str, list[str]] = field(default_factory=dict)
    """Leaf category → the leaves of the same parent, itself included."""
    felt_as: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    """Control point → (leaf category, weight) of the categories that point to it."""
    causeless: dict[str, float] = field(default_factory=dict)
    """Leaf category → its share without an internal cause, where the catalogue states one."""
    channels: list[str] = field(default_factory=list)
    channel_names: dict[str, str] = field(default_factory=dict)

    @property
    def leaves(self) -> list[str]:
        """The leaf categories."""
        return list(self.siblings)


def read_catalogue() -> Catalogue:
    """The shipped catalogue as the demo reads it."""
    folder = files("ingest.catalogue")
    found = Catalogue()
    for row in _rows(folder, "control_points"):
        found.stage[row["code"]], found.kind[row["code"]] = row["stage"], row["subject_kind"]
    for row in _rows(folder, "caused_by"):
        found.effects.setdefault(row["cause"], []).append((row["effect"], float(row["leak"])))
    for row in _rows(folder, "gates"):
        found.checks[row["code"]], found.gate_stage[row["code"]] = row["checks"].split(";"), row["stage"]
    for row in _rows(folder, "measured_by"):
        found.measures.setdefault(row["control_point"], []).append(row["indicator"])
    for row in _rows(folder, "indicators"):
        found.indicators[row["code"]] = Indicator(
            row["code"],
            row["level"],
            row["direction"] == "higher",
            float(row["target_default"]),
            float(row["warning_default"]),
        )
    families: dict[str, list[str]] = {}
    for row in _rows(folder, "categories"):
        if row["level"] == "3":
            families.setdefault(row["parent"], []).append(row["code"])
            found.siblings[row["code"]] = families[row["parent"]]
    for row in _rows(folder, "points_to"):
        if row["control_point"] == NO_CAUSE:
            found.causeless[row["category"]] = float(row["weight"])
        else:
            found.felt_as.setdefault(row["control_point"], []).append((row["category"], float(row["weight"])))
    for row in _rows(folder, "channels"):
        found.channels.append(row["code"])
        found.channel_names[row["code"]] = row["name_zh"]
    return found


def own_rows(name: str) -> list[dict[str, str]]:
    """The rows of one of the demo's own data files."""
    return list(_rows(files("ingest.demo").joinpath("data"), name))


def _rows(folder: Traversable, name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(folder.joinpath(f"{name}.csv").read_text(encoding="utf-8").splitlines())
