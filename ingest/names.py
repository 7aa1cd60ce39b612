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


def both(zh: str, name: str) -> str:
    """A name in both languages, as our own workbooks write it: ``投诉时间 event_at``."""
    return f"{zh} {name}" if zh != name else name


class Meaning(NamedTuple):
    """What a name stands for."""

    what: Literal["kind", "edge", "property", "from", "to"]
    name: str


def normal(text: str) -> str:
    """A name in the form in which names are compared: width, case, blanks, ``_`` and ``-`` make no difference."""
    return re.sub(r"[\s_\-]+", "", unicodedata.normalize("NFKC", text)).casefold()


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


def nearest_heading(table: Meaning, heading: str) -> str | None:
    """The known heading closest to an unknown one, as it is written in the schema."""
    return _near(heading, _spoken_headings(table))


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
def _spoken_headings(table: Meaning) -> tuple[str, ...]:
    properties = (KINDS if table.what == "kind" else EDGES)[table.name].properties
    spoken = [name for prop in properties.values() for name in prop.names]
    if table.what == "kind":
        spoken += [name for edge in EDGES.values() if table.name in edge.sources for name in (edge.name, edge.zh)]
    else:
        spoken += ["from", "to", "起点", "终点"]
    return tuple(spoken)
