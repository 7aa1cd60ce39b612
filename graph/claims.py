"""Who asserts what: how the assertions of several sources on one node or edge become its properties.

One source: its properties are the element's. Several: each source's assertion is kept apart, and the element shows them laid
over each other in the order in which they last changed, so that withdrawing one gives back exactly what the others say.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from graph.records import Conflict, NodeRow
from graph.values import Props, Value


@dataclass(slots=True)
class Claim:
    """What one source asserts of an element; ``seq`` orders the claims of one element by their last change."""

    seq: int
    props: dict[str, Value]


@dataclass(slots=True)
class Element:
    """A node or edge as it stands: shown properties, sources (sorted), and the claims apart where there are several sources."""

    props: dict[str, Value]
    sources: tuple[str, ...]
    claims: dict[str, Claim] = field(default_factory=dict)

    def state(
        self, name: str, props: Props, sources: tuple[str, ...], replacing: bool, conflicts: list[Conflict]
    ) -> bool:
        """Let sources assert properties; True when anything changed.

        Without ``replacing``, properties that are absent stay as the sources asserted them before; with it, they are
        withdrawn. A source that asserts again what it asserted before changes nothing, even where another won since.
        """
        if self.sources == sources and len(sources) == 1:
            after = dict(props) if replacing else {**self.props, **props}
            changed = after != self.props
            self.props = after
            return changed
        if len(self.sources) == 1:
            self.claims = {self.sources[0]: Claim(0, dict(self.props))}
        changed = False
        for source in sources:
            before = self.claims.get(source)
            after = dict(props) if before is None or replacing else {**before.props, **props}
            if before is None or after != before.props:
                changed = True
                self.claims[source] = Claim(self._next_seq(), after)
                self._note_conflicts(name, source, sources, after, conflicts)
        self._settle()
        return changed

    def withdraw(self, sources: Sequence[str]) -> bool:
        """Take back the assertions of sources; True when somebody still asserts the element."""
        left = tuple(source for source in self.sources if source not in sources)
        if not left:
            return False
        for source in self.sources:
            if source not in left:
                self.claims.pop(source, None)
        self._settle()
        return True

    def _next_seq(self) -> int:
        return max((claim.seq for claim in self.claims.values()), default=-1) + 1

    def _settle(self) -> None:
        """Lay the claims over each other; a single one left needs no bookkeeping."""
        self.props = laid_over(self.claims)
        self.sources = tuple(sorted(self.claims))
        if len(self.sources) == 1:
            self.claims = {}

    def _note_conflicts(
        self, name: str, source: str, together: tuple[str, ...], props: Mapping[str, Value], conflicts: list[Conflict]
    ) -> None:
        for key, value in props.items():
            for other, claim in sorted(self.claims.items()):
                if other != source and other not in together and key in claim.props and claim.props[key] != value:
                    conflicts.append(Conflict(name, key, claim.props[key], value, (other,)))


def laid_over(claims: Mapping[str, Claim]) -> dict[str, Value]:
    """What an element shows of what its sources assert: later changes over earlier ones."""
    shown: dict[str, Value] = {}
    for _, claim in sorted(claims.items(), key=lambda item: (item[1].seq, item[0])):
        shown |= claim.props
    return shown


def new_element(props: Props, sources: tuple[str, ...]) -> Element:
    """An element asserted for the first time."""
    claims = {source: Claim(0, dict(props)) for source in sources} if len(sources) > 1 else {}
    return Element(dict(props), sources, claims)


def content_hash(source: NodeRow, target: NodeRow) -> str:
    """``confirmed_hash``: SHA-256 of the canonical JSON of both ends' properties, sources aside."""
    ends = [{"id": row.id, **row.props} for row in (source, target)]
    canonical = json.dumps(ends, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
