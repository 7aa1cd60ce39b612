"""Step 1 of the trace: where does it hurt? From the cause code and the category to the anchors and the null rates."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from graph.case import Case
from queries.concentration import Concentration, Concentrations
from queries.learned import null_rate, unmodelled_floor
from queries.parameters import Parameters
from queries.view import Pointing, View


class Anchor(NamedTuple):
    """A point where it hurts: its index, its share of all anchors, on whose word, and what says so."""

    point: int
    probability: float
    basis: str
    evidence: tuple[str, ...]
    words: tuple[str, ...] = ()
    """The words of the complaint's text that point here, where the text is what speaks."""
    concentration: Concentration | None = None
    """How much the subject's own complaints concentrate on it; None where none were counted."""


@dataclass(frozen=True)
class Anchors:
    """Where it hurts and the rates of both nulls; what stands behind an anchor is looked up when it is first asked for."""

    shares: tuple[tuple[int, float], ...]
    """(point, probability) in index order; the probabilities sum to 1."""
    mass: float
    """What they had before normalising."""
    no_internal_cause: float
    unmodelled: float
    null_stated: bool
    ground: Callable[[int, float], Anchor]
    """The anchor of a point with its probability."""

    @property
    def modelled(self) -> float:
        """1 − ν_e − ν_u: what is left for control points; 0 when there is no anchor."""
        return max(0.0, 1 - self.no_internal_cause - self.unmodelled) if self.shares else 0.0

    @cached_property
    def anchors(self) -> tuple[Anchor, ...]:
        """The anchors in index order."""
        return tuple(self.ground(point, probability) for point, probability in self.shares)


def anchors_of(view: View, case: Case, parameters: Parameters, concentrations: Concentrations) -> Anchors:
    """Where a complaint hurts: A(a) ∝ q(a) · conc(a), with the rates of the two nulls.

    An explicit cause code gets 0.95 of the mass and the category 0.05; several codes or categories share equally. Where neither points
    anywhere, what was read out of the text does. Without anything that points anywhere there are no anchors and what no rate explains is unmodelled.

    Args:
        view: the framework on the complaint's day.
        case: the complaint.
        parameters: the numbers.
        concentrations: how much a subject's complaints concentrate on points of this view.
    """
    codes = [view.index[name] for name in case.names if name in view.index]
    categories = [view.categories[id_] for id_ in case.categories if id_ in view.categories]
    shares: dict[int, float] = {}
    said: dict[int, list[Pointing]] = {}
    of_category = parameters.anchor.category if codes else 1.0
    for category in categories:
        for pointing in category.pointings:
            share = of_category * pointing.weight / len(categories)
            shares[pointing.point] = shares.get(pointing.point, 0.0) + share
            said.setdefault(pointing.point, []).append(pointing)
    for code in codes:
        shares[code] = shares.get(code, 0.0) + parameters.anchor.code / len(codes)
    text = case.said if not shares else None
    if text is not None:
        shares = {view.index[id_]: share for id_, share in text.probabilities.items() if id_ in view.index}
    mass = math.fsum(shares.values())
    rates = _null_rates(view, case, mass, parameters)
    dense = concentrations.of(case, shares)
    factors = {
        point: shares[point] * dense.factors[point] if dense is not None else shares[point] for point in sorted(shares)
    }
    total = math.fsum(factors.values())
    complaint = case.id

    def ground(point: int, probability: float) -> Anchor:
        return Anchor(
            point, probability, *_ground(complaint, point in codes, said.get(point, ())),
            text.words.get(view.points[point].id, ()) if text is not None else (), dense.at(point) if dense is not None else None,
        )  # fmt: skip

    found = tuple((point, factor / total) for point, factor in factors.items())
    return Anchors(found, mass, *rates, any(category.null_rate is not None for category in categories), ground)


def _null_rates(view: View, case: Case, mass: float, parameters: Parameters) -> tuple[float, float]:
    """ν_e and ν_u; several categories count equally."""
    nulls = parameters.nulls
    rates = [
        null_rate(id_, view.categories[id_].null_rate, parameters) for id_ in case.categories if id_ in view.categories
    ] or [null_rate("", None, parameters)]
    no_cause = min(nulls.highest, max(nulls.lowest, math.fsum(rates) / len(rates)))
    return no_cause, max(unmodelled_floor(parameters), 1 - mass - no_cause)


_WEAKEST_FIRST = ("default", "learned", "derived", "plan", "customer")


def _ground(complaint: str, coded: bool, pointings: Sequence[Pointing]) -> tuple[str, tuple[str, ...]]:
    """On whose word an anchor rests (a code: the person who filled it in; a text: the words we ship; else the weakest word), and what says so."""
    evidence = tuple(dict.fromkeys(f"Category:{pointing.category}" for pointing in pointings))
    if coded:
        return "customer", (f"Complaint:{complaint}", *evidence)
    if not pointings:
        return "default", (f"Complaint:{complaint}",)
    return min((pointing.basis for pointing in pointings), key=_WEAKEST_FIRST.index), evidence
