"""What a load would change, by node and property, old and new: gathered during a rehearsal, while the store still shows what was before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Literal, NamedTuple

from pydantic import BaseModel

from graph.records import EdgeRow, NodeRow, Outcome, Record, Ref
from graph.schema import EDGES, KINDS
from graph.store import Store
from graph.values import Props, Value

What = Literal["added", "changed", "withdrawn"]
Shown = str | int | float | bool | list[str] | None
EdgeKey = tuple[str, Ref, Ref, str]


class PropertyChange(BaseModel):
    """One property, or one type of links as a list of ends: its value before and after, None where there is none."""

    property: str
    before: Shown
    after: Shown


class ElementChange(BaseModel):
    """A node or an edge (``Kind:id-TYPE->Kind:id``) that a load would add, change or withdraw."""

    element: str
    counted_as: str
    what: What
    properties: list[PropertyChange]
    kept_by: list[str] = []
    """Other sources of an element this one no longer asserts: what they say stays."""


class Diff(BaseModel):
    """The changes: in ``counts`` all of them by kind or edge type, in ``elements`` as many of each as were asked for."""

    counts: dict[str, dict[What, int]]
    elements: list[ElementChange]


class _Links(NamedTuple):
    """The links of one type that a changed row states, and whether it states all there are."""

    line: ElementChange
    stated: tuple[Ref, ...]
    owned: bool


class Preview:
    """Gathers a diff.

    Args:
        store: read beside the rehearsal, which it does not see: it shows what was before.
        sources: whose word is loaded.
        replacing: whether properties that rows leave out are withdrawn.
        most: how many elements of a kind are shown for each of added, changed and withdrawn; None: all.
    """

    def __init__(self, store: Store, sources: Sequence[str], *, replacing: bool, most: int | None) -> None:
        self._store, self._sources = store, frozenset(sources)
        self._replacing, self._most = replacing, most
        self._counts: Counter[tuple[str, What]] = Counter()
        self._lines: list[ElementChange] = []
        self._links: dict[str, dict[Ref, _Links]] = {}
        self._edges: dict[str, dict[EdgeKey, tuple[ElementChange, Props]]] = {}
        self._asserted: set[Ref | EdgeKey] = set()

    def saw(self, records: Sequence[Record], outcomes: Sequence[Outcome]) -> None:
        """Take note of what became of records just written."""
        changed: dict[str, dict[str, Record]] = {}
        for record, outcome in zip(records, outcomes, strict=True):
            if outcome is Outcome.MISSING_END:
                continue
            if self._replacing:
                self._asserted.update(_key(edge) for edge in record.edges)
                if record.node is not None:
                    self._asserted.add(record.node.ref)
            if outcome is Outcome.UNCHANGED:
                continue
            what: What = "added" if outcome is Outcome.ADDED else "changed"
            name = str(record.node.ref) if record.node is not None else _name(record.edges[0])
            line = self._line(name, record.counted_as, what)
            if line is None:
                continue
            if record.node is None:
                self._saw_edge(line, record.edges[0])
            elif what == "added":
                line.properties += _compared({}, record.node.props) + _new_links(record)
            else:
                changed.setdefault(record.node.kind, {})[record.node.id] = record
                self._await_links(line, record)
        for kind, by_id in changed.items():
            lines = {line.element: line for line in self._lines[-len(records) :]}
            for old in self._store.nodes(kind, list(by_id)):
                self._compare(lines[str(old.ref)], old, by_id[old.id])

    def finish(self, *, withdrawn: bool) -> Diff:
        """The diff; ``withdrawn`` says whether what the sources no longer assert was withdrawn."""
        for edge_type in [name for name in EDGES if name in self._links or name in self._edges]:
            self._look_at_edges(edge_type)
        if withdrawn:
            self._look_for_withdrawn()
        counts: dict[str, dict[What, int]] = {}
        for (name, what), count in sorted(self._counts.items()):
            counts.setdefault(name, {})[what] = count
        return Diff(counts=counts, elements=self._lines)

    def _line(self, element: str, counted_as: str, what: What) -> ElementChange | None:
        """A new line, unless enough of its sort are shown."""
        self._counts[counted_as, what] += 1
        if self._most is not None and self._counts[counted_as, what] > self._most:
            return None
        line = ElementChange(element=element, counted_as=counted_as, what=what, properties=[])
        self._lines.append(line)
        return line

    # ── changed ───────────────────────────────────────────────────────────────────────────────────
    def _compare(self, line: ElementChange, old: NodeRow, record: Record) -> None:
        node = record.node
        assert node is not None  # only nodes are compared
        after = {**({} if self._goes(old.sources) else old.props), **node.props}
        line.properties[:0] = _compared(old.props, after)
        if not set(node.sources) <= set(old.sources):
            both = sorted({*old.sources, *node.sources})
            line.properties.append(PropertyChange(property="sources", before=sorted(old.sources), after=list(both)))

    def _goes(self, sources: Collection[str]) -> bool:
        """Whether what is left out is withdrawn for certain: nobody else may have said it."""
        return self._replacing and self._sources.issuperset(sources)

    def _saw_edge(self, line: ElementChange, edge: EdgeRow) -> None:
        if line.what == "added":
            line.properties += _compared({}, edge.props)
        else:
            self._edges.setdefault(edge.type, {})[_key(edge)] = (line, edge.props)

    def _await_links(self, line: ElementChange, record: Record) -> None:
        assert record.node is not None  # only nodes have links
        for edge_type in dict.fromkeys((*record.owns, *(edge.type for edge in record.edges))):
            stated = tuple(edge.target for edge in record.edges if edge.type == edge_type)
            self._links.setdefault(edge_type, {})[record.node.ref] = _Links(line, stated, edge_type in record.owns)

    def _look_at_edges(self, edge_type: str) -> None:
        """Read the edges of a type once and compare those that changed rows speak of."""
        links, edges = self._links.get(edge_type, {}), self._edges.get(edge_type, {})
        before: dict[Ref, list[EdgeRow]] = {}
        for edge in self._store.edges(edge_type):
            if edge.source in links:
                before.setdefault(edge.source, []).append(edge)
            if (found := edges.get(_key(edge))) is not None:
                line, props = found
                line.properties += _compared(edge.props, {**({} if self._goes(edge.sources) else edge.props), **props})
        for ref, (line, stated, owned) in links.items():
            old = before.get(ref, [])
            stays = [e for e in old if not owned or e.valid_from or not self._sources.issuperset(e.sources)]
            was, will = {str(e.target) for e in old}, {str(e.target) for e in stays} | set(map(str, stated))
            if was != will:
                line.properties.append(
                    PropertyChange(property=edge_type, before=sorted(was) or None, after=sorted(will) or None)
                )

    # ── withdrawn ─────────────────────────────────────────────────────────────────────────────────
    def _look_for_withdrawn(self) -> None:
        """What the sources asserted before and not in this load."""
        counts = self._store.counts()
        for kind in KINDS:
            for node in self._store.nodes(kind) if counts.nodes.get(kind) else ():
                if node.ref not in self._asserted:
                    self._withdraw(str(node.ref), kind, node.props, node.sources)
        for edge_type in EDGES:
            for edge in self._store.edges(edge_type) if counts.edges.get(edge_type) else ():
                if _key(edge) not in self._asserted:
                    self._withdraw(_name(edge), edge_type, edge.props, edge.sources)

    def _withdraw(self, element: str, counted_as: str, props: Props, sources: Sequence[str]) -> None:
        if self._sources.isdisjoint(sources):
            return
        others = sorted(set(sources) - self._sources)
        line = self._line(element, counted_as, "changed" if others else "withdrawn")
        if line is not None and others:
            line.kept_by = others
        elif line is not None:
            line.properties += _compared(props, {})


def _key(edge: EdgeRow) -> EdgeKey:
    return edge.type, edge.source, edge.target, edge.valid_from


def _name(edge: EdgeRow) -> str:
    dated = f"@{edge.valid_from}" if edge.valid_from else ""
    return f"{edge.source}-{edge.type}->{edge.target}{dated}"


def _new_links(record: Record) -> list[PropertyChange]:
    ends: dict[str, list[str]] = {}
    for edge in record.edges:
        ends.setdefault(edge.type, []).append(str(edge.target))
    return [PropertyChange(property=name, before=None, after=found) for name, found in ends.items()]


def _compared(before: Props, after: Props) -> list[PropertyChange]:
    return list(_differences(before, after))


def _differences(before: Props, after: Props) -> Iterator[PropertyChange]:
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield PropertyChange(property=name, before=_shown(before.get(name)), after=_shown(after.get(name)))


def _shown(value: Value | None) -> Shown:
    return list(value) if isinstance(value, tuple) else value
