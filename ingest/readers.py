"""Readers of property values, compiled once per kind and per edge: type, choices, bounds, and a reason a person can act on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import tzinfo

from graph.schema import Property
from graph.text import Text
from graph.values import BadValue, Value, ValueType, clip, reader, string

Read = Callable[[object], Value | None]

MAX_ID = 512
"""Longest id in characters."""
_MENDS: dict[ValueType, Text] = {
    "string": Text("请改短或清除异常字符", "shorten it or take the odd characters out"),
    "integer": Text("请填整数，如 3", "write a whole number such as 3"),
    "number": Text(
        "请填数字，如 0.25（不带千分位和百分号）", "write a number such as 0.25, without separators or a per cent sign"
    ),
    "boolean": Text("请填 是/否 或 true/false", "write true or false"),
    "date": Text("请填日期", "write a date"),
    "moment": Text("请填日期或时间", "write a date or time"),
    "strings": Text("多个值用 ; 分隔", "separate several values by ;"),
}


def property_reader(prop: Property, zone: tzinfo) -> Read:
    """The function that reads one property from outside text or JSON; it raises BadValue with field, value and mend."""
    base = reader(prop.type, zone)
    if prop.name == "id":
        base = read_id
    elif prop.choices:
        base = _choice(prop)
    elif prop.ge is not None or prop.le is not None:
        base = _bounded(prop, base)

    def read(raw: object) -> Value | None:
        try:
            return base(raw)
        except BadValue as error:
            raise BadValue(_explain(prop, error.reason)) from None

    return read


def readers(properties: Iterable[Property], zone: tzinfo) -> dict[str, Read]:
    """A reader for each property by name."""
    return {prop.name: property_reader(prop, zone) for prop in properties}


def json_reader(prop: Property, zone: tzinfo) -> Read:
    """Like :func:`property_reader`, for a JSON value: an object, or a list or truth value where none belongs, is refused."""
    read = property_reader(prop, zone)
    forbidden: tuple[type, ...] = (dict,) if prop.type == "strings" else (dict, list)
    if prop.type != "boolean":
        forbidden = (*forbidden, bool)

    def read_json(raw: object) -> Value | None:
        if raw is None:
            return None
        if isinstance(raw, forbidden):
            shown = clip(raw)
            raise BadValue(_explain(prop, Text(f"值的类型不对：{shown}", f"a value of the wrong type: {shown}")))
        return read(raw)

    return read_json


def read_id(raw: object) -> str | None:
    """An id: one line of at most 512 characters."""
    text = string(raw)
    if text is None:
        return None
    if len(text) > MAX_ID or (not text.isprintable() and any(ch in text for ch in "\n\r\t")):
        raise BadValue(
            Text(
                f"编号须为一行、至多 {MAX_ID} 字：{clip(text)!r}",
                f"an id is one line of at most {MAX_ID} characters: {clip(text)!r}",
            )
        )
    return text


def _choice(prop: Property) -> Read:
    accepted = {choice.casefold(): choice for choice in prop.choices}
    accepted |= {label.casefold(): choice for label, choice in zip(prop.labels, prop.choices, strict=False)}
    exact = dict(zip((*prop.choices, *prop.labels), (*prop.choices, *prop.choices), strict=False))

    def read(raw: object) -> str | None:
        text = str(raw)
        found = exact.get(text)
        if found is not None:
            return found
        text_ = string(text)
        if text_ is None:
            return None
        found = accepted.get(text_.casefold())
        if found is None:
            zh = "、".join(
                f"{choice}（{label}）" for choice, label in zip(prop.choices, prop.labels or prop.choices, strict=True)
            )
            raise BadValue(
                Text(
                    f"不在可选值内：{clip(raw)}；可填 {zh}",
                    f"not one of the choices: {clip(raw)}; write one of {', '.join(prop.choices)}",
                )
            )
        return found

    return read


def _bounded(prop: Property, base: Read) -> Read:
    low, high = prop.ge, prop.le

    def read(raw: object) -> Value | None:
        value = base(raw)
        if isinstance(value, int | float) and (
            (low is not None and value < low) or (high is not None and value > high)
        ):
            if high is None:
                raise BadValue(Text(f"值 {clip(raw)} 小于 {low:g}", f"{clip(raw)} is below {low:g}"))
            raise BadValue(
                Text(
                    f"值 {clip(raw)} 不在 {low or 0:g} 到 {high:g} 之间",
                    f"{clip(raw)} is not between {low or 0:g} and {high:g}",
                )
            )
        return value

    return read


def _explain(prop: Property, reason: Text) -> Text:
    mend = _MENDS[prop.type] if not prop.choices else Text("请改为其中之一", "use one of them")
    return Text(f"{prop.zh}（{prop.name}）{reason.zh}；{mend.zh}", f"{prop.name}: {reason.en}; {mend.en}")
