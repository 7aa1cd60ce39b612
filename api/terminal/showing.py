"""Answers to trace, who and chain as a person reads them: one paragraph first, then the tables behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from api.terminal import output
from api.wording import OUTCOMES, REASONS
from graph.schema import EDGES, KINDS, Property
from graph.text import Lang, Text
from queries.answers import (
    ChainAnswer,
    ChainLink,
    Contested,
    Gap,
    Holding,
    IfKnown,
    IndicatorAnswer,
    NextEvidence,
    TraceAnswer,
    WhoAnswer,
)
from queries.whatif import WhatIfAnswer

Namer = Callable[[str | None], str]
"""``Kind:id`` → its id with its name; None is a dash."""

SHOWN_CANDIDATES = 5
_HYPOTHESES = {
    "control_point": Text("控制点", "control point"), "no_internal_cause": Text("无内部原因", "no internal cause"),
    "unmodelled": Text("框架未涵盖", "outside the framework"),
}  # fmt: skip
_GATES = {
    "none_defined": Text("没有设评审点", "no gate is defined"), "missing": Text("没有评审记录", "no review is recorded"),
    "failed_but_released": Text("未通过却放行", "failed, yet released"), "waived": Text("被豁免", "waived"),
    "passed_wrongly": Text("评审通过但没有拦住", "passed, yet it went wrong"),
}  # fmt: skip

_VIA = {
    "subject": Text("对象", "the subject"), "control_point": Text("控制点", "the control point"), "stage": Text("环节", "the stage"),
    "domain": Text("领域", "the domain"), "rule": Text("责任规则", "a rule"), "unit_head": Text("单位一把手", "the unit's head"),
}  # fmt: skip
_FACTS = {"review": Text("评审结论", "a review"), "kci": Text("指标值", "a value of the indicator")}
_STATES = {"red": Text("红", "red"), "amber": Text("黄", "amber"), "green": Text("绿", "green")}
_VALUES = _STATES | {"failed": Text("不通过", "failed"), "passed": Text("通过", "passed")}


def print_trace(answer: TraceAnswer, name: Namer, lang: Lang) -> None:
    """The explanation, what is named with its owner, the likeliest hypotheses, the chain and the gaps."""
    output.print_text(answer.explanation.in_(lang))
    output.print_text()
    facts: list[tuple[Text, object]] = [(Text("结论", "Outcome"), OUTCOMES[answer.outcome].in_(lang))]
    if answer.reason is not None:
        facts.append((Text("原因", "Reason"), REASONS[answer.reason].in_(lang)))
    if answer.root is not None:
        root = answer.root
        parts = (
            (Text("控制点", "Control point"), root.control_point), (Text("环节", "Stage"), root.stage),
            (Text("领域", "Domain"), root.domain), (Text("对象", "Subject"), root.subject),
        )  # fmt: skip
        facts += [(title, name(ref)) for title, ref in parts if ref is not None]
        facts.append((Text("概率", "Probability"), f"{root.probability:.3f}"))
    if answer.owner is not None:
        facts.append((Text("当时负责人", "Owner then"), _holding(answer.owner.then, name, lang)))
        facts.append((Text("现在负责人", "Owner now"), _holding(answer.owner.now, name, lang)))
    parties = answer.parties
    facts.append((Text("首问负责人", "First contact"), name(parties.first_contact)))
    facts.append((Text("当前处理人", "Current handler"), name(parties.current_handler)))
    if answer.earliest_gate is not None:
        gate = f"{name(answer.earliest_gate.gate)} · {_GATES[answer.earliest_gate.state].in_(lang)}"
        facts.append((Text("本应拦住的评审点", "Gate that should have caught it"), gate))
    _facts(Text(f"投诉 {name(answer.complaint)}", f"Complaint {name(answer.complaint)}"), facts, lang)
    headings = (
        Text("假设", "Hypothesis"),
        Text("控制点", "Control point"),
        Text("对象", "Subject"),
        Text("概率", "P"),
        Text("依据", "Evidence"),
    )
    rows = [
        (
            _HYPOTHESES[c.hypothesis].in_(lang), name(c.control_point), name(c.subject), c.probability,
            ", ".join(dict.fromkeys(ref for term in c.terms if term.name != "prior" for ref in term.evidence)),
        )
        for c in answer.candidates[:SHOWN_CANDIDATES]
    ]  # fmt: skip
    output.print_table(Text("最可能的解释", "The likeliest explanations"), headings, rows, lang)
    _next_evidence(answer.next_evidence, name, lang)
    _chain(answer.chain, answer.indicators, name, lang)
    _gaps(answer.gaps, lang)


def print_what_if(answer: WhatIfAnswer, name: Namer, lang: Lang) -> None:
    """What changes, the probabilities that move, and the explanation of the answer without the elements."""
    output.print_text(answer.explanation.in_(lang))
    output.print_text()
    headings = (
        Text("假设", "Hypothesis"), Text("控制点", "Control point"), Text("对象", "Subject"), Text("原来", "Before"), Text("没有它", "Without"),
    )  # fmt: skip
    rows = [
        (_HYPOTHESES[m.hypothesis].in_(lang), name(m.control_point), name(m.subject), m.before, m.after)
        for m in answer.moved[:SHOWN_CANDIDATES]
    ]
    output.print_table(Text("变化最大的假设", "The hypotheses that move most"), headings, rows, lang)
    output.print_text()
    output.print_text(answer.after.explanation.in_(lang))


def print_who(answer: WhoAnswer, name: Namer, lang: Lang) -> None:
    """The explanation, the owner, every duty, and the units that must appoint somebody."""
    output.print_text(answer.explanation.in_(lang))
    output.print_text()
    facts: list[tuple[Text, object]] = [(Text("负责人", "Owner"), _holding(answer.owner, name, lang))]
    if answer.must_appoint:
        facts.append((Text("须指定责任人的单位", "Units that must appoint"), _names(answer.must_appoint, name)))
    _facts(Text(f"{name(answer.target)}，{answer.as_of}", f"{name(answer.target)}, {answer.as_of}"), facts, lang)
    headings = (
        Text("职责", "Duty"), Text("由谁", "Holder"), Text("单位", "Unit"), Text("通过", "Through"), Text("范围", "Scope"), Text("代理", "Deputies"),
    )  # fmt: skip
    rows = [
        (
            _duty(d.role, lang),
            name(d.holder),
            name(d.unit),
            _VIA[d.via].in_(lang) if d.via in _VIA else d.via,
            _names(d.scope, name),
            _names(d.deputies, name),
        )
        for d in answer.duties
    ]
    if rows:
        output.print_table(Text("职责分配", "Duties"), headings, rows, lang)


def print_chain(answer: ChainAnswer, name: Namer, lang: Lang) -> None:
    """The explanation, the links and indicators, and where the chain ends early."""
    output.print_text(answer.explanation.in_(lang))
    output.print_text()
    _chain(answer.chain, answer.indicators, name, lang)
    _gaps(answer.gaps, lang)


def _holding(holding: Holding | Contested | None, name: Namer, lang: Lang) -> str:
    if holding is None:
        return Text("无人", "nobody").in_(lang)
    if isinstance(holding, Contested):
        listed = "; ".join(_holding(one, name, lang) for one in holding.contested)
        return Text(f"有争议：{listed}", f"contested: {listed}").in_(lang)
    unit = f" · {name(holding.unit)}" if holding.unit is not None and holding.unit != holding.holder else ""
    rule = f" · {name(holding.rule)}" if holding.rule is not None else ""
    via = Text("（按{}）", " (by {})").in_(lang).format(_VIA[holding.via].in_(lang))
    return f"{name(holding.holder)}{unit}{rule}{via}"


def _chain(links: Iterable[ChainLink], indicators: Iterable[IndicatorAnswer], name: Namer, lang: Lang) -> None:
    link_rows = [(name(link.from_), name(link.to), _basis(link.basis, lang)) for link in links]
    if link_rows:
        headings = (Text("从", "From"), Text("到", "To"), Text("依据", "Basis"))
        output.print_table(Text("指标链", "Chain of indicators"), headings, link_rows, lang)
    indicator_rows = [
        (name(i.id), i.level, i.value, i.target, _STATES[i.state].in_(lang) if i.state else None) for i in indicators
    ]
    if indicator_rows:
        columns = (
            Text("指标", "Indicator"),
            Text("层级", "Level"),
            Text("数值", "Value"),
            Text("目标", "Target"),
            Text("状态", "State"),
        )
        output.print_table(Text("指标", "Indicators"), columns, indicator_rows, lang)


def _next_evidence(missing: Iterable[NextEvidence], name: Namer, lang: Lang) -> None:
    def turn(known: IfKnown) -> str:
        where = f" {name(known.control_point)}" if known.control_point is not None else ""
        value, outcome = _VALUES.get(known.value, Text(known.value, known.value)), OUTCOMES[known.outcome]
        return f"{value.in_(lang)} → {outcome.in_(lang)}{where} ({known.probability:.3f})"

    rows = [
        (_FACTS[m.fact].in_(lang), _names(m.of, name), name(m.subject), "; ".join(map(turn, m.would))) for m in missing
    ]
    if rows:
        headings = (
            Text("缺什么", "What is missing"),
            Text("属于", "Of"),
            Text("对象", "Subject"),
            Text("若有，则", "If known"),
        )
        output.print_table(Text("还缺的证据", "Evidence that would help"), headings, rows, lang)


def _gaps(gaps: Iterable[Gap], lang: Lang) -> None:
    rows = [(gap.kind, gap.message.in_(lang)) for gap in gaps]
    if rows:
        output.print_table(
            Text("沿途的断点", "Gaps on the way"), (Text("种类", "Kind"), Text("说明", "What")), rows, lang
        )


def _facts(title: Text, facts: Iterable[tuple[Text, object]], lang: Lang) -> None:
    rows = [(heading.in_(lang), value) for heading, value in facts]
    output.print_table(title, (Text("项目", "Item"), Text("内容", "Answer")), rows, lang)


def _names(refs: Iterable[str], name: Namer) -> str:
    return "; ".join(name(ref) for ref in refs)


def _duty(role: str, lang: Lang) -> str:
    return _choice(KINDS["Assignment"].properties["role"], role, lang)


def _basis(basis: str, lang: Lang) -> str:
    return _choice(EDGES["ROLLS_UP_TO"].properties["basis"], basis, lang)


def _choice(declared: Property, value: str, lang: Lang) -> str:
    """A value of a closed list by the name the schema gives it in Chinese; in English it is its own name."""
    return dict(zip(declared.choices, declared.labels, strict=True)).get(value, value) if lang == "zh" else value
