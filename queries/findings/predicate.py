"""How a kind of finding is declared, and what a predicate yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from graph.records import Ref
from graph.schema import KINDS as NODE_KINDS
from graph.text import Text
from queries.finding import FindingClass
from queries.findings.duties import Acting
from queries.findings.facts import SubjectFacts
from queries.findings.view import View

TALLY, TRACES = "Tally", "Traced"
"""What a predicate may read beside kinds and edges: the daily complaint counts, the batch traces."""


class Found(NamedTuple):
    """One place where a predicate holds."""

    message: Text
    """The sentence, with the names of things."""
    nodes: tuple[Ref, ...] = ()
    """What the sentence is about, in any order."""
    acting: Acting = Acting()
    """Who should act."""
    base: int | None = None
    """Severity before additions where it differs from the kind's."""
    ends_with: str = ""
    """What ends the key of a finding without nodes."""
    complaints: float | None = None
    """The expected complaints behind it, where they are not those of the node that most run through."""
    grave: bool = False
    """Whether it touches a key business."""
    folded_under: str | None = None
    """Key of the finding that is its cause."""

    def key(self, kind: str) -> str:
        """Kind and sorted references joined by ``|``: the same in every run."""
        return "|".join((kind, *sorted(map(str, self.nodes)), *filter(None, (self.ends_with,))))


@dataclass(frozen=True)
class Predicate:
    """A kind of finding: its words for people, what it reads, and the search itself."""

    kind: str
    class_: FindingClass
    title: Text
    """Short name of the kind."""
    rule: Text
    """When it holds (breakpoints.md)."""
    clause: str
    """The words of the plan it serves, verbatim."""
    base: int
    """Severity 1–3 before additions."""
    measure: Text
    """Suggested measure."""
    reads: tuple[str, ...]
    """Kinds of node, types of edge, counts (``Tally``) and ``Traced`` the predicate itself looks at; who should act is looked up beside."""
    find: Callable[[View], Iterator[Found]] | None = None
    """Every place where it holds in a view, in a stable order."""
    find_on: Callable[[View, SubjectFacts], Iterator[Found]] | None = None
    """In its place, for a kind that looks at products and campaigns: where it holds on one of them; they are streamed."""

    @property
    def needs_facts(self) -> bool:
        """Whether it reads more than the framework and the daily counts."""
        return TRACES in self.reads or any(
            name in NODE_KINDS and NODE_KINDS[name].group != "framework" for name in self.reads
        )

    @property
    def framework_only(self) -> bool:
        """Whether its findings are the same until the framework or the day is another, whatever facts and counts say."""
        return not self.needs_facts and TALLY not in self.reads
