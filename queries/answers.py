"""The answers to trace, who and chain as values: their JSON is the one interface others rely on.

Node references are ``Kind:id``, absent parts are null, numbers are rounded to nine decimals by whoever builds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from graph.subgraph import Band, Label, Subgraph
from graph.text import Text

Outcome = Literal["named", "stage", "domain", "unknown", "no_internal_cause"]
Reason = Literal["no_anchor", "unmodelled", "tie", "no_evidence"]
HypothesisName = Literal["control_point", "no_internal_cause", "unmodelled"]
TermName = Literal["prior", "review", "kci"]
Via = Literal["subject", "control_point", "stage", "domain", "rule", "unit_head"]
GateState = Literal["none_defined", "missing", "failed_but_released", "waived", "passed_wrongly"]
State = Literal["red", "amber", "green"]
Duty = Literal["accountable", "responsible", "participant", "reviewer", "monitor", "head", "team", "liaison"]


def label(text: Text) -> Label:
    """A text as it stands in an answer."""
    return Label(zh=text.zh, en=text.en)


def shown(number: float) -> float:
    """A number as it stands in an answer: nine decimals, no negative zero."""
    return round(number, 9) + 0.0


class Part(BaseModel):
    """Base of every part of an answer."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class AnswerRevision(Part):
    """What the answer was computed from: both counters of the store and the version of the numbers."""

    framework: int
    facts: int
    parameters: str


class Root(Part):
    """What is named; parts below the level named are null."""

    control_point: str | None
    stage: str | None
    domain: str | None
    subject: str | None
    probability: float


class Holding(Part):
    """Who answers, in which unit, by which rule (null: by an assignment or as head) and through what."""

    holder: str
    unit: str | None
    rule: str | None
    via: Via


class Contested(Part):
    """Several hold the same duty with equal right."""

    contested: tuple[Holding, ...]


class OwnerAnswer(Part):
    """Who answered when it happened, who acts today; null: nobody."""

    then: Holding | Contested | None
    now: Holding | Contested | None


class Parties(Part):
    """First contact 首问负责人, current handler, owner of the root: three parties kept apart."""

    first_contact: str | None
    current_handler: str | None
    root_owner: str | None


@dataclass(slots=True)
class ConcentrationAnswer:
    """How much the subject's earlier complaints concentrate on a point: ``factor`` times as much as those of all subjects, within bounds.

    ``at_point`` of ``of_subject`` episodes since ≤ day < until fall on it, against the share ``base`` of all.
    """

    factor: float
    at_point: float
    of_subject: int
    base: float
    since: str
    until: str


class AnchorAnswer(Part):
    """Where it hurts: probability, on whose word, the categories or the complaint that say so, and what the subject's history adds.

    ``words`` of the complaint's text stand here where neither a cause code nor a category points anywhere and the text was read.
    """

    control_point: str
    probability: float
    basis: str
    evidence: tuple[str, ...]
    words: tuple[str, ...]
    concentration: ConcentrationAnswer | None


@dataclass(slots=True)
class FactAnswer:
    """A fact behind a term: what it says, and the day it is of; a gate without a review says ``missing`` and has none."""

    id: str
    value: str | float
    date: str | None


@dataclass(slots=True)
class TermAnswer:
    """One addend of a score with the facts behind it; ``evidence`` repeats their ids, and for a prior names what points there.

    A plain dataclass, like Candidate and IndicatorAnswer: a trace makes more than a hundred of them, each in a ninth of a
    model's time.
    """

    name: TermName
    value: float
    evidence: tuple[str, ...]
    facts: tuple[FactAnswer, ...] = ()


@dataclass(slots=True)
class Candidate:
    """One hypothesis; ``path`` leads from where it hurts to the point, along CAUSED_BY."""

    hypothesis: HypothesisName
    control_point: str | None
    stage: str | None
    subject: str | None
    probability: float
    score: float
    terms: tuple[TermAnswer, ...]
    path: tuple[str, ...]


@dataclass(slots=True)
class Contribution:
    """A control point on the way to the root whose own evidence speaks against it: ``factor`` is its likelihood ratio, above 1."""

    control_point: str
    subject: str | None
    probability: float
    factor: float


class EarliestGate(Part):
    """The first gate that should have caught it and what became of it."""

    gate: str | None
    state: GateState


class ChainLink(Part):
    """One link of control point → KCI → KQI → KPI with the word it rests on."""

    from_: str = Field(alias="from")
    to: str
    basis: str


class WeightedLink(ChainLink):
    """A chain link with its weight; null where none is stated."""

    weight: float | None


@dataclass(slots=True)
class IndicatorAnswer:
    """An indicator with its latest value, target and state as far as they are known."""

    id: str
    level: str | None
    value: float | None
    target: float | None
    state: State | None


class Gap(Part):
    """A finding of the breakpoint list met on the way."""

    key: str
    class_: str = Field(alias="class")
    kind: str
    severity: int
    nodes: tuple[str, ...]
    message: Label


class IfKnown(Part):
    """What the answer would be if the missing fact turned out so."""

    value: str
    outcome: Outcome
    control_point: str | None
    probability: float


class NextEvidence(Part):
    """A missing fact, the hypothesis it bears on, and where each way it may turn out would lead."""

    fact: Literal["review", "kci"]
    of: tuple[str, ...]
    subject: str | None
    control_point: str
    would: tuple[IfKnown, ...]


class TraceGraph(Subgraph):
    """The picture of a trace; its JSON holds nodes and edges only."""

    title: Label = Field(default=Label(zh="", en=""), exclude=True)
    lead: tuple[Label, ...] = Field(default=(), exclude=True)
    bands: tuple[Band, ...] = Field(default=(), exclude=True)


class TraceAnswer(Part):
    """Whose was this complaint, really?"""

    complaint: str
    outcome: Outcome
    reason: Reason | None
    as_of: str
    revision: AnswerRevision
    calibration: Literal["uncalibrated", "calibrated"]
    root: Root | None
    owner: OwnerAnswer | None
    parties: Parties
    anchors: tuple[AnchorAnswer, ...]
    candidates: tuple[Candidate, ...]
    contributing: tuple[Contribution, ...]
    earliest_gate: EarliestGate | None
    chain: tuple[ChainLink, ...]
    indicators: tuple[IndicatorAnswer, ...]
    gaps: tuple[Gap, ...]
    next_evidence: tuple[NextEvidence, ...]
    graph: TraceGraph
    explanation: Label


class DutyAnswer(Part):
    """One assignment that bears on what was asked about, with its holder, scope and who stands in."""

    role: Duty
    assignment: str
    holder: str
    unit: str | None
    via: str
    scope: tuple[str, ...]
    deputies: tuple[str, ...]


class WhoAnswer(Part):
    """Who answers for something on a day; ``must_appoint``: units that hold the duty without naming a person."""

    target: str
    subject: str | None
    as_of: str
    owner: Holding | Contested | None
    duties: tuple[DutyAnswer, ...]
    must_appoint: tuple[str, ...]
    explanation: Label


class ChainAnswer(Part):
    """The way from a control point, or from an indicator, to customer satisfaction, with the places where it ends early."""

    control_point: str | None = Field(description="where it begins, when that is a control point")
    indicator: str | None = Field(default=None, description="where it begins, when that is an indicator")
    measures: tuple[str, ...] = Field(default=(), description="the control points that indicator measures")
    as_of: str
    chain: tuple[WeightedLink, ...]
    indicators: tuple[IndicatorAnswer, ...]
    gaps: tuple[Gap, ...]
    explanation: Label
