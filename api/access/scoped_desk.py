"""The questions as a unit-scoped user may put them: over a store in which complaints and findings of other units are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from api.context import now
from api.listing.lists import Change, Kept, Listing
from api.listing.recent import Progress
from api.listing.results import Run
from api.listing.selection import counted
from api.serving import Serving, Snapshot
from graph.case import Case
from graph.errors import UnknownId, UsageError
from graph.framework import Framework
from graph.records import NodeRow, Period, Ref, Tally
from graph.settings import settings
from graph.store import Store
from graph.values import local_day
from queries.finding import BreakpointList
from queries.finding_cases import CaseState, case_id


def today() -> str:
    """The present day in SUYUAN_TIMEZONE."""
    return local_day(now(), settings().zone)


def units_within(framework: Framework, unit: str) -> frozenset[str]:
    """A unit and those below it as the organisation stands today: what was theirs once is not theirs now."""
    return framework.units_below(unit, today())


class ScopedDesk(Serving):
    """A desk over another's store and lists, for one unit; made for a request, it keeps nothing.

    Numbers counted over all complaints (base rates, lifts) stay as they are: they tell of nobody in particular.
    """

    def __init__(self, whole: Serving, unit: str) -> None:
        self._whole = whole
        self.scope = unit
        self.versions, self.summaries = whole.versions, whole.summaries
        self._units = units_within(whole.snapshot().framework, unit)
        self.listing = _ScopedListing(whole.listing, self._units)

    @property
    def store(self) -> Store:
        """The store without the complaints of other units."""
        return cast("Store", _ScopedStore(self._whole.store, self._units))

    def close(self) -> None:
        """Nothing to let go of: the store is the other's."""

    def snapshot(self) -> Snapshot:
        """The present revision with its framework."""
        return self._whole.snapshot()

    def case(self, complaint: str, framework: Framework | None = None) -> Case:
        """A complaint of the unit. Raises UnknownId, in the same words, for one that is elsewhere or nowhere."""
        try:
            return super().case(complaint, framework)
        except UnknownId:
            raise UnknownId(complaint) from None

    def find(self, text: str, kinds: tuple[str, ...]) -> Ref:
        """The node a person means; where it may be a complaint, no error names another."""
        if "Complaint" not in kinds:
            return super().find(text, kinds)
        try:
            return super().find(text, kinds)
        except UsageError:
            raise UnknownId(text) from None


class _ScopedStore:
    """A store in which complaints without a home unit among some units are not; everything else is the store's own."""

    def __init__(self, whole: Store, units: frozenset[str]) -> None:
        self._whole = whole
        self._units = units

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole, name)

    def cases(self, ids: Sequence[str] | None = None) -> Iterator[Case]:
        """The complaints of the units."""
        return (case for case in self._whole.cases(ids) if not self._units.isdisjoint(case.home_units))

    def nodes(self, kind: str, ids: Sequence[str] | None = None, *, text: str | None = None) -> Iterator[NodeRow]:
        """Nodes of a kind; complaints of the units only."""
        rows = self._whole.nodes(kind, ids, text=text)
        return rows if kind != "Complaint" else self._ours(rows, ids)

    def _ours(self, rows: Iterator[NodeRow], ids: Sequence[str] | None) -> Iterator[NodeRow]:
        """Those at home in the units; where some are named only their own links are read."""
        kind, near = ("OrgUnit", sorted(self._units)) if ids is None else ("Complaint", ids)
        edges = self._whole.edges("HOME_UNIT", "Complaint", at=[Ref(kind, id_) for id_ in near])
        ours = {edge.source.id for edge in edges if edge.target.id in self._units}
        yield from (row for row in rows if row.id in ours)

    def tallies(self, since: str = "", until: str = "9999-12-31", *, per: Period = "day") -> Iterator[Tally]:
        """Daily or monthly counts of the units' complaints."""
        return (tally for tally in self._whole.tallies(since, until, per=per) if tally.unit in self._units)


class _ScopedListing(Listing):
    """The breakpoint list of some units: findings that others should act on, and their cases, are not in it."""

    def __init__(self, whole: Listing, units: frozenset[str]) -> None:
        self._list = whole
        self._units = {f"OrgUnit:{id_}" for id_ in units}

    def get(
        self, day: str, computed_at: str, *, refresh: bool = False, progress: Progress | None = None
    ) -> BreakpointList:
        """The list of a day."""
        return self._part(self._list.get(day, computed_at, refresh=refresh, progress=progress))

    def newest(self, day: str, computed_at: str) -> BreakpointList:
        """The newest list that stands."""
        return self._part(self._list.newest(day, computed_at))

    def last(self) -> Kept | None:
        """The list of the last run of record."""
        kept = self._list.last()
        return None if kept is None else Kept(self._part(kept.answer), kept.stands)

    def before(self, wanted: str) -> BreakpointList:
        """The kept list a person means."""
        return self._part(self._list.before(wanted))

    def runs(self) -> list[Run]:
        """Every run of record."""
        return self._list.runs()

    def cases(self) -> dict[str, CaseState]:
        """The cases of the units' findings that hold now."""
        return self._cases(self._list.cases(), self.newest(today(), now()))

    def change(self, day: str, at: str, change: Change) -> list[CaseState]:
        """Change cases of the units' findings."""

        def ours(cases: Mapping[str, CaseState], answer: BreakpointList) -> Sequence[CaseState]:
            part = self._part(answer)
            return change(self._cases(cases, part), part)

        return self._list.change(day, at, ours)

    def _part(self, whole: BreakpointList) -> BreakpointList:
        kept = [finding for finding in whole.findings if finding.unit in self._units]
        keys = {finding.key for finding in kept}
        told = tuple(f if f.folded_under in keys else f.model_copy(update={"folded_under": None}) for f in kept)
        return whole.model_copy(update={"findings": told, "counts": counted(told, whole.counts)})

    @staticmethod
    def _cases(cases: Mapping[str, CaseState], part: BreakpointList) -> dict[str, CaseState]:
        return {id_: cases[id_] for finding in part.findings if (id_ := case_id(finding.key)) in cases}
