"""The breakpoint list 断点·盲点·风险清单: where the way from a complaint to its owner breaks, is blind or hangs by one thread.

A **breakpoint** is a promised link that is missing or broken, a **blind spot** a place where complaints or duties exist and
nothing controls, measures or watches it, a **risk** a link that holds by one thread (breakpoints.md). Every kind is one
predicate in ``queries/findings/kinds``; counts, list, the gaps of a trace and the reference page all come from it.

Severity is the kind's base (1–3), +1 where the expected complaints behind a finding reach the 80th percentile of the
non-zero ones (nearest rank), +1 where it touches a key business (a product that is one, a campaign that promotes one) or
something overdue (a milestone whose day is over waits for findings of its kind, in its unit, to be gone); at most 4.
Folding tells a derived finding under its cause and changes no count. Order is (−severity, −complaints, key).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from threading import Lock
from types import MappingProxyType

from graph.framework import Framework
from graph.records import Ref, Revision, Tally
from graph.subgraph import Label
from graph.text import Text
from queries.answers import label, shown
from queries.finding import BreakpointList, Finding, FindingCounts, ListRevision
from queries.findings.facts import Facts, Source, SubjectFacts
from queries.findings.kinds.overdue import late_kinds
from queries.findings.of_case import ASKED
from queries.findings.predicate import Found, Predicate
from queries.findings.registry import CLASSES, KINDS
from queries.findings.search import Search
from queries.findings.standing import DAYS_KEPT, keep, standing
from queries.findings.tallied import Tallied
from queries.findings.traced import Through, Traced
from queries.findings.view import View
from queries.per_framework import PerFramework

__all__ = ["CLASSES", "KINDS", "breakpoints", "findings_about", "findings_touching"]

Suggestions = Mapping[tuple[str, str], Text]
"""(kind of finding, control point id) → what is suggested there, to be told with the measure."""
_NO_SUGGESTIONS: Suggestions = MappingProxyType({})

_PERCENTILE = 0.8
_HIGHEST = 4

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
    facts: Source | None = None,
    traces: Iterable[Traced] = (),
) -> BreakpointList:
    """Everything that is broken, blind or at risk on a day.

    Args:
        framework: the framework of the revision.
        tallies: daily complaint counts; a category with complaints up to and on ``as_of`` is in use.
        revision: what the list belongs to; handed through.
        as_of: the day looked at, ``YYYY-MM-DD``.
        computed_at: the moment of computing, canonical; handed through.
        suggestions: what the catalogue suggests for a kind at a control point.
        facts: a store, or whatever streams nodes and edges as one does; None: kinds that need facts find nothing.
        traces: of the complaints of the last 90 days, in any order; read once, after which only sums are kept.
    """
    search = Search(
        framework, as_of, Tallied(tallies, as_of), through=Through(framework, as_of, traces),
        facts=Facts(facts, as_of, framework.zone) if facts is not None else None, standing=standing(framework, as_of),
    )  # fmt: skip
    found = _findings(search.view, search.all(), suggestions)
    keep(framework, search)
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
            search = Search(
                framework, as_of, categories_in_use=framework.nodes("Category").keys(), standing=standing(framework, as_of),
            )  # fmt: skip
            index = days[as_of] = _indexed(_findings(search.view, search.all(), {}))
            keep(framework, search)
            while len(days) > DAYS_KEPT:
                del days[next(iter(days))]
    touched = {finding.key: finding for ref in refs for finding in index.get(ref, ())}
    return sorted(touched.values(), key=_place)


def findings_about(framework: Framework, subject: SubjectFacts, as_of: str) -> tuple[Finding, ...]:
    """The findings on a day about one product or campaign, of the kinds that need no more than a complaint's case holds."""
    view = _view_on(framework, as_of)
    return _findings(view, ((predicate, found) for predicate, find_on in ASKED for found in find_on(view, subject)), {})


@lru_cache(maxsize=2)
def _view_on(framework: Framework, day: str) -> View:
    """A day of a framework, for one subject after the other; a framework that its user let go is held until two more are asked about."""
    return View(framework, day)


def _findings(view: View, found: Iterable[tuple[Predicate, Found]], suggestions: Suggestions) -> tuple[Finding, ...]:
    located = list(found)
    expected = view.through.expected
    complaints = [
        max((expected.get(node, 0.0) for node in one.nodes), default=0.0) if one.complaints is None else one.complaints
        for _, one in located
    ]
    many, late = _many(complaints), late_kinds(view)
    findings = []
    for (predicate, one), behind in zip(located, complaints, strict=True):
        pressing = one.grave or any(
            predicate.kind == kind and (not units or one.acting.unit in units) for kind, units in late
        )
        base = predicate.base if one.base is None else one.base
        severity = min(_HIGHEST, base + (behind >= many) + pressing)
        findings.append(_finding(predicate, one, view.as_of, suggestions, behind, severity))
    return tuple(sorted(findings, key=_place))


def _finding(
    predicate: Predicate, found: Found, as_of: str, suggestions: Suggestions, complaints: float, severity: int
) -> Finding:
    unit, owner = found.acting
    return Finding(
        key=found.key(predicate.kind),
        class_=predicate.class_,
        kind=predicate.kind,
        severity=severity,
        nodes=tuple(sorted(map(str, found.nodes))),
        message=label(found.message),
        rule=_label(predicate.rule),
        clause=predicate.clause,
        complaints=shown(complaints),
        measure=_label(_measure(predicate, found.nodes, suggestions)),
        unit=str(unit) if unit is not None else None,
        owner=str(owner) if owner is not None else None,
        folded_under=found.folded_under,
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


@lru_cache(maxsize=1024)
def _label(text: Text) -> Label:
    """A text that very many findings share, made once."""
    return label(text)


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
