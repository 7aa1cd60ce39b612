"""Opens a file of any known table format for a draft and picks the sheet that it is about."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from graph.errors import InputError, UsageError, Where, nearest
from graph.schema import KINDS
from graph.text import Text
from ingest.draft import draft
from ingest.draft_words import PROPERTIES, REFERENCES
from ingest.draft_yaml import as_yaml
from ingest.heads import Wanted
from ingest.names import normal
from ingest.report import Notes
from ingest.sources.csv_table import open_csv
from ingest.sources.text_file import open_text
from ingest.sources.xlsx_book import Workbook
from ingest.sources.xlsx_zip import looks_like_archive, looks_like_old_workbook
from ingest.workbook import GUIDE


def draft_mapping(path: Path, *, kind: str | None = None, sheet: str | None = None, encoding: str | None = None) -> str:
    """A mapping file for a table, as YAML; what is not certain stands in comments.

    Args:
        path: a CSV file or a workbook.
        kind: what a row is, if it is known (a kind's name).
        sheet: of a workbook: the sheet; without one the visible sheet with most rows.
        encoding: of a text file, where its content does not tell it.

    Raises:
        InputError: the file cannot be read, or what its rows are cannot be told. UsageError: the kind is unknown.
    """
    if kind is not None and kind not in KINDS:
        near = nearest(kind, KINDS)
        raise UsageError(
            Text(f"没有类型 {kind}", f"there is no kind {kind}"),
            Text(f"是否为 {near}？", f"Did you mean {near}?") if near else Text(f"可用：{'、'.join(KINDS)}", f"One of {', '.join(KINDS)}"),
        )  # fmt: skip
    notes = Notes()
    if not (looks_like_archive(path) or looks_like_old_workbook(path)):
        table = open_csv(open_text(path, path.name, encoding), _SPOKEN.liking)
        return as_yaml(draft(table, kind, notes), path.name)
    with closing(Workbook(path, path.name, notes, GUIDE)) as book:
        sheets = {found.where.sheet: found for found in book.sheets}
        chosen = sheets.get(sheet) if sheet is not None else max((s for s in book.sheets if s.visible), key=lambda s: s.count, default=None)  # fmt: skip
        if chosen is None:
            listed = "、".join(sheets) or "-"
            raise InputError(
                Text(f"没有可读的工作表 {sheet or ''}", f"there is no sheet {sheet or 'to read'}"),
                Text(f"工作簿中有：{listed}", f"The workbook has: {listed}"), Where(path.name),
            )  # fmt: skip
        return as_yaml(draft(chosen, kind, notes), path.name)


def _spoken() -> frozenset[str]:
    found = {name for kind in KINDS.values() for prop in kind.properties.values() for name in prop.names}
    found |= {word for properties in PROPERTIES.values() for words in properties.values() for word in words}
    found |= {word for roles in REFERENCES.values() for role in roles for word in role.words}
    return frozenset(map(normal, found))


_KNOWN = _spoken()
_SPOKEN = Wanted(lambda text: normal(text) in _KNOWN, lambda names: True)
