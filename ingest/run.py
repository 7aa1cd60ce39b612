"""Loads files and folders: finds out what each is, puts their parts in order and hands them to the pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from dataclasses import replace as replace_in
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from graph.errors import InputError, UsageError, Where, nearest
from graph.schema import EDGES
from graph.settings import settings
from graph.store import Store
from graph.text import Text
from ingest.event_log import EventLog
from ingest.items import Item
from ingest.mapping import MappingFile
from ingest.mapping_rows import MappedTable
from ingest.pipeline import load
from ingest.report import IngestReport, Notes
from ingest.resolver import Resolver
from ingest.segments import Segment, order_of_edge, order_of_kind
from ingest.sources.csv_table import CsvFile, open_csv
from ingest.sources.jsonl import JsonlFile, looks_like_jsonl
from ingest.sources.text_file import TextFile, open_text
from ingest.sources.xlsx_book import Workbook
from ingest.sources.xlsx_zip import looks_like_archive
from ingest.table_rows import table_ids, table_items
from ingest.tables import Table, understand
from ingest.workbook import GUIDE

_SUFFIXES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".jsonl", ".jsonl.gz", ".ndjson")
_FOLDER_SUFFIXES = (".csv", ".csv.gz", ".jsonl", ".jsonl.gz", ".xlsx", ".xlsm")
_HEADER_ONLY = "{} 只有表头，没有数据行", "{} holds a heading and no rows"


@dataclass(frozen=True)
class _Input:
    """One file to load and whose word it is."""

    path: Path
    shown: str
    source: str


def ingest_paths(
    store: Store,
    paths: Sequence[Path],
    *,
    source: str | None = None,
    mapping: Path | None = None,
    replace: bool = False,
    dry_run: bool = False,
    rejects: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> IngestReport:
    """Load files and folders of any known format in one go.

    Every file is looked through and its headings are understood before the first row is written.

    Args:
        store: an initialised store.
        paths: files, and folders whose .csv, .xlsx and .jsonl files are taken; each path is a source of its own name.
        source: one source for all of them instead.
        mapping: a mapping file, or the name of a shipped one, by which CSV files are read.
        replace, dry_run, rejects, progress: see :func:`ingest.pipeline.load`.

    Raises:
        InputError: a path, a file or the mapping cannot be read at all; nothing was written unless a file broke off midway.
        UsageError: the rejects file is one of the inputs or cannot be written.
    """
    notes = Notes()
    zone = settings().zone
    chosen = MappingFile(mapping) if mapping is not None else None
    inputs = _expand(paths, source or (chosen.mapping.source if chosen is not None else None), notes)
    if rejects is not None and any(rejects.resolve() == entry.path.resolve() for entry in inputs):
        raise UsageError(
            Text(
                f"拒收文件不能写到输入文件 {rejects.name} 上",
                f"the rejects cannot be written over the input {rejects.name}",
            ),
            Text("请换一个文件名", "Choose another name"),
        )
    with ExitStack() as stack:
        segments = _segments(store, inputs, chosen, zone, notes, stack)
        return load(
            store, _in_order(segments), source=list(dict.fromkeys(entry.source for entry in inputs)), replace=replace,
            dry_run=dry_run, rejects=rejects, progress=progress, notes=notes,
        )  # fmt: skip


def _expand(paths: Sequence[Path], source: str | None, notes: Notes) -> list[_Input]:
    """The files behind the paths, folders in name order."""
    found: list[_Input] = []
    for path in paths:
        name = source or path.name or path.resolve().name
        if path.is_dir():
            entries = sorted(
                entry for entry in path.iterdir() if entry.is_file() and not entry.name.startswith((".", "~$"))
            )
            files = [entry for entry in entries if entry.name.lower().endswith(_FOLDER_SUFFIXES)]
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
            found += [_Input(entry, f"{path.resolve().name}/{entry.name}", name) for entry in files]
        elif path.is_file():
            found.append(_Input(path, path.name, name))
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
    store: Store, inputs: Sequence[_Input], chosen: MappingFile | None, zone: ZoneInfo, notes: Notes, stack: ExitStack
) -> list[Segment]:
    segments: list[Segment] = []
    tables: list[tuple[_Input, Table]] = []
    mapped: dict[str, MappedTable] = {}
    logs: dict[str, EventLog] = {}
    for entry in inputs:
        if looks_like_archive(entry.path):
            tables += [(entry, table) for table in _sheets(entry, chosen, notes, stack)]
            continue
        text = open_text(entry.path, entry.shown, chosen.mapping.encoding if chosen is not None else None)
        if looks_like_jsonl(_start(text)):
            lines = JsonlFile(text, entry.source, zone)
            stack.callback(lines.close)
            segments += lines.segments()
        elif chosen is not None and chosen.mapping.events is not None:
            if entry.source not in logs:
                logs[entry.source] = EventLog(chosen, entry.source, zone, notes)
                stack.callback(logs[entry.source].close)
            logs[entry.source].add(_csv(text, notes, chosen.mapping.delimiter))
        elif chosen is not None:
            table = mapped.setdefault(entry.source, MappedTable(chosen, entry.source, zone, notes))
            file = _csv(text, notes, chosen.mapping.delimiter)
            table.check_columns(file)
            segments.append(Segment(order_of_kind(chosen.mapping.kind), partial(table.items, file)))
        else:
            tables.append((entry, understand(_csv(text, notes), _stem(entry.path))))
    segments += [segment for log in logs.values() for segment in log.segments()]
    return segments + _table_segments(store, tables, zone)


def _sheets(entry: _Input, chosen: MappingFile | None, notes: Notes, stack: ExitStack) -> Iterator[Table]:
    """The sheets of a workbook, each understood like a CSV file of its name."""
    if chosen is not None:
        raise InputError(
            Text("映射文件只用于 CSV，不用于工作簿", "a mapping reads CSV files, not workbooks"),
            Text("请把工作表另存为“CSV UTF-8”", "Save the sheet as “CSV UTF-8” in Excel"), Where(entry.shown),
        )  # fmt: skip
    book = Workbook(entry.path, entry.shown, notes, GUIDE)
    stack.callback(book.close)
    for sheet in book.sheets:
        table = understand(sheet, sheet.where.sheet)
        yield replace_in(table, file=sheet.with_codes(table.code_columns(), notes))


def _table_segments(store: Store, tables: Sequence[tuple[_Input, Table]], zone: ZoneInfo) -> list[Segment]:
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
        found.append(Segment(order, partial(table_items, table, resolver, entry.source, zone, elsewhere)))
    return found


def _edge_order(edge_type: str) -> tuple[int, int]:
    """Edge tables that can only start at the framework come with it, others last."""
    starts = {order_of_kind(kind)[0] for kind in EDGES[edge_type].sources}
    return order_of_edge(edge_type, from_framework=starts == {0})


def _in_order(segments: Iterable[Segment]) -> Iterator[Item]:
    for segment in sorted(segments, key=lambda part: part.order):
        yield from segment.items()


def _csv(text: TextFile, notes: Notes, delimiter: str | None = None) -> CsvFile:
    file = open_csv(text, delimiter=delimiter)
    if next(file.rows(), None) is None:
        notes.add(Text(*(form.format(text.shown) for form in _HEADER_ONLY)))
    if text.encoding == "gb18030":
        notes.add(Text(f"{text.shown} 按 GB18030 读取", f"{text.shown} was read as GB18030"))
    return file


def _start(text: TextFile) -> str:
    with text.open() as stream:
        start = stream.read(4096)
        while start and not start.strip("\ufeff \t\r\n") and (more := stream.read(4096)):
            start = more
    if start.lstrip("\ufeff \t\r\n").startswith("["):
        raise InputError(
            Text("这是一个 JSON 数组", "this is one JSON array"),
            Text("请每行写一个对象（.jsonl）", "Write one object a line (.jsonl)"), text.where,
        )  # fmt: skip
    return start


def _stem(path: Path) -> str:
    name = path.name
    suffix = max((suffix for suffix in _SUFFIXES if name.lower().endswith(suffix)), key=len, default=path.suffix)
    return name[: len(name) - len(suffix)] if suffix else name


def _not_there(path: Path) -> InputError:
    folder = path.parent
    near = nearest(path.name, [entry.name for entry in folder.iterdir()]) if folder.is_dir() else None
    return InputError(
        Text(f"没有文件或文件夹 {path}", f"there is no file or folder {path}"),
        Text(f"是否为 {near}？", f"Did you mean {near}?") if near else Text("请核对路径", "Check the path"),
    )
