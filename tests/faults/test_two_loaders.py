"""Two loads at once into one store, and a clock that jumps: nothing is lost, both reports are true, and no order rests on the wall clock.

What protects: one writer at a time (``BEGIN IMMEDIATE`` in ``sqlite_write.py``, the turn of ``neo4j_write.py``), ends looked up anew where somebody else
wrote (``_data_version``, the turn's mark), claims in an order of their own (``graph/claims.py``: ``seq``).

Batches of two loads take turns, so of a row that both name one or the other came last, row by row: what each row says is what it says after one of the
two serial orders. A whole load is not one transaction.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from neo4j import Driver

from graph.stores import integrity, open_store
from ingest.export import export
from ingest.run import ingest_paths
from tests.contract.notation import record, tallies
from tests.faults.child import ROOT, deep, suyuan
from tests.faults.conftest import write_tables
from tests.faults.world import silent
from tests.neo4j.fixtures import Address, empty, environment

LOADER = (
    "import sys; from pathlib import Path; from graph.stores import open_store; from ingest import pipeline; "
    "from ingest.run import ingest_paths; pipeline.BATCH = 100; store = open_store(sys.argv[1]); sys.stdin.readline(); "
    "print(ingest_paths(store, [Path(sys.argv[2])], source=sys.argv[3]).model_dump_json())"
)
"""A process that waits for the word, loads in small batches and prints its report."""
ROWS = 800
NewUrl = Callable[[], str]


@pytest.fixture(params=["sqlite", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> NewUrl:
    """Makes the addresses of empty stores of one engine."""
    numbers = count()

    def make() -> str:
        if request.param == "neo4j":
            driver: Driver = request.getfixturevalue("neo4j_driver")
            url: str = request.getfixturevalue("neo4j_url")
            empty(driver)
        else:
            url = f"sqlite:///{tmp_path / f'{next(numbers)}.db'}"
        store = open_store(url, create=True)
        store.initialise()
        store.close()
        return url

    return make


def at_once(request: pytest.FixtureRequest, url: str, loads: list[tuple[Path, str]]) -> list[dict[str, Any]]:
    """Let loaders go at the same moment; gives their reports."""
    env = {"PYTHONPATH": str(ROOT)}
    if not url.startswith("sqlite"):
        address: Address = request.getfixturevalue("neo4j_server")
        env |= environment(address)
    found = [
        subprocess.Popen([sys.executable, "-c", LOADER, url, str(folder), source], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, text=True)
        for folder, source in loads
    ]  # fmt: skip
    reports = []
    for process in found:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in found:
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        reports.append(json.loads(out))
    return reports


def in_turn(url: str, loads: list[tuple[Path, str]]) -> list[bytes]:
    """The lines that the loads leave one after the other."""
    store = open_store(url)
    for folder, source in loads:
        ingest_paths(store, [folder], source=source)
    store.close()
    return lines(url, loads[0][0].parent)


def lines(url: str, folder: Path) -> list[bytes]:
    store = open_store(url)
    export(store, folder / "all.jsonl")
    store.close()
    return (folder / "all.jsonl").read_bytes().splitlines()


@pytest.mark.slow
@pytest.mark.parametrize("sources", [("x", "y"), ("x", "x")], ids=["two sources", "one source"])
def test_two_loads_at_once(
    request: pytest.FixtureRequest, new_url: NewUrl, tmp_path: Path, sources: tuple[str, str]
) -> None:
    folders = [write_tables(tmp_path / name, ROWS, name) for name in ("甲", "乙")]
    loads = list(zip(folders, sources, strict=True))
    reference = f"sqlite:///{tmp_path / 'reference'}"
    orders = []
    for number, order in enumerate((loads, loads[::-1])):
        store = open_store(f"{reference}{number}.db", create=True)
        store.initialise()
        store.close()
        orders.append(in_turn(f"{reference}{number}.db", order))
    url = new_url()
    reports = at_once(request, url, loads)
    found = lines(url, tmp_path)
    assert len(found) == len(orders[0])
    assert set(found) <= set(orders[0]) | set(orders[1]), "each row as one of the two orders leaves it"
    totals = [report["total"] for report in reports]
    assert all(total["read"] == ROWS + 70 == total["added"] + total["changed"] + total["unchanged"] for total in totals)
    assert sum(total["added"] for total in totals) == ROWS + 70, "each node was added once, by whoever came first"
    assert list(integrity(url, silent)) == []
    again = at_once(request, url, loads[:1])[0]["total"]
    assert again["added"] == 0


@pytest.mark.slow
def test_the_same_load_twice_at_once_is_one_load(
    request: pytest.FixtureRequest, new_url: NewUrl, tmp_path: Path
) -> None:
    folder = write_tables(tmp_path / "甲", ROWS)
    reference = f"sqlite:///{tmp_path / 'reference.db'}"
    store = open_store(reference, create=True)
    store.initialise()
    store.close()
    once = in_turn(reference, [(folder, "x")])
    url = new_url()
    reports = at_once(request, url, [(folder, "x"), (folder, "x")])
    assert lines(url, tmp_path) == once
    assert sum(report["total"]["added"] for report in reports) == ROWS + 70
    both = [open_store(one) for one in (url, reference)]
    assert tallies(both[0]) == tallies(both[1])
    for store in both:
        store.close()
    assert list(integrity(url, silent)) == []


# ── the clock ─────────────────────────────────────────────────────────────────────────────────────────
class Clock:
    """The wall clock as the program sees it; a test sets it."""

    shown = datetime.fromisoformat("2026-03-10T08:00:00+00:00")

    @classmethod
    def now(cls, _zone: object) -> datetime:
        cls.shown += timedelta(milliseconds=1)
        return cls.shown

    combine = datetime.combine

    @classmethod
    def jump(cls, **by: int) -> None:
        cls.shown += timedelta(**by)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> type[Clock]:
    monkeypatch.setattr("api.context.datetime", Clock)
    monkeypatch.setattr(Clock, "shown", Clock.shown)
    return Clock


def test_claims_follow_the_order_of_loads_not_the_clock(clock: type[Clock], tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    assert suyuan("init", "--empty", store=url).code == 0
    for source, name in (("x", "first"), ("y", "second"), ("x", "third")):
        (tmp_path / "Channel.csv").write_text(f"id,name\nH1,{name}\n", encoding="utf-8")
        assert suyuan("ingest", str(tmp_path / "Channel.csv"), "--source", source, store=url).code == 0
        clock.jump(days=-400)
    store = open_store(url)
    assert [row.props["name"] for row in store.nodes("Channel")] == ["third"]
    store.close()
    assert deep(url) == ["None: no control points: the framework is empty"]


def test_verdicts_and_runs_of_the_list_under_a_clock_that_jumps(clock: type[Clock], tmp_path: Path) -> None:
    """A run of an earlier day than the last of record is kept as a look back and moves nothing; a verdict counts by the moment that it states."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    assert suyuan("init", store=url).code == 0
    store = open_store(url)
    with store.session() as session:
        props = {"event_at": "2026-01-05T00:00:00.000000Z", "text": "扣费"}
        session.write([record({"node": "Complaint:C1", "props": props, "source": "t"})])
    store.close()
    out = str(tmp_path / "list.json")
    assert suyuan("breakpoints", "--out", out, store=url).code == 0
    assert suyuan("verdict", "C1", "--outcome", "unmodelled", store=url).code == 0
    clock.jump(days=-30)
    assert suyuan("breakpoints", "--refresh", "--out", out, store=url).code == 0
    assert suyuan("verdict", "C1", "--outcome", "no_internal_cause", store=url).code == 0
    clock.jump(days=60)
    assert suyuan("breakpoints", "--refresh", "--out", out, store=url).code == 0
    said = suyuan("verdicts", "--json", store=url).json
    assert [line["outcome"] for line in said["verdicts"]] == ["no_internal_cause", "unmodelled"], "by the stated moment"
    assert said["broken"] == 0
    runs = json.loads((tmp_path / "store.results" / "runs.json").read_bytes())
    assert [(run["number"], run["of_record"]) for run in runs] == [(1, True), (2, False), (3, True)]
    assert deep(url) == []
