"""What loading one table costs as CSV, as a workbook and as lines: rows a second, memory at two sizes, and against the library alone."""

from __future__ import annotations

import csv
import json
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import chain, cycle
from pathlib import Path

import python_calamine
import xlsxwriter

from bench import world
from bench.measure import Figure, apart, peak, seconds
from bench.plan import Plan
from graph.stores import open_store
from ingest import pipeline
from ingest.run import ingest_paths

SHORT, FULL = 50_000, 200_000
PAGE_CACHE = 64
"""MB of the file that the store keeps at hand: they fill up once, however long the load."""
BYTES_A_ROW = 32
"""What tells duplicates keeps 16 bytes a row, twice while it merges."""
LINKS = world.LINKS
TEXTS = (
    "办的时候讲好每月三十八元，这个月账上却扣了五十八元，问了两次都说查不出来，请尽快核实退费。",
    "客户来电反映宽带装机约了三次都没有人上门，要求今天内答复。",
    "联系电话13812345678，本人王建国，家里信号一直不好。",
    "取消了业务还在扣费，订单号2026030112345678，请退回。",
)
"""One in four holds personal data, which is found and masked like anybody's."""


def write_files(folder: Path, shape: world.Shape) -> None:
    """The same complaints three times: ``Complaint.csv``, ``Complaint.xlsx``, ``Complaint.jsonl``."""
    table = folder / "Complaint.csv"
    world.write_table(table, shape, list(world.maps_of(shape)))
    with table.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        head = next(reader)
        at = head.index("text")
        body = [[*row[:at], text, *row[at + 1 :]] for row, text in zip(reader, cycle(TEXTS), strict=False)]
    with table.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([head, *body])
    with xlsxwriter.Workbook(str(folder / "Complaint.xlsx"), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Complaint")
        for number, row in enumerate([head, *body]):
            for column, cell in enumerate(row):
                if cell:
                    sheet.write_string(number, column, cell)
    with (folder / "Complaint.jsonl").open("w", encoding="utf-8") as stream:
        for line in chain.from_iterable(_lines(dict(zip(head, row, strict=True))) for row in body):
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")


def _lines(row: dict[str, str]) -> Iterator[dict[str, object]]:
    """A complaint and its links in the interchange format."""
    ref = f"Complaint:{row['id']}"
    props = {name: cell for name, cell in row.items() if name not in LINKS}
    yield {"type": "node", "id": ref, "labels": ["Complaint"], "properties": props}
    start = {"id": ref, "labels": ["Complaint"]}
    for name, kind in LINKS.items():
        if row[name]:
            end = {"id": f"{kind}:{row[name]}", "labels": [kind]}
            yield {"type": "relationship", "label": name, "start": start, "end": end, "properties": {}}


def _read_csv(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as stream:
        return sum(1 for _ in csv.reader(stream)) - 1


def _read_xlsx(path: Path) -> int:
    return len(python_calamine.load_workbook(str(path)).get_sheet_by_index(0).to_python()) - 1


def _read_jsonl(path: Path) -> int:
    with path.open(encoding="utf-8") as stream:
        return sum(1 for line in stream if json.loads(line))


ALONE: dict[str, tuple[str, Callable[[Path], int]]] = {
    "csv": ("the csv module", _read_csv),
    "xlsx": ("python-calamine", _read_xlsx),
    "jsonl": ("the json module", _read_jsonl),
}
"""Format → the library that reads it and nothing else."""


def measured(folder: Path, form: str, shape: world.Shape) -> dict[str, float]:
    """Seconds of a first load and of the library alone, rows of the file, and peak memory in MB of this process and of its reader."""
    store = open_store(f"sqlite:///{folder / form}.db", create=True)
    store.initialise()
    maps = list(world.maps_of(shape))
    pipeline.load(store, maps, source="catalogue")
    pipeline.load(store, world.around(shape, maps), source="world")
    path = folder / f"Complaint.{form}"
    load = seconds(lambda: ingest_paths(store, [path], rejects=folder / f"{form}.rejects.csv"))
    memory, reader = peak(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    assert store.counts().nodes["Complaint"] == shape.complaints
    store.close()
    read = ALONE[form][1]
    return {"load": load, "alone": seconds(lambda: read(path)), "lines": read(path), "memory": memory, "reader": reader}


def run(plan: Plan) -> list[Figure]:
    """For each format: complaints a second at the largest size, against the library alone, and memory there against the smallest."""
    large = plan.largest(SHORT, FULL)
    small = large * 2 // 5
    found: dict[str, dict[int, dict[str, float]]] = {form: {} for form in ALONE}
    for size in (small, large):
        with tempfile.TemporaryDirectory() as name:
            write_files(Path(name), world.Shape(size, plan.seed))
            for form in ALONE:
                found[form][size] = apart("bench.intake", name, form, size, plan.seed)
    figures = []
    for form, (library, _) in ALONE.items():
        first, last = found[form][small], found[form][large]
        growth = last["memory"] - first["memory"]
        allowed = PAGE_CACHE + BYTES_A_ROW * (last["lines"] - first["lines"]) / 2**20
        rates = {
            f"{size:,}": f"{size / one['load']:,.0f} rows/s, {one['memory']:,.0f} MB" + (f" and {one['reader']:,.0f} MB in the reader" if form == "xlsx" else "")
            for size, one in found[form].items()
        }  # fmt: skip
        figures += [
            Figure("intake", f"{form}: complaints with their links, a first load of {large:,}", large / last["load"], "rows/s",
                   detail={"rows of the file": f"{last['lines']:,.0f}", "rows of the file a second": f"{last['lines'] / last['load']:,.0f}"}),
            Figure("intake", f"{form}: the time of that load", last["load"] / last["alone"], "×", f"{library} alone reading the file"),
            Figure("intake", f"{form}: peak memory of {large:,} complaints above that of {small:,}", growth, "MB", "",
                   f"≤ {allowed:.0f}: {PAGE_CACHE} MB page cache and {BYTES_A_ROW} bytes a row", growth <= allowed, rates),
        ]  # fmt: skip
    return figures


if __name__ == "__main__":
    folder, form, *numbers = sys.argv[2:]
    print(json.dumps(measured(Path(folder), form, world.Shape(*map(int, numbers)))))
