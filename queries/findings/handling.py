"""How tickets travelled between units: each ticket's route, and the undirected graph of all hand-overs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import networkx as nx

from graph.records import Ref
from graph.values import local_day
from queries.findings.view import View

_When = tuple[str, int, str]


class Handover(NamedTuple):
    """One step that hands a ticket on; ``by`` is None where nobody is named."""

    when: _When
    by: Ref | None
    to: Ref


class Handling:
    """All hand-overs up to the view's day; parties are units, or owners where nobody knows their unit."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._units: dict[tuple[Ref, str], Ref] = {}
        self._handovers: dict[Ref, list[Handover]] = {}
        for row, ends in view.facts.past("HandlingStep", "OF", "BY", "TO"):
            if ends["TO"]:
                moment, seq = str(row.props["event_at"]), row.props.get("seq", 0)
                assert isinstance(seq, int)
                day = local_day(moment, view.facts.zone)
                by = self._party(ends["BY"][0], day) if ends["BY"] else None
                step = Handover((moment, seq, row.id), by, self._party(ends["TO"][0], day))
                for complaint in ends["OF"]:
                    self._handovers.setdefault(complaint, []).append(step)

    def _party(self, ref: Ref, day: str) -> Ref:
        """The unit of whoever handles, on the day of the step; an owner without one stands for itself."""
        known = self._units.get((ref, day))
        if known is None:
            unit = self._view.framework.unit_of(ref, day)
            known = self._units[ref, day] = Ref("OrgUnit", unit) if unit is not None else ref
        return known

    def routes(self) -> Iterator[tuple[Ref, list[Ref]]]:
        """Complaint → the parties that had it, one after the other, in id order of complaints.

        Who hands it on had it, also where no step says how it got there.
        """
        for complaint in sorted(self._handovers):
            route: list[Ref] = []
            for step in sorted(self._handovers[complaint]):
                for party in (step.by, step.to):
                    if party is not None and (not route or route[-1] != party):
                        route.append(party)
            yield complaint, route

    def graph(self) -> nx.Graph[Ref]:
        """The units that stand on the day, joined where a ticket was ever handed from one to the other."""
        graph: nx.Graph[Ref] = nx.Graph()
        for steps in self._handovers.values():
            last: Ref | None = None
            for step in sorted(steps):
                one, last = step.by or last, step.to
                if one is not None and one != last and self._is_unit(one) and self._is_unit(last):
                    graph.add_edge(one, last)
        return graph

    def _is_unit(self, party: Ref) -> bool:
        return party.kind == "OrgUnit" and self._view.stands(party)


def returns(route: list[Ref]) -> Mapping[tuple[Ref, Ref], int]:
    """(A, B) → how often a ticket went A → B → A; A → B → A → B → A is twice."""
    return Counter((a, b) for a, b, again in zip(route, route[1:], route[2:], strict=False) if a == again)
