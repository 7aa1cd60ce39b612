"""A load that is killed at any moment leaves whole batches; running it again completes it to the same bytes."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from graph.store import Store
from graph.stores import integrity, open_store
from ingest.export import export
from ingest.run import ingest_paths

ROOT = Path(__file__).parents[2]
PROGRAM = (
    "import sys; from pathlib import Path; from graph.stores import open_store; from ingest.run import ingest_paths; "
    "store = open_store(sys.argv[1]); print('go', flush=True); ingest_paths(store, [Path(sys.argv[2])], source='s'); store.close()"
)
KILLS = 10


def write_tables(folder: Path) -> None:
    folder.mkdir()
    files = {
        "Category.csv": ["id", *(f"K{n}" for n in range(20))],
        "Product.csv": ["id", *(f"P{n}" for n in range(50))],
        "Complaint.csv": [
            "id,event_at,text,IN_CATEGORY,ABOUT,REPEATS",
            *(f"C{n:05},2026-01-{n % 28 + 1:02},文本{n},K{n % 20},P{n % 50},{f'C{n + 7000:05}' if n % 1000 == 0 and n < 5000 else ''}" for n in range(12_000)),
        ],
    }  # fmt: skip
    for name, lines in files.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.slow
def test_kill_and_run_again_gives_the_bytes_of_an_uninterrupted_run(
    new_store: Callable[[], Store], tmp_path: Path
) -> None:
    tables = tmp_path / "tables"
    write_tables(tables)
    whole = new_store()
    start = time.monotonic()
    ingest_paths(whole, [tables], source="s")
    duration = time.monotonic() - start
    export(whole, tmp_path / "whole.jsonl")

    url = f"sqlite:///{tmp_path}/killed.db"
    open_store(url, create=True).initialise()
    moments = random.Random(7)
    for _ in range(KILLS):
        process = subprocess.Popen([sys.executable, "-c", PROGRAM, url, str(tables)], stdout=subprocess.PIPE, cwd=ROOT)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(moments.uniform(0, duration))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    store = open_store(url)
    report = ingest_paths(store, [tables], source="s")
    assert report.total.refused == 0
    export(store, tmp_path / "killed.jsonl")
    store.close()
    assert (tmp_path / "killed.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    assert list(integrity(url, lambda _step: None)) == []
