"""How values are written on a page: texts in the page's language, days, moments, shares, and the address of a node's page."""

from __future__ import annotations

import re
from typing import Protocol
from urllib.parse import quote

from babel.dates import format_datetime
from babel.numbers import format_decimal, format_percent

from graph.schema import EDGES, KINDS
from graph.settings import settings
from graph.text import Lang
from graph.values import instant

_OWN_PAGES = {"Complaint": "/complaints", "Product": "/products", "Campaign": "/campaigns"}
"""Kinds with a page of their own; every other node is shown in the catalogue."""


class Bilingual(Protocol):
    """A text in both languages: a Label of an answer or a Text."""

    def in_(self, lang: Lang) -> str:
        """The text in one language."""
        ...


def said(text: Bilingual | None, lang: Lang) -> str:
    """A text of an answer in the page's language; nothing where there is none."""
    return "" if text is None else text.in_(lang)


def percent(share: float | None, lang: Lang) -> str:
    """A share as a percentage with one digit; a dash where there is none."""
    return "—" if share is None else format_percent(share, format="#,##0.0%", locale=lang)


def number(value: float | None, lang: Lang) -> str:
    """A number with at most two digits after the point; a dash where there is none."""
    return "—" if value is None else format_decimal(value, format="#,##0.##", locale=lang)


def moment(canonical: str | None, lang: Lang) -> str:
    """A canonical moment as the reader's clock shows it (SUYUAN_TIMEZONE), to the minute."""
    if not canonical:
        return "—"
    return format_datetime(instant(canonical), "yyyy-MM-dd HH:mm", tzinfo=settings().zone, locale=lang)


def address(reference: str) -> str:
    """The page of a node written ``Kind:id``."""
    kind, _, id_ = reference.partition(":")
    own = _OWN_PAGES.get(kind)
    return f"{own or f'/catalogue/{kind}'}/{quote(id_, safe='')}"


def kind_title(kind: str, lang: Lang) -> str:
    """What a kind of node or a type of edge is called: its Chinese name, or its English one in words."""
    declared = KINDS.get(kind) or EDGES.get(kind)
    if declared is None:
        return kind
    if lang == "zh":
        return declared.zh
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", kind).capitalize()


def nodelike(text: object) -> bool:
    """Whether a text names a node as ``Kind:id``."""
    return isinstance(text, str) and text.partition(":")[0] in KINDS and ":" in text


def id_of(reference: str | None) -> str:
    """The id in ``Kind:id``; a dash where there is none."""
    return "—" if not reference else reference.partition(":")[2]
