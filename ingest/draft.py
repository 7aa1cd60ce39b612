"""Proposes, from the headings and values of a foreign table, which column is which property or refers to which node (docs/mapping.md)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import islice
from zoneinfo import ZoneInfo

from graph.errors import InputError
from graph.schema import KINDS, Property
from graph.text import Text
from graph.values import BadValue, moment
from ingest.cell_dates import tidy_date
from ingest.draft_words import CODES, PROPERTIES, REFERENCES, WORDS, Role
from ingest.headed import HeadedTable, headed
from ingest.heads import Wanted
from ingest.names import normal
from ingest.report import Notes
from ingest.sources.grid import Raw

SURE, LIKELY = 0.75, 0.5
"""Scores from which a column is mapped, and from which it is proposed in a comment."""
_SAMPLE = 300
_NUMERIC = re.compile(r"[+-]?[\d,]+(\.\d+)?%?\Z")
_UTC = ZoneInfo("UTC")
_DAY_FIRST = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y")
_MONTH_FIRST = ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/\d{4}(?: \d{1,2}:\d{2}(:\d{2})?)?\Z")


@dataclass(frozen=True)
class ColumnFacts:
    """What a sample of a column's values is like; shares are of its filled cells."""

    name: str
    filled: int
    distinct: tuple[str, ...]
    dates: float
    numbers: float
    unique: float
    length: float
    formats: tuple[str, ...]
    """strptime formats by which its values are times, where the usual notations do not read them."""
    ambiguous: bool
    """Whether they are times of which day and month cannot be told apart."""


@dataclass
class Proposal:
    """A column for a property, or for a reference, with the score from 0 to 1 and whether the values speak for it."""

    column: ColumnFacts
    score: float
    why: Text


@dataclass
class Draft:
    """A proposed mapping: what is sure, what is likely, which columns are left, which words are not known."""

    kind: str
    sheet: str
    properties: dict[str, Proposal] = field(default_factory=dict)
    references: dict[str, tuple[Role, Proposal]] = field(default_factory=dict)
    likely: dict[str, Proposal] = field(default_factory=dict)
    left: list[ColumnFacts] = field(default_factory=list)


def draft(raw: Raw, kind: str | None, notes: Notes) -> Draft:
    """The proposal for a table.

    Args:
        raw: the table, its heading among the first rows.
        kind: what its rows are, if it is known.
        notes: where lines above the heading are noted.

    Raises:
        InputError: no heading is found, or the kind cannot be told.
    """
    start = list(islice(raw.rows(), 60))
    widest = max((sum(bool(cell.strip()) for cell in row.cells) for row in start), default=0)
    looks = Wanted(_like_a_heading, lambda names: len(names) >= max(1, 0.6 * widest), 0.7)
    table = headed(raw, looks, frozenset(), notes)
    columns = _facts(table)
    found = {name: _propose(name, columns, raw.where.sheet) for name in ([kind] if kind else PROPERTIES)}
    best = max(found.values(), key=_strength)
    if kind is None and _strength(best) < SURE:
        kinds = ", ".join(KINDS)
        raise InputError(
            Text("看不出每行是什么", "what a row of this table is cannot be told"),
            Text(f"请用 --kind 指定类型：{kinds}", f"Name the kind with --kind: {kinds}"), raw.where,
        )  # fmt: skip
    return best


def words_for(kind: str, prop: Property) -> dict[str, str]:
    """What may be written for the choices of a property → the choice."""
    known = {choice.casefold(): choice for choice in prop.choices}
    known |= {label.casefold(): choice for label, choice in zip(prop.labels, prop.choices, strict=False)}
    return known | WORDS.get((kind, prop.name), {})


def _strength(found: Draft) -> float:
    return sum(p.score for p in found.properties.values()) + sum(p.score for _, p in found.references.values()) + 0.5 * ("id" in found.properties)  # fmt: skip


def _like_a_heading(text: str) -> bool:
    return bool(text) and len(text) <= 40 and not _NUMERIC.match(text) and tidy_date(text, epoch_1904=False)[1] == "" and not re.match(r"\d{4}[-/.年]", text)  # fmt: skip


# ── what the values are like ──────────────────────────────────────────────────────────────────────────
def _facts(table: HeadedTable) -> list[ColumnFacts]:
    rows = [row.cells for row in islice(table.rows(), _SAMPLE) if row.broken is None]
    names = [_name(table, at) for at in range(len(table.header))]
    return [_facts_of(name, [cell for row in rows if (cell := row[at].strip())]) for at, name in enumerate(names)]


def _name(table: HeadedTable, at: int) -> str:
    """How a mapping names the column: its heading, with the group or a number where it stands several times."""
    name = table.header[at]
    same = [n for n, other in enumerate(table.header) if other == name]
    if len(same) == 1:
        return name
    if table.grouped[at] and [table.grouped[n] for n in same].count(table.grouped[at]) == 1:
        return table.grouped[at]
    return f"{name}#{same.index(at) + 1}"


def _facts_of(name: str, values: Sequence[str]) -> ColumnFacts:
    count = max(1, len(values))
    distinct = tuple(dict.fromkeys(values))
    slashed = [match for value in values if (match := _SLASHED.match(value))]
    formats: tuple[str, ...] = ()
    if values and len(slashed) == len(values):
        if any(int(match[1]) > 12 for match in slashed):
            formats = _DAY_FIRST
        elif any(int(match[2]) > 12 for match in slashed):
            formats = _MONTH_FIRST
    return ColumnFacts(
        name, len(values), distinct, len(slashed) / count if formats else sum(map(_is_time, values)) / count,
        sum(bool(_NUMERIC.match(value)) for value in values) / count, len(distinct) / count,
        sum(map(len, values)) / count, formats, bool(slashed) and len(slashed) == len(values) and not formats,
    )  # fmt: skip


def _is_time(value: str) -> bool:
    try:
        return len(value) > 4 and moment(tidy_date(value, epoch_1904=False)[0], _UTC) is not None
    except BadValue:
        return False


# ── which column is what ──────────────────────────────────────────────────────────────────────────────
def _propose(kind: str, columns: Sequence[ColumnFacts], sheet: str) -> Draft:
    """The best assignment: pairs of column and meaning by falling score, each used once."""
    pairs: list[tuple[float, int, str, Role | None, Text]] = []
    role: Role | None
    for at, column in enumerate(columns):
        if not column.filled:
            continue
        for name, prop in KINDS[kind].properties.items():
            score, why = _property_score(kind, prop, column)
            pairs.append((score, -at, name, None, why))
        for role in REFERENCES.get(kind, ()):
            score, why = _reference_score(role, column)
            pairs.append((score, -at, role.name, role, why))
    found = Draft(kind, sheet)
    taken: set[int] = set()
    for score, at, name, role, why in sorted(pairs, key=lambda pair: pair[:3], reverse=True):
        if (
            score < LIKELY
            or at in taken
            or name in found.properties
            or name in found.references
            or name in found.likely
        ):
            continue
        taken.add(at)
        proposal = Proposal(columns[-at], score, why)
        if score >= SURE and role is not None:
            found.references[name] = (role, proposal)
        elif score >= SURE:
            found.properties[name] = proposal
        else:
            found.likely[f"{role.edge} → {role.kind}" if role else name] = proposal
    found.left = [column for at, column in enumerate(columns) if -at not in taken]
    return found


def _property_score(kind: str, prop: Property, column: ColumnFacts) -> tuple[float, Text]:
    words = [*prop.names, *PROPERTIES.get(kind, {}).get(prop.name, ())]
    score = _name_score(column.name, words)
    if prop.name == "id" and score < SURE and normal(column.name).endswith(CODES) and column.unique > 0.98:
        score = max(score, 0.7)
    share = _fit(kind, prop, column)
    if share is None:
        return score, Text("列名", "by its name")
    if share < 0.5:
        return 0.0, Text("", "")
    why = Text(f"列名，{share:.0%} 的值符合", f"by its name; {share:.0%} of its values fit")
    return score * (0.6 + 0.4 * share), why


def _fit(kind: str, prop: Property, column: ColumnFacts) -> float | None:
    """Which share of the values the property could take; None where any text will do."""
    if prop.name == "id":
        return column.unique if column.length <= 60 else 0.0
    if prop.type in ("date", "moment"):
        return column.dates
    if prop.type in ("number", "integer"):
        return column.numbers
    if prop.choices:
        known = words_for(kind, prop)
        return sum(value.casefold() in known for value in column.distinct) / max(1, len(column.distinct))
    if prop.type == "boolean":
        return 1.0 if len(column.distinct) <= 2 else 0.0
    if prop.name == "text":
        return 1.0 if column.length >= 4 and column.dates < 0.5 else 0.4
    return None


def _reference_score(role: Role, column: ColumnFacts) -> tuple[float, Text]:
    score = _name_score(column.name, role.words)
    if column.dates > 0.5 or column.length > 60:
        return 0.0, Text("", "")
    kinds = len(column.distinct)
    return score, Text(f"列名，{kinds} 种取值", f"by its name; {kinds} different values")


def _name_score(heading: str, words: Sequence[str]) -> float:
    """1 for one of the words, less for one that holds or resembles it; a unit or mark in brackets does not count."""
    name = normal(re.sub(r"[（(\[].*?[）)\]]|[*＊:：]", "", heading.rpartition("/")[2].partition("#")[0]))
    best = 0.0
    for at, word in enumerate(words):
        wanted = normal(word)
        if name == wanted:
            return 1.0 - 0.001 * at  # the words stand in order of likelihood
        if len(wanted) >= 2 and wanted in name:
            best = max(best, 0.55 + 0.3 * len(wanted) / len(name))
        elif len(name) >= 3:
            best = max(best, 0.8 * SequenceMatcher(None, name, wanted).ratio() - 0.1)
    return best
