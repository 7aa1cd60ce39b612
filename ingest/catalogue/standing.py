"""Decides on whose word a catalogue row rests: the basis it is stored with and the clause it quotes.

The CSV files say ``plan``, ``plan-derived``, ``plan-family``, ``default`` or ``regulation``; the graph knows ``plan``,
``derived`` and ``default``. A ``plan`` row must be found in the plan's text by its clause or, without one, by its name;
if it is not, it counts as ``derived``.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from ingest.catalogue.tables import Row, plan_text, rows

_BASIS = {"plan-derived": "derived", "plan-family": "default", "default": "default", "regulation": "default"}


class Standing(NamedTuple):
    """The basis in the graph's words and the clause quoted, empty where none is."""

    basis: str
    clause: str = ""


def standing(row: Row, *, name: str = "", clause: str = "") -> Standing:
    """On whose word a row rests.

    Args:
        row: a row with a ``basis`` column; its ``clause_zh``, else ``clauses.csv``, gives the clause.
        name: what stands in for the clause of a ``plan`` row that has none.
        clause: the clause to quote, where the row has no column for it.
    """
    quoted = clause or row.get("clause_zh") or _clauses().get((row.file, _key(row)), "")
    return resolve(row["basis"], quoted, name)


def resolve(basis: str, clause: str, name: str = "") -> Standing:
    """The standing of a basis in the files' words with its clause; a ``plan`` claim is checked against the plan's text."""
    if basis != "plan":
        return Standing(_BASIS[basis], clause)
    words = clause or name
    if words and words in plan_text():
        return Standing("plan", words)
    return Standing("derived", clause)


def _key(row: Row) -> str:
    return row.get("code") or f"{row.get('control_point')} {row.get('indicator')}"


@cache
def _clauses() -> dict[tuple[str, str], str]:
    """``(file, key)`` → the sentence a row follows from, for files without a clause column."""
    return {(f"{row['file']}.csv", row["key"]): row["clause_zh"] for row in rows("clauses")}
