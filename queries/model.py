"""A day's framework under one set of numbers: the solved walk upstream, the values of terms, and where complaints began."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from graph.case import Case
from graph.framework import Framework
from queries.anchor import Anchor, Anchors, anchors_of
from queries.answers import TermAnswer
from queries.concentration import Concentrations
from queries.evidence import Term, Weights, Witnesses
from queries.indicators import ReadingRules
from queries.learned import causes_of, stops_of
from queries.parameters import Parameters
from queries.per_framework import PerFramework
from queries.recording import Records
from queries.upstream import Upstream
from queries.view import View, view_on

_REMEMBERED = 4096
_KEPT = 16


class Way(NamedTuple):
    """The most probable way to a point: the anchor it starts from, and the points on it, both ends included."""

    anchor: Anchor
    points: tuple[int, ...]
    texts: tuple[str, ...]
    """The points as they stand in answers."""


Paths = dict[tuple[int, int], tuple[tuple[int, ...], tuple[str, ...]]]
"""Anchor and point → the points on the most probable way, and these as they stand in answers."""


class Origins:
    """Where failures that hurt at some anchors began: ``began`` is (point, π) in index order, the π sum to 1.

    ``paths`` keeps the ways found from anchors to points, for all complaints of the model.
    """

    def __init__(self, anchors: Anchors, view: View, upstream: Upstream, paths: Paths) -> None:
        self.anchors = anchors
        self._paths = paths
        began: dict[int, float] = {}
        for anchor, probability in anchors.shares:
            for point, share in upstream.row(anchor):
                began[point] = began.get(point, 0.0) + probability * share
        self.began = tuple(sorted([(point, share) for point, share in began.items() if share > 0]))
        modelled, points = anchors.modelled, view.points
        self.priors = tuple(
            [(place, points[place], math.log(whole)) for place, share in self.began if (whole := modelled * share) > 0]
        )
        """(index, point, ln((1 − ν_e − ν_u) π)) in index order; empty where the nulls leave nothing for control points."""
        self._view = view
        self._upstream = upstream
        self._ways: dict[int, Way] = {}

    def way(self, point: int) -> Way:
        """The most probable way from any anchor to a point where failures may have begun."""
        found = self._ways.get(point)
        if found is None:
            nearest = min(self._starts, key=lambda start: start[0] + start[1].get(point, math.inf))
            found = self._ways[point] = self._known_way(nearest[2], point)
        return found

    @cached_property
    def _starts(self) -> list[tuple[float, Mapping[int, float], Anchor]]:
        """The anchors in index order: −ln of each one's probability, the lengths of the ways from it, itself."""
        return [
            (-math.log(anchor.probability), self._upstream.lengths(anchor.point), anchor)
            for anchor in sorted(self.anchors.anchors, key=lambda anchor: anchor.point)
            if anchor.probability > 0
        ]

    def _known_way(self, anchor: Anchor, point: int) -> Way:
        known = self._paths.get((anchor.point, point))
        if known is None:
            points = self._upstream.path(anchor.point, point)
            known = self._paths[anchor.point, point] = (points, tuple(self._view.points[i].text for i in points))
        return Way(anchor, *known)


class Model:
    """A view under one set of numbers, with what was asked of it remembered."""

    def __init__(self, view: View, parameters: Parameters, zone: ZoneInfo) -> None:
        self.view = view
        self.parameters = parameters
        self.upstream = Upstream(causes_of(view, parameters), stops_of(view, parameters), parameters.stop)
        self.weights = Weights(parameters)
        self.rules = ReadingRules(view, zone, parameters.kci.stale_periods)
        self.witnesses = Witnesses(self.weights, Records(view, zone))
        self._concentrations = Concentrations(view, parameters.concentration, zone)
        self._remembered: dict[tuple[str, ...], Origins] = {}
        self._paths: Paths = {}
        self.told: dict[int, tuple[Term, TermAnswer]] = {}
        """Terms as they stand in answers, by identity."""

    def origins(self, case: Case) -> Origins:
        """The anchors of a complaint and where its failure may have begun; categories alone are worked out once."""
        usual = not case.episodes.about.by_categories and not case.names and case.said is None
        found = self._remembered.get(case.categories) if usual else None
        if found is None:
            anchors = anchors_of(self.view, case, self.parameters, self._concentrations)
            found = Origins(anchors, self.view, self.upstream, self._paths)
            if usual:
                if len(self._remembered) >= _REMEMBERED:
                    self._remembered.clear()
                self._remembered[case.categories] = found
        return found


_models: PerFramework[list[Model]] = PerFramework(lambda _: [])


def model_on(framework: Framework, day: str, parameters: Parameters) -> Model:
    """The model of a framework on a day under a set of numbers, remembered for the last few asked for."""
    view, models = view_on(framework, day), _models(framework)
    for model in models:
        if model.view is view and model.parameters is parameters:
            return model
    model = Model(view, parameters, framework.zone)
    models.append(model)
    del models[:-_KEPT]
    return model
