"""Loads records into a store: the framework checked as a whole, facts streamed in batches, every row counted as stored or refused."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from graph.errors import Where
from graph.records import Outcome, Record, Ref, Refusal
from graph.settings import settings
from graph.store import Store, WriteSession
from graph.text import Text
from ingest.deferred import Deferred
from ingest.diff import Preview
from ingest.framework_checks import admit
from ingest.framework_state import FrameworkState, of_framework
from ingest.frozen import with_frozen
from ingest.guard import Fault, Guard
from ingest.hints import Hints
from ingest.items import Bundle, Item, content_of, duplicate_reason
from ingest.rejects import Rejects
from ingest.report import IngestReport, Notes, Tally
from ingest.seen import SeenRows

BATCH = 5_000
"""Records written in one transaction."""
DIFF_LINES = 20
"""Elements of a kind that a dry run shows for each sort of change, unless all are asked for."""
Progress = Callable[[int], None]
"""Called after each batch with the number of rows read so far."""

SHARES = Text("未填的权重已按等份补齐", "weights left out were filled with equal shares")
"""The remark on framework rows whose weights depend on what else is stored."""
_KEPT = Text(
    "因有拒收行，本次未撤回旧数据；改正后再次以 --replace 导入即可",
    "nothing was withdrawn because rows were refused; mend them and load again with --replace",
)


def load(
    store: Store,
    items: Iterable[Item],
    *,
    source: str | Sequence[str],
    replace: bool = False,
    dry_run: bool = False,
    diff_lines: int | None = DIFF_LINES,
    rejects: Path | None = None,
    progress: Progress | None = None,
    notes: Notes | None = None,
    at: str = "",
    watch: Callable[[WriteSession], WriteSession] | None = None,
) -> IngestReport:
    """Write items into a store and say exactly what became of each.

    Args:
        store: an initialised store.
        items: records (each naming its sources) and rows refused on reading; best with the framework first.
        source: whose word the items are; with ``replace``, whose earlier word is withdrawn where it is not repeated.
            Nothing is withdrawn while rows are refused: what they would have repeated cannot be told from what is gone.
        replace: withdraw what the source asserted before and no longer does.
        dry_run: count exactly the same, tell what would change, and store nothing.
        diff_lines: how many elements of a kind the diff of a dry run shows for each of added, changed, withdrawn; None: all.
        rejects: where refused rows are written.
        progress: called after each batch with the number of rows read so far.
        notes: remarks collected by whoever read the items.
        at: the moment of the load, which the store keeps where the settings say that personal data stays unmasked.
        watch: gives the session through which everything is written to who wants to see it.

    Returns:
        The report; per kind read = added + changed + unchanged + refused.

    Raises:
        UsageError: the rejects file cannot be written. StoreError: see ``graph.errors``. What ``items`` raises passes through;
        batches written until then stay whole.
    """
    sources = (source,) if isinstance(source, str) else tuple(source)
    notes = notes if notes is not None else Notes()
    masked = settings().mask
    with ExitStack() as stack:
        stack.enter_context(patient_collector())
        rejected = stack.enter_context(Rejects(rejects, masked=masked))
        unmasked = None if masked else dict.fromkeys(sources, at)
        session: WriteSession = stack.enter_context(
            store.session(replacing=replace, rehearse=dry_run, unmasked=unmasked)
        )
        session = session if watch is None else watch(session)
        deferred = stack.enter_context(Deferred())
        preview = Preview(store, sources, replacing=replace, most=diff_lines) if dry_run else None
        run = _Load(store, session, deferred, rejected, sources, notes, preview, replace=replace, progress=progress)
        run.read(items)
        run.settle()
        if replace:
            run.withdraw()
        withdrawn = replace and not run.tally.refused.total()
        diff = preview.finish(withdrawn=withdrawn) if preview is not None else None
    return run.tally.report(sources, dry_run, notes, diff)


@contextmanager
def patient_collector() -> Iterator[None]:
    """Let the cycle collector look once a batch or so: rows and answers make no cycles, and walking a growing batch again and
    again costs a quarter of the time of a load and a tenth or more of that of tracing everything (measured).
    """
    before = gc.get_threshold()
    gc.set_threshold(20 * BATCH, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


class _Load:
    """One load under way."""

    def __init__(
        self, store: Store, session: WriteSession, deferred: Deferred, rejects: Rejects, sources: tuple[str, ...], notes: Notes,
        preview: Preview | None, *, replace: bool, progress: Progress | None,
    ) -> None:  # fmt: skip
        self._store, self._session, self._deferred, self._rejects = store, session, deferred, rejects
        self._sources, self._notes, self._replace, self._progress = sources, notes, replace, progress
        self._preview = preview
        self._guard = Guard(settings().zone, masked=settings().mask, notes=notes)
        self._seen = SeenRows()
        self._state: FrameworkState | None = None
        self._hints = Hints(store)
        self._rows = 0
        self.tally = Tally()

    # ── reading ───────────────────────────────────────────────────────────────────────────────────
    def read(self, items: Iterable[Item]) -> None:
        """Check every item; write framework rows together as soon as other rows follow, others in batches."""
        framework: list[Bundle] = []
        batch: list[Bundle] = []
        for item in items:
            if type(item) is Record:
                bundle = Bundle(item, ())
            elif isinstance(item, Refusal):
                self._count(item.counted_as)
                self._refuse(item)
                continue
            else:
                assert isinstance(item, Bundle)
                bundle = item
            record = bundle.record
            self._count(record.counted_as)
            for line in bundle.carries:
                self._count(line.counted_as)
            checked = self._guard.check(record)
            if isinstance(checked, Fault):
                self._fault(bundle, checked)
                continue
            if checked is not record:
                bundle = Bundle(checked, bundle.carries)
            if of_framework(checked):
                framework.append(bundle)
                continue
            batch.append(bundle)
            if len(batch) == BATCH:
                framework = self._write_framework(framework)
                self._write_facts(batch)
                batch = []
        self._write_framework(framework)
        self._write_facts(batch)

    def _write_framework(self, bundles: list[Bundle]) -> list[Bundle]:
        """Check the framework rows gathered so far as a whole and write them in one transaction; returns the emptied list."""
        bundles = self._without_duplicates(bundles)
        if bundles:
            if self._state is None:
                self._state = FrameworkState(self._store.framework(), frozenset(self._sources), replacing=self._replace)
            records, refused, filled = admit(self._state, [bundle.record for bundle in bundles])
            if filled:
                self._notes.add(SHARES, filled)
            admitted: list[Bundle] = []
            for at, (bundle, record) in enumerate(zip(bundles, records, strict=True)):
                if at in refused:
                    self._fault(bundle, refused[at])
                else:
                    admitted.append(Bundle(record, bundle.carries))
            self._write(admitted)
        return []

    def _write_facts(self, bundles: list[Bundle]) -> None:
        bundles = self._without_duplicates(bundles)
        self._write(with_frozen(self._store, bundles) if self._replace else bundles)

    def _without_duplicates(self, bundles: list[Bundle]) -> list[Bundle]:
        duplicates = self._seen.duplicates([bundle.record for bundle in bundles]) if bundles else {}
        if not duplicates:
            return bundles
        for at, first in duplicates.items():
            record = bundles[at].record
            name = str(record.node.ref) if record.node is not None else record.counted_as
            self._fault(bundles[at], Fault("id", duplicate_reason(name, first)))
        return [bundle for at, bundle in enumerate(bundles) if at not in duplicates]

    # ── writing ───────────────────────────────────────────────────────────────────────────────────
    def _write(self, bundles: Sequence[Bundle]) -> None:
        """Write a batch; rows whose ends are not there yet wait for the last attempt."""
        if not bundles:
            return
        for bundle, _ in self._attempt(bundles):
            self._deferred.add(bundle)
        if self._progress is not None:
            self._progress(self._rows)

    def _attempt(self, bundles: Sequence[Bundle]) -> list[tuple[Bundle, tuple[Ref, ...]]]:
        """Write a batch and count what is in; returns the rows left out with the ends they miss."""
        report = self._session.write([bundle.record for bundle in bundles])
        if self._preview is not None:
            self._preview.saw([bundle.record for bundle in bundles], report.outcomes)
        left_out: list[tuple[Bundle, tuple[Ref, ...]]] = []
        for at, (bundle, outcome) in enumerate(zip(bundles, report.outcomes, strict=True)):
            if outcome is Outcome.MISSING_END:
                left_out.append((bundle, report.missing[at]))
                continue
            self.tally.stored(bundle.record.counted_as, outcome)
            for line in bundle.carries:
                self.tally.stored(line.counted_as, outcome)
        self.tally.conflict(report.conflicts)
        self.tally.removed.update(report.removed)
        return left_out

    def settle(self) -> None:
        """Try the rows left out once more, together, as long as that stores any; refuse the rest."""
        waiting, attempted = self._deferred, 0
        with ExitStack() as stack:
            while waiting.count and waiting.count != attempted:
                attempted = waiting.count
                again = stack.enter_context(Deferred())
                missing: list[tuple[Ref, ...]] = []
                for chunk in waiting.chunks():
                    for bundle, ends in self._attempt(chunk):
                        again.add(bundle)
                        missing.append(ends)
                if again.count == attempted:
                    rows = (bundle for chunk in again.chunks() for bundle in chunk)
                    for bundle, ends in zip(rows, missing, strict=True):
                        self._fault(bundle, self._missing(bundle.record, ends))
                waiting = again

    def withdraw(self) -> None:
        """Withdraw what the sources no longer assert, unless rows were refused."""
        if self.tally.refused.total():
            self._notes.add(_KEPT)
            return
        for source in self._sources:
            self.tally.removed.update(self._session.withdraw(source).removed)

    # ── refusing ──────────────────────────────────────────────────────────────────────────────────
    def _count(self, counted_as: str) -> None:
        self._rows += 1
        self.tally.read[counted_as] += 1

    def _refuse(self, refusal: Refusal) -> None:
        self.tally.refused[refusal.counted_as] += 1
        self._rejects.write(refusal)

    def _fault(self, bundle: Bundle, fault: Fault) -> None:
        """Refuse a record, and the lines that went into it."""
        record = bundle.record
        content = content_of(record)
        self._refuse(Refusal(record.counted_as, record.where._replace(field=fault.field), fault.reason, content))
        for line in bundle.carries:
            self._refuse(Refusal(line.counted_as, line.where, _carried(record.where, fault.reason), content))

    def _missing(self, record: Record, ends: tuple[Ref, ...]) -> Fault:
        field = next((edge.type for edge in record.edges if edge.target in ends or edge.source in ends), "")
        return Fault(field, self._hints.missing(ends))


def _carried(where: Where, reason: Text) -> Text:
    place = where.text()
    return Text(
        f"所属的行（{place.zh}）被拒收：{reason.zh}", f"the row it belongs to ({place.en}) was refused: {reason.en}"
    )
