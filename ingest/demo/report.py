"""How well the traces of the demo province agree with its planted causes, beside two trivial ways of guessing.

Reads nothing but the truth file and the JSON lines of ``suyuan trace --all --out``. A *rank* of control points is made from
an answer by adding up each point's probabilities over its subjects.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

NONE, UNMODELLED = "none", "unmodelled"


class Truth(BaseModel):
    """One row of the truth file: what really caused a complaint."""

    model_config = ConfigDict(frozen=True)
    complaint: str
    cause: Literal["control_point", "none", "unmodelled"]
    control_point: str = ""
    subject: str = ""
    owner: str = ""


class Score(BaseModel):
    """What a way of naming control points achieves; every figure is a share, None where nothing can be counted.

    ``ac1``, ``ac3``: over complaints with a planted control point, how often it is the first, is among the first three.
    ``coverage``: share of all complaints for which it names a control point. ``precision``: share of those names that are
    right. ``false_accusations``: share of the complaints without any internal cause for which it names one all the same.
    """

    model_config = ConfigDict(frozen=True)
    ac1: float | None
    ac3: float | None
    coverage: float | None
    precision: float | None
    false_accusations: float | None


class DemoReport(BaseModel):
    """The comparison: sizes, outcomes, and the scores of the trace and of both baselines."""

    model_config = ConfigDict(frozen=True)
    complaints: int
    answered: int
    internal: int
    causeless: int
    causeless_share: float | None
    unmodelled: int
    outcomes: dict[str, int]
    trace: Score
    most_frequent: Score
    """Always names the commonest planted control point, counted over the whole truth: more than anybody could know."""
    symptom: Score
    """Takes the point where it hurts most, the likeliest anchor, for the cause."""
    most_frequent_point: str
    named_right: int
    owner_right: float | None
    """Among correctly named complaints: the owner then is the planted one, and the only one."""
    owner_contested: int
    """Among correctly named complaints: several owners are listed."""


@dataclass(frozen=True)
class _Guess:
    """What one way of guessing says about one complaint."""

    ranking: Sequence[str]
    named: str
    """The control point it commits itself to; empty: none."""


def compare(truth: Iterable[Truth], answers: Iterable[Mapping[str, Any]]) -> DemoReport:
    """Compare answers with the truth; a complaint without an answer counts as ``unknown``, an answer without truth as nothing."""
    rows = list(truth)
    known = {row.complaint for row in rows}
    by_id = {str(answer["complaint"]).removeprefix("Complaint:"): answer for answer in answers}
    answered = {id_: answer for id_, answer in by_id.items() if id_ in known}
    counts = Counter(row.control_point for row in rows if row.cause == "control_point")
    common = [point for point, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    causeless = sum(row.cause == NONE for row in rows)
    right = [
        row for row in rows if row.complaint in answered and _named(answered[row.complaint]) == row.control_point != ""
    ]
    owners = [_owner_then(answered[row.complaint]) for row in right]
    return DemoReport(
        complaints=len(rows), answered=len(answered), internal=sum(counts.values()), causeless=causeless,
        causeless_share=_share(causeless, len(rows)), unmodelled=sum(row.cause == UNMODELLED for row in rows),
        outcomes=dict(sorted(Counter(str(answered[row.complaint]["outcome"]) if row.complaint in answered else "unknown" for row in rows).items())),
        trace=_score(rows, {id_: _traced(answer) for id_, answer in answered.items()}),
        most_frequent=_score(rows, {row.complaint: _Guess(common, common[0] if common else "") for row in rows}),
        symptom=_score(rows, {id_: _symptom(answer) for id_, answer in answered.items()}),
        most_frequent_point=common[0] if common else "", named_right=len(right),
        owner_right=_share(sum(owner == row.owner != "" for row, owner in zip(right, owners, strict=True)), len(right)),
        owner_contested=sum(_contested(answered[row.complaint]) for row in right),
    )  # fmt: skip


def _score(rows: Sequence[Truth], guesses: Mapping[str, _Guess]) -> Score:
    nothing = _Guess((), "")
    pairs = [(row, guesses.get(row.complaint, nothing)) for row in rows]
    internal = [(row, guess) for row, guess in pairs if row.cause == "control_point"]
    named = [(row, guess) for row, guess in pairs if guess.named]
    causeless = [guess for row, guess in pairs if row.cause == NONE]
    return Score(
        ac1=_share(sum(row.control_point in guess.ranking[:1] for row, guess in internal), len(internal)),
        ac3=_share(sum(row.control_point in guess.ranking[:3] for row, guess in internal), len(internal)),
        coverage=_share(len(named), len(rows)),
        precision=_share(sum(guess.named == row.control_point for row, guess in named), len(named)),
        false_accusations=_share(sum(bool(guess.named) for guess in causeless), len(causeless)),
    )


def _traced(answer: Mapping[str, Any]) -> _Guess:
    return _Guess(_ranking(c for c in answer["candidates"] if c["hypothesis"] == "control_point"), _named(answer))


def _symptom(answer: Mapping[str, Any]) -> _Guess:
    ranking = _ranking(answer["anchors"])
    return _Guess(ranking, ranking[0] if ranking else "")


def _ranking(weighted: Iterable[Mapping[str, Any]]) -> list[str]:
    """Control points by their summed probability; equal ones keep the order of the answer."""
    sums: dict[str, float] = {}
    for item in weighted:
        point = _bare(item["control_point"])
        sums[point] = sums.get(point, 0.0) + float(item["probability"])
    return sorted(sums, key=lambda point: -round(sums[point], 9))


def _named(answer: Mapping[str, Any]) -> str:
    return _bare(answer["root"]["control_point"]) if answer["outcome"] == "named" else ""


def _owner_then(answer: Mapping[str, Any]) -> str:
    then = (answer.get("owner") or {}).get("then") or {}
    return str(then.get("holder") or "")


def _contested(answer: Mapping[str, Any]) -> bool:
    return bool(((answer.get("owner") or {}).get("then") or {}).get("contested"))


def _bare(reference: str | None) -> str:
    return (reference or "").removeprefix("ControlPoint:")


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
