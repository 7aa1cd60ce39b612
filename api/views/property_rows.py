"""The properties of a node as lines that a person reads: the schema's heading, and the value in the words of a language."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from babel.dates import format_datetime
from babel.numbers import format_decimal

from graph.schema import KINDS, Property
from graph.settings import settings
from graph.text import Lang, Text
from graph.values import Props, Value, instant

_YES, _NO = Text("是", "yes"), Text("否", "no")


class PropertyRow(NamedTuple):
    """A heading and a value, both in the reader's language."""

    heading: str
    value: str


def property_rows(kind: str, props: Props, lang: Lang, leave_out: Collection[str] = ()) -> list[PropertyRow]:
    """The properties of a node that are there, in the order of the schema, without some of them."""
    return [
        PropertyRow(declared.zh if lang == "zh" else declared.en, worded(declared, props[name], lang))
        for name, declared in KINDS[kind].properties.items()
        if name in props and name not in leave_out
    ]


def worded(declared: Property, value: Value, lang: Lang) -> str:
    """A value in words: a choice by its label, a moment in SUYUAN_TIMEZONE to the minute, a list as an enumeration."""
    if isinstance(value, tuple):
        return ("、" if lang == "zh" else ", ").join(str(one) for one in value)
    if isinstance(value, bool):
        return (_YES if value else _NO).in_(lang)
    if isinstance(value, int | float):
        return format_decimal(value, format="#,##0.####", locale=lang)
    if value in declared.choices:
        return (
            dict(zip(declared.choices, declared.labels, strict=False)).get(value, value)
            if lang == "zh"
            else value.replace("_", " ")
        )
    if declared.type == "moment":
        return format_datetime(instant(value), "yyyy-MM-dd HH:mm", tzinfo=settings().zone, locale=lang)
    return value
