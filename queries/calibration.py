"""Do the probabilities come true? What randomly sampled verdicts say of a version's numbers, and whether that may be claimed.

Each complaint's leading hypothesis, named or not, promises a probability; the verdict says whether it was right. In ten bands of
equal width the share that was right stands beside the mean of what was promised; ECE is the mean distance between both, weighted
by how many complaints are in a band (Naeini, Cooper and Hauskrecht 2015). Only complaints whose verdicts are all later than any
the version learned from count, and only those drawn at random: what is disputed is not what usually happens.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import fsum
from typing import Literal, NamedTuple

from pydantic import Field

from graph.case import Case
from graph.framework import Framework
from queries.answers import Part, shown
from queries.learning import true_of
from queries.parameters import Calibrated, Parameters
from queries.scoring import score
from queries.verdicts import Judged

BANDS = 10
Claim = Literal["calibrated", "uncalibrated"]
Why = Literal["too_few", "too_far_off"]


class Band(Part):
    """Complaints whose leading hypothesis promised a probability from ``from_`` to ``to``."""

    from_: float = Field(alias="from")
    to: float
    n: int
    promised: float | None
    right: float | None


class CalibrationReport(Part):
    """The reliability of one version's probabilities; ``reason`` says why nothing may be claimed, null where it may."""

    parameters: str
    calibration: Claim
    reason: Why | None
    n: int
    needed: int
    ece: float | None
    allowed: float
    named: int
    named_right: int
    undecided: int
    since: str
    until: str
    bands: tuple[Band, ...]

    def claim(self) -> Calibrated | None:
        """What a version may carry of it; None where nothing may be claimed."""
        if self.calibration == "uncalibrated" or self.ece is None:
            return None
        return Calibrated(parent=self.parameters, n=self.n, error=self.ece, since=self.since, until=self.until)


class Promise(NamedTuple):
    """What the leading hypothesis of a complaint promised, whether it was right, and whether it was named."""

    probability: float
    right: bool
    named: bool


def counts_for(found: Judged, parameters: Parameters) -> bool:
    """Whether a judged complaint may be measured on: drawn at random, and no verdict of it old enough to have been learned from."""
    return bool(found.random) and (parameters.learned is None or found.first > parameters.learned.last)


def calibration(
    framework: Framework, cases: Iterable[tuple[Case, Judged]], parameters: Parameters, until: str
) -> CalibrationReport:
    """The reliability of a version's probabilities on the complaints that may be measured on.

    Args:
        framework: the framework of one revision.
        cases: judged complaints; those that :func:`counts_for` leaves out are left out.
        parameters: the version.
        until: the last moment of a verdict looked at, canonical; handed through.
    """
    promises: list[Promise] = []
    undecided = 0
    for case, found in cases:
        if not counts_for(found, parameters):
            continue
        if found.verdict.conclusion is None:
            undecided += 1
            continue
        promises.append(_promise(framework, case, found, parameters))
    bands, ece = reliability(promises)
    numbers, n = parameters.learning, len(promises)
    reason: Why | None = "too_few" if n < numbers.sample else "too_far_off" if (ece or 0) > numbers.error else None
    return CalibrationReport(
        parameters=parameters.version, calibration="calibrated" if reason is None else "uncalibrated", reason=reason,
        n=n, needed=numbers.sample, ece=ece, allowed=numbers.error,
        named=sum(one.named for one in promises), named_right=sum(one.named and one.right for one in promises),
        undecided=undecided, since=parameters.learned.last if parameters.learned is not None else "", until=until,
        bands=bands,
    )  # fmt: skip


def _promise(framework: Framework, case: Case, found: Judged, parameters: Parameters) -> Promise:
    scored = score(framework, case, parameters)
    probabilities = [one.probability for one in scored.hypotheses]
    probabilities += [scored.no_internal_cause.probability, scored.unmodelled.probability]
    leading = max(range(len(probabilities)), key=lambda place: (probabilities[place], -place))
    named = scored.decision.outcome in ("named", "no_internal_cause")
    return Promise(probabilities[leading], true_of(scored, found)[leading], named)


def reliability(promises: Sequence[Promise]) -> tuple[tuple[Band, ...], float | None]:
    """The bands, each closed below and open above but the last, and the expected calibration error (None without promises)."""
    of: list[list[Promise]] = [[] for _ in range(BANDS)]
    for promise in promises:
        of[min(BANDS - 1, int(promise.probability * BANDS))].append(promise)
    bands, distances = [], []
    for number, inside in enumerate(of):
        promised = fsum(one.probability for one in inside) / len(inside) if inside else None
        right = sum(one.right for one in inside) / len(inside) if inside else None
        if promised is not None and right is not None:
            distances.append(len(inside) / len(promises) * abs(right - promised))
        bands.append(
            Band(
                from_=number / BANDS, to=(number + 1) / BANDS, n=len(inside),
                promised=None if promised is None else shown(promised), right=None if right is None else shown(right),
            )
        )  # fmt: skip
    return tuple(bands), shown(fsum(distances)) if promises else None
