"""A store in twenty lines of plain dictionaries: what the contract means, computed the slow and obvious way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from graph.records import EdgeRow, NodeRow, Record

Key = tuple[str, ...]


class Oracle:
    """Claims by element and source, in the order in which they last changed; everything else is derived from them."""

    def __init__(self) -> None:
        self.claims: dict[Key, dict[str, tuple[int, dict[str, Any]]]] = {}
        self.clock = 0

    @staticmethod
    def key(row: NodeRow | EdgeRow) -> Key:
        if isinstance(row, NodeRow):
            return (row.kind, row.id)
        return (row.type, *row.source, *row.target, row.valid_from)

    def _state(self, row: NodeRow | EdgeRow, replacing: bool) -> bool:
        held = self.claims.setdefault(self.key(row), {})
        changed = False
        for source in row.sources:
            before = held[source][1] if source in held else None
            after = dict(row.props) if replacing or before is None else {**before, **row.props}
            if before != after:
                self.clock += 1
                held[source] = (self.clock, after)
                changed = True
        return changed

    def write(self, records: Sequence[Record], replacing: bool) -> list[str]:
        standing = list(range(len(records)))
        while True:  # strike records until every end is provided
            provided = {key for key in self.claims if len(key) == 2} | {
                (records[n].node.kind, records[n].node.id) for n in standing if records[n].node
            }
            kept = [
                n
                for n in standing
                if all(tuple(end) in provided for e in records[n].edges for end in (e.source, e.target))
            ]
            if kept == standing:
                break
            standing = kept
        outcomes = []
        for n, record in enumerate(records):
            if n not in standing:
                outcomes.append("missing_end")
                continue
            rows = [row for row in (record.node, *record.edges) if row is not None]
            new = self.key(rows[0]) not in self.claims
            changed = [self._state(row, replacing) for row in rows]
            if record.node is not None:
                kept_keys = {self.key(e) for e in record.edges}
                for key in list(self.claims):
                    if (
                        len(key) > 2
                        and key[0] in record.owns
                        and key[1:3] == (record.node.kind, record.node.id)
                        and not key[5]
                        and key not in kept_keys
                    ):
                        mine = [s for s in record.node.sources if self.claims[key].pop(s, None)]
                        changed.append(bool(mine))
                        if not self.claims[key]:
                            del self.claims[key]
            outcomes.append("added" if new else "changed" if any(changed) else "unchanged")
        return outcomes

    def withdraw(self, source: str, asserted: Sequence[Record]) -> Counter[str]:
        seen = {
            self.key(row) for r in asserted for row in (r.node, *r.edges) if row is not None and source in row.sources
        }
        gone = {key for key, held in self.claims.items() if source in held and key not in seen and len(held) == 1}
        for key, held in list(self.claims.items()):
            if source in held and key not in seen:
                last = held.pop(source)
                if held:
                    continue
                joined = {
                    s for k, h in self.claims.items() if len(k) > 2 and k not in gone and (k[1:3] == key or k[3:5] == key)
                    for s in h if not (s == source and k not in seen)
                }  # fmt: skip
                del self.claims[key]
                if len(key) == 2 and joined:
                    gone.discard(key)
                    bare = {p: v for p, v in last[1].items() if p in ("event_at", "recorded_at")}
                    self.claims[key] = dict.fromkeys(joined, (0, bare))
        return Counter(key[0] for key in gone)

    def shown(self) -> dict[Key, tuple[dict[str, Any], list[str]]]:
        found = {}
        for key, held in self.claims.items():
            props: dict[str, Any] = {}
            for _, claim in sorted(
                (clock, claim) for clock, claim in ((c, sorted(p.items())) for c, p in held.values())
            ):
                props |= dict(claim)
            props.pop("valid_from", None)
            found[key] = (props, sorted(held))
        return found

    def tallies(self) -> list[list[Any]]:
        count: Counter[tuple[Any, ...]] = Counter()
        episodes: Counter[tuple[Any, ...]] = Counter()
        for key, (props, _) in self.shown().items():
            if key[0] != "Complaint" or len(key) > 2:
                continue
            links = [k for k in self.claims if len(k) > 2 and k[1:3] == key]
            when = datetime.fromisoformat(props["event_at"]) + timedelta(hours=8)  # Asia/Shanghai
            subjects = tuple(sorted(f"{k[3]}:{k[4]}" for k in links if k[0] == "ABOUT"))
            categories = tuple(sorted(k[4] for k in links if k[0] == "IN_CATEGORY"))
            unit = min((k[4] for k in links if k[0] == "HOME_UNIT"), default="")
            row = (when.date().isoformat(), subjects, categories, unit)
            count[row] += 1
            episodes[row] += not any(k[0] == "REPEATS" for k in links)
        return [[d, list(s), list(c), u, n, episodes[d, s, c, u]] for (d, s, c, u), n in sorted(count.items())]

    def monthly(self) -> list[list[Any]]:
        found: dict[tuple[str, tuple[str, ...], str], list[int]] = {}
        for day, _, categories, unit, complaints, episodes in self.tallies():
            sums = found.setdefault((day[:7], tuple(categories), unit), [0, 0])
            sums[:] = sums[0] + complaints, sums[1] + episodes
        return [[month, list(categories), unit, *sums] for (month, categories, unit), sums in sorted(found.items())]
