"""A file system of a few megabytes that a test may fill or make read-only, and tables to load."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.conftest import _clean_environment  # noqa: F401 — for every test here, too


class SmallDisk:
    """A mounted file system of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, leaving: int = 0) -> None:
        """Take up everything but some bytes."""
        free = shutil.disk_usage(self.folder).free
        with self._ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(4096, free - leaving))

    def make_room(self) -> None:
        """Give all of it back."""
        self._ballast.unlink()

    def read_only(self, yes: bool = True) -> None:
        """Let nobody write, root included, or let everybody again."""
        subprocess.run(["mount", "-o", "remount,ro" if yes else "remount,rw", str(self.folder)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """24 MB; skipped where mounting is not allowed."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.skip(f"a small file system cannot be mounted here: {done.stderr.strip()}")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of tables: a small framework and twelve thousand complaints, which make a store of some 8 MB."""
    folder = tmp_path_factory.mktemp("tables") / "tables"
    write_tables(folder)
    return folder


def write_tables(folder: Path, complaints: int = 12_000, edition: str = "") -> Path:
    """Native tables whose complaints are about 50 products in 20 categories."""
    folder.mkdir(parents=True)
    files = {
        "Category.csv": ["id", *(f"K{n}" for n in range(20))],
        "Product.csv": ["id", *(f"P{n}" for n in range(50))],
        "Complaint.csv": [
            "id,event_at,text,IN_CATEGORY,ABOUT",
            *(f"C{n:05},2026-01-{n % 28 + 1:02},{edition}套餐扣费的说明 {n},K{n % 20},P{n % 50}" for n in range(complaints)),
        ],
    }  # fmt: skip
    for name, lines in files.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
