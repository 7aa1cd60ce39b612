"""The part of the breakpoint list that somebody asks for, with the counts of exactly what is left."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from graph.errors import UsageError, nearest
from graph.framework import Framework
from graph.records import Ref
from graph.text import Text
from queries.breakpoints import CLASSES, KINDS
from queries.finding import BreakpointList, Finding, FindingCounts
from queries.finding_cases import STATUSES


class Wanted(NamedTuple):
    """What is asked for. Several values of one part are alternatives, an empty part asks for everything."""

    classes: Collection[str] = ()
    kinds: Collection[str] = ()
    severities: Collection[int] = ()
    unit: str | None = None
    """The unit that should act, or one above it; as a person writes it: id, ``OrgUnit:id`` or name."""
    statuses: Collection[str] = ()
    words: str | None = None
    """Words that the sentence, key, unit or owner of a finding must all hold, in whichever language and case."""


def check(wanted: Wanted) -> None:
    """Refuse a class or kind of finding that does not exist.

    Raises UsageError, which names the nearest.
    """
    for what, asked, known in (
        (Text("断点类别", "class of finding"), wanted.classes, CLASSES),
        (Text("断点种类", "kind of finding"), wanted.kinds, KINDS),
        (Text("处置状态", "status of a case"), wanted.statuses, STATUSES),
    ):
        for word in asked:
            if word not in known:
                raise _unknown(what, word, known)


def select(whole: BreakpointList, wanted: Wanted, unit: Ref | None, framework: Framework) -> BreakpointList:
    """The wanted findings in the list's order; ``unit`` is the node that ``wanted.unit`` names.

    A unit stands for itself and every unit below it on the list's day.
    """
    units = None if unit is None else _with_those_below(unit, framework, whole.as_of)
    words = (wanted.words or "").casefold().split()
    kept = tuple(
        finding
        for finding in whole.findings
        if (not wanted.classes or finding.class_ in wanted.classes)
        and (not wanted.kinds or finding.kind in wanted.kinds)
        and (not wanted.severities or finding.severity in wanted.severities)
        and (units is None or finding.unit in units)
        and (not wanted.statuses or finding.status in wanted.statuses)
        and (not words or _holds(finding, words))
    )
    return whole.model_copy(update={"findings": kept, "counts": counted(kept, whole.counts)})


def counted(kept: Collection[Finding], whole: FindingCounts) -> FindingCounts:
    """The counts of a part of a list: every class and kind that was looked for, with 0 where none is left."""
    return FindingCounts(
        by_class={name: sum(f.class_ == name for f in kept) for name in whole.by_class},
        by_kind={name: sum(f.kind == name for f in kept) for name in whole.by_kind},
    )


def _holds(finding: Finding, words: Collection[str]) -> bool:
    told = (finding.message.zh, finding.message.en, finding.key, finding.unit or "", finding.owner or "")
    text = " ".join(told).casefold()
    return all(word in text for word in words)


def _with_those_below(unit: Ref, framework: Framework, day: str) -> set[str]:
    return {str(Ref("OrgUnit", id_)) for id_ in framework.units_below(unit.id, day)}


def _unknown(what: Text, word: str, known: Collection[str]) -> UsageError:
    near = nearest(word, known)
    mend = (
        Text(f"您是不是想写 {near}？", f"Did you mean {near}?")
        if near
        else Text(f"可用：{'、'.join(known)}", f"It is one of: {', '.join(known)}")
    )
    return UsageError(Text(f"没有{what.zh} {word}", f"there is no {what.en} {word}"), mend)
