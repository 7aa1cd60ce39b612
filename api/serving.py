"""What both faces ask: one store, the framework of its last revision held in memory, and every question put to them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import NamedTuple

from api.context import AsOf
from api.listing.lists import Listing
from api.listing.recent import Progress, recent_traces
from api.listing.results import folder_of as results_of
from api.listing.selection import Wanted, check, select
from api.listing.suggesting import suggested_measures
from api.listing.summaries import Summaries, Summing
from api.reading import read_cases
from api.targets import clean_id, resolve, unknown_complaint
from api.versions import Versions, folder_of
from graph.case import Case, Subject
from graph.errors import UnknownId
from graph.framework import Framework, row_name
from graph.records import Ref, Revision
from graph.schema import EDGES, KINDS
from graph.store import Store
from graph.stores import open_store
from graph.text import Lang
from queries.answers import ChainAnswer, TraceAnswer, WhoAnswer
from queries.breakpoints import breakpoints
from queries.chain import chain, chain_above
from queries.finding import BreakpointList
from queries.parameters import Parameters
from queries.taking_out import read_element
from queries.trace import trace
from queries.whatif import WhatIfAnswer, what_if
from queries.who import who


class Snapshot(NamedTuple):
    """A revision and the framework that belongs to it."""

    revision: Revision
    framework: Framework


class Serving:
    """The questions over one store; may be used by many threads at once.

    The store is opened on the first question, so that a server whose store is not there yet starts to answer once it is.
    """

    def __init__(self, store_url: str) -> None:
        self._url = store_url
        self._lock = threading.Lock()
        self._store: Store | None = None
        self._framework: Framework | None = None
        self.scope: str | None = None
        """The unit whose complaints and findings alone may be seen; None: all."""
        self.versions = Versions(folder_of(store_url))
        self.summaries = Summaries(results_of(store_url))
        self.listing = Listing(store_url, lambda: self.store, self._compute, lambda: self.numbers().version)

    @property
    def store(self) -> Store:
        """The store; raises StoreError while it cannot be opened."""
        with self._lock:
            if self._store is None:
                self._store = open_store(self._url)
            return self._store

    def close(self) -> None:
        """Let go of the store."""
        with self._lock:
            if self._store is not None:
                self._store.close()
                self._store = None
                self.listing.close()

    def snapshot(self) -> Snapshot:
        """The present revision with its framework, which is read again only when its counter moved."""
        store = self.store
        revision = store.revision()
        held = self._framework
        if held is None or held.revision != revision.framework:
            # Read outside the lock: two threads may both read it, both get a good one, and nobody waits.
            held = self._framework = store.framework()
        return Snapshot(Revision(held.revision, revision.facts), held)

    # ── questions ─────────────────────────────────────────────────────────────────────────────────
    def numbers(self, version: str | None = None) -> Parameters:
        """The numbers of a version, or those in force. Raises UsageError for a version that does not exist."""
        return self.versions.in_force() if version is None else self.versions.get(version)

    def case(self, complaint: str, framework: Framework | None = None) -> Case:
        """A complaint with its neighbourhood, read on a framework at hand or the present one. Raises UnknownId when it is not stored."""
        framework = framework or self.snapshot().framework
        found = list(read_cases(self.store, framework, [clean_id(complaint).removeprefix("Complaint:")]))
        if not found:
            raise unknown_complaint(complaint, self.store)
        return found[0]

    def trace(self, complaint: str, as_of: AsOf, version: str | None = None) -> TraceAnswer:
        """Whose was this complaint? Raises UnknownId when it is not stored."""
        numbers, (revision, framework) = self.numbers(version), self.snapshot()
        return trace(
            framework, self.case(complaint, framework), revision=revision, as_of=as_of.moment, parameters=numbers
        )

    def what_if(self, complaint: str, without: Sequence[str], as_of: AsOf, version: str | None = None) -> WhatIfAnswer:
        """How the trace of a complaint changes without some elements. Raises UsageError for what names none, UnknownId for one that is not there."""
        elements = [read_element(text) for text in without]
        numbers, (revision, framework) = self.numbers(version), self.snapshot()
        case = self.case(complaint, framework)
        return what_if(framework, case, elements, revision=revision, as_of=as_of.moment, parameters=numbers)

    def traces(self, as_of: AsOf, version: str | None = None) -> Iterator[TraceAnswer]:
        """The trace of every complaint, in id order."""
        numbers, (revision, framework) = self.numbers(version), self.snapshot()
        for case in read_cases(self.store, framework):
            yield trace(framework, case, revision=revision, as_of=as_of.moment, parameters=numbers)

    def breakpoints(
        self, as_of: AsOf, computed_at: str, wanted: Wanted, *, refresh: bool = False, progress: Progress | None = None
    ) -> BreakpointList:
        """The wanted part of the list. Raises UsageError for a class or kind that does not exist, UnknownId for such a unit."""
        check(wanted)
        whole = self.listing.get(as_of.day, computed_at, refresh=refresh, progress=progress)
        return self.selected(whole, wanted)

    def selected(self, whole: BreakpointList, wanted: Wanted) -> BreakpointList:
        """The wanted part of a list, of whatever run."""
        unit = self.find(wanted.unit, ("OrgUnit",)) if wanted.unit is not None else None
        return select(whole, wanted, unit, self.snapshot().framework)

    def _compute(self, day: str, computed_at: str, progress: Progress | None) -> BreakpointList:
        """The whole list of a day at the present revision."""
        revision, framework = self.snapshot()
        summing = Summing(framework, day)
        answer = breakpoints(
            framework, summing.tallies(self.store.tallies()), revision=revision, as_of=day, computed_at=computed_at,
            suggestions=suggested_measures(framework), facts=self.store,
            traces=summing.traces(recent_traces(self.store, framework, self.numbers(), day, progress)),
        )  # fmt: skip
        self.summaries.keep(revision, summing.summary(self.store))
        return answer

    def who(self, target: str, as_of: AsOf) -> WhoAnswer:
        """Who answers for a target, written as ``Kind:id``, id or name."""
        framework = self.snapshot().framework
        ref = self.find(target, EDGES["FOR"].targets("Assignment"))
        return who(framework, ref, as_of=as_of.day, subject=self.subject(ref))

    def chain(self, start: str, as_of: AsOf) -> ChainAnswer:
        """The indicator chain above a control point or an indicator, written as id or name; the point where a name is both."""
        framework = self.snapshot().framework
        try:
            ref = self.find(start, ("ControlPoint", "Indicator") if ":" in start else ("ControlPoint",))
        except UnknownId as no_point:
            try:
                ref = self.find(start, ("Indicator",))
            except UnknownId:
                raise no_point from None
        above = chain if ref.kind == "ControlPoint" else chain_above
        return above(framework, ref.id, as_of=as_of.day)

    def subject(self, ref: Ref) -> Subject | None:
        """A product or campaign with the units that run it and where it lands; None for a node of another kind."""
        if KINDS[ref.kind].group != "subject":
            return None

        def ends(edge_type: str) -> tuple[str, ...]:
            return tuple(edge.target.id for edge in self.store.edges(edge_type, ref.kind, at=[ref]))

        (row,) = self.store.nodes(ref.kind, [ref.id])
        return Subject(ref, row.props, ends("RUN_BY"), ends("LANDS_IN"), ends("PROMOTES"))

    def promoted(self, campaign: Subject) -> tuple[Subject, ...]:
        """The products a campaign promotes, each with its properties."""
        rows = self.store.nodes("Product", list(campaign.promotes)) if campaign.promotes else ()
        return tuple(Subject(row.ref, row.props) for row in rows)

    def namer(self, lang: Lang) -> Callable[[str | None], str]:
        """A function that writes ``Kind:id`` as the id with the node's name in a language; what is no reference stays."""
        framework, store = self.snapshot().framework, self.store

        def name(reference: str | None) -> str:
            if reference is None or ":" not in reference:
                return reference or "—"
            ref = Ref.parse(reference)
            subject = KINDS[ref.kind].group == "subject"
            row = next(iter(list(store.nodes(ref.kind, [ref.id]))), None) if subject else framework.get(ref)
            shown = row_name(row, lang) if row is not None else ref.id
            return ref.id if shown == ref.id else f"{ref.id} {shown}"

        return name

    def find(self, text: str, kinds: tuple[str, ...]) -> Ref:
        """The node a person means among some kinds."""
        return resolve(text, kinds, self.snapshot().framework, self.store)


@contextmanager
def serving(store_url: str) -> Iterator[Serving]:
    """A :class:`Serving` that is closed when the block ends."""
    with closing(Serving(store_url)) as opened:
        yield opened
