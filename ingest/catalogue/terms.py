"""Reads further terms of the text lexicon: the shipped additions and files of a customer's own, in the layout of ``lexicon.csv``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from graph.errors import InputError, Where
from graph.text import Text
from ingest.catalogue.accessors import Term
from ingest.catalogue.tables import rows

_HEADINGS = ("term_zh", "match", "control_point", "weight", "polarity", "notes")
_POLARITIES = ("neg", "neu", "ext")


@cache
def additions() -> tuple[Term, ...]:
    """General terms shipped beside the lexicon, in file order; the note of each says what failure its words tell of."""
    return tuple(_terms("lexicon_additions.csv", ((row.number, row.cells) for row in rows("lexicon_additions"))))


def read_terms(path: Path) -> tuple[Term, ...]:
    """A customer's own terms: CSV in UTF-8 with the columns of ``lexicon.csv`` (``notes`` may be left out).

    Raises InputError, with file, line and column, when the file cannot be read or a row cannot be meant.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        missing = [heading for heading in _HEADINGS[:-1] if heading not in (reader.fieldnames or ())]
        if missing:
            raise _fault(
                path.name,
                1,
                missing[0],
                Text(f"缺少列 {missing[0]}", f"the column {missing[0]} is missing"),
            )
        lines = [
            (reader.line_num, {heading: str(cells.get(heading) or "").strip() for heading in _HEADINGS})
            for cells in reader
        ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            Text(f"词库文件无法读取：{error}", f"the lexicon file cannot be read: {error}"),
            Text("请核对路径，并存为 UTF-8 的 CSV", "Check its path and save it as CSV in UTF-8"),
            Where(file=str(path)),
        ) from None
    return tuple(_terms(path.name, lines))


def _terms(file: str, lines: Iterable[tuple[int, Mapping[str, str]]]) -> list[Term]:
    return [_term(file, number, cells) for number, cells in lines]


def _term(file: str, number: int, cells: Mapping[str, str]) -> Term:
    text, polarity = cells["term_zh"], cells["polarity"]
    if not all(alternative for piece in text.split("…") for alternative in piece.split("/")):
        raise _fault(file, number, "term_zh", Text("词或其一段是空的", "the term or a piece of it is empty"))
    if not cells["control_point"]:
        raise _fault(file, number, "control_point", Text("没有控制点", "there is no control point"))
    if polarity not in _POLARITIES:
        raise _fault(file, number, "polarity", Text("极性须为 neg、neu 或 ext", "the polarity must be neg, neu or ext"))
    try:
        weight = float(cells["weight"])
    except ValueError:
        weight = 0.0
    if not 0 < weight < 1:
        raise _fault(
            file, number, "weight", Text("权重须大于 0 且小于 1", "the weight must be greater than 0 and less than 1")
        )
    return Term(text, "…" in text, cells["control_point"], weight, polarity, cells["notes"])


def _fault(file: str, number: int, field: str, what: Text) -> InputError:
    return InputError(
        what,
        Text("请对照 ingest/catalogue/lexicon.csv 改正该行", "Correct the row after ingest/catalogue/lexicon.csv"),
        Where(file=file, row=number, field=field),
    )
