"""Step 9 of the trace: one paragraph in Chinese and one in English that a manager can read aloud. No sentence without a fact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from graph.case import COUNTED_DAYS
from graph.records import Ref
from graph.text import Text
from graph.values import local_day
from queries.answers import IndicatorAnswer, Reason, State
from queries.facts import STATES, gate_told, owner_told, parties_told, terms_told
from queries.hypothesis import Hypothesis
from queries.naming import figure, joined, percent
from queries.parameters import Calibrated
from queries.responsibility import answered_at
from queries.told import Told

_ANCHORS_TOLD = 3
_INDICATORS_TOLD = 4
_FEW = 3
"""Complaints of a history below which it is not told."""
_NONE = Text("几乎没有", "hardly any falls")
_WORST_FIRST: tuple[State | None, ...] = ("red", "amber", None, "green")
_NOTEWORTHY = 0.2
"""By how much a factor differs from 1 before the explanation speaks of it."""
_REASONS: dict[Reason, Text] = {
    "no_anchor": Text(
        "没有起因代码，分类也不指向任何控制点", "there is no cause code, and the category points to no control point"
    ),
    "unmodelled": Text("最可能的是模型尚未覆盖的原因", "a cause the maps do not cover is the likeliest"),
    "tie": Text("最大的两种可能相差不足以下结论", "the two likeliest explanations are too close to call"),
    "no_evidence": Text("证据不足以指认任何一处", "the evidence does not suffice to name any place"),
}


def explain(told: Told) -> Text:
    """The paragraph: where it hurts, what is concluded on what evidence, who answers, what is damaged, what is assumed, what is open."""
    sentences = [sentence for tell in _SENTENCES if (sentence := tell(told)) is not None]
    return Text("".join(s.zh for s in sentences), " ".join(s.en for s in sentences))


def lead(told: Told) -> tuple[Text, ...]:
    """The answer in one sentence, and who answers for it: what stands on top of a page."""
    return tuple(sentence for tell in (_conclusion, _owner) if (sentence := tell(told)) is not None)


def _complaint(told: Told) -> Text:
    case, names = told.case, told.names
    day = local_day(case.event_at, told.framework.zone)
    about = joined(names.kind_and_name(ref) for ref in case.about)
    categories = joined(names.full(Ref("Category", id_)) for id_ in case.categories)
    zh, en = f"投诉 {case.id}（{day}）", f"Complaint {case.id} of {day}"
    if about.zh:
        zh, en = f"{zh}涉及{about.zh}", f"{en} is about {about.en}"
    if categories.zh:
        zh = f"{zh}，分类为{categories.zh}"
        en = f"{en}{' and' if about.en else ''} falls under {categories.en}"
    return Text(f"{zh}。", f"{en}." if about.en or categories.en else f"{en} names neither a subject nor a category.")


def _anchors(told: Told) -> Text | None:
    if not told.anchors:
        return None
    shown = told.anchors[:_ANCHORS_TOLD]
    points = [told.names.full(Ref.parse(anchor.control_point)) for anchor in shown]
    if len(told.anchors) > 1:
        shares = [percent(anchor.probability) for anchor in shown]
        points = [Text(f"{p.zh} {share}", f"{p.en} {share}") for p, share in zip(points, shares, strict=True)]
    listed = joined(points)
    words = "、".join(f"“{word}”" for word in dict.fromkeys(w for a in shown for w in a.words))
    if words:
        return Text(
            f"没有分类指向控制点；从投诉文字（{words}）看，客户感知受损于{listed.zh}。",
            f"No category points anywhere; by its text ({words}) what the customer felt points to {listed.en}.",
        )
    more = ("等", ", among others") if len(told.anchors) > len(shown) else ("", "")
    return Text(f"客户感知受损于{listed.zh}{more[0]}。", f"What the customer felt points to {listed.en}{more[1]}.")


def _history(told: Told) -> Text | None:
    """How much the subject's own earlier complaints fall on the foremost of several anchors, where they moved it."""
    found = told.anchors[0].concentration if len(told.anchors) > 1 else None
    if found is None or found.of_subject < _FEW or abs(found.factor - 1) < _NOTEWORTHY:
        return None
    point = told.names.full(Ref.parse(told.anchors[0].control_point))
    about = joined(told.names.kind_and_name(ref) for ref in told.case.about)
    usual, share = percent(found.base), round(found.at_point, 1)
    here = Text(f"约 {figure(share)} 起", f"about {figure(share)} of them fall") if share else _NONE
    return Text(
        f"此前 {COUNTED_DAYS} 天{about.zh}共有投诉 {found.of_subject} 起，{here.zh}落在{point.zh}，全部投诉的平均占比为 {usual}。",
        f"In the {COUNTED_DAYS} days before, {found.of_subject} complaints were about {about.en}; {here.en} on {point.en},"
        f" where the usual share is {usual}.",
    )


def _conclusion(told: Told) -> Text:
    scored, names = told.scored, told.names
    outcome, reason, named = scored.decision
    if named is None:
        if outcome == "no_internal_cause":
            share = percent(scored.no_internal_cause.probability)
            return Text(
                f"结论：非内部原因，概率 {share}。", f"Conclusion: no internal cause, with probability {share}."
            )
        assert reason is not None  # every unknown has one
        return Text(f"结论：原因未知，{_REASONS[reason].zh}。", f"Conclusion: unknown; {_REASONS[reason].en}.")
    share = percent(named.probability)
    on = names.kind_and_name(named.subject) if named.subject is not None else None
    where = [
        names.full(Ref(kind, id_))
        for kind, id_ in (("Domain", named.domain), ("Stage", named.stage))
        if id_ is not None
    ]
    place = Text("·".join(part.zh for part in where), ", ".join(part.en for part in reversed(where)))
    of_zh, of_en = (f"，对象为{on.zh}", f" on {on.en}") if on is not None else ("", "")
    if named.point is not None:
        point = names.full(Ref("ControlPoint", named.point))
        at_zh, at_en = (f"（在{place.zh}）", f" (in {place.en})") if where else ("", "")
        return Text(
            f"结论：最先失效的是控制点{point.zh}{at_zh}{of_zh}，概率 {share}。",
            f"Conclusion: control point {point.en}{at_en} failed first{of_en}, with probability {share}.",
        )
    level = Text("环节", "stage") if outcome == "stage" else Text("领域", "domain")
    finer = Text("控制点", "control point") if outcome == "stage" else Text("环节", "stage")
    return Text(
        f"结论：起因在{level.zh}{place.zh}{of_zh}，概率 {share}；具体{finer.zh}未能确定。",
        f"Conclusion: it began in {level.en} {place.en}{of_en}, with probability {share}; which {finer.en} remains unknown.",
    )


def _evidence(told: Told) -> Text | None:
    if told.scored.leading is None:
        return None
    hypothesis = told.scored.leading
    facts = terms_told(hypothesis.review, hypothesis.kci, told.names, told.framework.zone, hypothesis.point.ref)
    if facts is None:
        return Text(
            "该控制点没有评审或指标证据，结论仅依据分类与因果权重。",
            "No review or indicator speaks about this point; the conclusion rests on category and causal weights alone.",
        )
    return Text(f"依据：{facts.zh}。", f"Evidence: {facts.en}.")


def _contributing(told: Told) -> Text | None:
    """The other points on the way whose own evidence speaks against them (LR > 1)."""
    found = [told.names.full(h.point.ref) for h in told.contributing]
    if not found:
        return None
    listed = joined(found)
    return Text(
        f"途中另有控制点也有失效迹象：{listed.zh}。",
        f"On the way, these control points show signs of failure too: {listed.en}.",
    )


def _alternatives(told: Told) -> Text | None:
    scored = told.scored
    others = scored.hypotheses[1:2] if scored.leading is not None else scored.hypotheses[:_ANCHORS_TOLD]
    if not others:
        return None
    listed = joined(_alternative(told, h, [other.point.id for other in others]) for h in others)
    nulls = percent(scored.no_internal_cause.probability), percent(scored.unmodelled.probability)
    lead = (
        Text("其次是", "Next comes")
        if scored.leading is not None
        else Text("各种可能中居前的是", "Foremost among the possibilities:")
    )
    return Text(
        f"{lead.zh}{listed.zh}；非内部原因 {nulls[0]}，模型未覆盖 {nulls[1]}。",
        f"{lead.en} {listed.en}; no internal cause {nulls[0]}, not covered by the maps {nulls[1]}.",
    )


def _alternative(told: Told, hypothesis: Hypothesis, listed: Sequence[str]) -> Text:
    """One of several hypotheses with its probability; a point that is listed for several subjects with the subject."""
    name, share = told.names.full(hypothesis.point.ref), percent(hypothesis.probability)
    if hypothesis.subject is not None and listed.count(hypothesis.point.id) > 1:
        on = told.names.kind_and_name(hypothesis.subject.ref)
        name = Text(f"{name.zh}（就{on.zh}而言）", f"{name.en} on {on.en}")
    return Text(f"{name.zh} {share}", f"{name.en} {share}")


def _foremost(told: Told) -> Text | None:
    """What is known about the likeliest point where none is named."""
    scored = told.scored
    if scored.leading is not None or scored.decision.outcome == "no_internal_cause" or not scored.hypotheses:
        return None
    first = scored.hypotheses[0]
    facts = terms_told(first.review, first.kci, told.names, told.framework.zone, first.point.ref)
    if facts is None:
        return None
    name = told.names.full(first.point.ref)
    return Text(f"关于{name.zh}，已知：{facts.zh}。", f"Known about {name.en}: {facts.en}.")


def _gate(told: Told) -> Text | None:
    return gate_told(told.gate, told.names)


def _owner(told: Told) -> Text | None:
    zone = told.framework.zone
    then = local_day(answered_at(told.case, told.scored), zone)
    return owner_told(told.owner, told.names, then, local_day(told.as_of, zone))


def _parties(told: Told) -> Text | None:
    return parties_told(told.parties, told.names)


def _damage(told: Told) -> Text | None:
    """The result and satisfaction indicators above the named point, those not met first; of many the first few."""
    upper = sorted(
        (i for i in told.indicators if i.level in ("KQI", "KPI")),
        key=lambda i: _WORST_FIRST.index(i.state),
    )
    if not upper:
        return None
    listed = joined(_indicator(told, indicator) for indicator in upper[:_INDICATORS_TOLD])
    more = len(upper) > _INDICATORS_TOLD
    zh, en = (f"等 {len(upper)} 项", f" and {len(upper) - _INDICATORS_TOLD} more") if more else ("", "")
    return Text(f"由此受影响的指标：{listed.zh}{zh}。", f"Indicators it bears on: {listed.en}{en}.")


def _indicator(told: Told, indicator: IndicatorAnswer) -> Text:
    name = told.names.full(Ref.parse(indicator.id))
    if indicator.state is None or indicator.value is None:
        return name
    state, value = STATES[indicator.state], figure(indicator.value)
    return Text(f"{name.zh}现值 {value}（{state.zh}）", f"{name.en} at {value} ({state.en})")


def _assumed(told: Told) -> Text:
    """Whether the numbers are assumed or learned, and calibrated; how many of the links used are default maps."""
    version, checked = told.parameters.version, _checked(told.parameters.calibrated)
    defaults = sum(link.basis == "default" for link in told.chain)
    defaults += sum(anchor.basis == "default" for anchor in told.anchors) + _default_causes(told)
    kind = Text("假设值", "assumed") if told.parameters.status == "assumed" else Text("学习所得", "learned")
    rests = ("", "")
    if defaults:
        many = (
            f"{defaults} of the links used are default maps"
            if defaults > 1
            else "one of the links used is a default map"
        )
        rests = (f"；所用链路中有 {defaults} 条是默认映射", f"; {many}")
    return Text(
        f"概率参数为{kind.zh}（版本 {version}），{checked.zh}{rests[0]}。",
        f"The probabilities use {kind.en} numbers (version {version}) and {checked.en}{rests[1]}.",
    )


def _checked(claim: Calibrated | None) -> Text:
    """Whether the probabilities were held against what reviewers found in complaints drawn at random."""
    if claim is None:
        return Text("未经校准", "are not calibrated")
    return Text(
        f"已用 {claim.n} 条随机抽样的裁定校准（误差 {percent(claim.error)}）",
        f"are calibrated on {claim.n} randomly sampled verdicts (error {percent(claim.error)})",
    )


def _default_causes(told: Told) -> int:
    """CAUSED_BY links on the way that rest on default maps."""
    points = told.scored.view.points
    steps = {(points[a].ref, points[b].ref) for a, b in pairwise(told.path)}
    return sum(
        (edge.source, edge.target) in steps and edge.props.get("basis") == "default"
        for source, _ in sorted(steps)
        for edge in told.framework.out("CAUSED_BY", source)
    )


def _gaps(told: Told) -> Text | None:
    """How many findings of the breakpoint list the way meets, and the gravest of them."""
    if not told.gaps:
        return None
    n, first = len(told.gaps), told.gaps[0].message
    return Text(
        f"途中遇到断点、盲点或风险 {n} 处，首要的是：{first.zh.rstrip('。')}。",
        f"The way meets {n} finding{'s' if n > 1 else ''} of the breakpoint list, first of all: {first.en.rstrip('.')}.",
    )


def _next(told: Told) -> Text | None:
    if not told.next_evidence:
        return None
    fact = told.next_evidence[0]
    of = joined(told.names.full(Ref.parse(ref)) for ref in fact.of)
    point = told.names.full(Ref.parse(fact.control_point))
    shares = [percent(turn.probability) for turn in fact.would]
    what = Text("评审结论", "the review result of") if fact.fact == "review" else Text("指标取值", "a value of")
    return Text(
        f"最能推进判断的是补上{of.zh}的{what.zh}：{point.zh}的概率将为 {shares[0]} 或 {shares[1]}。",
        f"What would help most is {what.en} {of.en}: it would put {point.en} at {shares[0]} or {shares[1]}.",
    )


_SENTENCES: tuple[Callable[[Told], Text | None], ...] = (
    _complaint, _anchors, _history, _conclusion, _evidence, _contributing, _alternatives, _foremost, _gate, _owner, _parties, _damage, _gaps, _next,
    _assumed,
)  # fmt: skip
