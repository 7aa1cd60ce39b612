"""What predicates look at on one day: the framework's valid nodes and edges, as rows and as networkx graphs each made once, with counts and facts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import networkx as nx

from graph.framework import Framework, valid_on
from graph.records import EdgeRow, NodeRow, Ref
from graph.schema import EDGES, KINDS
from graph.text import Text
from graph.values import Props
from queries.findings.duties import Duties
from queries.findings.facts import Facts
from queries.findings.tallied import Tallied
from queries.findings.traced import Through

if TYPE_CHECKING:
    from queries.findings.predicate import Found

T = TypeVar("T")
_LISTED = 20
"""How many names one sentence holds."""
_NO_PROPS: Props = MappingProxyType({})
_FRAMEWORK_KINDS = frozenset(name for name, kind in KINDS.items() if kind.group == "framework")


class View:
    """What every predicate reads.

    Args:
        framework: all rows of one revision.
        as_of: the day looked at, ``YYYY-MM-DD``; validity is half-open.
        tallied: the daily complaint counts up to the day.
        categories_in_use: ids of the categories taken to have complaints; None: those that ``tallied`` says.
        facts: what happened up to the day; None: predicates that need facts are not asked.
        through: the traces of the last 90 days, summed by what they run through.
        other: every finding of another kind, by its name; None for a name that is no kind.
    """

    def __init__(
        self,
        framework: Framework,
        as_of: str,
        tallied: Tallied | None = None,
        *,
        categories_in_use: Collection[str] | None = None,
        facts: Facts | None = None,
        through: Through | None = None,
        other: Callable[[str], Sequence[Found] | None] = lambda _: None,
    ) -> None:
        self.framework = framework
        self.as_of = as_of
        self.tallied = tallied or Tallied((), as_of)
        self.categories_in_use = self.tallied.in_use if categories_in_use is None else frozenset(categories_in_use)
        self._facts = facts
        self.through = through or Through(framework, as_of)
        self.other = other
        self._made: dict[Callable[[View], Any], Any] = {}
        self._nodes: dict[str, dict[str, NodeRow]] = {}
        self._edges: dict[str, tuple[EdgeRow, ...]] = {}
        self._graphs: dict[str, nx.DiGraph[Ref]] = {}

    def nodes(self, kind: str) -> dict[str, NodeRow]:
        """The nodes of a framework kind valid on the day, in id order."""
        if kind not in self._nodes:
            rows = self.framework.nodes(kind).items()
            self._nodes[kind] = {id_: row for id_, row in rows if valid_on(row.props, self.as_of)}
        return self._nodes[kind]

    def stands(self, ref: Ref) -> bool:
        """Whether a node is valid on the day; subjects have no validity and always stand."""
        return ref.kind not in _FRAMEWORK_KINDS or ref.id in self.nodes(ref.kind)

    def edges(self, edge_type: str) -> tuple[EdgeRow, ...]:
        """The edges of a type that hold on the day and both ends of which stand, in the framework's order."""
        if edge_type not in self._edges:
            ends = {kind for end in EDGES[edge_type].ends for kind in end} & _FRAMEWORK_KINDS
            standing = {kind: self.nodes(kind) for kind in ends}
            self._edges[edge_type] = tuple(
                edge
                for edge in self.framework.edges(edge_type)
                if valid_on(edge.props, self.as_of)
                and edge.source[1] in standing[edge.source[0]]
                and (edge.target[0] not in standing or edge.target[1] in standing[edge.target[0]])
            )
        return self._edges[edge_type]

    def targets(self, edge_type: str, source: Ref) -> tuple[Ref, ...]:
        """Where the standing edges of a type lead to from a node."""
        rows = self.framework.out(edge_type, source)
        return tuple(e.target for e in rows if valid_on(e.props, self.as_of) and self.stands(e.target))

    def graph(self, edge_type: str) -> nx.DiGraph[Ref]:
        """The edges of a type among framework kinds as a directed graph with every standing node of these kinds."""
        if edge_type not in self._graphs:
            graph: nx.DiGraph[Ref] = nx.DiGraph()
            kinds = dict.fromkeys(kind for end in EDGES[edge_type].ends for kind in end)
            graph.add_nodes_from(Ref(kind, id_) for kind in kinds for id_ in self.nodes(kind))
            graph.add_edges_from((edge.source, edge.target) for edge in self.edges(edge_type))
            self._graphs[edge_type] = graph
        return self._graphs[edge_type]

    def reaching(self, edge_type: str, goals: Collection[Ref]) -> set[Ref]:
        """The nodes from which edges of a type lead to one of the goals, the goals included: one reverse breadth-first search."""
        backwards = self.graph(edge_type).reverse(copy=False)
        return {node for layer in nx.bfs_layers(backwards, list(goals)) for node in layer}

    def cycles(self, edge_type: str, *, loops: bool) -> Iterator[tuple[Ref, ...]]:
        """The strongly connected components larger than one, with ``loops`` also self-loops; members sorted, components in order."""
        graph = self.graph(edge_type)
        components = (tuple(sorted(members)) for members in nx.strongly_connected_components(graph))
        yield from sorted(c for c in components if len(c) > 1 or (loops and graph.has_edge(c[0], c[0])))

    def unlinked(self, kind: str, edge_type: str, accept: Callable[[Ref], bool] = lambda _: True) -> Iterator[Ref]:
        """The standing nodes of a kind from which no standing edge of a type leads to an accepted node, in id order."""
        linked = {edge.source for edge in self.edges(edge_type) if accept(edge.target)}
        yield from (ref for id_ in self.nodes(kind) if (ref := Ref(kind, id_)) not in linked)

    @property
    def facts(self) -> Facts:
        """What happened up to the day; only a predicate that says it reads facts may ask."""
        assert self._facts is not None, "a kind that reads facts must name them in its `reads`"
        return self._facts

    @property
    def has_facts(self) -> bool:
        """Whether there are facts to look at."""
        return self._facts is not None

    def sources(self, edge_type: str, target: Ref) -> tuple[Ref, ...]:
        """Where the standing edges of a type that lead to a node come from."""
        rows = self.framework.into(edge_type, target)
        return tuple(e.source for e in rows if valid_on(e.props, self.as_of) and self.stands(e.source))

    def props(self, ref: Ref) -> Props:
        """The properties of a node of the framework; none where it is not held."""
        row = self.framework.get(ref)
        return row.props if row is not None else _NO_PROPS

    def once(self, build: Callable[[View], T]) -> T:
        """What a function makes of this view, made once however many predicates ask."""
        if build not in self._made:
            self._made[build] = build(self)
        made: T = self._made[build]
        return made

    @cached_property
    def duties(self) -> Duties:
        """Who holds what on the day."""
        return Duties(self)

    def named(self, ref: Ref) -> Text:
        """A node's name with its id, for a sentence: ``“计费准确性”（CP37）``."""
        zh, en = (self.framework.name(ref, lang) for lang in ("zh", "en"))
        return Text(
            f"“{zh}”（{ref.id}）" if zh != ref.id else f"“{ref.id}”",
            f"“{en}” ({ref.id})" if en != ref.id else f"“{ref.id}”",
        )

    def listed(self, refs: Sequence[Ref]) -> Text:
        """Several nodes by name, in the order given; of very many the first and how many more there are."""
        names = [self.named(ref) for ref in refs[:_LISTED]]
        zh, en, more = (
            "、".join(name.zh for name in names),
            ", ".join(name.en for name in names),
            len(refs) - len(names),
        )
        return Text(f"{zh} 等共 {len(refs)} 个", f"{en} and {more} more") if more else Text(zh, en)
