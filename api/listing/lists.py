"""The breakpoint list as a job: run when the store moved or on request, kept with its revision, served from there, settled with its cases."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from api.listing.casework import read_cases, write_cases
from api.listing.recent import Progress
from api.listing.results import Results, Run
from api.version import program_version
from graph.errors import StoreLocked, StoreReadOnly, UsageError
from graph.records import Revision
from graph.settings import settings
from graph.store import Store
from graph.text import Text
from graph.values import instant, local_day
from queries.breakpoints import KINDS
from queries.finding import BreakpointList
from queries.finding_cases import CaseState, settled, told

Compute = Callable[[str, str, Progress | None], BreakpointList]
"""Day, moment of computing, progress → the whole list of that day at the store's present revision."""
Change = Callable[[Mapping[str, CaseState], BreakpointList], Sequence[CaseState]]
"""The cases by id and the list → the cases as they shall be."""
PREVIOUS = "last"
"""How a person asks for the run before the newest."""
_SHOWN_RUNS = 5


def age_of(computed_at: str, at: str) -> Text:
    """How old a list is: when it was computed, and how long ago."""
    minutes = max(0, int((instant(at) - instant(computed_at)).total_seconds() // 60))
    days, hours = minutes // 1440, minutes // 60 % 24
    zh = f"{days} 天 {hours} 小时" if days else f"{hours} 小时 {minutes % 60} 分钟"
    en = f"{days} d {hours} h" if days else f"{hours} h {minutes % 60} min"
    return Text(f"清单计算于 {computed_at}（{zh}前）", f"The list was computed at {computed_at} ({en} ago)")


class _Held(NamedTuple):
    """A list in memory, and the state of the store for which it stands."""

    revision: Revision
    made_by: str
    raw: BreakpointList
    told: BreakpointList


class Kept(NamedTuple):
    """A kept list with the cases as they are now; ``stands`` while nothing it depends on has changed since."""

    answer: BreakpointList
    stands: bool


class Listing:
    """The list of one store; may be used by many threads at once.

    A run is *of record* when its day is not in the future and not before that of the last run of record: only such a run
    moves first and last seen, verifies cases and opens them again. A look at another day is kept as well, and changes nothing.
    """

    def __init__(
        self, store_url: str, store: Callable[[], Store], compute: Compute, numbers: Callable[[], str]
    ) -> None:
        self._results = Results(store_url)
        self._store, self._compute, self._numbers = store, compute, numbers
        self._lock = threading.RLock()
        self._held: _Held | None = None
        self._past: tuple[int, Revision, BreakpointList] | None = None
        """A run that may not stand any more, with the list as it is told at a revision."""
        self._ours: set[int] = set()
        """Runs that this process made or moved on: their stamp is noted when the store is closed."""

    def get(
        self, day: str, computed_at: str, *, refresh: bool = False, progress: Progress | None = None
    ) -> BreakpointList:
        """The whole list of a day with the state of every case; computed at ``computed_at`` where no kept list stands, or with ``refresh``."""
        with self._lock:
            if not refresh and (found := self._standing(day)) is not None:
                return found
            with self._results.locked() as keeping:
                if not refresh and (found := self._standing(day)) is not None:
                    return found  # another process ran it while we waited
                return self._run(day, computed_at, progress, keeping=keeping)

    def newest(self, day: str, computed_at: str) -> BreakpointList:
        """The newest list if it still stands, of whatever day; else that of the day, computed now."""
        with self._lock:
            found = self._standing(None)
        return found if found is not None else self.get(day, computed_at)

    def last(self) -> Kept | None:
        """The list of the last run of record, whether it still stands or not. None: there is none.

        It is looked at, never computed, and nobody waits here for a run that goes on meanwhile.
        """
        held, past = self._held, self._past
        run = next((run for run in reversed(self.runs()) if run.kept), None)
        revision = self._store().revision()
        if run is None:
            return None if held is None else Kept(held.told, held.revision == revision)
        stands = self._stands(run)
        if stands and held is not None and (held.raw.as_of, held.raw.computed_at) == (run.as_of, run.computed_at):
            return Kept(held.told, True)
        if past is None or past[:2] != (run.number, revision):
            raw = self._results.list_of(run)
            if raw is None:
                return None
            self._past = past = run.number, revision, told(raw, read_cases(self._store()), self._results.seen())
        return Kept(past[2], stands)

    def runs(self) -> list[Run]:
        """Every run of record, oldest first."""
        return [run for run in self._results.runs() if run.of_record]

    def before(self, wanted: str) -> BreakpointList:
        """The kept list a person means: ``FRAMEWORK.FACTS``, a date (the last run up to it), or ``last`` (the run before the newest).

        Raises UsageError where no such list is kept; names those that are.
        """
        runs = [run for run in self.runs() if run.kept]
        if wanted == PREVIOUS:
            fitting = runs[:-1]
        else:
            fitting = [run for run in runs if f"{run.framework}.{run.facts}" == wanted] or (
                [run for run in runs if run.as_of <= wanted] if wanted[4:5] == "-" else []
            )
        answer = self._results.list_of(fitting[-1]) if fitting else None
        if answer is None:
            known = [f"{run.framework}.{run.facts} ({run.as_of})" for run in runs[-_SHOWN_RUNS:]]
            raise UsageError(
                Text(f"没有保留 {wanted} 的清单", f"no list of {wanted} is kept"),
                Text(f"保留的最近几次：{'、'.join(known)}", f"The newest kept: {', '.join(known)}")
                if known
                else Text("请先运行 suyuan breakpoints", "Run `suyuan breakpoints` first"),
            )
        return answer

    def cases(self) -> dict[str, CaseState]:
        """Every case by id."""
        return read_cases(self._store())

    def change(self, day: str, at: str, change: Change) -> list[CaseState]:
        """Change cases, one writer at a time: read, decided by ``change``, written in one transaction. Returns what was written.

        Raises what ``change`` raises, and what ``write_cases`` raises; then nothing was written.
        """
        with self._lock, self._results.locked() as keeping:
            standing = self._standing(None)
            answer = standing if standing is not None else self._run(day, at, None, keeping=keeping)
            before = self._store().revision()
            changed = list(change(read_cases(self._store()), answer))
            write_cases(self._store(), changed, {finding.key: finding for finding in answer.findings})
            self._move_on(before, keeping=keeping)
            return changed

    def close(self) -> None:
        """Note what the store's file looks like now that it is closed, for the runs that are ours."""
        with self._lock:
            self._held = None
            if self._ours:
                with self._results.locked() as keeping:
                    if keeping:
                        stamp, runs = self._results.stamp(), self._results.runs()
                        mine = self._ours
                        self._results.keep(
                            [run.model_copy(update={"stamp": stamp}) if run.number in mine else run for run in runs]
                        )

    # ── serving ───────────────────────────────────────────────────────────────────────────────────
    def _standing(self, day: str | None) -> BreakpointList | None:
        """The list of a day (None: the newest, of any day) that still stands, from memory or from the folder."""
        revision = self._store().revision()
        held = self._held
        made_by = self._made_by()
        if held is not None and (held.revision, held.made_by) == (revision, made_by) and day in (None, held.raw.as_of):
            return held.told
        for run in reversed(self._results.runs()):
            if not run.kept or day not in (run.as_of, None) or (day is None and not run.of_record):
                continue
            if not self._stands(run):
                continue
            raw = self._results.list_of(run)
            if raw is not None:
                return self._hold(revision, raw)
        return None

    def _stands(self, run: Run) -> bool:
        """Whether everything that a run depended on is as it was."""
        if (run.stands_framework, run.stands_facts) != self._store().revision() or run.program != self._made_by():
            return False
        return run.stamp == self._results.stamp() or run.number in self._ours

    def _hold(self, revision: Revision, raw: BreakpointList) -> BreakpointList:
        answer = told(raw, read_cases(self._store()), self._results.seen())
        self._held = _Held(revision, self._made_by(), raw, answer)
        return answer

    def _made_by(self) -> str:
        """What else a list depends on: the program, and the numbers of the traces behind it."""
        return f"{program_version()} {self._numbers()}"

    # ── running ───────────────────────────────────────────────────────────────────────────────────
    def _run(self, day: str, computed_at: str, progress: Progress | None, *, keeping: bool) -> BreakpointList:
        raw = self._compute(day, computed_at, progress)
        stands = Revision(raw.revision.framework, raw.revision.facts)
        runs = self._results.runs()
        recorded = [run.as_of for run in runs if run.of_record]
        of_record = day <= local_day(computed_at, settings().zone) and day >= max(recorded, default=day)
        if of_record:
            try:
                stands = self._settle(raw, stands)
            except (StoreReadOnly, StoreLocked):
                return self._hold(stands, raw)  # the next run that may write settles and is kept
        if keeping:
            run = Run(
                number=runs[-1].number + 1 if runs else 1, framework=raw.revision.framework, facts=raw.revision.facts,
                as_of=day, computed_at=computed_at, program=self._made_by(), findings=len(raw.findings),
                stands_framework=stands.framework, stands_facts=stands.facts, stamp=self._results.stamp(), of_record=of_record,
            )  # fmt: skip
            self._results.add(run, raw)
            self._ours.add(run.number)
        return self._hold(stands, raw)

    def _settle(self, raw: BreakpointList, computed: Revision) -> Revision:
        """Write what the run says about cases; the revision for which the list stands after that."""
        changed = settled(raw, read_cases(self._store()), KINDS)
        if not changed:
            return computed
        write_cases(self._store(), changed, {finding.key: finding for finding in raw.findings})
        return self._after_own_write(computed)

    def _after_own_write(self, before: Revision) -> Revision:
        """The present revision if one write of facts, ours, lies between; else the one before, for which the list then stands no longer."""
        now = self._store().revision()
        return now if now == Revision(before.framework, before.facts + 1) else before

    def _move_on(self, before: Revision, *, keeping: bool) -> None:
        """Let the list stand for the revision that our write of cases made: cases do not enter it."""
        after = self._after_own_write(before)
        if after == before:
            return
        standing = {run.number for run in self._results.runs() if (run.stands_framework, run.stands_facts) == before}
        moved = {"stands_framework": after.framework, "stands_facts": after.facts, "stamp": self._results.stamp()}
        runs = [run.model_copy(update=moved) if run.number in standing else run for run in self._results.runs()]
        if keeping:
            self._results.keep(runs)
            self._ours |= standing
        if self._held is not None and self._held.revision == before:
            self._hold(after, self._held.raw)
