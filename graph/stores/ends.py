"""Which records of a batch name an end that is neither stored nor in the batch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from graph.records import Record, Ref
from graph.schema import KINDS

StoredIds = Callable[[str, Collection[str]], Iterable[str]]
"""Kind and ids → those of the ids that are stored."""


class KnownEnds:
    """Remembers which framework nodes and subjects are stored, until told to forget."""

    def __init__(self) -> None:
        self._known: set[Ref] = set()

    def forget(self) -> None:
        """Ask the store again from now on: somebody else wrote, or what was written was undone."""
        self._known.clear()

    def missing(self, records: Sequence[Record], stored_ids: StoredIds) -> dict[int, tuple[Ref, ...]]:
        """Record number → its missing ends; a record falls with the records it depends on (greatest fixpoint)."""
        known = self._known
        needed: list[tuple[int, list[Ref]]] = []
        for n, record in enumerate(records):
            own = record.node.ref if record.node is not None else None
            wanted = [
                end for edge in record.edges for end in (edge.source, edge.target) if end not in known and end != own
            ]
            if wanted:
                needed.append((n, wanted))
        if not needed:
            return {}
        stored = self._stored({ref for _, wanted in needed for ref in wanted}, stored_ids)
        needed = [(n, unknown) for n, wanted in needed if (unknown := [ref for ref in wanted if ref not in stored])]
        return _fall(records, needed) if needed else {}

    def _stored(self, refs: set[Ref], stored_ids: StoredIds) -> set[Ref]:
        found: set[Ref] = set()
        by_kind: dict[str, list[str]] = {}
        for ref in refs:
            by_kind.setdefault(ref.kind, []).append(ref.id)
        for kind, ids in by_kind.items():
            here = {Ref(kind, id_) for id_ in stored_ids(kind, ids)}
            found |= here
            if KINDS[kind].group in ("framework", "subject"):
                self._known |= here  # facts are too many to remember
        return found


def _fall(records: Sequence[Record], needed: list[tuple[int, list[Ref]]]) -> dict[int, tuple[Ref, ...]]:
    """Assume every record stands, then strike those with an end nobody provides, and whoever relied on them."""
    providers: dict[Ref, int] = {}
    for record in records:
        if record.node is not None:
            providers[record.node.ref] = providers.get(record.node.ref, 0) + 1
    relying: dict[Ref, list[int]] = {}
    wanted_by = dict(needed)
    for n, wanted in needed:
        for ref in wanted:
            relying.setdefault(ref, []).append(n)
    missing: dict[int, tuple[Ref, ...]] = {}
    to_judge = [n for n, _ in needed]
    while to_judge:
        n = to_judge.pop()
        lacking = tuple(dict.fromkeys(ref for ref in wanted_by[n] if not providers.get(ref)))
        if not lacking or n in missing:
            continue
        missing[n] = lacking
        node = records[n].node
        if node is not None:
            providers[node.ref] -= 1
            if not providers[node.ref]:
                to_judge += relying.get(node.ref, [])
    return missing
