"""Verdicts between a person and the store: taken down with the answer they are about, and read again as a record of who said what."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from api.context import AsOf
from api.serving import Serving
from graph.errors import UsageError, Where
from graph.records import Record
from graph.schema import EDGES
from graph.settings import settings
from graph.store import Store
from graph.text import Text
from graph.values import BadValue, string
from ingest.masking import mask
from ingest.pipeline import load
from queries.answers import TraceAnswer
from queries.verdicts import VERDICT_EDGES, Conclusion, Judged, Ruling, Sampled, Seal, judged, rows_of, ruling, rulings

SOURCE = "verdict"
"""Whose word verdicts are: what people told the program."""


class Opinion(NamedTuple):
    """What a person says, as they write it: either that the answer was right, or what is right instead."""

    confirm: bool = False
    outcome: Conclusion | None = None
    control_point: str | None = None
    subject: str | None = None
    by: str | None = None
    reason: str | None = None
    sampled: Sampled = "routine"


class Answered(BaseModel):
    """What the program had said, by which numbers."""

    model_config = ConfigDict(frozen=True)
    outcome: str
    control_point: str | None
    subject: str | None
    probability: float | None
    parameters: str


class VerdictLine(BaseModel):
    """One verdict beside the answer it is about: who, when, what was said, what is right, and whether it is as it was given.

    ``agrees`` and ``answered`` are null where a verdict was loaded without the answer.
    """

    model_config = ConfigDict(frozen=True)
    verdict: str
    complaint: str
    event_at: str
    by: str | None
    sampled: str | None
    outcome: str
    control_point: str | None
    subject: str | None
    reason: str | None
    answered: Answered | None
    agrees: bool | None
    seal: Seal


class VerdictAnswer(VerdictLine):
    """A verdict just given; ``unchanged``: the very same one is stored already."""

    stored: Literal["added", "unchanged"]


class VerdictList(BaseModel):
    """Verdicts in the order in which they were given; ``broken``: how many are not as they were given."""

    model_config = ConfigDict(frozen=True)
    verdicts: tuple[VerdictLine, ...]
    broken: int


def give(desk: Serving, complaint: str, opinion: Opinion, at: AsOf, version: str | None = None) -> VerdictAnswer:
    """Trace a complaint, freeze the answer and store what a person says of it beside whatever was said before.

    Args:
        desk: the store.
        complaint: its id.
        opinion: what is said.
        at: when it is said; the answer is the one of this moment.
        version: the numbers to trace with; those in force where absent.

    Raises:
        UnknownId: the complaint, the control point, the subject or the owner is not stored. UsageError: the opinion says nothing,
        or two things, or is older than the complaint. StoreError: see ``graph.errors``.
    """
    _check(opinion)
    answer = desk.trace(complaint, at, version)
    id_ = answer.complaint.removeprefix("Complaint:")
    if at.moment < desk.case(id_).event_at:
        raise UsageError(
            Text(f"裁定时间 {at.moment} 早于投诉", f"the verdict's time {at.moment} is before the complaint"),
            Text("请核对 --at", "Check --at"),
        )
    given = ruling(
        id_, **_concluded(desk, opinion, answer), by=desk.find(opinion.by, ("Owner",)).id if opinion.by is not None else "",
        reason=_reason(opinion.reason), sampled=opinion.sampled, event_at=at.moment, answer=_frozen(answer),
    )  # fmt: skip
    if any(desk.store.nodes("Verdict", [given.id])):
        return VerdictAnswer(**dict(line(given)), stored="unchanged")
    node, edges = rows_of(given)
    record = Record(
        node._replace(sources=(SOURCE,)), tuple(edge._replace(sources=(SOURCE,)) for edge in edges), Where()
    )
    report = load(desk.store, [record], source=SOURCE, at=at.moment)
    if report.total.refused:
        raise UsageError(
            Text("裁定未能写入：所指的对象刚刚被删除", "the verdict was not stored: what it names has just been removed"),
            Text("请核对编号后重试", "Check the ids and try again"),
        )  # fmt: skip
    return VerdictAnswer(**dict(line(given)), stored="added")


def _check(opinion: Opinion) -> None:
    names = opinion.control_point is not None
    said = (opinion.outcome or ("named" if names else None), opinion.confirm)
    if said == (None, False):
        raise UsageError(
            Text("没有说明结论", "no conclusion is stated"),
            Text("请写 --confirm、--control-point CP 或 --outcome 之一", "Write one of --confirm, --control-point CP, --outcome"),
        )  # fmt: skip
    if opinion.confirm and (said[0] is not None or opinion.subject is not None):
        raise UsageError(
            Text("--confirm 不能与更正同用", "--confirm does not go with a correction"),
            Text("确认用 --confirm，更正用 --control-point 或 --outcome", "Confirm with --confirm, or correct with --control-point or --outcome"),
        )  # fmt: skip
    if not opinion.confirm and (said[0] == "named") != names:
        raise UsageError(
            Text("结论 named 与 --control-point 必须同用", "--outcome named and --control-point go together"),
            Text("例：--control-point CP23", "E.g. --control-point CP23"),
        )
    if opinion.subject is not None and not names:
        raise UsageError(
            Text("--subject 要和 --control-point 同用", "--subject goes with --control-point"),
            Text("例：--control-point CP23 --subject Campaign:M1", "E.g. --control-point CP23 --subject Campaign:M1"),
        )


def _concluded(desk: Serving, opinion: Opinion, answer: TraceAnswer) -> dict[str, str]:
    """Outcome, control point and subject: the answer's own where it is confirmed, else what the person says."""
    if opinion.confirm:
        root = answer.root
        point = root.control_point if root is not None else None
        on = root.subject if root is not None and point is not None else None
        outcome = "unmodelled" if answer.reason == "unmodelled" else answer.outcome
        return {
            "outcome": outcome, "control_point": (point or "").removeprefix("ControlPoint:"), "subject": on or "",
        }  # fmt: skip
    subjects = EDGES["ON"].targets("Verdict")
    return {
        "outcome": opinion.outcome or "named",
        "control_point": desk.find(opinion.control_point, ("ControlPoint",)).id if opinion.control_point else "",
        "subject": str(desk.find(opinion.subject, subjects)) if opinion.subject else "",
    }


def _reason(text: str | None) -> str:
    """The reason as it will stand in the store: clean, and masked before it is sealed."""
    try:
        clean = string(text) if text is not None else None
    except BadValue as error:
        raise UsageError(error.reason, Text("请核对 --reason", "Check --reason")) from None
    return (mask(clean)[0] if settings().mask else clean) if clean is not None else ""


def _frozen(answer: TraceAnswer) -> str:
    frozen = string(answer.model_dump_json())
    assert frozen is not None  # an answer is never blank
    return frozen


def line(given: Ruling) -> VerdictLine:
    """A verdict as a line of the record."""
    answered = _answered(given.answer)
    return VerdictLine(
        verdict=f"Verdict:{given.id}", complaint=f"Complaint:{given.complaint}", event_at=given.event_at,
        by=f"Owner:{given.by}" if given.by else None, sampled=given.sampled or None, outcome=given.outcome,
        control_point=f"ControlPoint:{given.control_point}" if given.control_point else None,
        subject=str(given.subject) if given.subject is not None else None, reason=given.reason or None,
        answered=answered, agrees=None if answered is None else _agrees(given, answered), seal=given.seal,
    )  # fmt: skip


def _answered(frozen: str) -> Answered | None:
    """What a frozen answer had said; None where there is none that can be read."""
    try:
        said: dict[str, Any] = json.loads(frozen)
        root: dict[str, Any] = said["root"] or {}
        outcome = "unmodelled" if said["reason"] == "unmodelled" else said["outcome"]
        return Answered(
            outcome=outcome, control_point=root.get("control_point"), subject=root.get("subject"),
            probability=root.get("probability"), parameters=said["revision"]["parameters"],
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, ValidationError):
        return None


def _agrees(given: Ruling, answered: Answered) -> bool:
    if not given.control_point:
        return given.outcome == answered.outcome
    same = answered.control_point == f"ControlPoint:{given.control_point}"
    return same and (given.subject is None or str(given.subject) == answered.subject)


def stored_rulings(store: Store) -> tuple[Ruling, ...]:
    """Every verdict in the store, oldest first."""

    def edges() -> Iterator[Any]:
        for name in VERDICT_EDGES:
            yield from store.edges(name, "Verdict")

    return rulings(store.nodes("Verdict"), edges())


def judged_until(store: Store, until: AsOf) -> tuple[Judged, ...]:
    """The complaints with a verdict no later than a moment."""
    return judged(stored_rulings(store), until.moment)


def record(given: Sequence[Ruling], complaint: str | None = None) -> VerdictList:
    """The record of verdicts, of all complaints or of one."""
    lines = tuple(line(one) for one in given if complaint in (None, one.complaint))
    return VerdictList(verdicts=lines, broken=sum(one.seal == "broken" for one in lines))
