"""Makes the corpus of messy tables, ``tests/data/messy``: what operators really send, each file with what must become of its rows.

``python tests/data/make_messy.py`` writes the folder anew, the same bytes every time; ``tests/ingest/test_messy.py`` loads it.
The cases themselves stand in ``messy_text.py`` (CSV), ``messy_books.py`` (workbooks) and ``messy_mapped.py`` (with mappings).
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import messy_books
import messy_mapped
import messy_text
from messy_case import Case

FOLDER = Path(__file__).with_name("messy")


def cases() -> list[Case]:
    """Every case, in order of their names."""
    return sorted([*messy_text.cases(), *messy_books.cases(), *messy_mapped.cases()], key=lambda case: case.name)


def write(found: Sequence[Case], folder: Path) -> None:
    """A folder a case with its files, and ``expected.json``."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    expected = {}
    for case in found:
        place = folder / case.name
        place.mkdir()
        for name, data in case.files.items():
            (place / name).write_bytes(data)
        expected[case.name] = case.expected()
    text = json.dumps(expected, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(cases(), FOLDER)
