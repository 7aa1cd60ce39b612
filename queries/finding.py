"""The breakpoint list as it is handed out: one finding, and the list with its counts (interface.md, "Breakpoint list")."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from graph.subgraph import Label
from queries.answers import Part

FindingClass = Literal["breakpoint", "blind_spot", "risk"]
"""断点: a promised link is missing or broken · 盲点: nothing controls, measures or watches · 风险: it holds by one thread."""
FindingStatus = Literal["open", "assigned", "accepted", "fixed", "verified"]


class Finding(Part):
    """One place where the path from a complaint to its owner breaks, is blind or hangs by one thread."""

    key: str = Field(description="kind and the sorted Kind:ids of its nodes, joined by |; the same in every run")
    class_: FindingClass = Field(alias="class", description="breakpoint 断点, blind_spot 盲点 or risk 风险")
    kind: str = Field(description="name of the predicate that holds")
    severity: int = Field(ge=1, le=4, description="1 slight … 4 grave")
    nodes: tuple[str, ...] = Field(description="what the sentence is about, as sorted Kind:id")
    message: Label = Field(description="what is wrong here, with names")
    rule: Label = Field(description="when this kind holds")
    clause: str = Field(description="the plan's own words that the kind serves")
    complaints: float = Field(ge=0, description="expected complaints of the last 90 days that run through it")
    measure: Label = Field(description="suggested measure 举措")
    unit: str | None = Field(description="unit that should act, OrgUnit:id")
    owner: str | None = Field(description="owner who should act, Owner:id")
    folded_under: str | None = Field(
        default=None, description="key of the finding that is its cause; counted like any other, told under that one"
    )
    status: FindingStatus = Field(default="open", description="state of its case")
    first_seen: str = Field(description="date on which it was first seen")
    last_seen: str = Field(description="date on which it was last seen")


class FindingCounts(Part):
    """How many findings the list holds; a kind that was looked for and not found counts 0."""

    by_class: dict[FindingClass, int] = Field(alias="class")
    by_kind: dict[str, int] = Field(alias="kind")


class ListRevision(Part):
    """The revision of framework and facts a list belongs to."""

    framework: int
    facts: int


class BreakpointList(Part):
    """The list 断点·盲点·风险清单, ordered by (−severity, −complaints, key)."""

    as_of: str = Field(description="the day on which things are looked at")
    revision: ListRevision
    computed_at: str = Field(description="moment at which the list was made")
    counts: FindingCounts
    findings: tuple[Finding, ...]
