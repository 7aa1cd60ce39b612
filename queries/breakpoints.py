"""The breakpoint list 断点·盲点·风险清单: where the way from a complaint to its owner breaks, is blind or hangs by one thread.

A **breakpoint** is a promised link that is missing or broken, a **blind spot** a place where complaints or duties exist and
nothing controls, measures or watches it, a **risk** a link that holds by one thread (breakpoints.md). Every kind is one
predicate in ``queries/findings/kinds``; counts, list, the gaps of a trace and the reference page all come from it.

Severity is the kind's base (1–3), +1 where the expected complaints behind a finding reach the 80th percentile of the
non-zero ones (nearest rank). Order is (−severity, −complaints, key).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from threading import Lock
from types import MappingProxyType

from graph.framework import Framework
from graph.records import Ref, Revision, Tally
from graph.text import Text
from queries.answers import label, shown
from queries.finding import BreakpointList, Finding, FindingCounts, ListRevision
from queries.findings.predicate import Found, Predicate
from queries.findings.registry import CLASSES, KINDS
from queries.findings.view import View
from queries.per_framework import PerFramework

__all__ = ["CLASSES", "KINDS", "breakpoints", "findings_touching"]

Suggestions = Mapping[tuple[str, str], Text]
"""(kind of finding, control point id) → what is suggested there, to be told with the measure."""
_NO_SUGGESTIONS: Suggestions = MappingProxyType({})
_NONE_EXPECTED: Mapping[str, float] = MappingProxyType({})

_PERCENTILE = 0.8
_DAYS_KEPT = 4
"""Days per framework whose findings stay in memory: a run of traces looks at one day, a server at very few."""

_by_node: PerFramework[dict[str, dict[str, list[Finding]]]] = PerFramework(lambda _: {})
"""Per framework: day → node → the findings that name it."""
_by_node_lock = Lock()


def breakpoints(
    framework: Framework,
    tallies: Iterable[Tally],
    *,
    revision: Revision,
    as_of: str,
    computed_at: str,
    suggestions: Suggestions = _NO_SUGGESTIONS,
    expected: Mapping[str, float] = _NONE_EXPECTED,
) -> BreakpointList:
    """Everything that is broken, blind or at risk on a day.

    Args:
        framework: the framework of the revision.
        tallies: daily complaint counts; a category with complaints up to and on ``as_of`` is in use.
        revision: what the list belongs to; handed through.
        as_of: the day looked at, ``YYYY-MM-DD``.
        computed_at: the moment of computing, canonical; handed through.
        suggestions: what the catalogue suggests for a kind at a control point.
        expected: expected complaints of 90 days by node (``Kind:id``); a finding takes the largest of its nodes.
    """
    in_use = {category for tally in tallies if tally.day <= as_of and tally.complaints for category in tally.categories}
    found = _findings(View(framework, as_of, in_use), suggestions, expected)
    return BreakpointList(
        as_of=as_of,
        revision=ListRevision(framework=revision.framework, facts=revision.facts),
        computed_at=computed_at,
        counts=_counts(found),
        findings=found,
    )


def findings_touching(framework: Framework, refs: Collection[str], as_of: str) -> list[Finding]:
    """The findings on a day that name one of the nodes (``Kind:id``), in the order of the list: the gaps of a trace.

    The predicates are those of the list, run once per framework and day and then looked up, so that a trace pays only for
    its own nodes. A category among the nodes is the complaint's and therefore in use; nothing else is read from facts.
    """
    with _by_node_lock:
        days = _by_node(framework)
        index = days.get(as_of)
        if index is None:
            index = days[as_of] = _indexed(
                _findings(View(framework, as_of, framework.nodes("Category").keys()), {}, {})
            )
            while len(days) > _DAYS_KEPT:
                del days[next(iter(days))]
    touched = {finding.key: finding for ref in refs for finding in index.get(ref, ())}
    return sorted(touched.values(), key=_place)


def _findings(view: View, suggestions: Suggestions, expected: Mapping[str, float]) -> tuple[Finding, ...]:
    located = [(predicate, found) for predicate in KINDS.values() for found in predicate.find(view)]
    complaints = [max((expected.get(str(node), 0.0) for node in found.nodes), default=0.0) for _, found in located]
    many = _many(complaints)
    findings = (
        _finding(predicate, found, view.as_of, suggestions, behind, grave=behind >= many)
        for (predicate, found), behind in zip(located, complaints, strict=True)
    )
    return tuple(sorted(findings, key=_place))


def _finding(
    predicate: Predicate, found: Found, as_of: str, suggestions: Suggestions, complaints: float, *, grave: bool
) -> Finding:
    unit, owner = found.acting
    return Finding(
        key=found.key(predicate.kind),
        class_=predicate.class_,
        kind=predicate.kind,
        severity=(predicate.base if found.base is None else found.base) + grave,
        nodes=tuple(sorted(map(str, found.nodes))),
        message=label(found.message),
        rule=label(predicate.rule),
        clause=predicate.clause,
        complaints=shown(complaints),
        measure=label(_measure(predicate, found.nodes, suggestions)),
        unit=str(unit) if unit is not None else None,
        owner=str(owner) if owner is not None else None,
        first_seen=as_of,
        last_seen=as_of,
    )


def _measure(predicate: Predicate, nodes: tuple[Ref, ...], suggestions: Suggestions) -> Text:
    for node in nodes:
        suggestion = suggestions.get((predicate.kind, node.id)) if node.kind == "ControlPoint" else None
        if suggestion is not None:
            return Text(
                f"{predicate.measure.zh}，建议：{suggestion.zh}", f"{predicate.measure.en}; suggested: {suggestion.en}"
            )
    return predicate.measure


def _many(complaints: list[float]) -> float:
    """The 80th percentile of the non-zero figures by nearest rank; beyond every figure where there is none."""
    figures = sorted(figure for figure in complaints if figure > 0)
    return figures[math.ceil(_PERCENTILE * len(figures)) - 1] if figures else math.inf


def _place(finding: Finding) -> tuple[int, float, str]:
    return (-finding.severity, -finding.complaints, finding.key)


def _counts(findings: Collection[Finding]) -> FindingCounts:
    by_class = Counter(finding.class_ for finding in findings)
    by_kind = Counter(finding.kind for finding in findings)
    return FindingCounts(
        by_class={name: by_class[name] for name in CLASSES}, by_kind={name: by_kind[name] for name in KINDS}
    )


def _indexed(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    index: dict[str, list[Finding]] = {}
    for finding in findings:
        for node in finding.nodes:
            index.setdefault(node, []).append(finding)
    return index
