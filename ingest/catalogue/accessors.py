"""Catalogue data that is no part of the graph: the lexicon, the suggested embeddings, the English terms."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from graph.records import Ref
from graph.text import Text
from ingest.catalogue.standing import resolve
from ingest.catalogue.tables import rows

NO_INTERNAL_CAUSE = "NO_INTERNAL_CAUSE"
"""Stands in the maps where a control point would, for complaints no control point answers for."""

_EMBEDDING = {
    "system": ("EMBEDDED_IN", "System"),
    "policy": ("GOVERNED_BY", "Policy"),
    "monitor": ("WATCHED_BY", "Monitor"),
}


class Term(NamedTuple):
    """One entry of the lexicon.

    ``gapped``: each ``…`` in the term stands for 0 to 8 characters of the same sentence. ``polarity``: ``neg`` tells of a
    failure, ``neu`` names a topic and never anchors alone, ``ext`` points outside (``control_point`` is NO_INTERNAL_CAUSE).
    """

    text: str
    gapped: bool
    control_point: str
    weight: float
    polarity: str
    note: str


class Suggestion(NamedTuple):
    """Where a control point should be embedded, governed or watched: a proposal for a finding, never a link.

    ``edge`` is the edge type a customer would load to confirm it; ``basis`` is the graph's word for who says so.
    """

    control_point: str
    edge: str
    target: Ref
    name: Text
    basis: str
    reason: Text


@cache
def lexicon() -> tuple[Term, ...]:
    """The weighted terms of the text anchor, in file order."""
    return tuple(
        Term(
            row["term_zh"],
            row["match"] == "gap",
            row["control_point"],
            float(row["weight"]),
            row["polarity"],
            row["notes"],
        )
        for row in rows("lexicon")
    )


@cache
def suggestions() -> tuple[Suggestion, ...]:
    """The shipped embeddings, in file order, as what a finding may suggest."""
    found = []
    for row in rows("embeddings"):
        edge, kind = _EMBEDDING[row["target_kind"]]
        reason = Text(row["rationale_zh"], row["rationale_en"])
        # the pair is never the plan's word for word: a `plan` row here follows from one of its sentences
        basis = resolve(row["basis"], "").basis
        target = Ref(kind, row["target_code"])
        found.append(Suggestion(row["control_point"], edge, target, term(row["target_code"]), basis, reason))
    return tuple(found)


def term(code: str) -> Text:
    """The Chinese and English name of a system, policy, monitor, unit or role; an unknown code raises KeyError."""
    return _by_code()[code]


def english(kind: str, word: str) -> str:
    """The English of a Chinese word (or code) of a kind in ``terms_en.csv``: family, unit, channel_kind …

    A word the file does not hold raises KeyError.
    """
    return _by_word()[kind, word]


@cache
def _by_code() -> dict[str, Text]:
    return {row["code"]: Text(row["term_zh"], row["term_en"]) for row in rows("terms_en") if row["code"]}


@cache
def _by_word() -> dict[tuple[str, str], str]:
    return {
        (row["kind"], word): row["term_en"]
        for row in rows("terms_en")
        for word in (row["code"], row["term_zh"])
        if word
    }
