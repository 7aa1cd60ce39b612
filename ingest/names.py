"""Which kind, edge or property a file name or heading means: its English or Chinese name, in any case, spaces aside."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from typing import Literal, NamedTuple

from graph.schema import EDGES, KINDS

_NUMBERED = re.compile(r"(.*?)[-_. (（]+\d[\d\-_. ]*[)）]?\Z")
_LONGEST = 200
"""Characters beyond which a text is no heading."""
_MARKS = re.compile(
    r"^[*\s]+|[*:\s]+$|[(\[](必填|选填|必选|可选|可空|非空|必填项|required|optional|唯一)[)\]]", re.IGNORECASE
)
_UNIT = re.compile(
    r"[(\[]\s*(?:单位:)?\s*(元|次|个|条|件|项|人|户|%|yyyy[-/.年].*?|格式.*?|是/否|y/n)\s*[)\]]\Z", re.IGNORECASE
)


def both(zh: str, name: str) -> str:
    """A name in both languages, as our own workbooks write it: ``投诉时间 event_at``."""
    return f"{zh} {name}" if zh != name else name


class Meaning(NamedTuple):
    """What a name stands for."""

    what: Literal["kind", "edge", "property", "from", "to"]
    name: str


class Heading(NamedTuple):
    """What a heading stands for; ``plain`` unless a mark or a unit was left aside; ``share`` where the unit is per cent."""

    meaning: Meaning
    plain: bool = True
    share: bool = False


def normal(text: str) -> str:
    """A name in the form in which names are compared: width, case, blanks, ``_`` and ``-`` make no difference."""
    return re.sub(r"[\s_\-\u200b-\u200f\u2060\ufeff]+", "", unicodedata.normalize("NFKC", text)).casefold()


def table_meaning(stem: str) -> Meaning | None:
    """The kind or edge a file stem or sheet names; ``Complaint-2026-01`` is a Complaint table, too. None when it names none."""
    names = _table_names()
    found = names.get(normal(stem))
    if found is None and (numbered := _NUMBERED.match(stem)) is not None:
        found = names.get(normal(numbered[1]))
    return found


def heading_meaning(table: Meaning, heading: str) -> Meaning | None:
    """What a column of a table is: a property, a link (node tables), an end (edge tables). None when unknown."""
    return _headings(table).get(normal(heading))


def read_heading(table: Meaning, heading: str) -> Heading | None:
    """What a heading stands for, marks such as ``*`` or （必填） and units such as （元） aside. None when unknown.

    Per cent is a unit only of what lies between 0 and 1; a unit that would change the scale (万元, 分钟) is not left aside.
    """
    if len(heading) > _LONGEST:
        return None
    found = heading_meaning(table, heading)
    if found is not None:
        return Heading(found)
    bare = _MARKS.sub("", unicodedata.normalize("NFKC", heading).strip()).strip()
    unit = _UNIT.search(bare)
    share = unit is not None and unit[1] == "%"
    found = heading_meaning(table, _MARKS.sub("", _UNIT.sub("", bare)))
    if found is None:
        found = _said_twice(table, bare)
    if found is None:
        return None
    prop = (KINDS if table.what == "kind" else EDGES)[table.name].properties.get(found.name)
    if share and (found.what != "property" or prop is None or prop.le != 1):
        return None
    return Heading(found, False, share)


def _said_twice(table: Meaning, heading: str) -> Meaning | None:
    """What a heading means that says one thing in two ways: ``编号/ID``, ``投诉时间(event_at)``."""
    parts = [part for part in re.split(r"[/|()\[\]]+", heading) if part.strip()]
    meanings = {heading_meaning(table, part) for part in parts}
    return next(iter(meanings)) if len(parts) > 1 and len(meanings) == 1 else None


def nearest_heading(table: Meaning, heading: str) -> str | None:
    """The known heading closest to an unknown one, as it is written in the schema."""
    return _near(heading, spoken_headings(table))


def nearest_table(stem: str) -> str | None:
    """The kind or edge closest to a file stem."""
    spoken = [name for kind in KINDS.values() for name in (kind.name, kind.zh)]
    return _near(stem, spoken + [name for edge in EDGES.values() for name in (edge.name, edge.zh)])


def _near(word: str, spoken: Iterable[str]) -> str | None:
    """The closest name; one wrong character in a Chinese word of two is near, too."""
    by_normal = {normal(name): name for name in spoken}
    found = get_close_matches(normal(word), sorted(by_normal), n=1, cutoff=0.6 if word.isascii() else 0.5)
    return by_normal[found[0]] if found else None


@cache
def _table_names() -> dict[str, Meaning]:
    names: dict[str, Meaning] = {}
    for kind in KINDS.values():
        names |= dict.fromkeys(map(normal, (kind.name, kind.zh, both(kind.zh, kind.name))), Meaning("kind", kind.name))
    for edge in EDGES.values():
        names |= dict.fromkeys(map(normal, (edge.name, edge.zh, both(edge.zh, edge.name))), Meaning("edge", edge.name))
    return names


@cache
def _headings(table: Meaning) -> dict[str, Meaning]:
    """Normal heading → meaning; where two claim one heading the property's own name comes first."""
    properties = (KINDS if table.what == "kind" else EDGES)[table.name].properties
    found: dict[str, Meaning] = {}
    for prop in properties.values():
        found[normal(prop.name)] = Meaning("property", prop.name)
    if table.what == "kind":
        for edge in EDGES.values():
            if table.name in edge.sources:
                for name in (edge.name, edge.zh, both(edge.zh, edge.name)):
                    found.setdefault(normal(name), Meaning("edge", edge.name))
    else:
        found |= {normal(name): Meaning("from", "from") for name in ("from", "起点", both("起点", "from"))}
        found |= {normal(name): Meaning("to", "to") for name in ("to", "终点", both("终点", "to"))}
    for prop in properties.values():
        for name in (*prop.names, both(prop.zh, prop.name)):
            found.setdefault(normal(name), Meaning("property", prop.name))
    return found


@cache
def spoken_headings(table: Meaning) -> tuple[str, ...]:
    """Every heading a table may have, as it is spelt in the schema."""
    properties = (KINDS if table.what == "kind" else EDGES)[table.name].properties
    spoken = [name for prop in properties.values() for name in prop.names]
    if table.what == "kind":
        spoken += [name for edge in EDGES.values() if table.name in edge.sources for name in (edge.name, edge.zh)]
    else:
        spoken += ["from", "to", "起点", "终点"]
    return tuple(spoken)
