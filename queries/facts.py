"""The parts of the explanation that tell facts: what a review or an indicator said, who answers, what a gate let through.

Each function returns nothing where there is no fact to tell.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from graph.records import Ref
from graph.text import Text
from graph.values import local_day
from queries.answers import Contested, EarliestGate, GateState, Holding, OwnerAnswer, Parties, State, Via
from queries.evidence import Term
from queries.naming import Names, figure, joined, percent

RESULTS = {
    "failed": Text("不通过却仍放行", "failed, yet released"),
    "waived": Text("豁免", "waived"),
    "conditional": Text("有条件通过", "passed with conditions"),
    "passed": Text("通过", "passed"),
}
STATES: dict[State, Text] = {
    "red": Text("红", "red"), "amber": Text("黄", "amber"), "green": Text("绿", "green"),
}  # fmt: skip
_GATES: dict[GateState, Text] = {
    "none_defined": Text("其间没有设置适用的评审点", "no gate that applies is defined in between"),
    "missing": Text("没有评审记录", "it has no review on record"),
    "failed_but_released": Text("评审不通过却仍放行", "its review failed, yet it was released"),
    "waived": Text("评审被豁免", "its review was waived"),
    "passed_wrongly": Text("评审放行而未发现", "its review passed without noticing"),
}
_VIAS: dict[Via, Text] = {
    "subject": Text("按该对象的责任分配", "by an assignment for this very subject"),
    "control_point": Text("按该控制点的责任分配", "by an assignment for the control point"),
    "stage": Text("按该环节的责任分配", "by an assignment for the stage"),
    "domain": Text("按该领域的责任分配", "by an assignment for the domain"),
    "rule": Text("按责任规则", "by a responsibility rule"),
    "unit_head": Text(
        "此处未指定责任人，暂由单位一把手承担", "nobody is assigned here, so the head of the unit stands in"
    ),
}


def review_told(term: Term, names: Names, zone: ZoneInfo, about: Ref | None = None) -> Text | None:
    """What the review behind a term said, when; or that a review that was due is not on record, and how well its unit keeps records.

    Where the sentence is about the reviewed point already (``about``), the point is not named again.
    """
    if term.review is None:
        return _missing_told(term, names) if term.says == "missing" else None
    result, day = RESULTS[term.review.result], local_day(term.review.event_at, zone)
    if term.review.of == about:
        return Text(f"{day} 的评审结论为{result.zh}", f"it was reviewed on {day}: {result.en}")
    of = names.full(term.review.of)
    return Text(f"{of.zh}于 {day} 评审结论为{result.zh}", f"{of.en} was reviewed on {day}: {result.en}")


def _missing_told(term: Term, names: Names) -> Text:
    gates = joined(names.full(Ref.parse(ref)) for ref in term.due)
    share = percent(term.kept.recorded / term.kept.expected) if term.kept is not None and term.kept.expected else None
    kept = (
        (f"（其运营单位近一年应有的评审 {share} 有记录）", f" (its unit has {share} of the year's expected reviews)")
        if share is not None
        else ("", "")
    )
    return Text(
        f"应有的评审没有记录：{gates.zh}{kept[0]}", f"the review that was due is not on record: {gates.en}{kept[1]}"
    )


def reading_told(term: Term, names: Names, zone: ZoneInfo) -> Text | None:
    """What the indicator behind a term showed: value, target, period, state."""
    reading = term.reading
    if reading is None or reading.goal is None or reading.state is None:
        return None
    indicator, state = names.full(Ref("Indicator", reading.fact.indicator)), STATES[reading.state]
    start, end = reading.fact.period_start, reading.fact.period_end or local_day(reading.fact.event_at, zone)
    period = f"{start} – {end}" if start else end
    value, target = figure(reading.fact.value), figure(reading.goal.value)
    return Text(
        f"指标{indicator.zh}（{period}）为 {value}，目标 {target}，{state.zh}",
        f"indicator {indicator.en} stood at {value} in {period} against a target of {target}: {state.en}",
    )


def terms_told(review: Term, kci: Term, names: Names, zone: ZoneInfo, about: Ref | None = None) -> Text | None:
    """Both groups' facts in one clause; ``about``: the point that the sentence has named."""
    parts = (review_told(review, names, zone, about), reading_told(kci, names, zone))
    told = [part for part in parts if part is not None]
    if not told:
        return None
    return Text("；".join(part.zh for part in told), "; ".join(part.en for part in told))


def gate_told(gate: EarliestGate | None, names: Names) -> Text | None:
    """Which gate should have caught it first, and what became of it."""
    if gate is None:
        return None
    state = _GATES[gate.state]
    if gate.gate is None:
        return Text(f"最早应拦住它的评审点：{state.zh}。", f"As to the gate that should have caught it: {state.en}.")
    name = names.full(Ref.parse(gate.gate))
    return Text(
        f"最早应拦住它的评审点是{name.zh}：{state.zh}。",
        f"The earliest gate that should have caught it is {name.en}: {state.en}.",
    )


def owner_told(owner: OwnerAnswer | None, names: Names, then_day: str, now_day: str) -> Text | None:
    """Who answered then and who acts now; one sentence where they are the same."""
    if owner is None:
        return None
    then, now = held_told(owner.then, names), held_told(owner.now, names)
    if owner.then == owner.now:
        return Text(
            f"责任方（{then_day} 与 {now_day} 相同）：{now.zh}。",
            f"Answerable, on {then_day} as on {now_day}: {now.en}.",
        )
    return Text(
        f"当时（{then_day}）的责任方：{then.zh}；现在（{now_day}）：{now.zh}。",
        f"Answerable then ({then_day}): {then.en}; now ({now_day}): {now.en}.",
    )


def held_told(holding: Holding | Contested | None, names: Names) -> Text:
    """Who answers and through what, or that nobody does, in one clause."""
    if holding is None:
        return Text("无人（责任空缺，须指定责任人）", "nobody (a gap: an owner must be appointed)")
    if isinstance(holding, Contested):
        several = joined(_one(one, names) for one in holding.contested)
        return Text(f"有争议，{several.zh} 同等有责", f"contested between {several.en}, with equal right")
    who, via = _one(holding, names), _via(holding, names)
    if holding.holder.startswith("OrgUnit:") and holding.via != "unit_head":
        return Text(
            f"{who.zh}，{via.zh}；该单位尚须指定到人", f"{who.en}, {via.en}; the unit has yet to appoint a person"
        )
    return Text(f"{who.zh}，{via.zh}", f"{who.en}, {via.en}")


def _via(holding: Holding, names: Names) -> Text:
    """Through what somebody answers; a rule by its id, with the plan's words it quotes, or that it is ours."""
    if holding.rule is None:
        return _VIAS[holding.via]
    rule = Ref.parse(holding.rule)
    basis, clause = names.word(rule)
    if clause:
        return Text(f"按责任规则 {rule.id}（“{clause}”）", f"by responsibility rule {rule.id} (“{clause}”)")
    if basis == "default":
        return Text(f"按责任规则 {rule.id}（默认规则）", f"by responsibility rule {rule.id} (a default)")
    return Text(f"按责任规则 {rule.id}", f"by responsibility rule {rule.id}")


def _one(holding: Holding, names: Names) -> Text:
    who = names.full(Ref.parse(holding.holder))
    if holding.unit is None or holding.unit == holding.holder:
        return who
    unit = names.bare(Ref.parse(holding.unit))
    return Text(f"{unit.zh}{who.zh}", f"{who.en} of {unit.en}")


def parties_told(parties: Parties, names: Names) -> Text | None:
    """First contact and current handler, kept apart from the owner of the root."""
    first, handler = parties.first_contact, parties.current_handler
    if first is None and handler is None:
        return None
    if first == handler and first is not None:
        who = names.full(Ref.parse(first))
        return Text(f"首问负责方与当前处理方都是{who.zh}。", f"First contact and current handler: {who.en}.")
    told = [
        (title, names.full(Ref.parse(ref)))
        for title, ref in (
            (Text("首问负责方", "First contact"), first),
            (Text("当前处理方", "Current handler"), handler),
        )
        if ref is not None
    ]
    return Text(
        "，".join(f"{title.zh}是{who.zh}" for title, who in told) + "。",
        ". ".join(f"{title.en}: {who.en}" for title, who in told) + ".",
    )
