"""The numbers of the trace: one versioned file, checked when it is read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from graph.text import Text
from queries.yaml_file import load_model

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]


class _Numbers(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class AnchorNumbers(_Numbers):
    """Shares of an explicit cause code and of the category beside it."""

    code: Share
    category: Share


class ConcentrationNumbers(_Numbers):
    """Pseudo-count and bounds of the concentration factor."""

    k: Positive
    lowest: Positive
    highest: Positive


class NullNumbers(_Numbers):
    """No internal cause: rate where the category states none, with its bounds; the floor of unmodelled."""

    rate: Share
    lowest: Positive
    highest: Share
    unmodelled: Positive


class StopNumbers(_Numbers):
    """Probability that a failure seen at a point began there: the usual one, and the lowest allowed."""

    usual: Share
    lowest: Annotated[float, Field(gt=0, le=1)]


class ReviewRatios(_Numbers):
    """Likelihood ratios of the review group; the share of expected reviews that a unit must record before a missing one says anything."""

    failed: Positive
    waived: Positive
    conditional: Positive
    passed: Positive
    missing: Positive
    recorded: Share


class KciRatios(_Numbers):
    """Likelihood ratios of the indicator group, and how many of its own periods a value stays fresh."""

    red: Positive
    amber: Positive
    green: Positive
    stale_periods: Positive


class EvidenceNumbers(_Numbers):
    """Bound of a group's likelihood ratio, weight λ of each group, temperature T."""

    bound: Annotated[float, Field(ge=1)]
    review: Annotated[float, Field(ge=0)]
    kci: Annotated[float, Field(ge=0)]
    temperature: Positive


class DecisionNumbers(_Numbers):
    """Probability τ and lead that a name needs."""

    probability: Share
    lead: Share


class LearningNumbers(_Numbers):
    """How verdicts move the numbers, and what a claim of calibration needs."""

    prior: Positive
    """How many verdicts an assumed share weighs."""
    ridge: Positive
    """How strongly λ and T are held to what was assumed: about twice the verdicts it weighs."""
    coolest: Positive
    warmest: Positive
    """Bounds of the temperature."""
    sample: Annotated[int, Field(ge=1)]
    """Randomly sampled verdicts that a claim of calibration needs."""
    error: Share
    """Expected calibration error up to which it is claimed."""


class Votes(_Numbers):
    """How often something was so and how often not; shares of verdicts, so not necessarily whole."""

    hits: Annotated[float, Field(ge=0)]
    misses: Annotated[float, Field(ge=0)]


class Learned(_Numbers):
    """What verdicts say about the shares of a framework, as counts: ``queries/learned.py`` applies them to its own.

    ``parent`` is the assumed version that the counts were taken under, ``until`` the moment up to which verdicts were looked at,
    ``last`` the moment of the latest that was there (empty: none).
    """

    until: str
    last: str
    parent: str
    verdicts: dict[str, int]
    """Complaints by what was concluded and by how they came to be judged."""
    causes: dict[str, dict[str, float]]
    """Effect → cause → how often a failure came along that edge (n_uv)."""
    stop: dict[str, Votes]
    """Point → how often a failure that came as far upstream began there."""
    no_internal_cause: dict[str, Votes]
    """Category (empty: none) → how often its complaints had no internal cause."""
    unmodelled: Votes
    """How often the root was none that the framework leads to."""


class Calibrated(_Numbers):
    """On what a claim of calibration rests: n randomly sampled verdicts, later than any learned from, and their error."""

    parent: str
    n: Annotated[int, Field(ge=1)]
    error: Share
    since: str
    until: str


class Parameters(_Numbers):
    """All numbers of one version; ``status`` says whether they are assumed or learned."""

    version: Annotated[str, Field(min_length=1)]
    status: Literal["assumed", "learned"]
    anchor: AnchorNumbers
    concentration: ConcentrationNumbers
    nulls: NullNumbers
    stop: StopNumbers
    review: ReviewRatios
    kci: KciRatios
    evidence: EvidenceNumbers
    decision: DecisionNumbers
    learning: LearningNumbers
    learned: Learned | None = None
    calibrated: Calibrated | None = None

    @property
    def calibration(self) -> Literal["uncalibrated", "calibrated"]:
        """What an answer may say of its probabilities."""
        return "uncalibrated" if self.calibrated is None else "calibrated"


def load_parameters(path: Path | None = None) -> Parameters:
    """The shipped numbers, or those of a customer's file of the same layout.

    Raises InputError when the file cannot be read or a number is missing, unknown or out of bounds.
    """
    return load_model(
        Parameters, path, "queries/parameters.yaml",
        file=Text("参数文件", "the parameter file"), entry=Text("参数", "parameter"),
    )  # fmt: skip
