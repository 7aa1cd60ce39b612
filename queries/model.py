"""A day's framework under one set of numbers: the solved walk upstream, the values of terms, and where complaints began."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from graph.case import Case
from graph.framework import Framework
from queries.anchor import Anchor, Anchors, anchors_of
from queries.evidence import Weights
from queries.indicators import ReadingRules
from queries.parameters import Parameters
from queries.per_framework import PerFramework
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


class Origins:
    """Where failures that hurt at some anchors began: ``began`` is (point, π) in index order, the π sum to 1."""

    def __init__(self, anchors: Anchors, view: View, upstream: Upstream) -> None:
        self.anchors = anchors
        began: dict[int, float] = {}
        for anchor in anchors.anchors:
            for point, share in upstream.row(anchor.point):
                began[point] = began.get(point, 0.0) + anchor.probability * share
        self.began = tuple(sorted((point, share) for point, share in began.items() if share > 0))
        modelled = anchors.modelled
        self.priors = tuple(
            (place, view.points[place], math.log(modelled * share))
            for place, share in self.began
            if modelled * share > 0
        )
        """(index, point, ln((1 − ν_e − ν_u) π)) in index order; empty where the nulls leave nothing for control points."""
        self._view = view
        self._upstream = upstream
        self._ways: dict[int, Way] = {}

    def way(self, point: int) -> Way:
        """The most probable way from any anchor to a point where failures may have begun."""
        found = self._ways.get(point)
        if found is None:
            upstream = self._upstream
            anchor = min(
                (anchor for anchor in self.anchors.anchors if anchor.probability > 0),
                key=lambda anchor: (upstream.length(anchor.point, point) - math.log(anchor.probability), anchor.point),
            )
            points = upstream.path(anchor.point, point)
            texts = tuple(self._view.points[i].text for i in points)
            found = self._ways[point] = Way(anchor, points, texts)
        return found


class Model:
    """A view under one set of numbers, with what was asked of it remembered."""

    def __init__(self, view: View, parameters: Parameters, zone: ZoneInfo) -> None:
        self.view = view
        self.parameters = parameters
        self.upstream = Upstream(view.causes, [point.stop for point in view.points], parameters.stop)
        self.weights = Weights(parameters)
        self.rules = ReadingRules(view, zone, parameters.kci.stale_periods)
        self._remembered: dict[tuple[str, ...], Origins] = {}

    def origins(self, case: Case, concentration: Mapping[str, float] | None) -> Origins:
        """The anchors of a complaint and where its failure may have begun; categories alone are worked out once."""
        usual = concentration is None and not case.names
        found = self._remembered.get(case.categories) if usual else None
        if found is None:
            anchors = anchors_of(self.view, case, self.parameters, concentration)
            found = Origins(anchors, self.view, self.upstream)
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
