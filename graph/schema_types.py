"""The machinery behind ``graph/schema.py``: how a kind, a property and an edge are declared, and what is derived from a declaration."""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from graph.text import Text
from graph.values import Props, ValueType

Group = Literal["framework", "subject", "fact", "result"]
"""Framework: small, compiled into memory. Subject: products and campaigns. Fact: very many. Result: what people decided."""


def prop(
    zh: str,
    en: str,
    *,
    labels: tuple[str, ...] = (),
    aliases: tuple[str, ...] = (),
    ge: float | None = None,
    le: float | None = None,
) -> Any:
    """Declare one property: its Chinese and English name, Chinese labels of its choices (in their order), other accepted names, bounds."""
    extra: dict[str, Any] = {"zh": zh, "labels": list(labels), "aliases": list(aliases)}
    return Field(default=None, title=en, description=f"{zh} · {en}", ge=ge, le=le, json_schema_extra=extra)


@dataclass(frozen=True)
class Property:
    """One property of a kind or an edge, as every derivation needs it."""

    name: str
    type: ValueType
    zh: str
    en: str
    choices: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    ge: float | None = None
    le: float | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every heading under which a table may carry this property."""
        return (self.name, self.zh, self.en, *self.aliases)


class Declared(BaseModel):
    """Base of everything declared: closed models without behaviour."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class End(NamedTuple):
    """One allowed pair of ends of an edge."""

    source: str
    target: str


Check = Callable[[Props], Text | None]
"""A rule over one row's properties: the reason for refusing it, or None."""


class Node(Declared):
    """What every node has; a subclass is a kind, its docstring the English description."""

    zh: ClassVar[str]
    about_zh: ClassVar[str]
    group: ClassVar[Group]
    needs: ClassVar[tuple[str, ...]] = ()
    """Edges without which a row of this kind is refused."""
    checks: ClassVar[tuple[Check, ...]] = ()

    id: str = Field(
        title="Id", description="编号 · Id, the user's own code, unique per kind", json_schema_extra={"zh": "编号"}
    )
    name: str | None = prop("名称", "Name")
    name_en: str | None = prop("英文名称", "English name")
    note: str | None = prop("说明", "Note")
    note_en: str | None = prop("英文说明", "English note")
    basis: Literal["plan", "derived", "default", "customer", "learned"] | None = prop(
        "依据", "Basis", labels=("方案原文", "方案推导", "默认判断", "客户", "学习所得")
    )
    clause: str | None = prop("条款", "Clause")


class Period(Declared):
    """A half-open period of validity; empty means always."""

    valid_from: date | None = prop("生效日期", "Valid from")
    valid_to: date | None = prop("失效日期", "Valid to")


class FrameworkNode(Node, Period):
    """A node of the framework: small, compiled into memory, valid for a period."""

    group: ClassVar[Group] = "framework"


class SubjectNode(Node):
    """A product or campaign: many, read with the case."""

    group: ClassVar[Group] = "subject"


class FactNode(Node):
    """Something that happened and became known; very many, they stay in the store."""

    group: ClassVar[Group] = "fact"

    event_at: datetime | None = prop("发生时间", "Happened at")
    recorded_at: datetime | None = prop("记录时间", "Recorded at")


class ResultNode(Node):
    """What people decided or noted down."""

    group: ClassVar[Group] = "result"


class Link(Declared):
    """What every edge has."""

    basis: Literal["plan", "derived", "default", "customer", "learned"] | None = prop(
        "依据", "Basis", labels=("方案原文", "方案推导", "默认判断", "客户", "学习所得")
    )
    clause: str | None = prop("条款", "Clause")


class Reasoned(Link):
    """An edge that answers rest on: it can carry its reason and be confirmed."""

    note: str | None = prop("说明", "Note")
    note_en: str | None = prop("英文说明", "English note")
    confirmed_at: datetime | None = prop("确认时间", "Confirmed at")
    confirmed_by: str | None = prop("确认人", "Confirmed by")
    confirmed_hash: str | None = prop("确认时内容指纹", "Content hash when confirmed")


class Dated(Link, Period):
    """An edge marked ◷: valid for a period, one pair may have several that never overlap."""


@dataclass(frozen=True)
class Kind:
    """A kind of node with everything derived from its model."""

    name: str
    model: type[Node]

    @property
    def zh(self) -> str:
        """Chinese name."""
        return self.model.zh

    @property
    def group(self) -> Group:
        """Where it belongs."""
        return self.model.group

    @cached_property
    def properties(self) -> dict[str, Property]:
        """Its properties by name, in order of declaration, ``id`` first."""
        found = read_properties(self.model)
        return {name: found[name] for name in ("id", *(n for n in found if n != "id"))}

    @cached_property
    def stored(self) -> tuple[Property, ...]:
        """The properties beside ``id``: the columns of its table."""
        return tuple(p for p in self.properties.values() if p.name != "id")


@dataclass(frozen=True)
class EdgeType:
    """A type of edge: its ends, what it carries, how it is read."""

    name: str
    zh: str
    about: Text
    ends: tuple[End, ...]
    model: type[Link] = Link

    @property
    def dated(self) -> bool:
        """Marked ◷: several periods of one pair."""
        return issubclass(self.model, Dated)

    @cached_property
    def properties(self) -> dict[str, Property]:
        """Its properties by name, in order of declaration."""
        return read_properties(self.model)

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """Kinds it may start from, in order of declaration."""
        return tuple(dict.fromkeys(end.source for end in self.ends))

    def targets(self, source: str) -> tuple[str, ...]:
        """Kinds it may lead to from one kind."""
        return tuple(end.target for end in self.ends if end.source == source)


def read_properties(model: type[BaseModel]) -> dict[str, Property]:
    """The declared fields of a model as :class:`Property` values."""
    return {name: _property(name, info) for name, info in model.model_fields.items()}


def _property(name: str, info: FieldInfo) -> Property:
    value_type, choices = _value_type(info.annotation)
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    bounds: dict[str, float] = {}
    for item in info.metadata:
        for side in ("ge", "le"):
            if getattr(item, side, None) is not None:
                bounds[side] = float(getattr(item, side))
    return Property(
        name, value_type, str(extra.get("zh", name)), info.title or name, choices,
        tuple(map(str, extra.get("labels") or ())),  # type: ignore[arg-type]
        tuple(map(str, extra.get("aliases") or ())),  # type: ignore[arg-type]
        bounds.get("ge"), bounds.get("le"),
    )  # fmt: skip


def _value_type(annotation: Any) -> tuple[ValueType, tuple[str, ...]]:
    if get_origin(annotation) in (Union, types.UnionType):
        (annotation,) = (arg for arg in get_args(annotation) if arg is not type(None))
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) is Literal:
        return "string", tuple(map(str, get_args(annotation)))
    plain: dict[Any, ValueType] = {
        str: "string", int: "integer", float: "number", bool: "boolean", date: "date", datetime: "moment", list[str]: "strings",
    }  # fmt: skip
    return plain[annotation], ()
