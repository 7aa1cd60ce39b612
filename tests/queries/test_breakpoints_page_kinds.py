"""The registry has exactly the kinds of the design page, each in its class with its base severity."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from queries.breakpoints import KINDS

PAGE = Path(__file__).parents[3] / "shared" / "design" / "breakpoints.md"
_CLASSES = {"breakpoints": "breakpoint", "blind spots": "blind_spot", "risks": "risk"}


@pytest.mark.skipif(not PAGE.exists(), reason="the design pages are not beside the repository")
def test_every_kind_of_the_page_and_no_other() -> None:
    stated, class_ = {}, ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if heading := re.match(r"\| \*\*(.+)\*\* \|", line):
            class_ = _CLASSES[heading[1]]
        elif class_ and len(cells) == 6 and cells[3].isdigit():
            stated |= {kind.strip(): (class_, int(cells[3])) for kind in cells[1].split("·")}
    assert len(stated) == 42
    assert {kind: (predicate.class_, predicate.base) for kind, predicate in KINDS.items()} == stated
