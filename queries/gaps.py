"""Step 8 of the trace: what the breakpoint list says about the nodes met on the way. Its predicates, nothing of our own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from graph.case import Case, Subject
from graph.framework import Framework
from graph.records import Ref
from queries.answers import Gap
from queries.breakpoints import findings_about, findings_touching
from queries.finding import Finding
from queries.findings.of_case import facts_of
from queries.per_framework import PerFramework

_REMEMBERED = 4096
_known: PerFramework[dict[tuple[tuple[Ref, ...], str], tuple[Gap, ...]]] = PerFramework(lambda _: {})


class _About(NamedTuple):
    """What was found about a subject, and of which subjects, as cases hold them, it was worked out."""

    worked_out_of: tuple[Subject, ...]
    gaps: tuple[Gap, ...]


_about: PerFramework[dict[tuple[Ref, str], _About]] = PerFramework(lambda _: {})


def gaps_at(framework: Framework, met: Sequence[Ref], day: str) -> tuple[Gap, ...]:
    """The findings on a day that name one of the nodes met, in the order of the list.

    Those of the kinds that need no facts; a category among the nodes is the complaint's own and so in use.
    """
    known, key = _known(framework), (tuple(met), day)
    gaps = known.get(key)
    if gaps is None:
        gaps = _told(findings_touching(framework, [str(ref) for ref in met], day))
        if len(known) >= _REMEMBERED:
            known.clear()
        known[key] = gaps
    return gaps


def gaps_of(framework: Framework, case: Case, met: Sequence[Ref], subjects: Iterable[Ref], day: str) -> tuple[Gap, ...]:
    """The findings on a day that name one of the nodes met by a complaint, or one of some products and campaigns of its case.

    About a subject: the kinds that need no more facts than a case holds (``queries/findings/of_case.py``).
    """
    gaps = gaps_at(framework, met, day)
    about = [gap for ref in dict.fromkeys(subjects) for gap in _gaps_about(framework, case, ref, day)]
    return tuple(sorted((*gaps, *about), key=lambda gap: (-gap.severity, gap.key))) if about else gaps


def _gaps_about(framework: Framework, case: Case, ref: Ref, day: str) -> tuple[Gap, ...]:
    """Worked out once for as long as the store hands out the same subjects, which it does until its facts move."""
    subject = case.subjects.get(ref)
    if subject is None or ref.kind not in ("Product", "Campaign"):
        return ()
    promoted = tuple(
        case.subjects[product] for id_ in subject.promotes if (product := Ref("Product", id_)) in case.subjects
    )
    known, of = _about(framework), (subject, *promoted)
    found = known.get((ref, day))
    if found is None or not _same(found.worked_out_of, of):
        facts = facts_of(subject, promoted, day, framework.zone)
        found = _About(of, _told(findings_about(framework, facts, day)))
        if len(known) >= _REMEMBERED:
            known.clear()
        known[ref, day] = found
    return found.gaps


def _same(one: Sequence[Subject], other: Sequence[Subject]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


def _told(findings: Collection[Finding]) -> tuple[Gap, ...]:
    return tuple(
        Gap(key=f.key, class_=f.class_, kind=f.kind, severity=f.severity, nodes=f.nodes, message=f.message)
        for f in findings
    )
