"""The conclusions of traces as a table for spreadsheets: a row a complaint, every cell a field of the complaint's whole answer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from api.listing.sheets import BOM, csv_row, in_one_cell
from api.wording import OUTCOMES, REASONS
from graph.framework import Framework
from graph.records import Ref, Revision
from graph.text import Text
from queries.answers import Contested, Holding
from queries.conclusion import Conclusion
from queries.naming import Names

_HOLDING = (
    ("holder", Text("责任主体", "holder")), ("holder_name", Text("责任主体名称", "holder's name")),
    ("unit", Text("责任单位", "unit")), ("unit_name", Text("责任单位名称", "unit's name")),
    ("via", Text("认定依据", "by what")), ("rule", Text("责任规则", "rule")),
)  # fmt: skip
COLUMNS: Sequence[tuple[str, Text]] = (
    ("id", Text("投诉编号", "complaint")), ("event_day", Text("发生日期", "day it was made")),
    ("outcome", Text("结论代码", "outcome")), ("reason", Text("未定位原因代码", "reason of an unknown")),
    ("conclusion", Text("结论", "in words")),
    ("control_point", Text("根因控制点", "root control point")), ("control_point_name", Text("控制点名称", "its name")),
    ("stage", Text("环节", "stage")), ("stage_name", Text("环节名称", "its name")),
    ("domain", Text("领域", "domain")), ("domain_name", Text("领域名称", "its name")),
    ("subject", Text("对象", "subject")), ("subject_name", Text("对象名称", "its name")),
    ("probability", Text("概率", "probability")),
    *((f"then_{name}", Text(f"当时{words.zh}", f"then: {words.en}")) for name, words in _HOLDING),
    *((f"now_{name}", Text(f"现在{words.zh}", f"now: {words.en}")) for name, words in _HOLDING),
    ("gate", Text("最早应拦截的评审点", "earliest gate")), ("gate_name", Text("评审点名称", "its name")),
    ("gate_state", Text("评审点状态", "what became of it")),
    ("as_of", Text("截至", "as of")), ("revision", Text("修订", "revision")), ("parameters", Text("参数版本", "parameters")),
)  # fmt: skip
"""Name of a column, and how people call it."""


HEADINGS = BOM + csv_row(f"{name} {words.zh} {words.en}" for name, words in COLUMNS)
"""The byte order mark by which spreadsheets know UTF-8, and the row of headings."""


class ConclusionTable:
    """Makes the rows of one table: one state of the framework, one moment asked about, one set of numbers.

    Args:
        framework: for what things are called.
        revision: what the conclusions are drawn from.
        as_of: the moment asked about.
        parameters: version of the numbers.
    """

    def __init__(self, framework: Framework, revision: Revision, as_of: str, parameters: str) -> None:
        self._framework = framework
        self._origin = (as_of, f"{revision.framework}.{revision.facts}", parameters)
        self._named: dict[str, str] = {}

    def row(self, found: Conclusion) -> bytes:
        """The row of one complaint. Several holders with equal right are joined by ``;``."""
        return csv_row(self._cells(found))

    def _cells(self, found: Conclusion) -> Sequence[object]:
        names = Names(self._framework, found.case)
        decision, root, gate, owner = found.scored.decision, found.root, found.gate, found.owner
        cells: list[object] = [
            found.case.id, found.scored.concerned.day, decision.outcome, decision.reason, _in_words(decision.outcome, decision.reason),
        ]  # fmt: skip
        named = (root.control_point, root.stage, root.domain, root.subject) if root is not None else (None,) * 4
        cells += chain.from_iterable((ref, self._name(ref, names)) for ref in named)
        cells.append(root.probability if root is not None else None)
        for held in (owner.then, owner.now) if owner is not None else (None, None):
            cells += self._held(held, names)
        caught = gate.gate if gate is not None else None
        cells += (caught, self._name(caught, names), gate.state if gate is not None else None, *self._origin)
        return cells

    def _held(self, held: Holding | Contested | None, names: Names) -> Sequence[str | None]:
        """The columns of one owner, in the order of their headings."""
        if held is None:
            return (None,) * len(_HOLDING)
        if isinstance(held, Holding):
            return (
                held.holder, self._name(held.holder, names), held.unit, self._name(held.unit, names), held.via, held.rule,
            )  # fmt: skip
        each = [[cell or "" for cell in self._held(one, names)] for one in held.contested]
        return [";".join(cells) if any(cells) else None for cells in zip(*each, strict=True)]

    def _name(self, reference: str | None, names: Names) -> str | None:
        """What people call a node, in both languages where they differ."""
        if reference is None:
            return None
        known = self._named.get(reference)
        if known is None:
            ref = Ref.parse(reference)
            known = in_one_cell(names.bare(ref))
            if self._framework.get(ref) is not None:  # subjects are named by the complaint's own case, and are many
                self._named[reference] = known
        return known


def _in_words(outcome: str, reason: str | None) -> str:
    """The conclusion as a person says it."""
    what = OUTCOMES[outcome]
    if reason is None:
        return in_one_cell(what)
    why = REASONS[reason]
    return in_one_cell(Text(f"{what.zh}：{why.zh}", f"{what.en}: {why.en}"))
