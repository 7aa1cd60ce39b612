"""``docs/breakpoints.md`` says what the registry says."""

from __future__ import annotations

from pathlib import Path

from queries.breakpoints import KINDS
from queries.findings.reference import page

PAGE = Path(__file__).parents[2] / "docs" / "breakpoints.md"


def test_the_page_is_made_from_the_registry() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m queries.findings.reference > docs/breakpoints.md"


def test_every_kind_is_told_in_both_languages() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for kind, predicate in KINDS.items():
        assert f"`{kind}` {predicate.title.zh} — {predicate.title.en}" in text
        assert predicate.rule.zh in text
        assert predicate.rule.en in text
