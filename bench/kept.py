"""Worlds that are made once and kept under ``out/bench``: a million complaints take minutes to make, and several areas ask of the same."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import astuple
from functools import cache
from pathlib import Path
from typing import NamedTuple

from bench import world, world_frame, world_rows
from graph.stores import open_store

KEPT = Path("out/bench")


class Kept(NamedTuple):
    """A world on disk: the folder that holds ``world.db``."""

    folder: Path

    @property
    def url(self) -> str:
        """The store as the program is told of it; whoever writes to it writes to a copy."""
        return f"sqlite:///{self.folder / 'world.db'}"


def kept(shape: world.Shape) -> Kept:
    """The world of a shape, made first where it is not there yet; an older one is brought up to date."""
    folder = KEPT / "-".join(["world", *("" if part is None else str(part) for part in astuple(shape)), _generator()])
    if not folder.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=KEPT) as name:
            made = Path(name) / "made"
            made.mkdir()
            world.make(made, shape).close()
            made.rename(folder)
    found = Kept(folder)
    store = open_store(found.url, create=True)  # an older one is refused otherwise
    store.initialise()
    store.close()
    return found


@cache
def _generator() -> str:
    """Stands for the program that makes the worlds: a changed one makes others."""
    digest = hashlib.sha256()
    for module in (world, world_frame, world_rows):
        assert module.__file__ is not None
        digest.update(Path(module.__file__).read_bytes())
    return digest.hexdigest()[:8]
