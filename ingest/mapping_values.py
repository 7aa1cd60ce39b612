"""Where the values of a mapped row come from: columns, templates, constants; mapped, defaulted, split or read as times."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from functools import lru_cache

from graph.text import Text
from graph.values import BadValue, clip
from ingest.mapping_spec import ValueSpec

Cells = Sequence[str]
Raw = Callable[[Cells], object]
"""What a row says for one value: a text, a list of texts, a time; '' is missing."""


class ValueReaders:
    """Compiles value specs.

    Args:
        missing: texts that mean "nothing here", beside the empty one.
        zone: the zone of times without one.
    """

    def __init__(self, missing: Sequence[str], zone: tzinfo) -> None:
        self.missing = frozenset(("", *missing))
        self._zone = zone

    def raw(self, spec: ValueSpec, columns: dict[str, int]) -> Raw:
        """The steps of one value: take it, map it, default it, split it or read it as a time."""
        take = self._take(spec, columns)
        values = None if spec.values is None else {name: value or "" for name, value in spec.values.items()}
        default, otherwise, zone = spec.default or "", spec.otherwise, self._zone

        def raw(cells: Cells) -> object:
            text = take(cells)
            if text and values is not None:
                found = values.get(text)
                if found is None:
                    if otherwise == "refuse":
                        raise BadValue(_unlisted(text))
                    found = text if otherwise == "keep" else ""
                text = found
            text = text or default
            if text and spec.formats:
                return _time(text, spec.formats, zone)
            if text and spec.split:
                return text.split(spec.split)
            return text

        return raw

    def _take(self, spec: ValueSpec, columns: dict[str, int]) -> Callable[[Cells], str]:
        """The text itself; a template of which a column is missing is missing as a whole."""
        missing = self.missing
        if spec.constant is not None:
            constant = spec.constant
            return lambda cells: constant
        places = [columns[name] for name in spec.columns]
        if spec.template is None:
            place = places[0]
            return lambda cells: "" if (text := cells[place].strip()) in missing else text
        literals = re.split(r"\{[^{}]+\}", spec.template)

        def fill(cells: Cells) -> str:
            texts = [cells[place].strip() for place in places]
            if any(text in missing for text in texts):
                return ""
            return literals[0] + "".join(text + literal for text, literal in zip(texts, literals[1:], strict=True))

        return fill


@lru_cache(maxsize=4096)
def _time(text: str, formats: tuple[str, ...], zone: tzinfo) -> datetime:
    for form in formats:
        try:
            when = datetime.strptime(text, form)
        except ValueError:
            continue
        return when if when.tzinfo is not None else when.replace(tzinfo=zone)
    shown = clip(text)
    raise BadValue(
        Text(
            f"{shown} 不符合日期格式 {'、'.join(formats)}",
            f"{shown} fits none of the date formats {', '.join(formats)}",
        )
    )


def _unlisted(text: str) -> Text:
    shown = clip(text)
    return Text(
        f"值 {shown} 不在映射的 values 中；请补充该值，或设 otherwise: keep 或 absent",
        f"{shown} is not among the mapping's values; add it, or set otherwise to keep or absent",
    )
