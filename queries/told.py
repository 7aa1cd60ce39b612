"""Everything a trace has found, as one value for those who tell it in words and in a picture."""

from __future__ import annotations

from dataclasses import dataclass

from graph.case import Case
from graph.framework import Framework
from queries.answers import (
    AnchorAnswer,
    ChainLink,
    EarliestGate,
    Gap,
    IndicatorAnswer,
    NextEvidence,
    OwnerAnswer,
    Parties,
)
from queries.hypothesis import Hypothesis
from queries.naming import Names
from queries.parameters import Parameters
from queries.scoring import Scored


@dataclass(frozen=True, slots=True)
class Told:
    """The findings of one trace; ``as_of`` is the moment asked about."""

    framework: Framework
    case: Case
    names: Names
    scored: Scored
    parameters: Parameters
    as_of: str
    anchors: tuple[AnchorAnswer, ...]
    path: tuple[int, ...]
    """Indexes from the anchor to the named point; empty where none is named."""
    contributing: tuple[Hypothesis, ...]
    """The other points on the way that show signs of failure."""
    gate: EarliestGate | None
    owner: OwnerAnswer | None
    parties: Parties
    chain: tuple[ChainLink, ...]
    indicators: tuple[IndicatorAnswer, ...]
    gaps: tuple[Gap, ...]
    next_evidence: tuple[NextEvidence, ...]
