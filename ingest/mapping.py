"""Reads a mapping file and checks it against the schema, so that a wrong one names its line (docs/mapping.md)."""

from __future__ import annotations

from collections.abc import Mapping as Names
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from graph.errors import InputError, nearest
from graph.schema import EDGES, KINDS
from graph.text import Text
from ingest.headed import HeadedTable
from ingest.mapping_spec import (
    FIRST,
    MADE,
    PLACE,
    PREVIOUS,
    Condition,
    EventSpec,
    FilePath,
    LinkSpec,
    Mapping,
    ReferenceSpec,
    RuleSpec,
    ValueSpec,
)
from ingest.sources.text_file import open_text
from ingest.yaml_tree import YamlTree


class MappingFile:
    """A mapping that was read and checked against the schema.

    Args:
        chosen: a path, or the name of a mapping that is shipped (``cfpb_complaints``).

    Raises:
        InputError: it is not there, is no YAML, or says what no mapping may say; with the line.
    """

    def __init__(self, chosen: Path) -> None:
        self.shown, self.text = _text_of(chosen)
        self.tree = YamlTree(self.text, self.shown)
        try:
            self.mapping = Mapping.model_validate(self.tree.data)
        except ValidationError as error:
            raise self._invalid(error) from None
        said = self.mapping
        self._check_part((), said.kind, said.properties, said.references, said.edges)
        if said.events is not None:
            self._check_events(said.events)

    def error(self, path: FilePath, what: Text, near: str | None = None) -> InputError:
        """What is wrong at a part of the file."""
        mend = (
            Text(f"是否为 {near}？", f"Did you mean {near}?")
            if near
            else Text("格式见 docs/mapping.md", "docs/mapping.md describes the format")
        )
        return InputError(what, mend, self.tree.where(path))

    def place(self, name: str, path: FilePath, table: HeadedTable) -> int:
        """The column of a table that a part of the mapping names.

        Raises:
            InputError: it is not there, or stands several times.
        """
        place = table.column(name)
        if place is not None:
            return place
        near = nearest(name, table.header)
        at = self.tree.where(path).text()
        listed = ", ".join(table.header[:30])
        raise InputError(
            Text(
                f"映射（{at.zh}）用到的列 {name} 不在表中",
                f"the column {name}, which the mapping ({at.en}) names, is not in the table",
            ),
            Text(f"是否为 {near}？", f"Did you mean {near}?")
            if near
            else Text(f"表中的列：{listed}", f"The table has: {listed}"),
            table.where._replace(row=table.head_row, field=name),
        )

    def _check_part(
        self, at: FilePath, kind: str, properties: dict[str, ValueSpec], references: dict[str, ReferenceSpec],
        edges: dict[str, LinkSpec],
    ) -> None:  # fmt: skip
        """A kind with its properties, the nodes it refers to and its links: the rows', or the steps'."""
        self._check_names(_within(at, "kind"), kind, KINDS)
        for name, reference in references.items():
            self._check_names(_within(at, "references", name, "kind"), reference.kind, KINDS)
        self._check_record(kind, at, properties, edges, references)
        for name, reference in references.items():
            inner = _within(at, "references", name)
            self._check_record(reference.kind, inner, reference.properties, reference.edges, references)
            if not reference.create and (reference.properties or reference.edges):
                what = Text(
                    f"{name} 有属性或边，但没有 create: true", f"{name} has properties or edges but not create: true"
                )
                raise self.error(inner, what)
        if "id" not in properties:
            raise self.error(
                _within(at, "properties"), Text("properties 中缺少 id", "id is missing among the properties")
            )

    def _check_events(self, events: EventSpec) -> None:
        """The part on events, and that no value is asked for where there is none."""
        self._check_part(("events",), events.kind, events.properties, events.references, events.edges)
        for at, rule in enumerate(events.rules):
            self._check_record(events.kind, ("events", "rules", at), rule.properties, rule.edges, events.references)
        names = [(name, path, name.startswith(FIRST)) for name, path in self.mapping.columns()]
        names += [(name, path, name == PLACE or name.startswith(PREVIOUS)) for name, path in events.columns()]
        for name, path, fits in names:
            if not name.startswith(MADE) or (fits and ("properties" in path or "references" in path)):
                continue
            raise self.error(
                path,
                Text(
                    f"{FIRST} 只用于投诉等主体的属性与节点，{PREVIOUS} 和 {PLACE} 只用于步骤的属性与节点",
                    f"{FIRST} serves properties and nodes of the case only, {PREVIOUS} and {PLACE} those of steps only",
                ),
            )

    def _check_record(
        self, kind: str, at: FilePath, properties: dict[str, ValueSpec], edges: dict[str, LinkSpec],
        references: Names[str, ReferenceSpec],
    ) -> None:  # fmt: skip
        for name in properties:
            self._check_names(_within(at, "properties", name), name, KINDS[kind].properties)
        for edge, link in edges.items():
            self._check_names(
                _within(at, "edges", edge), edge, [e for e, declared in EDGES.items() if kind in declared.sources]
            )
            for name in (*link.all_of, *link.first_of):
                self._check_names(_within(at, "edges", edge), name, references)
                target = references[name].kind
                if target not in EDGES[edge].targets(kind):
                    allowed = ", ".join(EDGES[edge].targets(kind))
                    raise self.error(
                        _within(at, "edges", edge),
                        Text(
                            f"{edge} 不能指向 {target}；允许 {allowed}",
                            f"{edge} cannot lead to {target}; allowed: {allowed}",
                        ),
                    )

    def _check_names(self, path: FilePath, name: str, known: Any) -> None:
        if name not in known:
            raise self.error(path, Text(f"未知名称 {name}", f"unknown name {name}"), nearest(name, known))

    def _invalid(self, error: ValidationError) -> InputError:
        # a name that is mistyped explains the one that is missing
        first = min(error.errors(), key=lambda problem: problem["type"] != "extra_forbidden")
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


def _keys_at(path: FilePath) -> list[str]:
    """The keys that may stand where an unknown one stood."""
    inner: dict[str | int, type[BaseModel]] = {
        "properties": ValueSpec, "id": ValueSpec, "order": ValueSpec, "edges": LinkSpec, "when": Condition,
        "rules": RuleSpec, "references": ReferenceSpec, "events": EventSpec,
    }  # fmt: skip
    found = next((inner[part] for part in reversed(path[:-1]) if part in inner), Mapping)
    return list(found.model_fields)


def _within(path: FilePath, *more: str | int) -> FilePath:
    """A part further in."""
    return path + more
