"""The layout of our own workbooks, in one place for the template, the export and the way back in: sheets, columns, what each means."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from graph.schema import EDGES, KINDS, Property
from graph.schema_types import EdgeType, Link
from graph.text import Text
from graph.values import ValueType
from ingest.names import Meaning, both

GUIDE = "填写说明 Guide"
"""The sheet that explains the others; never data."""
YES, NO = "是", "否"
NOT_IN_SHEETS: Mapping[str, tuple[str, ...]] = {"Verdict": ("answer",)}
"""By kind, properties that no sheet of ours has: they are frozen, not edited, and longer than the 32,767 characters of a cell."""

_TYPES: dict[ValueType, Text] = {
    "string": Text("文本", "text"),
    "integer": Text("整数", "a whole number"),
    "number": Text("数字，不带千分位", "a number without separators"),
    "boolean": Text("是 或 否", "true or false"),
    "date": Text("日期，如 2026-03-01", "a date such as 2026-03-01"),
    "moment": Text("日期时间，如 2026-03-01 09:30", "date and time such as 2026-03-01 09:30"),
    "strings": Text("文本，多个用 ; 分隔", "texts, separated by ;"),
}


class Column(NamedTuple):
    """A column: its name in the schema, its heading, its property unless it holds ids, and what it wants."""

    name: str
    heading: str
    prop: Property | None
    help: Text

    @property
    def choices(self) -> tuple[str, ...]:
        """What the drop-down offers; empty without one."""
        if self.prop is None:
            return ()
        return (YES, NO) if self.prop.type == "boolean" else self.prop.labels or self.prop.choices


class Layout(NamedTuple):
    """A sheet: its name, the kind or edge its rows are, its columns."""

    name: str
    meaning: Meaning
    columns: tuple[Column, ...]


def is_plain(edge: EdgeType) -> bool:
    """Whether an edge has no properties beside basis and clause: it is a link column of its kind's sheet."""
    return edge.model is Link


def layouts(kinds: Collection[str] = tuple(KINDS)) -> list[Layout]:
    """A sheet for each of the kinds, then one for each edge among them that has properties of its own."""
    found = [kind_layout(name, kinds) for name in KINDS if name in kinds]
    for edge in EDGES.values():
        if not is_plain(edge) and any(end.source in kinds and end.target in kinds for end in edge.ends):
            found.append(edge_layout(edge.name))
    return found


def kind_layout(name: str, kinds: Collection[str] = tuple(KINDS)) -> Layout:
    """The sheet of a kind. A link column is there when all kinds it may lead to are among ``kinds``, or rows need it:
    a row states the links of its columns completely, so a column must not be there half filled.
    """
    kind = KINDS[name]
    left_out = NOT_IN_SHEETS.get(name, ())
    columns = [_property(prop) for prop in kind.properties.values() if prop.name not in left_out]
    for edge in EDGES.values():
        targets = edge.targets(name)
        if is_plain(edge) and targets and (edge.name in kind.model.needs or all(end in kinds for end in targets)):
            columns.append(Column(edge.name, both(edge.zh, edge.name), None, _ids(edge.about, targets, many=True)))
    return Layout(both(kind.zh, name), Meaning("kind", name), tuple(columns))


def edge_layout(name: str) -> Layout:
    """The sheet of an edge: its ends, then its properties."""
    edge = EDGES[name]
    ends = (
        Column("from", both("起点", "from"), None, _ids(edge.about, edge.sources, many=False)),
        Column("to", both("终点", "to"), None, _ids(edge.about, tuple(dict.fromkeys(e.target for e in edge.ends)), many=False)),
    )  # fmt: skip
    return Layout(both(edge.zh, name), Meaning("edge", name), (*ends, *map(_property, edge.properties.values())))


def _property(prop: Property) -> Column:
    wanted = _TYPES[prop.type]
    if prop.choices:
        labels = prop.labels or prop.choices
        zh = "、".join(labels)
        en = ", ".join(dict.fromkeys(f"{label} = {choice}" if label != choice else choice for label, choice in zip(labels, prop.choices, strict=True)))  # fmt: skip
        wanted = Text(f"可选：{zh}", f"one of {en}")
    elif prop.ge is not None:
        high = f" – {prop.le:g}" if prop.le is not None else " …"
        wanted = Text(f"{wanted.zh}，{prop.ge:g}{high}", f"{wanted.en}, {prop.ge:g}{high}")
    if prop.name == "id":
        wanted = Text("必填，自定编号，同类中唯一", "needed; your own code, unique per kind")
    return Column(prop.name, both(prop.zh, prop.name), prop, Text(f"{prop.zh}：{wanted.zh}", f"{prop.en}: {wanted.en}"))


def _ids(about: Text, kinds: tuple[str, ...], *, many: bool) -> Text:
    zh = "、".join(KINDS[kind].zh for kind in kinds)
    several = Text("，多个用 ; 分隔", ", separated by ;") if many else Text("", "")
    prefix = Text("；可写 类型:编号", "; Kind:id where it is not clear") if len(kinds) > 1 else Text("", "")
    return Text(
        f"{about.zh}。填编号{several.zh}：{zh}{prefix.zh}", f"{about.en}. Ids{several.en}: {', '.join(kinds)}{prefix.en}"
    )  # fmt: skip
