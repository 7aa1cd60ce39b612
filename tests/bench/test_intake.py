"""The intake bench loads the same complaints from every format, whole, and its rivals read every row."""

from __future__ import annotations

from pathlib import Path

from bench import intake, world
from graph.stores import open_store
from ingest.copying import digest

ROWS = 60
SHAPE = world.Shape(ROWS, 7)


def test_every_format_holds_the_same_complaints_and_is_loaded_whole(tmp_path: Path) -> None:
    intake.write_files(tmp_path, SHAPE)
    found = {form: intake.measured(tmp_path, form, SHAPE) for form in intake.ALONE}
    assert (found["csv"]["lines"], found["xlsx"]["lines"]) == (ROWS, ROWS)
    assert found["jsonl"]["lines"] > 2 * ROWS
    held = []
    for form in intake.ALONE:
        store = open_store(f"sqlite:///{tmp_path / form}.db")
        held.append({name: store.counts().edges[name] for name in intake.LINKS})
        assert digest(store, "Complaint")[0] == ROWS
        assert not any("13812345678" in str(row.props["text"]) for row in store.nodes("Complaint"))
        store.close()
    assert held[0] == held[1] == held[2]
