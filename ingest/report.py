"""What a load did, counted exactly: the report every way in prints or returns as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from graph.records import Conflict, Outcome
from graph.text import Text
from ingest.diff import Diff

MAX_CONFLICTS = 10_000
"""Conflicts kept in full; ``conflict_count`` goes on counting, so that a large disagreement cannot fill the memory."""


class KindCount(BaseModel):
    """Rows of one kind (or edge type): ``read = added + changed + unchanged + refused``."""

    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0


class ConflictLine(BaseModel):
    """Two sources disagree on a property; the later write won."""

    model_config = ConfigDict(frozen=True)
    element: str
    property: str
    before: str | int | float | bool | list[str]
    after: str | int | float | bool | list[str]
    other_sources: list[str]

    @classmethod
    def of(cls, conflict: Conflict) -> ConflictLine:
        """The store's value as a line of the report."""
        before, after = (list(v) if isinstance(v, tuple) else v for v in (conflict.before, conflict.after))
        return cls(
            element=conflict.element, property=conflict.property, before=before, after=after,
            other_sources=list(conflict.other_sources),
        )  # fmt: skip


class Note(BaseModel):
    """Something done to the input that nobody asked for in so many words, and how often."""

    model_config = ConfigDict(frozen=True)
    zh: str
    en: str
    count: int


class IngestReport(BaseModel):
    """The result of a load; its JSON is the one of ``suyuan ingest --json``."""

    sources: list[str]
    dry_run: bool = False
    kinds: dict[str, KindCount] = Field(default_factory=dict)
    total: KindCount = Field(default_factory=KindCount)
    removed: dict[str, int] = Field(default_factory=dict)
    """Elements that no source asserts any longer, by kind or edge type."""
    conflicts: list[ConflictLine] = Field(default_factory=list)
    conflict_count: int = 0
    notes: list[Note] = Field(default_factory=list)
    diff: Diff | None = None
    """What would change, of a dry run."""


class Notes:
    """A counter of remarks, in the order in which they first came up."""

    def __init__(self) -> None:
        self._counts: Counter[Text] = Counter()

    def add(self, text: Text, count: int = 1) -> None:
        """Count a remark."""
        self._counts[text] += count

    def lines(self) -> list[Note]:
        """The remarks as the report shows them."""
        return [Note(zh=text.zh, en=text.en, count=count) for text, count in self._counts.items()]


class Tally:
    """Counts of one load, by kind, while it runs."""

    _FIELDS: ClassVar = {Outcome.ADDED: "added", Outcome.CHANGED: "changed", Outcome.UNCHANGED: "unchanged"}

    def __init__(self) -> None:
        self.read: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._stored: Counter[tuple[str, Outcome]] = Counter()
        self.removed: Counter[str] = Counter()
        self.conflicts: list[ConflictLine] = []
        self.conflict_count = 0

    def stored(self, counted_as: str, outcome: Outcome) -> None:
        """Count a row that is in the store now."""
        self._stored[counted_as, outcome] += 1

    def conflict(self, conflicts: Iterable[Conflict]) -> None:
        """Keep what sources disagree on."""
        for conflict in conflicts:
            self.conflict_count += 1
            if len(self.conflicts) < MAX_CONFLICTS:
                self.conflicts.append(ConflictLine.of(conflict))

    def report(self, sources: Iterable[str], dry_run: bool, notes: Notes, diff: Diff | None = None) -> IngestReport:
        """The finished report, kinds in name order."""
        kinds = {
            name: KindCount(
                read=self.read[name],
                refused=self.refused[name],
                **{field: self._stored[name, outcome] for outcome, field in self._FIELDS.items()},
            )
            for name in sorted(self.read)
        }
        total = KindCount()
        for count in kinds.values():
            for field in KindCount.model_fields:
                setattr(total, field, getattr(total, field) + getattr(count, field))
        return IngestReport(
            sources=list(sources), dry_run=dry_run, kinds=kinds, total=total, removed=dict(sorted(self.removed.items())),
            conflicts=self.conflicts, conflict_count=self.conflict_count, notes=notes.lines(), diff=diff,
        )  # fmt: skip
