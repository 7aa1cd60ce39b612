"""One complaint with everything a trace reads of it, as a value that came from the store in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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


COUNTED_DAYS = 90
"""How many whole days before a complaint's day its episodes are counted over."""


@dataclass(frozen=True)
class Counted:
    """Episodes of a window of days by the set of their categories.

    Equal by content; one instance is shared by many cases and hashed by itself, so that what is worked out from it can be kept beside it.
    """

    by_categories: Mapping[tuple[str, ...], int]

    __hash__ = object.__hash__


class EpisodeFact(NamedTuple):
    """The first complaint of a chain of repeats, which stands for the whole of it."""

    id: str
    event_at: str
    about: tuple[Ref, ...]
    categories: tuple[str, ...]


class Episodes(NamedTuple):
    """How many complaints came before a complaint's own: since ≤ day < until, the days of the store's zone.

    ``own`` is what it repeats in the end; it stands in both counts where it falls into the window.
    """

    since: str
    until: str
    about: Counted
    """Those about any of what the complaint is ABOUT."""
    all: Counted
    own: tuple[EpisodeFact, ...] = ()


NO_EPISODES = Episodes("", "", Counted({}), Counted({}))


class Recorded(NamedTuple):
    """One subject as its unit keeps records of it: the stages it entered, and since when each gate or point has a review of it on record."""

    ref: Ref
    entries: tuple[EntryFact, ...]
    reviewed: Mapping[Ref, str]


@dataclass(frozen=True)
class Runner:
    """All products and campaigns that a unit runs and of which anything is on record, in the order of their references.

    One instance is shared by many cases, and like :class:`Counted` hashed by itself.
    """

    subjects: tuple[Recorded, ...]

    __hash__ = object.__hash__


SeriesKey = tuple[Ref | None, str]
"""What a measured value is on (a subject or None) and the unit it is in (empty: none)."""


class TextSaid(NamedTuple):
    """What a complaint's text says about where it hurts: control point → probability and the words behind it; the rest is left open."""

    probabilities: Mapping[str, float]
    words: Mapping[str, tuple[str, ...]]


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
    episodes: Episodes = NO_EPISODES
    runners: Mapping[str, Runner] = field(default_factory=dict)
    said: TextSaid | None = None

    @property
    def event_at(self) -> str:
        """t_c: when the complaint was made."""
        return str(self.props["event_at"])
