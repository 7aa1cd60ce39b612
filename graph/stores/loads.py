"""The notes a store keeps of loads that would change nothing as it stands: in one text for any engine, void at every other revision.

A note is part of what the store holds: it is written in a transaction that reads the counters, is copied and restored with them, and every write of
elements moves a counter. So a note of the revision that the store is at was made of the very elements that the store holds now.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import NamedTuple

from graph.records import Revision

MOST = 32
"""Loads kept at one revision; the oldest gives way."""
LONGEST = 16_000
"""Longest report that is kept, in characters; the text is read whenever the store is opened."""


class KeptLoads(NamedTuple):
    """The text as it is kept (None: there is none) and the revision of the store it was read at."""

    text: str | None
    at: Revision

    @property
    def known(self) -> dict[str, str]:
        """Load → report, the oldest first: none where anything was written since, or where the text is not as it was written."""
        digest, _, body = (self.text or "").partition(" ")
        if digest != _digest(body):
            return {}
        revision, found = json.loads(body)
        return dict(found) if tuple(revision) == self.at else {}

    def with_load(self, load: str, report: str) -> str | None:
        """The text with one load more, notes of other revisions left out; None where the report is too long to be kept."""
        if len(report) > LONGEST:
            return None
        found = {name: said for name, said in self.known.items() if name != load} | {load: report}
        body = json.dumps([self.at, dict(list(found.items())[-MOST:])], ensure_ascii=False, separators=(",", ":"))
        return f"{_digest(body)} {body}"


def _digest(body: str) -> str:
    """So that bytes which the disk changed are no note."""
    return sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
