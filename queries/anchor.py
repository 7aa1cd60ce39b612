"""Step 1 of the trace: where does it hurt? From the cause code and the category to the anchors and the null rates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from graph.case import Case
from queries.parameters import ConcentrationNumbers, Parameters
from queries.view import CategoryView, Pointing, View


class Anchor(NamedTuple):
    """A point where it hurts: its index, its share of all anchors, on whose word, and what says so."""

    point: int
    probability: float
    basis: str
    evidence: tuple[str, ...]


class Anchors(NamedTuple):
    """The anchors (probabilities sum to 1, index order), their mass before normalising, and the rates of both nulls."""

    anchors: tuple[Anchor, ...]
    mass: float
    no_internal_cause: float
    unmodelled: float
    null_stated: bool

    @property
    def modelled(self) -> float:
        """1 − ν_e − ν_u: what is left for control points; 0 when there is no anchor."""
        return max(0.0, 1 - self.no_internal_cause - self.unmodelled) if self.anchors else 0.0


def anchors_of(
    view: View, case: Case, parameters: Parameters, concentration: Mapping[str, float] | None = None
) -> Anchors:
    """Where a complaint hurts: A(a) ∝ q(a) · conc(a), with the rates of the two nulls.

    An explicit cause code gets 0.95 of the mass and the category 0.05; several codes or categories share equally.
    Without anything that points anywhere there are no anchors and what no rate explains is unmodelled.

    Args:
        view: the framework on the complaint's day.
        case: the complaint.
        parameters: the numbers.
        concentration: factor per control point id, 1 where absent.
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
    mass = math.fsum(shares.values())
    rates = _null_rates(categories, mass, parameters)
    factors = {point: shares[point] * _factor(view, point, concentration) for point in sorted(shares)}
    total = math.fsum(factors.values())
    anchors = tuple(
        Anchor(point, factor / total, *_ground(case, point in codes, said.get(point, ())))
        for point, factor in factors.items()
    )
    return Anchors(anchors, mass, *rates, any(category.null_rate is not None for category in categories))


def concentration_factor(at_point: float, of_subject: float, base: float, numbers: ConcentrationNumbers) -> float:
    """conc(a): how much more of a subject's complaints fall on a point than of all complaints, clipped.

    Args:
        at_point: n_sa, the subject's episodes on the point (a sum of shares, not necessarily whole).
        of_subject: n_s, the subject's episodes.
        base: p_a, the point's share over all subjects, above 0.
        numbers: pseudo-count and bounds.
    """
    ratio = (at_point + numbers.k * base) / (of_subject + numbers.k) / base
    return min(numbers.highest, max(numbers.lowest, ratio))


def _null_rates(categories: Sequence[CategoryView], mass: float, parameters: Parameters) -> tuple[float, float]:
    """ν_e and ν_u; several categories count equally."""
    nulls = parameters.nulls
    stated = [nulls.rate if category.null_rate is None else category.null_rate for category in categories] or [
        nulls.rate
    ]
    no_cause = min(nulls.highest, max(nulls.lowest, math.fsum(stated) / len(stated)))
    return no_cause, max(nulls.unmodelled, 1 - mass - no_cause)


def _factor(view: View, point: int, concentration: Mapping[str, float] | None) -> float:
    return 1.0 if concentration is None else concentration.get(view.points[point].id, 1.0)


_WEAKEST_FIRST = ("default", "learned", "derived", "plan", "customer")


def _ground(case: Case, coded: bool, pointings: Sequence[Pointing]) -> tuple[str, tuple[str, ...]]:
    """On whose word an anchor rests (a code: the person who filled it in; else the weakest word), and what says so."""
    evidence = tuple(dict.fromkeys(f"Category:{pointing.category}" for pointing in pointings))
    if coded:
        return "customer", (f"Complaint:{case.id}", *evidence)
    return min((pointing.basis for pointing in pointings), key=_WEAKEST_FIRST.index), evidence
