"""How a kind of finding is declared, and what a predicate yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from graph.records import Ref
from graph.text import Text
from queries.finding import FindingClass
from queries.findings.duties import Acting
from queries.findings.view import View


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
    """Kinds of node, types of edge and counts (``Tally``) the predicate itself looks at; who should act is looked up beside."""
    find: Callable[[View], Iterator[Found]]
    """Every place where it holds in a view, in a stable order."""
