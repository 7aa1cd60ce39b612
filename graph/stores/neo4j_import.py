"""A store as the files of Neo4j's offline import tool: what the tool makes of them is at once a store of ours, with everything that is derived.

The first load of a server that is empty: the tool writes the database's own files, many times as fast as transactions. Layout and names are those that
``neo4j_cypher.py``, ``neo4j_derived.py`` and ``neo4j_schema.py`` read and write. What is left out: digests (``neo4j_digest.py``), which cannot be worked out from what is
stored and come back as rows change; and who said which half of an element of several sources: each asserts what it shows, as after ``export``.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import IO

from graph.alongside import Alongside
from graph.errors import StoreLocked, UsageError
from graph.records import EdgeRow, NodeRow
from graph.schema import EDGES, KINDS, SCHEMA_VERSION
from graph.schema_types import Property
from graph.segments import SEARCHED, pieces
from graph.settings import settings
from graph.store import Store
from graph.stores.by_month import packed
from graph.stores.derived_check import begin
from graph.stores.neo4j_counted import counted_by_subject
from graph.stores.neo4j_cypher import CLAIMS
from graph.stores.neo4j_derived import named_count, value_rows
from graph.stores.neo4j_schema import EPISODES, META, MONTH, PIECES, TALLY, VALUE, parts
from graph.stores.sqlite_derived import move_tally
from graph.stores.tallying import SEPARATOR, Fresh, TallyChange, laid_out
from graph.stores.upkeep import RULES
from graph.text import Text
from graph.values import Value, ValueType

ARGUMENTS, SCRIPT, README = "import.args", "schema.cypher", "README.md"
_BETWEEN = "\x1d"
"""Between the elements of a list: no text holds a control character, and counts hold the two next to it."""
_LISTED = 2_000
"""Elements of a list of counts in one node: a line must fit the tool's buffer."""
_BATCH = 5_000
_TYPES: dict[ValueType, str] = {
    "string": "string", "date": "string", "moment": "string", "integer": "long", "number": "double", "boolean": "boolean",
    "strings": "string[]",
}  # fmt: skip
_TALLY = ("day:string", "counted:string[]", "complaints:long[]", "episodes:long[]")
_EPISODES = ("about:string", "subjects:string", "days:string[]", "categories:string[]", "episodes:long[]")
_VALUE = {
    "key": "string", "measurement": "string", "indicator": "string", "value": "double", "period_start": "string", "period_end": "string",
    "event_at": "string", "recorded_at": "string",
}  # fmt: skip


def write_import(store: Store, folder: Path) -> tuple[int, int]:
    """Write the files, the script of constraints and indexes, and how to use them, into a folder that appears when it is complete.

    Memory stays bounded; the same store gives the same bytes.

    Args:
        store: where the graph is kept.
        folder: a new or empty folder.

    Returns:
        How many nodes and edges of the schema were written.

    Raises:
        UsageError: the folder holds something or cannot be written. StoreLocked: the graph changed meanwhile.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            Text(f"{folder} 不是空文件夹", f"{folder} is no empty folder"),
            Text("请换一个新的文件夹", "Name a new folder"),
        )
    partial = folder.with_name(folder.name + ".partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        before = store.revision()
        writing = _Writing(partial)
        written = writing.graph(store)
        writing.derived(store)
        writing.meta(store)
        writing.helps()
        if store.revision() != before:
            raise StoreLocked(
                Text("导出期间数据一直在变", "the graph kept changing while it was exported"),
                Text("请在导入结束后再导出", "Export again when the load has finished"),
            )
        os.replace(partial, folder)
    except OSError as error:
        raise UsageError(
            Text(f"无法写入 {folder}：{error.strerror}", f"{folder} cannot be written: {error.strerror}"),
            Text("请换一个可写的、有空间的文件夹", "Choose a folder you may write to, on a disk with room"),
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return written


class _Writing:
    """The folder while it is written: its files in the order of the command."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._nodes: list[tuple[str, str]] = []
        self._edges: list[tuple[str, str]] = []
        self._lines = False
        """Whether a text holds a line break."""

    # ── the graph ─────────────────────────────────────────────────────────────────────────────────
    def graph(self, store: Store) -> tuple[int, int]:
        """Every node and edge of the schema; how many."""
        nodes = sum(self._of_kind(kind, store.nodes(kind)) for kind in KINDS)
        edges = 0
        for name in EDGES:
            for source in EDGES[name].sources:
                edges += self._of_place(name, source, store.edges(name, source))
        return nodes, edges

    def _of_kind(self, kind: str, rows: Iterator[NodeRow]) -> int:
        declared = KINDS[kind].stored
        searched = SEARCHED.get(kind)
        head = [f"id:ID({kind})", *_head(declared), *([f"{PIECES}:string"] if searched else [])]

        def lines() -> Iterator[list[str]]:
            for row in rows:
                found = [_text(row.id), *_said(declared, row.props, row.sources)]
                if searched:
                    text = row.props.get(searched)
                    found.append("" if text is None else _text(" ".join(pieces(str(text)))))
                yield found

        return self._put_nodes(kind, head, lines())

    def _put_nodes(self, label: str, head: Sequence[str], lines: Iterable[list[str]]) -> int:
        """One file of nodes, where there are any."""
        number = 0
        path = self._folder / f"{label}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            self._line(file, head)
            for line in lines:
                self._line(file, line)
                number += 1
        if number:
            self._nodes.append((label, path.name))
        else:
            path.unlink()
        return number

    def _of_place(self, name: str, source: str, rows: Iterator[EdgeRow]) -> int:
        """One file for each kind that edges of a type lead to from one kind."""
        declared = [p for p in EDGES[name].properties.values() if p.name != "valid_from"]
        dated = ["valid_from:string"] if EDGES[name].dated else []
        files: dict[str, IO[str]] = {}
        number = 0
        with ExitStack() as stack:
            for row in rows:
                file = files.get(row.target.kind)
                if file is None:
                    path = self._folder / f"{source}.{name}.{row.target.kind}.csv"
                    file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
                    files[row.target.kind] = file
                    head = [f":START_ID({source})", f":END_ID({row.target.kind})", *_head(declared), *dated]
                    self._line(file, head)
                props = {key: value for key, value in row.props.items() if key != "valid_from"}
                line = [_text(row.source.id), _text(row.target.id), *_said(declared, props, row.sources)]
                self._line(file, [*line, _text(row.valid_from)] if dated else line)
                number += 1
        self._edges += [(name, f"{source}.{name}.{kind}.csv") for kind in sorted(files)]
        return number

    def _line(self, file: IO[str], fields: Sequence[str]) -> None:
        line = ",".join(fields)
        self._lines = self._lines or "\n" in line or "\r" in line
        file.write(line + "\n")

    # ── what is derived, and the store's own nodes ────────────────────────────────────────────────
    def derived(self, store: Store) -> None:
        """Daily counts, the same by month and by subject, and laid-out values."""
        scratch = sqlite3.connect(
            "", isolation_level=None
        )  # an empty name: a temporary file that goes with the connection
        try:
            scratch.execute("BEGIN")
            begin(scratch)
            self._put_nodes(TALLY, _TALLY, _tallies(store, scratch))
            self._put_nodes(MONTH, ("month:string", "counts:string"), _months(store))
            self._put_nodes(EPISODES, _EPISODES, _episodes(scratch))
        finally:
            scratch.close()
        head = [f"{name}:{type_}" for name, type_ in _VALUE.items()]
        self._put_nodes(VALUE, head, _values(store))

    def meta(self, store: Store) -> None:
        """What is true of the whole store: version, zone, counters, rules, the note of what came unmasked; and the turn to write."""
        revision, unmasked = store.revision(), dict(store.unmasked)
        said: dict[str, Value] = {
            "timezone": settings().timezone, "framework": revision.framework, "facts": revision.facts, "schema_version": SCHEMA_VERSION,
            **{f"{name}_rule": version for name, version in RULES.items()},
        }  # fmt: skip
        if unmasked:
            said["unmasked"] = json.dumps(unmasked, ensure_ascii=False, sort_keys=True)
        head = [
            "id:string",
            *(f"{name}:{'string' if isinstance(value, str) else 'long'}" for name, value in said.items()),
        ]
        store_line = [_text("store"), *map(_value, said.values())]
        self._put_nodes(META, head, [store_line, [_text("turn"), *[""] * len(said)]])

    # ── how to use it ─────────────────────────────────────────────────────────────────────────────
    def helps(self) -> None:
        """The arguments of the tool, the script of constraints and indexes, and what to do with them."""
        arguments = [
            "--delimiter=U+002C", "--array-delimiter=U+001D", "--quote=U+0022", "--id-type=string", "--bad-tolerance=0",
            f"--multiline-fields={str(self._lines).lower()}",
            *(f"--nodes={label}={name}" for label, name in self._nodes),
            *(f"--relationships={type_}={name}" for type_, name in self._edges),
        ]  # fmt: skip
        self._help(ARGUMENTS, "".join(f'"{argument}"\n' for argument in arguments))
        self._help(SCRIPT, "".join(f"{part.statement};\n" for part in parts()) + "CALL db.awaitIndexes(3600);\n")
        self._help(README, _HOW)

    def _help(self, name: str, text: str) -> None:
        (self._folder / name).write_text(text, encoding="utf-8")


_HOW = f"""# Neo4j 离线导入 · Neo4j's offline import

在停止的、空的 Neo4j 5.26 上，于本文件夹中运行；然后启动服务器，建立约束和索引（两种方法任选其一）：
On a Neo4j 5.26 that is stopped and empty, in this folder; then start the server and make constraints and indexes, either way:

```sh
neo4j-admin database import full neo4j @{ARGUMENTS}
neo4j start
suyuan init --empty --store neo4j://HOST:7687      # or: cypher-shell -f {SCRIPT}
suyuan doctor --deep --store neo4j://HOST:7687
```

数据库不叫 neo4j 时，请改命令中的名称；已有同名数据库时加 `--overwrite-destination`（其内容会丢失）。
For a database of another name change it in the command; where one of the name exists add `--overwrite-destination` (what it holds is lost).
"""


# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────
def _head(declared: Iterable[Property]) -> list[str]:
    return [*(f"{p.name}:{_TYPES[p.type]}" for p in declared), "sources:string[]", f"{CLAIMS}:string"]


def _said(declared: Iterable[Property], props: Mapping[str, Value], sources: tuple[str, ...]) -> list[str]:
    """The declared properties, the sources and, where there are several, the claims of each."""
    claims = ""
    if len(sources) > 1:
        said = json.dumps({source: [0, props] for source in sources}, ensure_ascii=False, sort_keys=True)
        claims = _text(said)
    return [*(_value(props.get(p.name)) for p in declared), _list(sources), claims]


def _value(value: Value | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return _list(value)
    return _text(value) if isinstance(value, str) else repr(value)


def _text(text: str) -> str:
    """A text in quotes: an empty one is then not taken for a missing one."""
    return '"' + text.replace('"', '""') + '"'


def _list(texts: Sequence[str]) -> str:
    return _text(_BETWEEN.join(texts))


def _numbers(numbers: Iterable[int]) -> str:
    return _text(_BETWEEN.join(map(str, numbers)))


# ── what is derived ───────────────────────────────────────────────────────────────────────────────────
def _tallies(store: Store, scratch: sqlite3.Connection) -> Iterator[list[str]]:
    """A node for each day; what is counted goes into the scratch database as well."""
    for day, of_day in groupby(store.tallies(), key=attrgetter("day")):
        change: TallyChange = {}
        for tally in of_day:
            subjects = SEPARATOR.join(map(str, tally.subjects))
            change[day, subjects, SEPARATOR.join(tally.categories), tally.unit] = [tally.complaints, tally.episodes]
        move_tally(scratch, change)
        rows = [(named_count(key), *numbers) for key, numbers in sorted(change.items())]
        for at in range(0, len(rows), _LISTED):
            names, complaints, episodes = zip(*rows[at : at + _LISTED], strict=True)
            yield [_text(day), _list(names), _numbers(complaints), _numbers(episodes)]


def _months(store: Store) -> Iterator[list[str]]:
    """A node for each month and set of categories."""
    for (month, categories), counted in groupby(store.tallies(per="month"), key=attrgetter("day", "categories")):
        units = {tally.unit: [tally.complaints, tally.episodes] for tally in counted}
        text = packed({SEPARATOR.join(categories): units})
        if text is not None:
            yield [_text(month), _text(text)]


def _episodes(scratch: sqlite3.Connection) -> Iterator[list[str]]:
    """Nodes with the counts of first complaints: of all subjects together, then of each."""
    for (about, subjects), found in groupby(counted_by_subject(scratch), key=lambda row: (row[0], row[1])):
        rows = [row[2:] for row in found]
        for at in range(0, len(rows), _LISTED):
            some = rows[at : at + _LISTED]
            if len(some) == 1:
                some = [*some, (*some[0][:2], 0)]  # a list of one empty text cannot be told from an empty list
            days, categories, episodes = zip(*some, strict=True)
            yield [_text(about), _text(subjects), _list(days), _list(categories), _numbers(episodes)]


def _values(store: Store) -> Iterator[list[str]]:
    """The places of measured values; nodes and edges come in the same order."""
    streams = {name: Alongside(store.edges(name, "Measurement")) for name in ("OF", "ON", "IN")}
    for row in store.nodes("Measurement"):
        edges = [edge for stream in streams.values() for edge in stream.of(row.ref)]
        for laid in value_rows(laid_out(row.id, Fresh(row.props, edges))):
            yield [_value(laid[name]) for name in _VALUE]
