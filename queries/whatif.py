"""How would the answer change if a node, an edge or a fact were not there? Both answers, and what differs between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from graph.case import Case
from graph.framework import Framework
from graph.records import Ref, Revision
from graph.subgraph import Label
from graph.text import Text
from queries.answers import Candidate, Contested, Holding, Part, TraceAnswer, label, shown
from queries.facts import held_told
from queries.naming import Names, joined, percent
from queries.parameters import Parameters
from queries.taking_out import Element, without
from queries.trace import trace

_TOLD = 3
_MOVED = 5e-4
"""By how much a probability moves before it is told: what is written with one decimal of a percent."""


class Moved(Part):
    """A hypothesis whose probability changes; absent before or after counts as 0."""

    hypothesis: Literal["control_point", "no_internal_cause", "unmodelled"]
    control_point: str | None
    subject: str | None
    before: float
    after: float


class WhatIfAnswer(Part):
    """The answer with everything, the answer without some elements, and what moved, the largest change first."""

    without: tuple[str, ...]
    changes: tuple[Literal["outcome", "root", "owner", "probabilities"], ...]
    moved: tuple[Moved, ...]
    explanation: Label
    before: TraceAnswer
    after: TraceAnswer


def what_if(
    framework: Framework,
    case: Case,
    elements: Sequence[Element],
    *,
    revision: Revision,
    as_of: str,
    parameters: Parameters,
) -> WhatIfAnswer:
    """The trace of a complaint with and without some elements.

    Args:
        framework: the framework of the revision.
        case: the complaint with its neighbourhood.
        elements: what to take out, all at once.
        revision, as_of, parameters: as for :func:`queries.trace.trace`.

    Raises UnknownId when an element is neither in the framework nor around the complaint; UsageError for the complaint itself.
    """
    thinner, reduced = without(framework, case, elements)
    before = trace(framework, case, revision=revision, as_of=as_of, parameters=parameters)
    after = trace(thinner, reduced, revision=revision, as_of=as_of, parameters=parameters)
    moved = _moved(before, after)
    names = Names(framework, case)
    return WhatIfAnswer(
        without=tuple(map(str, elements)),
        changes=_changes(before, after, moved),
        moved=moved,
        explanation=label(_told(names, elements, before, after, moved)),
        before=before,
        after=after,
    )


def _changes(
    before: TraceAnswer, after: TraceAnswer, moved: Sequence[Moved]
) -> tuple[Literal["outcome", "root", "owner", "probabilities"], ...]:
    found: list[Literal["outcome", "root", "owner", "probabilities"]] = []
    if (before.outcome, before.reason) != (after.outcome, after.reason):
        found.append("outcome")
    if _place(before) != _place(after):
        found.append("root")
    if before.owner != after.owner:
        found.append("owner")
    if moved:
        found.append("probabilities")
    return tuple(found)


def _place(answer: TraceAnswer) -> tuple[str | None, ...]:
    root = answer.root
    return (root.control_point, root.stage, root.domain, root.subject) if root is not None else ()


def _moved(before: TraceAnswer, after: TraceAnswer) -> tuple[Moved, ...]:
    def known(answer: TraceAnswer) -> dict[tuple[str, str | None, str | None], Candidate]:
        return {(c.hypothesis, c.control_point, c.subject): c for c in answer.candidates}

    was, now = known(before), known(after)
    found = []
    for key in dict.fromkeys((*was, *now)):
        one = was.get(key) or now[key]
        earlier = was[key].probability if key in was else 0.0
        later = now[key].probability if key in now else 0.0
        if shown(earlier) != shown(later):
            found.append(
                Moved(hypothesis=one.hypothesis, control_point=one.control_point, subject=one.subject, before=earlier, after=later)
            )  # fmt: skip
    return tuple(sorted(found, key=lambda m: -round(abs(m.after - m.before), 9)))


def _told(
    names: Names, elements: Sequence[Element], before: TraceAnswer, after: TraceAnswer, moved: Sequence[Moved]
) -> Text:
    what = joined(
        names.kind_and_name(element) if isinstance(element, Ref) else Text(str(element), str(element))
        for element in elements
    )
    zh, en = [f"假如没有{what.zh}："], [f"Without {what.en}:"]
    was, now = _concluded(before, names), _concluded(after, names)
    if was == now:
        zh.append(f"结论不变，仍为{now.zh}。")
        en.append(f"the conclusion stays: {now.en}.")
    else:
        zh.append(f"结论由{was.zh}变为{now.zh}。")
        en.append(f"the conclusion changes from {was.en} to {now.en}.")
    owner_was, owner_now = (_held(answer, names) for answer in (before, after))
    if owner_was != owner_now:
        zh.append(f"现在的责任方由{owner_was.zh}变为{owner_now.zh}。")
        en.append(f"Who answers now changes from {owner_was.en} to {owner_now.en}.")
    told = [one for one in moved if abs(one.after - one.before) >= _MOVED][:_TOLD]
    if told:
        each = joined(_one(one, names) for one in told)
        zh.append(f"概率变化最大的：{each.zh}。")
        en.append(f"The probabilities that move most: {each.en}.")
    else:
        zh.append("概率没有可见的变化。")
        en.append("No probability moves visibly.")
    return Text("".join(zh), " ".join(en))


_NULLS = {
    "no_internal_cause": Text("非内部原因", "no internal cause"),
    "unmodelled": Text("模型未覆盖", "not covered by the maps"),
}


def _one(moved: Moved, names: Names) -> Text:
    name = names.full(Ref.parse(moved.control_point)) if moved.control_point is not None else _NULLS[moved.hypothesis]
    was, now = percent(moved.before), percent(moved.after)
    return Text(f"{name.zh}由 {was} 到 {now}", f"{name.en} from {was} to {now}")


def _concluded(answer: TraceAnswer, names: Names) -> Text:
    """The conclusion in a few words."""
    root = answer.root
    if root is None:
        return _NULLS["no_internal_cause"] if answer.outcome == "no_internal_cause" else Text("原因未知", "unknown")
    named = next(ref for ref in (root.control_point, root.stage, root.domain) if ref is not None)
    return names.kind_and_name(Ref.parse(named))


def _held(answer: TraceAnswer, names: Names) -> Text:
    holding: Holding | Contested | None = answer.owner.now if answer.owner is not None else None
    return held_told(holding, names)
