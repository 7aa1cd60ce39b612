"""The reference page ``docs/breakpoints.md``, made from the registry: ``python -m queries.findings.reference`` prints it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from graph.text import Text
from queries.finding import FindingClass
from queries.findings.of_case import ASKED
from queries.findings.predicate import Predicate
from queries.findings.registry import CLASSES, KINDS

_TITLES: dict[FindingClass, Text] = {
    "breakpoint": Text("断点：应有的连接缺失或断开", "Breakpoints: a promised link is missing or broken"),
    "blind_spot": Text("盲点：有投诉或职责，却无人管控、衡量或监测", "Blind spots: complaints or duties that nothing controls, measures or watches"),
    "risk": Text("风险：连接成立，但只靠一根线", "Risks: a link that holds, but by one thread"),
}  # fmt: skip

_HEAD = """\
# 断点·盲点·风险清单 — The breakpoint list

<!-- Made by `python -m queries.findings.reference`; a test keeps it true. Change the predicates, not this page. -->

`suyuan breakpoints` 列出从投诉到责任人的路径在何处断开、看不见或只靠一根线维系。每一类都是 `queries/findings/kinds` 中的一个判定；
数量、清单、溯源中的缺口都出自同一判定。只看在 `--as-of` 当日有效的内容，有效期含起始日、不含截止日。

`suyuan breakpoints` lists where the way from a complaint to its owner breaks, is blind or hangs by one thread. Every kind is
one predicate in `queries/findings/kinds`; counts, list and the gaps of a trace come from the same one. Only what is valid on
the `--as-of` day is looked at; validity includes its first day and not its last.

- 键 key：类别与节点 `Kind:id` 排序后以 `|` 连接，各次运行不变。Kind and sorted nodes joined by `|`, the same in every run.
- 严重度 severity 1–4：基础值；预计投诉达到非零值的第 80 百分位时加 1；涉及重点业务，或逾期里程碑等待其消除时加 1；最高 4。The base, +1 where the expected complaints reach the 80th percentile of the non-zero ones, +1 where a key business is touched or an overdue milestone waits for it to be gone; at most 4.
- 预计投诉 complaints：最近 90 天（含当日）各投诉溯源概率之和，凡其路径经过该节点者计入。Sum of the probabilities of the traces of the last 90 days, the day included, that run through a node of it.
- 归并 folded_under：派生的断点列在其起因之下，数量不变。A derived finding is told under its cause; counts do not change.
- 事实 facts：发生在当日（含）以前的才看。Only what happened on the day or before it is looked at.
- 溯源中的缺口 gaps of a trace：只读框架的各类，凡涉及途经节点者；以及投诉对象（及起因所在对象）的{kinds}。Of the kinds that read the framework alone, every finding that names a node met; about what the complaint is about or traced to, also {kinds}.
- 顺序 order：严重度、预计投诉、键。Severity, expected complaints, key.
- 条款 clause：该类所服务的方案原文。The plan's own words that the kind serves.
"""


def page() -> str:
    """The page as Markdown, every kind under its class."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield _HEAD.format(kinds=", ".join(f"`{predicate.kind}`" for predicate, _ in ASKED))
    for class_ in CLASSES:
        title = _TITLES[class_]
        yield f"## {title.zh} — {title.en}\n"
        for predicate in KINDS.values():
            if predicate.class_ == class_:
                yield from _section(predicate)


def _section(predicate: Predicate) -> Iterator[str]:
    yield f"### `{predicate.kind}` {predicate.title.zh} — {predicate.title.en}\n"
    yield f"- 成立条件：{predicate.rule.zh}。"
    yield f"- Holds when: {predicate.rule.en}."
    yield f"- 条款 clause：“{predicate.clause}”"
    yield f"- 基础严重度 base severity：{predicate.base}"
    yield f"- 建议举措 measure：{predicate.measure.zh} — {predicate.measure.en}"
    yield f"- 读取 reads：{', '.join(f'`{name}`' for name in predicate.reads)}\n"


if __name__ == "__main__":
    sys.stdout.write(page())
