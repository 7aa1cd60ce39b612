"""Two loads at once into one store: nothing is lost and both reports are true.

What protects: one writer at a time (``BEGIN IMMEDIATE`` in ``sqlite_write.py``, the turn of ``neo4j_write.py``), ends looked up anew where somebody else
wrote (``_data_version``, the turn's mark).

``meet`` lets a load come between what another has looked up and what it writes: with the protection it waits, without it the check finds the harm.

Batches of two loads take turns, so of a row that both name one or the other came last, row by row: what each row says is what it says after one of the
two serial orders. A whole load is not one transaction.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from neo4j import Driver

from graph.errors import StoreError
from graph.store import Store
from graph.stores import integrity, open_store
from ingest.run import ingest_paths
from tests.contract.notation import record, tallies
from tests.faults import unprotected
from tests.faults.child import ROOT
from tests.faults.conftest import write_tables
from tests.faults.world import exported_from, silent
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
    return exported_from(url, folder).splitlines()


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


# ── the one moment that matters ───────────────────────────────────────────────────────────────────────
TOUCHED = 5


def meet(url: str, *, waits: bool) -> list[str]:
    """Write a batch while another load writes one on the same complaints and campaign; what is wrong afterwards.

    Args:
        url: an initialised store.
        waits: whether the second is expected to wait until the first is through.
    """
    both = [open_store(url) for _ in range(2)]
    batch = [
        record({"node": f"Complaint:T{n}", "props": {"event_at": "2026-01-01T00:00:00.000000Z"}, "edges": [["ABOUT", "Campaign:M1"]]})
        for n in range(TOUCHED)
    ]  # fmt: skip
    with both[0].session() as session:
        session.write([record({"node": "Campaign:M1"})])
        session.write([record({"node": f"Complaint:T{n}", "props": {"event_at": "2026-01-01T00:00:00.000000Z"}}) for n in range(TOUCHED)])  # fmt: skip
    told: list[str] = []

    def write(store: Store) -> None:
        try:
            with store.session() as session:
                told.extend(str(outcome) for outcome in session.write(batch).outcomes)
        except StoreError as error:
            told.append(f"error: {error.message('en')}")

    second = threading.Thread(target=write, args=(both[1],))

    def come_between() -> None:
        second.start()
        second.join(timeout=0.3 if waits else 30)

    with unprotected.between_looking_up_and_writing(come_between):
        write(both[0])
    second.join()
    found = (
        [f"told: {', '.join(sorted(told))}"] if sorted(told) != ["changed"] * TOUCHED + ["unchanged"] * TOUCHED else []
    )
    edges = both[0].counts().edges.get("ABOUT", 0)
    found += [f"{edges} edges"] if edges != TOUCHED else []
    counted = tallies(both[0])
    found += [] if counted == [["2026-01-01", ["Campaign:M1"], [], "", TOUCHED, TOUCHED]] else [f"counted: {counted}"]
    for store in both:
        store.close()
    return found if not url.startswith("sqlite") else found + [str(fault) for fault in integrity(url, silent)]


def test_a_load_that_comes_between_waits(new_url: NewUrl) -> None:
    assert meet(new_url(), waits=True) == []


@pytest.mark.parametrize(
    ("new_url", "taken_away"),
    [
        pytest.param("sqlite", partial(unprotected.connecting, unprotected.Deferred), id="the right to write is taken late"),
        pytest.param("sqlite", partial(unprotected.connecting, unprotected.Piecemeal), id="no transactions"),
        pytest.param("neo4j", unprotected.no_turns_on_neo4j, id="no turns on neo4j", marks=pytest.mark.neo4j),
    ],
    indirect=["new_url"],
)  # fmt: skip
def test_a_load_that_comes_between_and_does_not_wait_does_harm(
    new_url: NewUrl, taken_away: Callable[[], AbstractContextManager[None]]
) -> None:
    url = new_url()
    with taken_away():
        found = meet(url, waits=False)
    assert found != []
