"""The recipes of docs/cypher as files: each head says what the body takes, each body only reads and names what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from graph.schema import EDGES, KINDS

FILES = sorted((Path(__file__).resolve().parents[2] / "docs" / "cypher").glob("*.cypher"))
PARAMETER = re.compile(r"^// \$(\w+) +(string|date|moment|integer) +(\S.*?\S) ?· (\S.*\S)  e\.g\. (.+)$", re.M)
LITERALS = {
    "string": r"'[^']*'",
    "date": r"'\d{4}-\d\d-\d\d'",
    "moment": r"'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z'",
    "integer": r"\d+",
}


def body(text: str) -> str:
    """A recipe without its comments."""
    return re.sub(r"^//.*\n", "", text, flags=re.M).strip()


def test_there_are_enough_recipes_and_they_are_numbered() -> None:
    assert len(FILES) >= 12
    assert [file.name[:3] for file in FILES] == [f"{n:02}-" for n in range(1, len(FILES) + 1)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_head_says_in_both_languages_what_the_recipe_answers_and_takes(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert re.match(
        rf"// {file.name[:2]} [^\n]*[\u4e00-\u9fff][^\n]* · [A-Z][^\n]+\n//\n(// zh .+\n)+(// en .+\n)+//\n", text
    )
    said = PARAMETER.findall(text)
    assert len(said) == text.count("\n// $")
    assert {name for name, *_ in said} == set(re.findall(r"\$(\w+)", body(text)))
    assert [example for _, kind, _, _, example in said if not re.fullmatch(LITERALS[kind], example)] == []
    assert text.endswith(";\n")
    assert body(text).count(";") == 1


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_recipe_only_reads_and_holds_no_data_of_its_own(file: Path) -> None:
    """Ids come as parameters; labels, relationships and properties are those of the vocabulary."""
    text = body(file.read_text(encoding="utf-8"))
    assert re.search(r"\b(CREATE|MERGE|SET|DELETE|REMOVE|LOAD|FOREACH|DROP)\b", text) is None
    links = {name for found in re.findall(r"\[\w*:([A-Z_|]+)", text) for name in found.split("|")}
    labels = {name for found in re.findall(r"\w*:([A-Z][a-z]\w*(?:\|[A-Z]\w+)*)", text) for name in found.split("|")}
    assert links <= set(EDGES)
    assert labels <= set(KINDS)
    assert links | labels
    known = {c for kind in KINDS.values() for p in kind.properties.values() for c in p.choices}
    words = set(re.findall(r"'([a-z_]+)'", text))
    told = {
        "control_point",
        "stage",
        "domain",
        "missing",
        "ended",
        "left",
        "catalogue",
    }  # words of answers, and our own source
    assert words <= known | told
    assert re.findall(r"'[A-Z]+-?\d+'", text) == []
