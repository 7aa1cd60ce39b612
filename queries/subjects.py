"""Whose failure a control point's would be: the subjects of a complaint by kind, the units concerned, and what has not happened yet."""

from __future__ import annotations

from dataclasses import dataclass

from graph.case import Case, Subject
from graph.framework import Framework
from graph.records import Ref
from graph.values import local_day
from queries.organisation import Organisation, organisation
from queries.view import Point


class Concerned:
    """The subjects and units that a complaint's hypotheses are about, as they were known when it was made.

    Args:
        framework: for what stands where in the organisation and in the order of stages.
        case: the complaint.
    """

    def __init__(self, framework: Framework, case: Case) -> None:
        self.case = case
        self.day = local_day(case.event_at, framework.zone)
        self.organisation: Organisation = organisation(framework)
        self.handlers = _handlers(framework, case, self.day)
        self._by_kind: dict[str | None, tuple[Subject, ...]] = {}
        self._progress: dict[Ref, Progress] = {}
        self._domain_of, self._stage_rank = framework.domain_of, framework.stage_rank

    def subjects(self, kind: str | None) -> tuple[Subject, ...]:
        """The subjects that a control point of a subject kind looks at.

        campaign: what the complaint is ABOUT of that kind. product: likewise, else what its campaigns PROMOTE. handling:
        the units that received it. If there is none of that kind, what it is ABOUT; empty when it is about nothing.
        """
        found = self._by_kind.get(kind)
        if found is None:
            found = self._by_kind[kind] = tuple(self._subject(ref) for ref in self._refs(kind))
        return found

    def _refs(self, kind: str | None) -> tuple[Ref, ...]:
        about = self.case.about
        if kind == "handling":
            return self.handlers or about
        if kind == "campaign":
            return tuple(ref for ref in about if ref.kind == "Campaign") or about
        if kind == "product":
            own = tuple(ref for ref in about if ref.kind == "Product")
            promoted = {Ref("Product", id_) for ref in about for id_ in self._subject(ref).promotes}
            return own or tuple(sorted(promoted)) or about
        return about

    def _subject(self, ref: Ref) -> Subject:
        return self.case.subjects.get(ref) or Subject(ref, {})

    def units(self, subject: Subject | None) -> tuple[str, ...]:
        """u: the home unit, else what runs the subject; a unit without a home unit is its own."""
        if self.case.home_units or subject is None:
            return self.case.home_units
        return (subject.ref.id,) if subject.ref.kind == "OrgUnit" else subject.run_by

    def levels(self, subject: Subject | None) -> tuple[tuple[str, ...], ...]:
        """Where to look for a value or target: u, what lies above it level by level, and for a handling unit last itself."""
        levels = self.organisation.levels(self.units(subject), self.day)
        if subject is not None and subject.ref.kind == "OrgUnit" and self.case.home_units:
            return (*levels, (subject.ref.id,))
        return levels

    def progress(self, subject: Subject) -> Progress:
        """Which stages the subject had entered by the time of the complaint."""
        found = self._progress.get(subject.ref)
        if found is None:
            made = self.case.event_at
            entered = {e.stage for e in subject.entries if e.event_at <= made and e.recorded_at <= made}
            ranks = {stage: self._stage_rank[stage] for stage in sorted(entered) if stage in self._stage_rank}
            furthest: dict[str, int] = {}
            for stage, rank in ranks.items():
                domain = self._domain_of.get(stage)
                if domain is not None:
                    furthest[domain] = max(rank, furthest.get(domain, -1))
            found = self._progress[subject.ref] = Progress(furthest, max(ranks.values(), default=-1))
        return found


@dataclass(frozen=True)
class Progress:
    """How far a subject has come: rank of the furthest stage entered, by domain and over all (−1: none)."""

    furthest: dict[str, int]
    furthest_rank: int

    def rules_out(self, point: Point) -> bool:
        """Whether a failure of the point cannot have happened: some stage of its domain was entered, none at or after its own."""
        return point.domain is not None and self.furthest.get(point.domain, point.rank) < point.rank

    def reached(self, point: Point) -> bool:
        """Whether the subject has entered the point's stage or a later one."""
        return point.stage is not None and self.furthest_rank >= point.rank


def _handlers(framework: Framework, case: Case, day: str) -> tuple[Ref, ...]:
    """The units that received the complaint: named themselves, or the units their people belonged to on the day."""
    found: dict[Ref, None] = {}
    for ref in case.received_by:
        units = (ref,) if ref.kind == "OrgUnit" else framework.targets("BELONGS_TO", ref, day)
        found |= dict.fromkeys(units)
    return tuple(found)
