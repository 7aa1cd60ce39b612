"""Which records of a batch name an end that is neither stored nor in the batch."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from graph.records import Record, Ref
from graph.schema import KINDS
from graph.stores.sqlite_tables import NODE_TABLES


class KnownEnds:
    """Remembers which framework nodes and subjects are stored; another process's writes make it forget."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._known: set[Ref] = set()
        self._version = -1

    def forget(self) -> None:
        """Ask the file again from now on."""
        self._known.clear()

    def missing(self, records: Sequence[Record]) -> dict[int, tuple[Ref, ...]]:
        """Record number → its missing ends; a record falls with the records it depends on (greatest fixpoint)."""
        version = self._db.execute("PRAGMA data_version").fetchone()[0]
        if version != self._version:
            self._known.clear()
            self._version = version
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
        stored = self._stored({ref for _, wanted in needed for ref in wanted})
        needed = [(n, unknown) for n, wanted in needed if (unknown := [ref for ref in wanted if ref not in stored])]
        return self._fall(records, needed) if needed else {}

    def _fall(self, records: Sequence[Record], needed: list[tuple[int, list[Ref]]]) -> dict[int, tuple[Ref, ...]]:
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

    def _stored(self, refs: set[Ref]) -> set[Ref]:
        found: set[Ref] = set()
        by_kind: dict[str, list[str]] = {}
        for ref in refs:
            by_kind.setdefault(ref.kind, []).append(ref.id)
        for kind, ids in by_kind.items():
            table = NODE_TABLES[kind]
            sql = f'SELECT id FROM "{table.name}" WHERE id IN (SELECT value FROM json_each(?))'
            here = {Ref(kind, id_) for (id_,) in self._db.execute(sql, (json.dumps(ids, ensure_ascii=False),))}
            found |= here
            if KINDS[kind].group in ("framework", "subject"):
                self._known |= here  # facts are too many to remember
        return found
