"""What a run of the breakpoint list counted on its way: outcomes, leakage, complaints by month, reviewed points; kept beside the list.

The run reads every trace and every daily count once. What the overview shows of them is summed as they pass and kept in the results
folder, by home unit, so that a page needs neither and a unit's own people see their own figures.
"""

from __future__ import annotations

import gzip
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.files import replacing
from graph.errors import UsageError
from graph.framework import Framework
from graph.records import Revision, Tally
from graph.store import Store
from queries.answers import Outcome
from queries.finding import BreakpointList
from queries.findings.facts import Facts
from queries.findings.traced import Traced
from queries.matrices.leakage import Leak

REVIEW_DAYS = 365
"""Days within which a control point counts as reviewed."""
_KEPT = 20

Units = tuple[str, ...]


class Month(NamedTuple):
    """Complaints of one month; ``episodes`` leaves repeats out."""

    month: str
    complaints: int
    episodes: int


class Summary(BaseModel):
    """The sums of one run, by the home units of complaints."""

    model_config = ConfigDict(frozen=True)
    as_of: str
    outcomes: tuple[tuple[Units, Outcome, int], ...] = Field(description="traces of the last 90 days by outcome")
    leaked: tuple[tuple[Units, str, str, float], ...] = Field(
        description="stage found, stage of origin, expected complaints"
    )
    unexplained: tuple[tuple[Units, str, float], ...] = Field(
        description="stage found, expected complaints without internal cause"
    )
    months: tuple[tuple[Units, str, int, int], ...] = Field(description="month, complaints, episodes")
    last_day: str | None = Field(description="the last day with a complaint")
    reviewed: tuple[str, ...] = Field(description="control points reviewed within a year")

    def outcome_counts(self, units: Collection[str] | None) -> dict[Outcome, int]:
        """Traces by outcome; of some units alone, None: of all."""
        counts: dict[Outcome, int] = {}
        for of, outcome, number in self.outcomes:
            if _ours(of, units):
                counts[outcome] = counts.get(outcome, 0) + number
        return counts

    def leak(self, units: Collection[str] | None) -> Leak:
        """Where complaints hurt and where they began."""
        leak = Leak()
        for of, found, origin, number in self.leaked:
            if _ours(of, units):
                leak.sums[found, origin] = leak.sums.get((found, origin), 0.0) + number
        for of, found, number in self.unexplained:
            if _ours(of, units):
                leak.unexplained[found] = leak.unexplained.get(found, 0.0) + number
        return leak

    def by_month(self, units: Collection[str] | None) -> list[Month]:
        """Complaints by month, oldest first."""
        months: dict[str, Month] = {}
        for of, month, complaints, episodes in self.months:
            if _ours(of, units):
                before = months.get(month, Month(month, 0, 0))
                months[month] = Month(month, before.complaints + complaints, before.episodes + episodes)
        return [months[name] for name in sorted(months)]


class Summing:
    """Sums what passes by on its way to the run."""

    def __init__(self, framework: Framework, as_of: str) -> None:
        self._framework, self._as_of = framework, as_of
        self._outcomes: dict[tuple[Units, Outcome], int] = {}
        self._leaks: dict[Units, Leak] = {}
        self._months: dict[tuple[Units, str], tuple[int, int]] = {}
        self._last_day: str | None = None

    def traces(self, passing: Iterable[Traced]) -> Iterator[Traced]:
        """The same traces, counted."""
        for trace in passing:
            key = trace.units, trace.outcome
            self._outcomes[key] = self._outcomes.get(key, 0) + 1
            self._leaks.setdefault(trace.units, Leak()).add(trace, self._framework.stage_of)
            yield trace

    def tallies(self, passing: Iterable[Tally]) -> Iterator[Tally]:
        """The same daily counts, counted as far as they lie on the day or before it."""
        for tally in passing:
            if tally.day <= self._as_of and tally.complaints:
                key = ((tally.unit,) if tally.unit else ()), tally.day[:7]
                complaints, episodes = self._months.get(key, (0, 0))
                self._months[key] = complaints + tally.complaints, episodes + tally.episodes
                self._last_day = max(self._last_day or "", tally.day)
            yield tally

    def summary(self, store: Store) -> Summary:
        """The sums, with the control points that were reviewed: one pass over the reviews."""
        facts = Facts(store, self._as_of, self._framework.zone)
        since = facts.since(REVIEW_DAYS)
        reviewed = {
            ref.id
            for row, ends in facts.past("Review", "OF")
            if str(row.props.get("event_at", "")) >= since
            for ref in ends["OF"]
            if ref.kind == "ControlPoint"
        }
        return Summary(
            as_of=self._as_of, last_day=self._last_day, reviewed=tuple(sorted(reviewed)),
            outcomes=tuple(sorted((units, outcome, number) for (units, outcome), number in self._outcomes.items())),
            leaked=tuple(
                (units, *pair, round(number, 6)) for units, leak in sorted(self._leaks.items()) for pair, number in sorted(leak.sums.items())
            ),
            unexplained=tuple(
                (units, stage, round(number, 6))
                for units, leak in sorted(self._leaks.items())
                for stage, number in sorted(leak.unexplained.items())
            ),
            months=tuple((units, month, *numbers) for (units, month), numbers in sorted(self._months.items())),
        )  # fmt: skip


class Summaries:
    """The kept summaries of one store."""

    def __init__(self, results: Path) -> None:
        self._folder = results / "summaries"
        self._read: tuple[Path, int, Summary] | None = None

    def keep(self, revision: Revision, summary: Summary) -> None:
        """Keep the summary of a run beside its list; where nothing can be written the overview does without."""
        path = self._file(revision.framework, revision.facts, summary.as_of)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with replacing(path) as file:
                file.write(gzip.compress(summary.model_dump_json().encode(), 6, mtime=0))
            for old in sorted(self._folder.glob("*.json.gz"), key=lambda one: one.stat().st_mtime)[:-_KEPT]:
                old.unlink(missing_ok=True)
        except (OSError, UsageError):  # the latter says of a file that it cannot be written (``replacing``)
            return

    def of(self, answer: BreakpointList) -> Summary | None:
        """The summary that the run of a list left; None where it left none."""
        path = self._file(answer.revision.framework, answer.revision.facts, answer.as_of)
        try:
            at = path.stat().st_mtime_ns
            if self._read is None or self._read[:2] != (path, at):
                self._read = path, at, Summary.model_validate_json(gzip.decompress(path.read_bytes()))
            return self._read[2]
        except (OSError, EOFError, ValidationError):
            return None

    def _file(self, framework: int, facts: int, day: str) -> Path:
        return self._folder / f"{framework}.{facts}.{day}.json.gz"


def _ours(of: Units, units: Collection[str] | None) -> bool:
    return units is None or any(unit in units for unit in of)
