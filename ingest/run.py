"""Loads files and folders: finds out what each is, puts their parts in order and hands them to the pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from graph.errors import InputError, UsageError, nearest
from graph.schema import EDGES
from graph.settings import settings
from graph.store import Store
from graph.text import Text
from ingest.adapters import Adapters, format_of
from ingest.event_log import EventLog
from ingest.fingerprint import fingerprint
from ingest.items import Item
from ingest.mapping import MappingFile
from ingest.mapping_rows import MappedTable
from ingest.mapping_table import mapped_table
from ingest.mapping_table import wanted as mapping_heading
from ingest.opening import Input, chosen_sheets, csv_table, native_tables, note_if_empty, start_of
from ingest.pipeline import DIFF_LINES, load
from ingest.rejects import Rejects
from ingest.report import IngestReport, Notes
from ingest.resolver import Resolver
from ingest.segments import Segment, order_of_edge, order_of_kind
from ingest.sources.jsonl import JsonlFile, looks_like_jsonl
from ingest.sources.text_file import open_text
from ingest.sources.xlsx_zip import looks_like_archive, looks_like_old_workbook
from ingest.table_rows import table_ids, table_items
from ingest.tables import Table
from ingest.unchanged import Unchanged

_FOLDER_SUFFIXES = (".csv", ".csv.gz", ".tsv", ".jsonl", ".jsonl.gz", ".xlsx", ".xlsm", ".xls")


@dataclass(frozen=True)
class _Reading:
    """How files are read: the zone of times without one, the encoding of text files where it is known, where to note what was done."""

    zone: ZoneInfo
    encoding: str | None
    notes: Notes


def ingest_paths(
    store: Store,
    paths: Sequence[Path],
    *,
    source: str | None = None,
    mapping: Path | None = None,
    encoding: str | None = None,
    replace: bool = False,
    dry_run: bool = False,
    diff_lines: int | None = DIFF_LINES,
    rejects: Path | None = None,
    progress: Callable[[int], None] | None = None,
    at: str = "",
    again: bool = False,
) -> IngestReport:
    """Load files and folders of any known format in one go.

    Every file is looked through and its headings are understood before the first row is written. What the store knows to be
    loaded already, byte for byte, is not read again (``ingest/unchanged.py``); the report is the same, with a remark.

    Args:
        store: an initialised store.
        paths: files, and folders whose .csv, .xlsx and .jsonl files are taken; each path is a source of its own name.
        source: one source for all of them instead.
        mapping: a mapping file, or the name of a shipped one, by which tables are read.
        encoding: how text files are encoded, where neither a BOM nor strict UTF-8 or GB18030 tells it (``big5``).
        replace, dry_run, diff_lines, rejects, progress, at: see :func:`ingest.pipeline.load`.
        again: read and compare every row in any case.

    Raises:
        InputError: a path, a file or the mapping cannot be read at all; nothing was written unless a file broke off midway.
        UsageError: the rejects file is one of the inputs or cannot be written.
    """
    since, notes = store.revision(), Notes()
    chosen = MappingFile(mapping) if mapping is not None else None
    inputs = _expand(paths, source or (chosen.mapping.source if chosen is not None else None), notes)
    _refuse_overwriting(inputs, rejects)
    reading = _Reading(settings().zone, encoding or (chosen.mapping.encoding if chosen is not None else None), notes)
    found = notes.lines()
    before = None if dry_run else Unchanged(
        store, lambda: fingerprint(inputs, chosen, encoding, replace=replace, remarks=found), replace=replace, since=since
    )  # fmt: skip
    known = before.known(len(inputs)) if before is not None and not again else None
    if known is not None:
        _tell_known(known, rejects, progress)
        return known
    with ExitStack() as stack:
        segments, by_store = _segments(store, inputs, chosen, reading, stack)
        report = load(
            store, _in_order(segments), source=list(dict.fromkeys(entry.source for entry in inputs)), replace=replace,
            dry_run=dry_run, diff_lines=diff_lines, rejects=rejects, progress=progress, notes=notes, at=at,
            watch=before.watch if before is not None else None,
        )  # fmt: skip
    if before is not None:
        before.keep(report, by_store=by_store)
    return report


def _refuse_overwriting(inputs: Sequence[Input], rejects: Path | None) -> None:
    """Raise UsageError where the rejects file is one of the inputs."""
    if rejects is not None and any(rejects.resolve() == entry.path.resolve() for entry in inputs):
        raise UsageError(
            Text(
                f"拒收文件不能写到输入文件 {rejects.name} 上",
                f"the rejects cannot be written over the input {rejects.name}",
            ),
            Text("请换一个文件名", "Choose another name"),
        )


def _tell_known(report: IngestReport, rejects: Path | None, progress: Callable[[int], None] | None) -> None:
    """What a load does beside its report: nothing was refused, so what another run left in the rejects file goes."""
    with Rejects(rejects, masked=settings().mask):
        pass
    if progress is not None:
        progress(report.total.read)


def _expand(paths: Sequence[Path], source: str | None, notes: Notes) -> list[Input]:
    """The files behind the paths, folders in name order."""
    found: list[Input] = []
    for path in paths:
        name = source or path.name or path.resolve().name
        if path.is_dir():
            entries = sorted(
                entry for entry in path.iterdir() if entry.is_file() and not entry.name.startswith((".", "~$"))
            )
            files = [entry for entry in entries if entry.name.lower().endswith(_FOLDER_SUFFIXES) or format_of(entry)]
            if not files:
                raise InputError(
                    Text(f"文件夹 {path} 中没有可导入的文件", f"the folder {path} holds nothing to load"),
                    Text(f"可导入：{'、'.join(_FOLDER_SUFFIXES)}", f"Loaded are {', '.join(_FOLDER_SUFFIXES)}"),
                )
            for other in (entry for entry in entries if entry not in files):
                notes.add(
                    Text(
                        f"略过 {other.name}：不是 CSV、.xlsx 或 .jsonl",
                        f"{other.name} left out: neither CSV nor .xlsx nor .jsonl",
                    )
                )
            found += [Input(entry, f"{path.resolve().name}/{entry.name}", name) for entry in files]
        elif path.is_file():
            found.append(Input(path, path.name, name))
        else:
            raise _not_there(path)
    twice = next(
        (entry for at, entry in enumerate(found) if entry.path.resolve() in {e.path.resolve() for e in found[:at]}),
        None,
    )
    if twice is not None:
        raise UsageError(
            Text(f"{twice.shown} 给出了两次", f"{twice.shown} is named twice"), Text("请只写一次", "Name it once")
        )
    return found


def _segments(
    store: Store, inputs: Sequence[Input], chosen: MappingFile | None, options: _Reading, stack: ExitStack
) -> tuple[list[Segment], bool]:
    """The parts of the files, and whether what is stored by then may decide how they are read, as it does for tickets.

    A native table alone asks the store, too, which kind has an id; but all ids that the load brings it knows beforehand.
    """
    zone, notes = options.zone, options.notes
    segments: list[Segment] = []
    tables: list[tuple[Input, Table]] = []
    mapped: dict[str, MappedTable] = {}
    logs: dict[str, EventLog] = {}
    adapters = Adapters(store, chosen, zone, notes, stack)
    for entry in inputs:
        if adapters.take(entry):
            continue
        is_book = looks_like_archive(entry.path) or looks_like_old_workbook(entry.path)
        text = None if is_book else open_text(entry.path, entry.shown, options.encoding)
        if text is not None and looks_like_jsonl(start_of(text)):
            lines = JsonlFile(text, entry.source, zone)
            stack.callback(lines.close)
            segments += lines.segments()
        elif chosen is None:
            tables += [(entry, table) for table in native_tables(entry, text, notes, stack)]
        else:
            raws = [csv_table(text, mapping_heading(chosen.mapping), notes, chosen.mapping.delimiter)] if text is not None else chosen_sheets(entry, chosen, notes, stack)  # fmt: skip
            files = [mapped_table(raw, chosen, notes) for raw in raws]
            for file in files:
                note_if_empty(file, notes)
                if chosen.mapping.events is not None:
                    if entry.source not in logs:
                        logs[entry.source] = EventLog(chosen, entry.source, zone, notes)
                        stack.callback(logs[entry.source].close)
                    logs[entry.source].add(file)
                else:
                    table = mapped.setdefault(entry.source, MappedTable(chosen, entry.source, zone, notes))
                    segments.append(Segment(order_of_kind(chosen.mapping.kind), partial(table.items, file)))
    segments += [segment for log in logs.values() for segment in log.segments()] + adapters.segments()
    by_store = adapters.ask_store or (bool(tables) and bool(segments))
    return segments + _table_segments(store, tables, zone, notes), by_store


def _table_segments(store: Store, tables: Sequence[tuple[Input, Table]], zone: ZoneInfo, notes: Notes) -> list[Segment]:
    """Native tables; ids that a bare id may mean are gathered first, so that tables may name each other."""
    bare = frozenset(kind for _, table in tables for kind in table.bare_kinds())
    ids: dict[str, set[str]] = {}
    for _, table in tables:
        if table.meaning.what == "kind" and table.counted_as in bare:
            ids.setdefault(table.counted_as, set()).update(table_ids(table))
    resolver = Resolver(store, ids)
    edge_tables = {(entry.source, table.counted_as) for entry, table in tables if table.meaning.what == "edge"}
    found: list[Segment] = []
    for entry, table in tables:
        elsewhere = frozenset(edge for source, edge in edge_tables if source == entry.source)
        order = order_of_kind(table.counted_as) if table.meaning.what == "kind" else _edge_order(table.counted_as)
        found.append(Segment(order, partial(table_items, table, resolver, entry.source, zone, notes, elsewhere)))
    return found


def _edge_order(edge_type: str) -> tuple[int, int]:
    """Edge tables that can only start at the framework come with it, others last."""
    starts = {order_of_kind(kind)[0] for kind in EDGES[edge_type].sources}
    return order_of_edge(edge_type, from_framework=starts == {0})


def _in_order(segments: Iterable[Segment]) -> Iterator[Item]:
    for segment in sorted(segments, key=lambda part: part.order):
        yield from segment.items()


def _not_there(path: Path) -> InputError:
    folder = path.parent
    near = nearest(path.name, [entry.name for entry in folder.iterdir()]) if folder.is_dir() else None
    return InputError(
        Text(f"没有文件或文件夹 {path}", f"there is no file or folder {path}"),
        Text(f"是否为 {near}？", f"Did you mean {near}?") if near else Text("请核对路径", "Check the path"),
    )
