"""The rival of the trace: the same formula as a person would write it on networkx, a topological pass per complaint.

Written from the definition alone, sharing no code with ``queries``; it also serves as a second reading in the tests.
Acyclic causes only; the numbers are typed in.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import networkx as nx

from graph.case import Case, ReviewFact, Subject, ValueFact
from graph.framework import Framework, valid_on
from graph.records import EdgeRow, NodeRow, Ref
from graph.values import day_start, local_day

REVIEW = {"failed": 4.0, "waived": 3.0, "conditional": 2.0, "passed": 0.7}
KCI = {"red": 3.0, "amber": 1.5, "green": 0.6}
KINDS = {"Campaign": "campaign", "Product": "product", "OrgUnit": "handling"}
Hypothesis = tuple[str, Ref | None] | str
"""(control point, subject), or the name of a null."""


def _number(row: NodeRow | EdgeRow, name: str, default: float = 0.0) -> float:
    value = row.props.get(name, default)
    assert isinstance(value, int | float)
    return float(value)


class PlainTrace:
    """The formula over one networkx DiGraph, built once."""

    def __init__(self, framework: Framework) -> None:
        self.framework = framework
        self.graph: nx.DiGraph[str] = nx.DiGraph()
        for id_, row in framework.nodes("ControlPoint").items():
            self.graph.add_node(id_, **row.props)
        for id_ in framework.nodes("ControlPoint"):
            edges = framework.out("CAUSED_BY", Ref("ControlPoint", id_))
            total = sum(_number(e, "weight") for e in edges)
            for edge in edges:
                self.graph.add_edge(id_, edge.target.id, share=_number(edge, "weight") / total)

    def probabilities(self, case: Case) -> dict[Hypothesis, float]:
        """P of every hypothesis."""
        shares, null_rate = self._anchors(case)
        rest = max(0.1, 1 - math.fsum(shares.values()) - null_rate)
        scores: dict[Hypothesis, float] = {"no_internal_cause": math.log(null_rate), "unmodelled": math.log(rest)}
        modelled = 1 - null_rate - rest
        if shares and modelled > 0:
            shares = {a: q * self._concentration(case, a) for a, q in shares.items()}
            total = math.fsum(shares.values())
            for point, began in self._upstream({a: q / total for a, q in shares.items()}).items():
                subjects = self._subjects(case, self.graph.nodes[point].get("subject_kind"))
                for subject in subjects or (None,):
                    if subject is not None and self._not_yet(case, point, subject):
                        continue
                    prior = math.log(modelled * began / max(1, len(subjects)))
                    evidence = self._review(case, point, subject) + self._kci(case, point, subject)
                    scores[point, subject.ref if subject else None] = prior + evidence
        highest = max(scores.values())
        masses = {h: math.exp(s - highest) for h, s in scores.items()}
        whole = math.fsum(masses.values())
        return {h: m / whole for h, m in masses.items()}

    def _anchors(self, case: Case) -> tuple[dict[str, float], float]:
        shares: dict[str, float] = {}
        rates = []
        for category in case.categories:
            rates.append(_number(self.framework.nodes("Category")[category], "null_rate", 0.1))
            for edge in self._pointing(category):
                part = _number(edge, "weight") / len(case.categories) * (0.05 if case.names else 1)
                shares[edge.target.id] = shares.get(edge.target.id, 0.0) + part
        for code in case.names:
            shares[code] = shares.get(code, 0.0) + 0.95 / len(case.names)
        rate = math.fsum(rates) / len(rates) if rates else 0.1
        return {a: q for a, q in shares.items() if q > 0}, min(0.85, max(0.01, rate))

    def _pointing(self, category: str) -> tuple[EdgeRow, ...]:
        ref = Ref("Category", category)
        while not self.framework.out("POINTS_TO", ref) and self.framework.targets("CHILD_OF", ref):
            ref = self.framework.targets("CHILD_OF", ref)[0]
        return self.framework.out("POINTS_TO", ref)

    def _concentration(self, case: Case, anchor: str) -> float:
        """conc(a) from the counts of the 90 days, the complaint's own episode taken out."""
        episodes = case.episodes
        own = [
            first for first in episodes.own
            if episodes.since <= local_day(first.event_at, self.framework.zone) < episodes.until
        ]  # fmt: skip

        def on(categories: tuple[str, ...]) -> float:
            found = 0.0
            for category in categories:
                edges = self._pointing(category)
                total = sum(_number(e, "weight") for e in edges)
                found += sum(_number(e, "weight") / total for e in edges if e.target.id == anchor) / len(categories)
            return found

        def both(counted: dict[tuple[str, ...], int], left_out: list[tuple[str, ...]]) -> tuple[float, int]:
            here = sum(number * on(categories) for categories, number in counted.items()) - sum(map(on, left_out))
            return here, sum(counted.values()) - len(left_out)

        n_sa, n_s = both(
            dict(episodes.about.by_categories), [f.categories for f in own if set(f.about) & set(case.about)]
        )
        n_a, n = both(dict(episodes.all.by_categories), [f.categories for f in own])
        p = (n_a + 1) / (n + len(self.framework.nodes("ControlPoint")))
        return min(3.0, max(1 / 3, (n_sa + 10 * p) / (n_s + 10) / p))

    def _upstream(self, anchors: dict[str, float]) -> dict[str, float]:
        flow = dict(anchors)
        began = {}
        for point in nx.topological_sort(self.graph):
            here = flow.get(point, 0.0)
            if not here:
                continue
            causes = self.graph[point]
            stop = max(0.05, self.graph.nodes[point].get("stop", 0.5)) if causes else 1.0
            began[point] = here * stop
            for cause, data in causes.items():
                flow[cause] = flow.get(cause, 0.0) + here * (1 - stop) * data["share"]
        return {point: mass for point, mass in began.items() if mass > 0}

    def _subjects(self, case: Case, kind: str | None) -> tuple[Subject, ...]:
        about = list(case.about)
        chosen: list[Ref] = [ref for ref in about if KINDS[ref.kind] == kind]
        if kind == "product" and not chosen:
            chosen = sorted({Ref("Product", p) for ref in about for p in case.subjects[ref].promotes})
        if kind == "handling":
            day = local_day(case.event_at, self.framework.zone)
            for ref in case.received_by:
                unit = self.framework.unit_of(ref, day)
                chosen += [Ref("OrgUnit", unit)] if unit else []
        return tuple(case.subjects[ref] for ref in chosen or about)

    def _rank(self, point: str) -> int:
        return self.framework.point_rank(point)

    def _entered(self, case: Case, subject: Subject) -> list[str]:
        return [e.stage for e in subject.entries if max(e.event_at, e.recorded_at) <= case.event_at]

    def _not_yet(self, case: Case, point: str, subject: Subject) -> bool:
        domain_of, rank = self.framework.domain_of, self.framework.stage_rank
        domain = domain_of.get(self.framework.stage_of.get(point, ""))
        entered = [rank[s] for s in self._entered(case, subject) if domain and domain_of.get(s) == domain]
        return bool(entered) and max(entered) < self._rank(point)

    def _gates(self, point: str) -> list[Ref]:
        return [edge.source for edge in self.framework.into("CHECKS", Ref("ControlPoint", point))]

    def _review(self, case: Case, point: str, subject: Subject | None) -> float:
        known = [r for r in subject.reviews if max(r.event_at, r.recorded_at) < case.event_at] if subject else []
        if subject is None:
            return 0.0
        latest: dict[Ref, ReviewFact] = {}
        for review in sorted(known, key=lambda r: (r.event_at, r.recorded_at)):
            latest[review.of] = review
        sources = [Ref("ControlPoint", point), *self._gates(point)]
        logs = [math.log(REVIEW[latest[s].result]) for s in sources if s in latest]
        if not logs and self._due(case, point, subject):
            logs = [math.log(1.5)]
        return max(logs, key=lambda log: (abs(log), log), default=0.0)

    def _due(self, case: Case, point: str, subject: Subject) -> bool:
        kind = KINDS[subject.ref.kind]
        applies = (
            any(
                self.graph.nodes[edge.target.id].get("subject_kind") == kind
                for gate in self._gates(point)
                for edge in self.framework.out("CHECKS", gate)
            )
            and self.graph.nodes[point].get("subject_kind") == kind
        )
        ranks = [self.framework.stage_rank[s] for s in self._entered(case, subject)]
        return applies and max(ranks, default=-1) >= self._rank(point) and self._records(case, subject)

    def _records(self, case: Case, subject: Subject) -> bool:
        """Whether the units that run the subject have four fifths of what was expected of the year's entries."""
        zone, made = self.framework.zone, case.event_at
        today = local_day(made, zone)
        year_ago = (date.fromisoformat(today) - timedelta(365)).isoformat()
        expected = there = 0
        for unit in subject.run_by:
            for other in case.runners[unit].subjects:
                kind = KINDS[other.ref.kind]
                entered = {
                    e.stage for e in other.entries
                    if year_ago <= local_day(e.event_at, zone) < today and max(e.event_at, e.recorded_at) < made
                }  # fmt: skip
                for point, props in self.graph.nodes(data=True):
                    gates = self._gates(point)
                    if self.framework.stage_of.get(point) in entered and props.get("subject_kind") == kind and gates:
                        expected += 1
                        sources = [Ref("ControlPoint", point), *gates]
                        there += any(other.reviewed[s] < made for s in sources if s in other.reviewed)
        return bool(subject.run_by) and there >= 0.8 * expected

    def _kci(self, case: Case, point: str, subject: Subject | None) -> float:
        logs = []
        for edge in self.framework.out("MEASURED_BY", Ref("ControlPoint", point)):
            indicator = self.framework.nodes("Indicator")[edge.target.id]
            fact = self._value(case, edge, subject)
            if indicator.props.get("level") == "KCI" and fact is not None and self._fresh(case, fact):
                state = self._state(case, edge.target.id, fact.value, subject)
                logs += [math.log(KCI[state])] if state else []
        return max(logs, key=lambda log: (abs(log), log), default=0.0)

    def _units(self, case: Case, subject: Subject | None) -> list[str]:
        """The unit and those above it, nearest first, then none."""
        own = case.home_units or (
            () if subject is None else (subject.ref.id,) if subject.ref.kind == "OrgUnit" else subject.run_by
        )
        day = local_day(case.event_at, self.framework.zone)
        units = [u for unit in own[:1] for u in (unit, *self.framework.units_above(unit, day))]
        if subject is not None and subject.ref.kind == "OrgUnit" and subject.ref.id not in units:
            units.append(subject.ref.id)
        return [*units, ""]

    def _value(self, case: Case, edge: EdgeRow, subject: Subject | None) -> ValueFact | None:
        ons: list[Ref | None] = [subject.ref, None] if subject is not None and subject.ref.kind != "OrgUnit" else [None]
        for unit in self._units(case, subject):
            for on in ons:
                known = [
                    v for v in case.series.get((on, unit), ())
                    if v.indicator == edge.target.id and max(v.recorded_at, v.event_at) < case.event_at
                ]  # fmt: skip
                if known:
                    return max(known, key=lambda v: (v.period_end, v.period_start, v.recorded_at))
        return None

    def _fresh(self, case: Case, fact: ValueFact) -> bool:
        end, start = date.fromisoformat(fact.period_end), date.fromisoformat(fact.period_start)
        return case.event_at <= day_start((end + 2 * timedelta((end - start).days)).isoformat(), self.framework.zone)

    def _state(self, case: Case, indicator: str, value: float, subject: Subject | None) -> str | None:
        day = local_day(case.event_at, self.framework.zone)
        sign = {"higher": 1, "lower": -1}[str(self.framework.nodes("Indicator")[indicator].props["direction"])]
        goals: dict[str, dict[str, Any]] = {}
        for edge in self.framework.into("OF", Ref("Indicator", indicator)):
            target = self.framework.nodes("Target")[edge.source.id]
            if valid_on(target.props, day):
                units = self.framework.targets("IN", edge.source)
                goals[units[0].id if units else ""] = dict(target.props)
        for unit in self._units(case, subject):
            if unit in goals:
                goal = goals[unit]
                if sign * value >= sign * goal["value"]:
                    return "green"
                return "amber" if "warning" in goal and sign * value >= sign * goal["warning"] else "red"
        return None
