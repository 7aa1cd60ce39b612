"""A case of a complaint that is not stored: put together in memory from the store's own facts, so that nothing is written.

Reviews and stage entries are read at the subjects, measured values in one pass; the counts come from the daily tallies. The result is the case the store would
hand out if the complaint had just been loaded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from graph.case import (
    COUNTED_DAYS,
    Case,
    Counted,
    EntryFact,
    EpisodeFact,
    Episodes,
    Recorded,
    ReviewFact,
    Runner,
    SeriesKey,
    Subject,
    ValueFact,
)
from graph.framework import Framework
from graph.records import EdgeRow, Ref
from graph.store import Store
from graph.stores.assembling import Links, assemble
from graph.stores.counting import own_episodes
from graph.stores.tallying import SEPARATOR, Fresh, laid_out, series_order
from graph.values import Props, days_before, local_day
from queries.findings.around import Around
from queries.findings.facts import Facts

_ALWAYS = "9999-12-31"


class _Facts(NamedTuple):
    """What happened to some subjects, oldest first, and since when reviews of them are on record."""

    reviews: Mapping[Ref, list[ReviewFact]]
    entries: Mapping[Ref, list[EntryFact]]


def case_of_row(store: Store, framework: Framework, id_: str, props: Props, links: Links) -> Case:
    """The case of a complaint from its row.

    Args:
        store: an initialised store.
        framework: its framework.
        id_: how the complaint is called in the answer.
        props: its properties, with a canonical ``event_at``.
        links: edge type → nodes that are stored, in the order of kind and id.
    """
    about = links.get("ABOUT", ())
    promotes = _ends(store, "PROMOTES", about)
    subjects = dict.fromkeys((*about, *(product for campaign in about for product in promotes.get(campaign, ()))))
    run_by, lands_in = (_ends(store, name, list(subjects)) for name in ("RUN_BY", "LANDS_IN"))
    run = _run(store, sorted({unit for units in run_by.values() for unit in units}))
    handlers = {
        unit
        for ref in links.get("RECEIVED_BY", ())
        for unit in ((ref,) if ref.kind == "OrgUnit" else framework.targets("BELONGS_TO", ref))
    }
    facts = _happened(store, framework, {*subjects, *handlers, *(ref for refs in run.values() for ref in refs)})
    series: dict[SeriesKey, list[ValueFact]] = _values(store, framework, subjects)

    def subject(ref: Ref) -> Subject:
        row = next(iter(list(store.nodes(ref.kind, [ref.id]))), None)
        units_, lands, products = (
            tuple(target.id for target in found.get(ref, ())) for found in (run_by, lands_in, promotes)
        )
        return Subject(
            ref, row.props if row is not None else {}, units_, lands, products,
            tuple(facts.reviews.get(ref, ())), tuple(facts.entries.get(ref, ())),
        )  # fmt: skip

    def runner(unit: str) -> Runner:
        refs = run.get(Ref("OrgUnit", unit), ())
        return Runner(tuple(_recorded(facts, ref) for ref in refs if facts.entries.get(ref)))

    def values(key: SeriesKey) -> tuple[ValueFact, ...]:
        return tuple(sorted(series.get(key, ()), key=series_order))

    def episodes(event_at: str, subjects: tuple[Ref, ...]) -> Episodes:
        return _episodes(store, framework, event_at, subjects, [ref.id for ref in links.get("REPEATS", ())], id_)

    return assemble(id_, props, links, (), framework, subject, values, episodes, runner)


def _ends(store: Store, edge_type: str, sources: Sequence[Ref]) -> dict[Ref, list[Ref]]:
    found: dict[Ref, list[Ref]] = {}
    for edge in store.edges(edge_type, at=sources):
        if edge.source in sources:
            found.setdefault(edge.source, []).append(edge.target)
    return found


def _run(store: Store, units: Sequence[Ref]) -> dict[Ref, list[Ref]]:
    """Each unit with the products and campaigns it runs."""
    found: dict[Ref, list[Ref]] = {unit: [] for unit in units}
    for kind in ("Campaign", "Product"):
        for edge in store.edges("RUN_BY", kind, at=units):
            found[edge.target].append(edge.source)
    return {unit: sorted(refs) for unit, refs in found.items()}


def _happened(store: Store, framework: Framework, wanted: Collection[Ref]) -> _Facts:
    everything = Facts(Around(store, wanted), _ALWAYS, framework.zone)
    reviews: dict[Ref, list[ReviewFact]] = {}
    entries: dict[Ref, list[EntryFact]] = {}
    for row, ends in everything.linked("Review", "OF", "ON"):
        moments = str(row.props["event_at"]), str(row.props.get("recorded_at", row.props["event_at"]))
        said = str(row.props.get("result", "")), str(row.props.get("mode", ""))
        for on in ends["ON"]:
            if on in wanted:
                reviews.setdefault(on, []).extend(ReviewFact(row.id, of, *said, *moments) for of in ends["OF"])
    for row, ends in everything.linked("StageEntry", "OF", "ON"):
        moments = str(row.props["event_at"]), str(row.props.get("recorded_at", row.props["event_at"]))
        for on in ends["ON"]:
            if on in wanted:
                entries.setdefault(on, []).extend(EntryFact(row.id, stage.id, *moments) for stage in ends["OF"])
    for ref in reviews:
        reviews[ref].sort(key=lambda fact: (fact.event_at, fact.id, fact.of))
    for ref in entries:
        entries[ref].sort(key=lambda fact: (fact.event_at, fact.id, fact.stage))
    return _Facts(reviews, entries)


def _recorded(facts: _Facts, ref: Ref) -> Recorded:
    since: dict[Ref, str] = {}
    for review in facts.reviews.get(ref, ()):
        known = max(review.event_at, review.recorded_at)
        since[review.of] = min(since.get(review.of, known), known)
    return Recorded(ref, tuple(facts.entries[ref]), since)


def _values(store: Store, framework: Framework, subjects: Collection[Ref]) -> dict[SeriesKey, list[ValueFact]]:
    """The measured values on some subjects, or on nothing, in any unit."""
    found: dict[SeriesKey, list[ValueFact]] = {}
    for row, ends in Facts(store, _ALWAYS, framework.zone).linked("Measurement", "OF", "ON", "IN"):
        if not ends["ON"] or any(on in subjects for on in ends["ON"]):
            edges = [EdgeRow(name, row.ref, target, {}) for name, targets in ends.items() for target in targets]
            for key, fact in laid_out(row.id, Fresh(row.props, edges)):
                found.setdefault(key, []).append(fact)
    return found


def _episodes(
    store: Store, framework: Framework, event_at: str, about: tuple[Ref, ...], repeats: Iterable[str], id_: str
) -> Episodes:
    until = local_day(event_at, framework.zone)
    since = days_before(until, COUNTED_DAYS)
    everything: dict[tuple[str, ...], int] = {}
    of_these: dict[tuple[str, ...], int] = {}
    for tally in store.tallies(since, until):
        everything[tally.categories] = everything.get(tally.categories, 0) + tally.episodes
        if any(ref in tally.subjects for ref in about):
            of_these[tally.categories] = of_these.get(tally.categories, 0) + tally.episodes
    own = own_episodes({id_: tuple(repeats)}, partial(_repeated, store))[id_]
    return Episodes(since, until, Counted(_in_order(of_these)), Counted(_in_order(everything)), own)


def _in_order(counted: Mapping[tuple[str, ...], int]) -> dict[tuple[str, ...], int]:
    return {key: counted[key] for key in sorted(counted, key=SEPARATOR.join) if counted[key]}


def _repeated(store: Store, ids: list[str]) -> Iterator[tuple[EpisodeFact, tuple[str, ...]]]:
    """Stored complaints, each with what it repeats."""
    for case in store.cases(ids):
        yield EpisodeFact(case.id, case.event_at, case.about, case.categories), case.repeats
