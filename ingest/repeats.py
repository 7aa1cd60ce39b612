"""Finds complaints that repeat an earlier one, the same customer in the same category within some days, and keeps REPEATS in step with that."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from graph.errors import Where
from graph.records import EdgeRow, Record, Ref
from graph.store import Store
from graph.text import Text
from graph.values import instant
from ingest.pipeline import DIFF_LINES, load
from ingest.report import IngestReport, Notes

SOURCE = "repeats"
"""Whose word the links are that are found here: they are withdrawn when they no longer hold, others' never are."""
DEFAULT_DAYS = 30
_NO_PSEUDONYM = re.compile(r"〔[^a-z]*〕\Z")
"""A masked number without a pseudonym: any two look alike."""
_STATED = Text("其重复关系已由其他来源给出，未另行推断", "complaints whose repeats another source states, left to it")
_ALIKE = Text(
    "客户只有脱敏标签而无化名，无法比对",
    "customers that are a bare mask without a pseudonym, which cannot be told apart",
)
_CIRCULAR = Text("会与其他来源的重复关系成环，未写入", "would make a circle with what other sources state, not written")


class _Case(NamedTuple):
    """A complaint with what it is compared by; they sort by time."""

    event_at: str
    id: str
    customer: str


def link_repeats(
    store: Store, *, days: int = DEFAULT_DAYS, dry_run: bool = False, diff_lines: int | None = DIFF_LINES
) -> IngestReport:  # fmt: skip
    """Write a REPEATS from each complaint to the latest earlier one of the same customer that shares a category and is at most so many days older.

    What an earlier run wrote and no longer holds is withdrawn; a second run changes nothing. Complaints for which another
    source states what they repeat are left to that source.

    Args:
        store: an initialised store.
        days: how many days of 24 hours may lie between the two.
        dry_run: tell what would change and write nothing.
        diff_lines: see :func:`ingest.pipeline.load`.

    Raises:
        StoreError: see ``graph.errors``.
    """
    notes = Notes()
    found = _found(store, days, notes)
    records = (
        Record(None, (EdgeRow("REPEATS", Ref("Complaint", later), Ref("Complaint", earlier), {"basis": "derived"}, (SOURCE,)),), Where())
        for later, earlier in found
    )  # fmt: skip
    return load(store, records, source=SOURCE, replace=True, dry_run=dry_run, diff_lines=diff_lines, notes=notes)


def _found(store: Store, days: int, notes: Notes) -> list[tuple[str, str]]:
    """Later and earlier complaint of every repeat, by id of the later."""
    stated = _stated(store)
    links = {source: list(targets) for source, targets in stated.items()}
    pairs = []
    for later, earlier in sorted(_nearest(_by_customer(store, notes), days).items()):
        if later in stated:
            notes.add(_STATED)
        elif _leads_to(links, earlier, later):
            notes.add(_CIRCULAR)
        else:
            links[later] = [earlier]
            pairs.append((later, earlier))
    return pairs


def _by_customer(store: Store, notes: Notes) -> Mapping[tuple[str, str], list[_Case]]:
    """Customer and category → their complaints, oldest first."""
    cases: dict[str, _Case] = {}
    for node in store.nodes("Complaint"):
        customer = str(node.props.get("customer", ""))
        if _NO_PSEUDONYM.match(customer):
            notes.add(_ALIKE)
        elif customer:
            cases[node.id] = _Case(str(node.props["event_at"]), node.id, customer)
    groups: dict[tuple[str, str], list[_Case]] = {}
    for edge in store.edges("IN_CATEGORY", "Complaint"):
        case = cases.get(edge.source.id)
        if case is not None:
            groups.setdefault((case.customer, edge.target.id), []).append(case)
    return {key: sorted(group) for key, group in groups.items() if len(group) > 1}


def _nearest(groups: Mapping[tuple[str, str], list[_Case]], days: int) -> dict[str, str]:
    """Complaint → the latest earlier one near enough, over all its categories."""
    best: dict[str, _Case] = {}
    most = timedelta(days=days)
    for group in groups.values():
        for earlier, later in pairwise(group):
            if instant(later.event_at) - instant(earlier.event_at) <= most:
                best[later.id] = max(best.get(later.id, earlier), earlier)
    return {later: earlier.id for later, earlier in best.items()}


def _stated(store: Store) -> dict[str, list[str]]:
    """What complaints repeat on the word of other sources."""
    stated: dict[str, list[str]] = {}
    for edge in store.edges("REPEATS"):
        if edge.sources != (SOURCE,):
            stated.setdefault(edge.source.id, []).append(edge.target.id)
    return stated


def _leads_to(links: Mapping[str, list[str]], start: str, end: str) -> bool:
    """Whether links lead from one complaint to another."""
    seen, waiting = {start}, [start]
    while waiting:
        for target in links.get(waiting.pop(), ()):
            if target == end:
                return True
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return False
