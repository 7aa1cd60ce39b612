"""The note a store keeps of sources whose personal data came unmasked: which, and when each first did, in one text for any engine."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from graph.records import Record
from graph.schema import KINDS

_MASKED_GROUPS = ("fact", "result")
"""Groups of kinds whose texts are masked otherwise."""


def noted(note: str | None, unmasked: Mapping[str, str], records: Sequence[Record]) -> str | None:
    """The note after a batch, or None where it says all there is to say.

    Args:
        note: what is kept; None: nothing yet.
        unmasked: sources loaded as they come → the moment of the load.
        records: the batch; a source counts as soon as it asserts a fact or a result, whose texts are masked otherwise.
    """
    held = read_note(note)
    new = {
        source
        for record in records
        if record.node is not None and KINDS[record.node.kind].group in _MASKED_GROUPS
        for source in record.node.sources
        if source in unmasked and source not in held
    }
    if not new:
        return None
    return json.dumps({**held, **{source: unmasked[source] for source in new}}, ensure_ascii=False, sort_keys=True)


def read_note(note: str | None) -> dict[str, str]:
    """Source → the moment of its first unmasked load (empty where nobody told), by the name of the source."""
    return {} if note is None else dict(sorted(json.loads(note).items()))
