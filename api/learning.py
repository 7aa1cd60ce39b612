"""Learning, sampling and calibration over a store: reads the verdicts, asks the questions, keeps a version where one is wanted."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from pydantic import BaseModel, ConfigDict

from api.context import AsOf
from api.reading import read_cases
from api.serving import Serving
from api.verdicts import judged_until
from graph.case import Case
from graph.store import Store
from queries.calibration import CalibrationReport, calibration, counts_for
from queries.learning import Lesson, learn
from queries.learning_changes import Change, changes
from queries.parameters import Calibrated, EvidenceNumbers, Parameters
from queries.sampling import Sample, sample
from queries.verdicts import Judged
from queries.view import view_on


class LearnAnswer(BaseModel):
    """What learning came to; ``written`` is false where there was nothing new and ``version`` names the one that says it already."""

    model_config = ConfigDict(frozen=True)
    version: str
    written: bool
    parent: str
    until: str
    verdicts: dict[str, int]
    evidence: EvidenceNumbers
    changes: tuple[Change, ...]


class CalibrationAnswer(CalibrationReport):
    """The report, and the version that carries the claim, if one was asked for and may be made."""

    written: str | None = None


def learn_until(desk: Serving, until: AsOf, version: str | None = None) -> LearnAnswer:
    """Learn from every verdict given by a moment and keep the result as a new version, unless the newest learned one says the same.

    Learning starts from the assumed version that ``version`` (else the one in force) goes back to; old versions stay as they are.
    """
    assumed = desk.versions.root_of(desk.numbers(version))
    framework = desk.snapshot().framework
    known = judged_until(desk.store, until)
    lessons = [Lesson(case, found) for case, found in with_cases(desk, known)]
    learned = learn(framework, lessons, assumed, until.moment)
    newest = next((old for old in desk.versions.written() if old.learned is not None), assumed)
    same = _content(newest) == _content(learned) or not any(lesson.found.verdict.conclusion for lesson in lessons)
    kept = newest if same else desk.versions.keep(learned)
    assert learned.learned is not None
    return LearnAnswer(
        version=kept.version, written=not same, parent=assumed.version, until=until.moment,
        verdicts=learned.learned.verdicts, evidence=kept.evidence,
        changes=changes(view_on(framework, until.day), assumed, kept),
    )  # fmt: skip


def _content(numbers: Parameters) -> object:
    """What was learned, whatever day it was asked up to and whatever may be claimed of it."""
    whole = numbers.model_dump(exclude={"version": True, "calibrated": True, "learned": {"until"}})
    return whole if numbers.learned is not None else None


def calibrate(desk: Serving, until: AsOf, version: str | None = None, *, keep: bool = False) -> CalibrationAnswer:
    """How reliable a version's probabilities were; with ``keep``, a claim that may be made is kept as a version of its own."""
    numbers = desk.numbers(version)
    wanted = [found for found in judged_until(desk.store, until) if counts_for(found, numbers)]
    report = calibration(desk.snapshot().framework, with_cases(desk, wanted), numbers, until.moment)
    claim = report.claim() if keep else None
    return CalibrationAnswer(
        **report.model_dump(by_alias=True), written=_claimed(desk, numbers, claim) if claim is not None else None
    )


def _claimed(desk: Serving, numbers: Parameters, claim: Calibrated) -> str:
    """The version that carries a claim: a new one, or the very one that was measured where it says the same already."""
    held = numbers.calibrated
    if held is not None and (held.n, held.error, held.since) == (claim.n, claim.error, claim.since):
        return numbers.version
    return desk.versions.keep(numbers.model_copy(update={"calibrated": claim})).version


def draw(store: Store, size: int, seed: int, *, by_unit: bool) -> Sample:
    """A random sample of the complaints that no verdict is about yet."""
    decided = {edge.target.id for edge in store.edges("OF", "Verdict")}
    units: dict[str, str] = {}
    if by_unit:
        for edge in store.edges("HOME_UNIT"):
            units.setdefault(edge.source.id, sys.intern(edge.target.id))
    complaints = ((row.id, units.get(row.id, "")) for row in store.nodes("Complaint") if row.id not in decided)
    return sample(complaints, size, seed, stratified=by_unit)


def with_cases(desk: Serving, known: Iterable[Judged]) -> Iterator[tuple[Case, Judged]]:
    """Judged complaints with their cases, in the order given."""
    found = {one.verdict.complaint: one for one in known}
    for case in read_cases(desk.store, desk.snapshot().framework, list(found)):
        yield case, found[case.id]
