"""What a mapping file may say: how the columns of a foreign table become a kind's properties and links (docs/mapping.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from graph.errors import InputError, nearest
from graph.schema import EDGES, KINDS
from graph.text import Text
from ingest.sources.text_file import open_text
from ingest.yaml_tree import YamlTree

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ValueSpec(_Closed):
    """Where one value comes from: a column, a template of columns, or a constant; then what is done to it."""

    column: str | None = None
    template: str | None = None
    constant: str | None = None
    values: dict[str, str | None] | None = None
    """What is written → what is meant; null leaves the value out."""
    otherwise: Literal["refuse", "keep", "absent"] = "refuse"
    """What becomes of a value that ``values`` does not list."""
    default: str | None = None
    """Taken where the value is missing."""
    formats: tuple[str, ...] = ()
    """strptime formats of a date or time, tried in order."""
    split: str | None = None
    """Separator of a list, where it is neither ; nor ；."""

    @model_validator(mode="after")
    def _one_origin(self) -> ValueSpec:
        if [self.column, self.template, self.constant].count(None) != 2:
            raise ValueError("exactly one of column, template, constant is needed")
        return self

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        if self.template is not None:
            return tuple(_PLACEHOLDER.findall(self.template))
        return (self.column,) if self.column is not None else ()


def _short(raw: Any) -> Any:
    return {"column": raw} if isinstance(raw, str) else raw


Source = Annotated[ValueSpec, BeforeValidator(_short)]
"""A value's origin; a bare text is a column name."""


class LinkSpec(_Closed):
    """To which references a link leads: all of them, or the first that is there."""

    all_of: tuple[str, ...] = ()
    first_of: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_list(self) -> LinkSpec:
        if bool(self.all_of) == bool(self.first_of):
            raise ValueError("exactly one of all_of, first_of is needed")
        return self


def _short_link(raw: Any) -> Any:
    return {"all_of": [raw]} if isinstance(raw, str) else {"all_of": raw} if isinstance(raw, list) else raw


Link = Annotated[LinkSpec, BeforeValidator(_short_link)]
"""A link; a bare name or a list of names leads to all of them."""


class ReferenceSpec(_Closed):
    """A node that rows refer to; it is there for a row when none of the columns of its id is missing."""

    kind: str
    id: Source
    create: bool = False
    """Whether the node is created from the row; else it must exist."""
    properties: dict[str, Source] = Field(default_factory=dict)
    edges: dict[str, Link] = Field(default_factory=dict)


class Mapping(_Closed):
    """One mapping file."""

    version: Literal["1"]
    kind: str
    source: str | None = None
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    zone: str | None = None
    missing: tuple[str, ...] = ()
    """Texts that mean "nothing here", beside the empty cell."""
    skip_if: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Column → values; a row with one of them is left out (and counted in a note)."""
    properties: dict[str, Source]
    references: dict[str, ReferenceSpec] = Field(default_factory=dict)
    edges: dict[str, Link] = Field(default_factory=dict)

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError):
                raise ValueError(f"unknown time zone {value}") from None
        return value

    def columns(self) -> Iterator[tuple[str, tuple[str | int, ...]]]:
        """Every column named, with the part of the file that names it."""
        for column in self.skip_if:
            yield column, ("skip_if", column)
        for name, spec in self.properties.items():
            yield from ((column, ("properties", name)) for column in spec.columns)
        for name, reference in self.references.items():
            yield from ((column, ("references", name, "id")) for column in reference.id.columns)
            for prop, spec in reference.properties.items():
                yield from ((column, ("references", name, "properties", prop)) for column in spec.columns)


class MappingFile:
    """A mapping that was read and checked against the schema.

    Args:
        chosen: a path, or the name of a mapping that is shipped (``cfpb_complaints``).

    Raises:
        InputError: it is not there, is no YAML, or says what no mapping may say; with the line.
    """

    def __init__(self, chosen: Path) -> None:
        self.shown, text = _text_of(chosen)
        self.tree = YamlTree(text, self.shown)
        try:
            self.mapping = Mapping.model_validate(self.tree.data)
        except ValidationError as error:
            raise self._invalid(error) from None
        self._check_names(("kind",), self.mapping.kind, KINDS)
        for name, reference in self.mapping.references.items():
            self._check_names(("references", name, "kind"), reference.kind, KINDS)
        self._check_record(self.mapping.kind, (), self.mapping.properties, self.mapping.edges)
        for name, reference in self.mapping.references.items():
            at = ("references", name)
            self._check_record(reference.kind, at, reference.properties, reference.edges)
            if not reference.create and (reference.properties or reference.edges):
                what = Text(
                    f"{name} 有属性或边，但没有 create: true", f"{name} has properties or edges but not create: true"
                )
                raise self.error(at, what)
        if "id" not in self.mapping.properties:
            raise self.error(("properties",), Text("properties 中缺少 id", "id is missing among the properties"))

    def error(self, path: tuple[str | int, ...], what: Text, near: str | None = None) -> InputError:
        """What is wrong at a part of the file."""
        mend = (
            Text(f"是否为 {near}？", f"Did you mean {near}?")
            if near
            else Text("格式见 docs/mapping.md", "docs/mapping.md describes the format")
        )
        return InputError(what, mend, self.tree.where(path))

    def _check_record(
        self, kind: str, at: tuple[str, ...], properties: dict[str, ValueSpec], edges: dict[str, LinkSpec]
    ) -> None:
        for name in properties:
            self._check_names((*at, "properties", name), name, KINDS[kind].properties)
        for edge, link in edges.items():
            self._check_names(
                (*at, "edges", edge), edge, [e for e, declared in EDGES.items() if kind in declared.sources]
            )
            for name in (*link.all_of, *link.first_of):
                self._check_names((*at, "edges", edge), name, self.mapping.references)
                target = self.mapping.references[name].kind
                if target not in EDGES[edge].targets(kind):
                    allowed = ", ".join(EDGES[edge].targets(kind))
                    raise self.error(
                        (*at, "edges", edge),
                        Text(
                            f"{edge} 不能指向 {target}；允许 {allowed}",
                            f"{edge} cannot lead to {target}; allowed: {allowed}",
                        ),
                    )

    def _check_names(self, path: tuple[str, ...], name: str, known: Any) -> None:
        if name not in known:
            raise self.error(path, Text(f"未知名称 {name}", f"unknown name {name}"), nearest(name, known))

    def _invalid(self, error: ValidationError) -> InputError:
        first = error.errors()[0]
        path = tuple(part for part in first["loc"])
        if first["type"] == "extra_forbidden":
            known = _keys_at(path)
            return self.error(
                path, Text(f"未知的键 {path[-1]}", f"unknown key {path[-1]}"), nearest(str(path[-1]), known)
            )
        message = first["msg"].removeprefix("Value error, ")
        name = ".".join(map(str, path)) or "(root)"
        return self.error(path, Text(f"{name} 的写法不对：{message}", f"{name} is not as it should be: {message}"))


def shipped() -> tuple[str, ...]:
    """Names of the mappings that come with the product."""
    return tuple(
        sorted(Path(entry.name).stem for entry in files("ingest.mappings").iterdir() if entry.name.endswith(".yaml"))
    )


def _text_of(chosen: Path) -> tuple[str, str]:
    name = str(chosen)
    if not chosen.exists() and name in shipped():
        return f"{name}.yaml", files("ingest.mappings").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    if not chosen.is_file():
        near = nearest(chosen.name, shipped())
        raise InputError(
            Text(f"没有映射文件 {name}", f"there is no mapping file {name}"),
            Text(f"是否为随附的 {near}？", f"Did you mean the shipped {near}?")
            if near
            else Text(f"随附的有：{'、'.join(shipped())}", f"Shipped ones: {', '.join(shipped())}"),
        )
    with open_text(chosen, chosen.name).open() as stream:
        return chosen.name, stream.read()


def _keys_at(path: tuple[str | int, ...]) -> list[str]:
    """The keys that may stand where an unknown one stood."""
    model: type[BaseModel] = Mapping
    if len(path) > 1:
        inner: dict[str, type[BaseModel]] = {"properties": ValueSpec, "id": ValueSpec, "edges": LinkSpec}
        found = next((inner[part] for part in reversed(path[:-1]) if isinstance(part, str) and part in inner), None)
        model = found if found is not None else ReferenceSpec
    return list(model.model_fields)
