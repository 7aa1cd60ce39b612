"""What a case of the messy corpus is: its files, how they are loaded and what must come of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Case:
    """One input. Counts are of all kinds together; ``error`` instead of counts where the file is refused as a whole.

    ``values``: ``Kind:id`` → property → value, or edge type → ends. ``notes``: part of an English note → how often.
    ``reasons``: parts of reasons in the rejects, in order of the rows.
    """

    name: str
    files: dict[str, bytes]
    stored: int = 0
    refused: int = 0
    error: str = ""
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    encoding: str = ""
    mapping: str = ""
    """Which of the files is the mapping."""

    def expected(self) -> dict[str, Any]:
        """What the test reads."""
        said = asdict(self)
        del said["name"], said["files"]
        return {"read": self.stored + self.refused, **{key: value for key, value in said.items() if value}}


def table(*rows: str) -> bytes:
    """Lines as UTF-8."""
    return ("\n".join(rows) + "\n").encode()
