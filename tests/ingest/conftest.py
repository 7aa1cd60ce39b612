"""A fresh embedded store for each test, and a short way to load tables written as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph.store import Store
from graph.stores import open_store
from ingest.report import IngestReport
from ingest.run import ingest_paths


@pytest.fixture
def new_store(tmp_path: Path) -> Iterator[Callable[[], Store]]:
    opened: list[Store] = []

    def make() -> Store:
        store = open_store(f"sqlite:///{tmp_path}/store{len(opened)}.db", create=True)
        store.initialise()
        opened.append(store)
        return store

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def store(new_store: Callable[[], Store]) -> Store:
    return new_store()


@pytest.fixture
def rejects(tmp_path: Path) -> Path:
    return tmp_path / "rejects.csv"


@pytest.fixture
def ingest(store: Store, tmp_path: Path, rejects: Path) -> Callable[..., IngestReport]:
    """``ingest({"Stage.csv": text}, **options)`` writes the files into a folder and loads it as source ``mine``."""

    def run(files: dict[str, str | bytes], **options: object) -> IngestReport:
        folder = tmp_path / "input"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (folder / name).write_bytes(data)
        options = {"source": "mine", "rejects": rejects, "again": True, **options}  # every row is read, known or not
        return ingest_paths(store, [folder], **options)  # type: ignore[arg-type]

    return run
