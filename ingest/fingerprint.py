"""The fingerprint of a load: a digest of everything outside the store that decides what it does, the program itself included."""

from __future__ import annotations

import hashlib
import hmac
import os
import sys
import zoneinfo
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path

import graph
import ingest
from graph.settings import settings
from ingest.mapping import MappingFile
from ingest.opening import Input
from ingest.report import Note

_READERS = ("numpy", "pydantic", "python-calamine", "pyyaml", "tzdata")
"""Distributions that read values, or decide how they are read."""


def fingerprint(
    inputs: Sequence[Input], chosen: MappingFile | None, encoding: str | None, *, replace: bool, remarks: Sequence[Note]
) -> str | None:
    """The fingerprint of a load; None where a file cannot be read, which the load itself will say.

    Two loads with one fingerprint hand the very same records, refusals and remarks to a store that is in the same state: the files
    are the same byte for byte, in the same order and under the same names, and so is every setting and every line of the program.

    Args:
        inputs: the files.
        chosen: the mapping they are read by.
        encoding: their encoding where it is known.
        replace: whether what is not asserted any longer is withdrawn.
        remarks: what was noted on the way to the files.

    Raises:
        UsageError: the key of the pseudonyms cannot be read.
    """
    parts: list[object] = [_PROGRAM, _libraries(), encoding, replace, list(remarks), *_of_settings(chosen)]
    try:
        for entry in inputs:
            parts.append((entry.path.name, entry.shown, entry.source, _digest(entry.path)))
    except OSError:
        return None
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _of_settings(chosen: MappingFile | None) -> Iterator[object]:
    """How texts become values: zones with their rules, masking with its key, the mapping."""
    yield [
        (zone, _rules_of(zone)) for zone in (settings().timezone, chosen.mapping.zone if chosen is not None else None)
    ]
    # not the key itself, nor more about it than every pseudonym in the store says
    yield hmac.digest(settings().mask_secret(), b"suyuan", "sha256") if settings().mask else None
    yield (chosen.shown, chosen.text) if chosen is not None else None


def _rules_of(zone: str | None) -> str | None:
    """A digest of the zone's file, which the operating system brings up to date; without one, tzdata's version says it."""
    found = (Path(folder, zone) for folder in zoneinfo.TZPATH) if zone is not None else iter(())
    return next((_digest(path) for path in found if path.is_file()), None)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@cache
def _libraries() -> tuple[str, ...]:
    """Versions of what the program builds on."""
    return (sys.version, *(f"{name} {version(name)}" for name in _READERS))


def _program() -> str:
    """A digest of every file of the packages that a load runs through, shipped mappings and the schema included."""
    found = hashlib.sha256()
    for package in (graph, ingest):
        (top,) = package.__path__
        for folder, inner, names in os.walk(top):
            inner[:] = sorted(name for name in inner if name != "__pycache__")
            for name in sorted(names):
                path = os.path.join(folder, name)
                with open(path, "rb") as stream:
                    content = stream.read()
                found.update(f"{package.__name__}{path[len(top) :]} {len(content)}\n".encode())
                found.update(content)
    return found.hexdigest()


_PROGRAM = _program()
"""Not the version's number, which stays the same while the program is worked on. Read as soon as this module is, 4 ms, and not when it is asked for: an
upgrade may put other files in the place of those that a long-lived process runs."""
