"""Native CSV tables in the making: rows by kind or edge, written with a stable column order (interface.md, "Tables")."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from graph.records import Ref
from graph.schema import EDGES, KINDS
from ingest.demo.calendar import written

Cell = str | int | float | bool | date | Ref | Sequence[str] | Sequence[Ref] | None
"""What a cell may say; None and empty lists leave it empty."""


class Tables:
    """Rows of nodes and edges, each written as one CSV file named after its kind or edge."""

    def __init__(self) -> None:
        self._rows: dict[str, list[dict[str, str]]] = {}

    def node(self, kind: str, id_: str, **cells: Cell) -> Ref:
        """Add a node; cells are named after properties, or after edges for its links. Returns the reference to it."""
        row = {"id": id_}
        for name, cell in cells.items():
            row[name] = _link(kind, name, cell) if name in EDGES else _text(cell)
        self._rows.setdefault(kind, []).append(row)
        return Ref(kind, id_)

    def edge(self, edge_type: str, source: Ref, target: Ref, **cells: Cell) -> None:
        """Add a row of an edge table: both ends in full, then the edge's properties."""
        row = {"from": str(source), "to": str(target)} | {name: _text(cell) for name, cell in cells.items()}
        self._rows.setdefault(edge_type, []).append(row)

    def counts(self) -> dict[str, int]:
        """Rows by table."""
        return {name: len(rows) for name, rows in self._rows.items()}

    def write(self, folder: Path) -> tuple[Path, ...]:
        """Write every table into a folder; columns stand in the schema's order, rows in the order they were added."""
        written_files = []
        for name, rows in self._rows.items():
            used = {column for row in rows for column, cell in row.items() if cell}
            path = folder / f"{name}.csv"
            write_rows(path, [c for c in _columns(name) if c in used], rows)
            written_files.append(path)
        return tuple(written_files)


def write_rows(path: Path, columns: Sequence[str], rows: Sequence[dict[str, str]]) -> None:
    """Write rows as UTF-8 CSV with a heading; absent cells are empty and lines end in a line feed on every system."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="", extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _columns(table: str) -> list[str]:
    if table in EDGES:
        return ["from", "to", *EDGES[table].properties]
    return [*KINDS[table].properties, *(name for name, edge in EDGES.items() if table in edge.sources)]


def _link(kind: str, edge: str, cell: Cell) -> str:
    """References as an operator writes them: the bare id where only one kind can be meant, else ``Kind:id``."""
    refs = [cell] if isinstance(cell, Ref) else list(cell or ()) if isinstance(cell, Sequence) else []
    bare = len(EDGES[edge].targets(kind)) == 1
    return ";".join(ref.id if bare else str(ref) for ref in refs if isinstance(ref, Ref))


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return written(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return repr(round(cell, 4))
    if isinstance(cell, str | int):
        return str(cell)
    return ";".join(str(part) for part in cell)
