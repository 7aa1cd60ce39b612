"""Whether the gates let a product or campaign go on: each gate that applies, passed or with the reviews that are still unmet.

The rules are those of the breakpoint list (``queries/findings/passing.py``): what ``passed_ungated``, ``unsafe_exit`` and
``live_below_100`` find after the fact is what is refused here before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from pydantic import Field

from graph.errors import UnknownId, UsageError
from graph.framework import Framework
from graph.records import Ref
from graph.subgraph import Label
from graph.text import Text
from queries.answers import Part, label
from queries.findings.around import Around
from queries.findings.facts import Facts, Reviewed, Source, SubjectFacts
from queries.findings.passing import (
    BLOCKING,
    EXIT,
    MODES,
    PASSED,
    counted_points,
    guarding,
    is_passed,
    latest_reviews,
)
from queries.findings.subjects import named_subject
from queries.findings.view import View

SUBJECT_KINDS = ("Campaign", "Product")
"""What passes through gates."""
ReviewState = Literal["missing", "failed", "waived", "conditional"]
Mode = Literal["automatic", "manual"]
_LAUNCH = {"Campaign": "pre_launch", "Product": "go_live"}
"""Kind of gate before the launch of a subject (schema.md)."""
_STATE_WORDS: dict[str, Text] = {
    "missing": Text("没有评审", "not reviewed"), "failed": Text("未通过", "failed"), "waived": Text("豁免（不算通过）", "waived, which is no pass"),
    "conditional": Text("有条件通过（不算通过）", "conditional, which is no pass"),
}  # fmt: skip
_MODE_WORDS: dict[str | None, Text] = {
    "automatic": Text("智能核检", "automatic review of "), "manual": Text("人工研判", "manual review of "), None: Text("", ""),
}  # fmt: skip
_TOLD = 6
"""How many unmet reviews one sentence tells."""


class Unmet(Part):
    """A review that keeps a gate shut: of the gate itself or of a point it checks, and what its latest one says."""

    of: str = Field(description="Gate:id or ControlPoint:id")
    name: Label
    mode: Mode | None = Field(description="for a pre_launch gate: which of the two reviews; else null")
    state: ReviewState


class GateCheck(Part):
    """One gate that applies to the subject; ``due``: it must be passed for what is asked. ``unmet`` is empty where it is passed."""

    gate: str
    name: Label
    gate_kind: str
    pass_rule: str
    blocks: bool = Field(description="whether its kind blocks: stage, go_live, pre_launch and exit do")
    due: bool
    guards: tuple[str, ...]
    passed: bool
    unmet: tuple[Unmet, ...]


class GateAnswer(Part):
    """Whether a subject may go on: ``allowed`` when every gate that is due is passed; gates in stage order."""

    subject: str
    stage: str | None = Field(description="the stage it is about to enter, where one was asked about")
    as_of: str
    allowed: bool
    gates: tuple[GateCheck, ...]
    explanation: Label


def gate_state(
    framework: Framework, source: Source, subject: Ref, *, as_of: str, stage: str | None = None
) -> GateAnswer:
    """What every gate that applies to a product or campaign says at the end of a day.

    Due are, with a stage: the blocking gates that guard the stage before it, and the exit gates that guard it. Without one: the gates of
    the launch (pre_launch of a campaign, go_live of a product), and the blocking ones of every stage that the subject entered or left.
    A campaign's pre_launch gate wants, for every point it checks, both the latest automatic and the latest manual review passed; a waiver is not a pass.

    Args:
        framework: the framework of one revision.
        source: the store, or whatever streams nodes and edges as one does.
        subject: ``Product`` or ``Campaign``.
        as_of: the day, ``YYYY-MM-DD``; what happened later is not looked at.
        stage: id of the stage it is about to enter.

    Raises UsageError for a subject of another kind, UnknownId when the subject or the stage is not known.
    """
    if subject.kind not in SUBJECT_KINDS:
        raise UsageError(
            Text(f"{subject.kind} 不经过评审点", f"a {subject.kind} passes through no gates"),
            Text("请写产品或营销案的编号", "Write the id of a product or a campaign"),
        )
    if stage is not None and stage not in framework.nodes("Stage"):
        raise UnknownId(f"Stage:{stage}", (f"Stage:{id_}" for id_ in framework.nodes("Stage")))
    facts = Facts(Around(source, [subject]), as_of, framework.zone)
    found = next(facts.subjects(), None)
    if found is None:
        raise UnknownId(str(subject), ())
    asked = _Asked(View(framework, as_of), found, facts.until)
    due = _due(asked, stage)
    checks = tuple(_check(asked, gate, points, gate in due) for gate, points in _applying(asked))
    return GateAnswer(
        subject=str(subject), stage=f"Stage:{stage}" if stage is not None else None, as_of=as_of,
        allowed=all(check.passed for check in checks if check.due), gates=checks, explanation=label(_told(asked, checks)),
    )  # fmt: skip


class _Asked(NamedTuple):
    """The framework on the day, the subject with its facts, and the moment at which the day is over."""

    view: View
    subject: SubjectFacts
    until: str


def _applying(asked: _Asked) -> list[tuple[Ref, list[Ref]]]:
    """The gates that check a point of the subject's kind, with these points, in the order of the stages they guard."""
    framework = asked.view.framework
    found = []
    for id_ in asked.view.nodes("Gate"):
        gate = Ref("Gate", id_)
        points = counted_points(asked.view, gate, asked.subject.ref.kind)
        if points:
            ranks = [framework.stage_rank[stage.id] for stage in asked.view.targets("GUARDS", gate)]
            ranks = ranks or [framework.point_rank(point.id) for point in points]
            found.append((min(ranks), id_, gate, points))
    return [(gate, points) for _, _, gate, points in sorted(found)]


def _due(asked: _Asked, stage: str | None) -> frozenset[Ref]:
    view = asked.view
    if stage is not None:
        entered, left = [Ref("Stage", stage)], list(view.sources("NEXT", Ref("Stage", stage)))
        return frozenset((*guarding(view, left, BLOCKING), *guarding(view, entered, EXIT)))
    entered = [entry.stage for entry in asked.subject.entries]
    left = [before for place in entered for before in view.sources("NEXT", place)]
    launch = (
        Ref("Gate", id_)
        for id_, row in view.nodes("Gate").items()
        if row.props.get("gate_kind") == _LAUNCH[asked.subject.ref.kind]
    )
    return frozenset((*launch, *guarding(view, [*entered, *left], BLOCKING)))


def _check(asked: _Asked, gate: Ref, points: Sequence[Ref], due: bool) -> GateCheck:
    view, props = asked.view, asked.view.props(gate)
    kind = str(props.get("gate_kind", ""))
    if kind == "pre_launch" and asked.subject.ref.kind == "Campaign":
        unmet = tuple(_below_100(asked, sorted(points)))
        passed = not unmet
    else:
        passed = is_passed(view, gate, points, asked.subject, asked.until)
        unmet = () if passed else tuple(_not_passed(asked, (gate, *sorted(points)), None, asked.subject.reviews))
    return GateCheck(
        gate=str(gate), name=_name(view, gate), gate_kind=kind, pass_rule=str(props.get("pass_rule", "all_passed")),
        blocks=kind in BLOCKING, due=due, guards=tuple(map(str, view.targets("GUARDS", gate))), passed=passed, unmet=unmet,
    )  # fmt: skip


def _below_100(asked: _Asked, points: Sequence[Ref]) -> Iterator[Unmet]:
    """The rule of live_below_100, point by point."""
    for mode in MODES:
        reviews = [review for review in asked.subject.reviews if review.mode == mode]
        yield from _not_passed(asked, points, "automatic" if mode == "automatic" else "manual", reviews)


def _not_passed(asked: _Asked, refs: Sequence[Ref], mode: Mode | None, reviews: Sequence[Reviewed]) -> Iterator[Unmet]:
    latest = latest_reviews(reviews, asked.until)
    for ref in refs:
        result = latest.get(ref)
        if result != PASSED:
            yield Unmet(of=str(ref), name=_name(asked.view, ref), mode=mode, state=_state(result))


def _state(result: str | None) -> ReviewState:
    """A review without a result is none."""
    if result == "failed":
        return "failed"
    if result == "waived":
        return "waived"
    return "conditional" if result == "conditional" else "missing"


def _name(view: View, ref: Ref) -> Label:
    return Label(zh=view.framework.name(ref, "zh"), en=view.framework.name(ref, "en"))


def _told(asked: _Asked, checks: Sequence[GateCheck]) -> Text:
    name, open_ = named_subject(asked.subject), [check for check in checks if check.due and not check.passed]
    due = sum(check.due for check in checks)
    if not due:
        return Text(f"{name.zh}目前没有须通过的评审点。", f"{name.en} has no gate to pass at present.")
    if not open_:
        return Text(
            f"{name.zh}须通过的 {due} 个评审点都已通过。", f"{name.en} has passed all {due} gates that are due."
        )
    zh, en = "", ""
    for check in open_:
        told = [_told_unmet(unmet) for unmet in check.unmet[:_TOLD]]
        more = len(check.unmet) - len(told)
        zh += (
            f"“{check.name.zh}”未通过："
            + "、".join(one.zh for one in told)
            + (f"等共 {len(check.unmet)} 项" if more else "")
            + "。"
        )
        en += (
            f" “{check.name.en}” is not passed: "
            + ", ".join(one.en for one in told)
            + (f" and {more} more" if more else "")
            + "."
        )
    return Text(f"{name.zh}不能放行。{zh}", f"{name.en} may not go on.{en}")


def _told_unmet(unmet: Unmet) -> Text:
    mode, state = _MODE_WORDS[unmet.mode], _STATE_WORDS[unmet.state]
    return Text(f"“{unmet.name.zh}”{mode.zh}{state.zh}", f"{mode.en}“{unmet.name.en}” {state.en}")
