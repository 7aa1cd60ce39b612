"""Small worlds for the questions: frameworks and complaints stated in a line each, as values, without a store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from graph.case import (
    NO_EPISODES,
    Case,
    Counted,
    EntryFact,
    EpisodeFact,
    Episodes,
    Recorded,
    ReviewFact,
    Runner,
    StepFact,
    Subject,
    ValueFact,
)
from graph.framework import Framework
from graph.records import EdgeRow, NodeRow, Ref, Revision
from graph.values import days_before
from queries.answers import TraceAnswer
from queries.parameters import Parameters, load_parameters
from queries.trace import trace

SHANGHAI = "Asia/Shanghai"


def moment(day: str) -> str:
    """Noon in Shanghai on a day, as a canonical moment; a canonical moment stays as it is."""
    return day if "T" in day else f"{day}T04:00:00.000000Z"


class World:
    """A framework under construction, with the subjects and series that its complaints share."""

    def __init__(self) -> None:
        self.nodes: dict[Ref, dict[str, Any]] = {}
        self.edges: list[EdgeRow] = []
        self.subjects: dict[Ref, dict[str, Any]] = {}
        self.series: dict[tuple[Ref | None, str], list[ValueFact]] = {}

    def node(self, ref: str, **props: Any) -> World:
        self.nodes.setdefault(Ref.parse(ref), {}).update(props)
        return self

    def edge(self, type_: str, source: str, target: str, **props: Any) -> World:
        for end in (source, target):
            if Ref.parse(end).kind not in ("Product", "Campaign"):
                self.node(end)
        self.edges.append(EdgeRow(type_, Ref.parse(source), Ref.parse(target), props))
        return self

    def stage(self, id_: str, domain: str = "D", order: int = 1, **props: Any) -> World:
        self.node(f"Stage:{id_}", order=order, **props)
        return self.edge("IN_DOMAIN", f"Stage:{id_}", f"Domain:{domain}")

    def point(self, id_: str, stage: str | None = None, kind: str | None = "campaign", **props: Any) -> World:
        self.node(f"ControlPoint:{id_}", **({"subject_kind": kind} if kind else {}), **props)
        return self.edge("AT", f"ControlPoint:{id_}", f"Stage:{stage}") if stage else self

    def points_to(self, category: str, weights: Mapping[str, float]) -> World:
        self.node(f"Category:{category}")
        for point, weight in weights.items():
            self.edge(
                "POINTS_TO", f"Category:{category}", f"ControlPoint:{point}", weight=float(weight), basis="default"
            )
        return self

    def caused_by(self, effect: str, weights: Mapping[str, float]) -> World:
        for cause, weight in weights.items():
            self.edge(
                "CAUSED_BY", f"ControlPoint:{effect}", f"ControlPoint:{cause}", weight=float(weight), basis="default"
            )
        return self

    def gate(self, id_: str, guards: str | None = None, checks: Iterable[str] = (), **props: Any) -> World:
        self.node(f"Gate:{id_}", **props)
        if guards:
            self.edge("GUARDS", f"Gate:{id_}", f"Stage:{guards}")
        for point in checks:
            self.edge("CHECKS", f"Gate:{id_}", f"ControlPoint:{point}")
        return self

    def kci(
        self, point: str, id_: str, *, target: float | None = 98, warning: float | None = 95, **props: Any
    ) -> World:
        self.node(f"Indicator:{id_}", **{"level": "KCI", "direction": "higher", **props})
        self.edge("MEASURED_BY", f"ControlPoint:{point}", f"Indicator:{id_}", role="primary", basis="default")
        return self.goal(id_, target, warning) if target is not None else self

    def goal(
        self, indicator: str, value: float, warning: float | None = None, unit: str | None = None, **props: Any
    ) -> World:
        id_ = f"Target:T-{indicator}-{unit or 'all'}-{props.get('valid_from', '')}"
        self.node(id_, value=float(value), **({"warning": float(warning)} if warning is not None else {}), **props)
        self.edge("OF", id_, f"Indicator:{indicator}")
        return self.edge("IN", id_, f"OrgUnit:{unit}") if unit else self

    def assign(
        self, id_: str, holder: str | None, to: Iterable[str], within: Iterable[str] = (), role: str = "accountable",
        held: Mapping[str, str] | None = None, **props: Any,
    ) -> World:  # fmt: skip
        self.node(f"Assignment:{id_}", role=role, **props)
        if holder:
            self.edge("HELD_BY", f"Assignment:{id_}", holder, **(held or {}))
        for target in to:
            self.edge("FOR", f"Assignment:{id_}", target)
        for scope in within:
            self.edge("WITHIN", f"Assignment:{id_}", scope)
        return self

    def subject(self, ref: str, **parts: Any) -> World:
        """A product, campaign or unit; run_by, promotes, lands_in as tuples, the rest are properties."""
        self.subjects.setdefault(Ref.parse(ref), {"reviews": [], "entries": []}).update(parts)
        return self

    def review(self, on: str, of: str, result: str, day: str, recorded: str | None = None) -> World:
        facts = self.subjects.setdefault(Ref.parse(on), {"reviews": [], "entries": []})["reviews"]
        id_ = f"R-{on}-{of}-{day}-{result}"
        facts.append(ReviewFact(id_, Ref.parse(of), result, "manual", moment(day), moment(recorded or day)))
        return self

    def entry(self, on: str, stage: str, day: str, recorded: str | None = None) -> World:
        facts = self.subjects.setdefault(Ref.parse(on), {"reviews": [], "entries": []})["entries"]
        facts.append(EntryFact(f"E-{on}-{stage}-{day}", stage, moment(day), moment(recorded or day)))
        return self

    def value(
        self,
        indicator: str,
        value: float,
        start: str,
        end: str,
        on: str | None = None,
        unit: str = "",
        recorded: str | None = None,
    ) -> World:
        key = (Ref.parse(on) if on else None, unit)
        known = moment(recorded or end)
        fact = ValueFact(
            f"M-{indicator}-{on}-{unit}-{end}-{known}-{value}", indicator, float(value), start, end, known, known
        )
        self.series.setdefault(key, []).append(fact)
        return self

    def framework(self) -> Framework:
        return Framework([NodeRow(r.kind, r.id, p) for r, p in self.nodes.items()], self.edges, 1, SHANGHAI)

    def case(
        self, id_: str = "C1", day: str = "2026-03-15", *, about: Iterable[str] = (), categories: Iterable[str] = ("K",),
        channels: Iterable[str] = (), home: Iterable[str] = (), received_by: Iterable[str] = (), names: Iterable[str] = (),
        steps: Iterable[StepFact] = (), episodes: Episodes = NO_EPISODES, repeats: Iterable[str] = (), **props: Any,
    ) -> Case:  # fmt: skip
        return Case(
            id_, {"event_at": moment(day), **props}, tuple(map(Ref.parse, about)), tuple(categories), tuple(channels), tuple(repeats), tuple(home),
            tuple(map(Ref.parse, received_by)), tuple(names), (), tuple(steps),
            {ref: self._subject(ref, parts) for ref, parts in self.subjects.items()},
            {key: tuple(facts) for key, facts in self.series.items()}, episodes, self.runners(),
        )  # fmt: skip

    def runners(self) -> dict[str, Runner]:
        """What the units keep of the subjects of this world that they run."""
        run: dict[str, list[Recorded]] = {}
        for ref, parts in sorted(self.subjects.items()):
            if parts["entries"] and ref.kind != "OrgUnit":
                reviewed: dict[Ref, str] = {}
                for review in parts["reviews"]:
                    known = max(review.event_at, review.recorded_at)
                    reviewed[review.of] = min(known, reviewed.get(review.of, known))
                entries = tuple(sorted(parts["entries"], key=lambda entry: (entry.event_at, entry.id)))
                for unit in parts.get("run_by", ()):
                    run.setdefault(unit, []).append(Recorded(ref, entries, reviewed))
        units = {unit for parts in self.subjects.values() for unit in parts.get("run_by", ())}
        return {unit: Runner(tuple(run.get(unit, ()))) for unit in sorted(units)}

    @staticmethod
    def _subject(ref: Ref, parts: Mapping[str, Any]) -> Subject:
        links = {name: tuple(parts.get(name, ())) for name in ("run_by", "lands_in", "promotes", "reviews", "entries")}
        return Subject(ref, {name: value for name, value in parts.items() if name not in links}, **links)


def counted(
    about: Mapping[str, int], everything: Mapping[str, int], own: Iterable[EpisodeFact] = (), day: str = "2026-03-15"
) -> Episodes:
    """Episodes of the 90 days before a day by category, about the complaint's subjects and in all."""
    sums = [Counted({(category,): n for category, n in sorted(by.items())}) for by in (about, everything)]
    return Episodes(days_before(day, 90), day, *sums, tuple(own))


@pytest.fixture(scope="session")
def count() -> Callable[..., Episodes]:
    """Makes counts of earlier complaints."""
    return counted


@pytest.fixture
def world() -> World:
    """An empty world."""
    return World()


@pytest.fixture(scope="session")
def new_world() -> Callable[[], World]:
    """Makes empty worlds, for property tests."""
    return World


@pytest.fixture(scope="session")
def parameters() -> Parameters:
    """The shipped numbers."""
    return load_parameters()


@pytest.fixture(scope="session")
def ask(parameters: Parameters) -> Callable[..., TraceAnswer]:
    """Traces a complaint of a world, by default as of 2026-06-30."""

    def asked(world: World, case: Case | None = None, as_of: str = "2026-06-30", **named: Any) -> TraceAnswer:
        return trace(
            world.framework(), case or world.case(), revision=Revision(1, 1), as_of=moment(as_of),
            **{"parameters": parameters, **named},
        )  # fmt: skip

    return asked
