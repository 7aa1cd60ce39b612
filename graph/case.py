"""One complaint with everything a trace reads of it, as a value that came from the store in one go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from graph.records import Ref
from graph.values import Props


class ReviewFact(NamedTuple):
    """A Review on a subject; ``of`` is a Gate or a ControlPoint."""

    id: str
    of: Ref
    result: str
    mode: str
    event_at: str
    recorded_at: str


class EntryFact(NamedTuple):
    """A subject entered a stage."""

    id: str
    stage: str
    event_at: str
    recorded_at: str


class ValueFact(NamedTuple):
    """A measured value of an indicator; ``period_start`` and ``period_end`` are dates, empty when absent."""

    id: str
    indicator: str
    value: float
    period_start: str
    period_end: str
    event_at: str
    recorded_at: str


class StepFact(NamedTuple):
    """One handling step of the complaint; ``by`` and ``to`` are Owner or OrgUnit."""

    id: str
    step: str
    seq: int
    event_at: str
    by: Ref | None
    to: Ref | None


@dataclass(frozen=True, slots=True)
class Subject:
    """A product, campaign or (for handling) unit with its own facts, oldest first."""

    ref: Ref
    props: Props
    run_by: tuple[str, ...] = ()
    lands_in: tuple[str, ...] = ()
    promotes: tuple[str, ...] = ()
    reviews: tuple[ReviewFact, ...] = ()
    entries: tuple[EntryFact, ...] = ()


SeriesKey = tuple[Ref | None, str]
"""What a measured value is on (a subject or None) and the unit it is in (empty: none)."""


@dataclass(frozen=True, slots=True)
class Case:
    """A complaint's own neighbourhood.

    ``subjects`` holds what it is ABOUT, the products promoted by its campaigns and the handling unit, each once, by
    reference. ``series`` holds the measured values by what they are on and in, for every subject × (the units concerned,
    the units above them, none) and for those units alone, oldest first.
    """

    id: str
    props: Props
    about: tuple[Ref, ...]
    categories: tuple[str, ...]
    channels: tuple[str, ...]
    repeats: tuple[str, ...]
    home_units: tuple[str, ...]
    received_by: tuple[Ref, ...]
    names: tuple[str, ...]
    incidents: tuple[str, ...]
    steps: tuple[StepFact, ...]
    subjects: dict[Ref, Subject]
    series: dict[SeriesKey, tuple[ValueFact, ...]]

    @property
    def event_at(self) -> str:
        """t_c: when the complaint was made."""
        return str(self.props["event_at"])
