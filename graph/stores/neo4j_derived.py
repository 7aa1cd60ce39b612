"""Daily counts and laid-out values on a Neo4j server: internal nodes that no scan shows, and how they are written."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from graph.case import SeriesKey
from graph.stores.neo4j_schema import TALLY, VALUE
from graph.stores.tallying import SEPARATOR, Laid, TallyChange, TallyKey, members

MOVE_TALLY = (
    f"UNWIND $rows AS r MERGE (t:{TALLY} {{id: r[0]}})"
    " ON CREATE SET t.day = r[3], t.subjects = r[4], t.categories = r[5], t.unit = r[6], t.complaints = r[1], t.episodes = r[2]"
    " ON MATCH SET t.complaints = t.complaints + r[1], t.episodes = t.episodes + r[2]"
)
"""Applies changes to the daily counts."""
DROP_TALLY = f"UNWIND $ids AS id MATCH (t:{TALLY} {{id: id}}) WHERE t.complaints = 0 DELETE t"
"""Counts that reach zero vanish."""
DELETE_VALUES = f"UNWIND $ids AS id MATCH (v:{VALUE} {{measurement: id}}) DELETE v"
PUT_VALUES = f"UNWIND $rows AS r CREATE (v:{VALUE}) SET v = r"


def tally_rows(change: TallyChange) -> list[list[Any]]:
    """What :data:`MOVE_TALLY` takes; in a stable order."""
    return [
        [_tally_id(key), *delta, key[0], members(key[1]), members(key[2]), key[3]]
        for key, delta in sorted(change.items())
        if any(delta)
    ]


def value_rows(rows: Iterable[Laid]) -> list[dict[str, Any]]:
    """What :data:`PUT_VALUES` takes."""
    return [
        {
            "key": series_name(key), "measurement": fact.id, "indicator": fact.indicator, "value": fact.value,
            "period_start": fact.period_start, "period_end": fact.period_end, "event_at": fact.event_at,
            "recorded_at": fact.recorded_at,
        }
        for key, fact in rows
    ]  # fmt: skip


def series_name(key: SeriesKey) -> str:
    """A series as one text: what its values are on and in."""
    return f"{key[0] or ''}{SEPARATOR}{key[1]}"


def _tally_id(key: TallyKey) -> str:
    """A short name for a count: its key may be longer than an index takes."""
    return blake2b("\x1e".join(key).encode(), digest_size=16).hexdigest()
