"""The gates of a product or campaign as a person reads them: one sentence, the gates, what is unmet."""

from __future__ import annotations

from api.terminal import output
from graph.text import Lang, Text
from queries.gate import GateAnswer, GateCheck

_STATES = {
    "missing": Text("没有评审", "not reviewed"), "failed": Text("未通过", "failed"), "waived": Text("豁免", "waived"),
    "conditional": Text("有条件", "conditional"),
}  # fmt: skip
_MODES = {"automatic": Text("智能核检", "automatic"), "manual": Text("人工研判", "manual"), None: Text("—", "—")}


def print_gates(answer: GateAnswer, lang: Lang) -> None:
    """The explanation, every gate that applies, and every review that keeps one of them shut."""
    output.print_text(answer.explanation.in_(lang))
    output.print_text()
    headings = (
        Text("评审点", "Gate"),
        Text("类型", "Kind"),
        Text("把守", "Guards"),
        Text("须通过", "Due"),
        Text("状态", "State"),
    )
    rows = [
        (_named(gate, lang), gate.gate_kind, ", ".join(_id(stage) for stage in gate.guards), _yes(gate.due).in_(lang), _state(gate).in_(lang))
        for gate in answer.gates
    ]  # fmt: skip
    output.print_table(Text("评审点", "Gates"), headings, rows, lang)
    unmet = [
        (
            _id(gate.gate),
            f"{_id(one.of)} {one.name.in_(lang)}",
            _MODES[one.mode].in_(lang),
            _STATES[one.state].in_(lang),
        )
        for gate in answer.gates
        for one in gate.unmet
    ]
    if unmet:
        titles = (Text("评审点", "Gate"), Text("评审对象", "Review of"), Text("方式", "Mode"), Text("结果", "Result"))
        output.print_table(Text("未满足的评审", "Unmet reviews"), titles, unmet, lang)


def _named(gate: GateCheck, lang: Lang) -> str:
    return f"{_id(gate.gate)} {gate.name.in_(lang)}"


def _state(gate: GateCheck) -> Text:
    return Text("通过", "passed") if gate.passed else Text("未通过", "not passed")


def _yes(said: bool) -> Text:
    return Text("是", "yes") if said else Text("否", "no")


def _id(reference: str) -> str:
    return reference.partition(":")[2]
