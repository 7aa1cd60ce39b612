"""Reads the graph interchange format, one JSON object a line, in the shape of APOC's JSON export (interface.md).

Lines may come in any order; each is counted and refused on its own. A relationship that its node cannot do without
(OF of a Review, …) is written together with the node; one that leads from a fact or subject to what is loaded before it follows
its node at once, so that what is counted from a fact is worked out once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import tzinfo
from functools import partial
from itertools import groupby
from typing import Any, NoReturn, cast

from graph.errors import Where, nearest
from graph.records import EdgeRow, NodeRow, Record, Ref, Refusal
from graph.schema import EDGES, KINDS, Property, kind_ranks
from graph.text import Text
from graph.values import BadValue, Value, clip, string, strings
from ingest.framework_state import FRAMEWORK_KINDS
from ingest.items import Bundle, Carried, Item, duplicate_reason, shorten
from ingest.readers import Read, json_reader, read_id
from ingest.segments import EDGE_RANKS, FIRST, Segment, kind_names, order_of_edge, order_of_kind
from ingest.sources.jsonl_spool import EdgeLine, End, NodeLine, Spool
from ingest.sources.text_file import TextFile, lines

UNREADABLE = "unknown"
"""What a line is counted as whose kind or edge type cannot be made out."""
MAX_JSON = 16_000_000
"""Longest line parsed, in characters."""
_RANKS = kind_ranks()
_KINDS = kind_names()
_EDGES = tuple(EDGES)
_BESIDE = tuple(
    (EDGE_RANKS[edge.name], _RANKS[kind])
    for edge in EDGES.values()
    for kind in edge.sources
    if edge.name in KINDS[kind].model.needs
    or (
        kind not in FRAMEWORK_KINDS
        and all(order_of_kind(target) < order_of_kind(kind) for target in edge.targets(kind))
    )
)
"""Edge types and kinds of start, as ranks, whose edges go with their start: all that they may lead to is loaded before it, or it cannot do without them."""
_Json = dict[str, Any]


class JsonlFile:
    """One interchange file as segments to load; ``close`` deletes what was spooled.

    Args:
        text: the file.
        source: whose word the lines are that name no ``sources``.
        zone: the zone of dates and of times without one.
    """

    def __init__(self, text: TextFile, source: str, zone: tzinfo) -> None:
        self._text, self._zone = text, zone
        self._sources: tuple[str, ...] = (source,)
        self._spool = Spool()
        self._readers: dict[str, dict[str, Read]] = {}

    def close(self) -> None:
        """Delete the spool."""
        self._spool.close()

    def segments(self) -> list[Segment]:
        """First the reading of the whole file, which yields unreadable lines, then kinds and edges in order."""
        found = [Segment(FIRST, self._read)]
        found += [Segment(order_of_kind(kind), partial(self._nodes, kind)) for kind in KINDS]
        for edge in EDGES:
            for framework in (True, False):
                items = partial(self._edges, edge, framework)
                found.append(Segment(order_of_edge(edge, from_framework=framework), items))
        return found

    # ── reading ───────────────────────────────────────────────────────────────────────────────────
    def _read(self) -> Iterator[Item]:
        with self._text.open() as stream:
            for number, line in enumerate(lines(stream, self._text.where), start=1):
                if not line.strip("\ufeff \t\r\n"):
                    continue
                counted_as = UNREADABLE
                try:
                    said = _object(line)
                    counted_as = _counted_as(said)
                    self._keep(said, number, line)
                except BadValue as error:
                    yield self._refuse(counted_as, number, error.reason, line)
        self._spool.sort(_BESIDE)

    def _keep(self, said: _Json, number: int, line: str) -> None:
        if said.get("type") == "node":
            kind = _kind_of(said)
            id_, local = _node_id(said, kind)
            first = self._spool.add_node(NodeLine(_RANKS[kind], id_, number, line), local)
            if first is not None:
                raise BadValue(self._twice(local, first))
            return
        edge = said.get("label")
        if not isinstance(edge, str) or edge not in EDGES:
            _unknown("边", "edge", edge, EDGES)
        self._spool.add_edge(EDGE_RANKS[edge], _end(said, "start"), _end(said, "end"), number, line)

    # ── nodes ─────────────────────────────────────────────────────────────────────────────────────
    def _nodes(self, kind: str) -> Iterator[Item]:
        edges = groupby(self._spool.edges_with_nodes(_RANKS[kind]), key=lambda edge: edge.start_id)
        start, lines_ = next(edges, (None, iter(())))
        for id_, same in groupby(self._spool.nodes(_RANKS[kind]), key=lambda node: node.id):
            first, *repeated = same
            own: list[EdgeLine] = []
            if id_ == start:  # every start is a node of the file, and both come in the order of ids
                own = list(lines_)
                start, lines_ = next(edges, (None, iter(())))
            yield from self._node(kind, first, own)
            for again in repeated:
                yield self._refuse(kind, again.line, self._twice(f"{kind}:{first.id}", first.line), again.body, "id")

    def _node(self, kind: str, node: NodeLine, own: list[EdgeLine]) -> Iterator[Item]:
        """A node in one record with the edges it needs, and its others after it; a bad edge line is refused by itself."""
        needs = KINDS[kind].model.needs
        edges: list[EdgeRow] = []
        carries: list[Carried] = []
        others: list[Item] = []
        for line in own:
            edge_type = _EDGES[line.type]
            edge = self._edge(edge_type, line)
            if edge_type not in needs:
                others.append(edge)
            elif isinstance(edge, Refusal):
                yield edge
            else:
                edges.append(edge.edges[0])
                carries.append(Carried(edge_type, edge.where))
        yield from self._with_needed(kind, node, edges, carries)
        yield from others

    def _with_needed(self, kind: str, node: NodeLine, edges: list[EdgeRow], carries: list[Carried]) -> Iterator[Item]:
        try:
            props, sources = self._props(kind, KINDS[kind].properties, _object(node.body))
        except BadValue as error:
            yield self._refuse(kind, node.line, error.reason, node.body)
            for carry in carries:
                yield Refusal(
                    carry.counted_as,
                    carry.where,
                    Text(f"其节点 {kind}:{node.id} 被拒收", f"its node {kind}:{node.id} was refused"),
                    "",
                )
            return
        props.pop("id", None)
        record = Record(NodeRow(kind, node.id, props, sources), tuple(edges), Where(self._text.shown, "", node.line))
        yield Bundle(record, tuple(carries)) if carries else record

    # ── edges ─────────────────────────────────────────────────────────────────────────────────────
    def _edges(self, edge_type: str, from_framework: bool) -> Iterator[Item]:
        for line in self._spool.edges(EDGE_RANKS[edge_type]):
            kind = _KINDS[line.start_rank] if line.start_rank is not None else ""
            if (kind in FRAMEWORK_KINDS) is not from_framework:
                continue
            yield self._edge(edge_type, line)

    def _edge(self, edge_type: str, line: EdgeLine) -> Record | Refusal:
        try:
            said = _object(line.body)
            ends = []
            for side, rank, id_ in (("start", line.start_rank, line.start_id), ("end", line.end_rank, line.end_id)):
                if rank is None:
                    raise BadValue(_no_such_end(side, said[side]))
                ends.append(Ref(_KINDS[rank], str(id_)))
            props, sources = self._props(edge_type, EDGES[edge_type].properties, said)
        except BadValue as error:
            return self._refuse(edge_type, line.line, error.reason, line.body)
        return Record(
            None, (EdgeRow(edge_type, ends[0], ends[1], props, sources),), Where(self._text.shown, "", line.line)
        )

    # ── properties ────────────────────────────────────────────────────────────────────────────────
    def _props(self, name: str, declared: dict[str, Property], said: _Json) -> tuple[dict[str, Value], tuple[str, ...]]:
        readers = self._readers.get(name)
        if readers is None:
            readers = self._readers[name] = {prop.name: json_reader(prop, self._zone) for prop in declared.values()}
        props: dict[str, Value] = {}
        sources = self._sources
        for key, raw in _properties(said).items():
            if key == "sources":
                sources = _sources(raw) or self._sources
                continue
            read = readers.get(key)
            if read is None:
                _unknown("属性", "property", key, readers)
            value = read(raw)
            if value is not None:
                props[key] = value
        return props, sources

    def _twice(self, name: str, line: int) -> Text:
        return duplicate_reason(name, Where(self._text.shown, "", line))

    def _refuse(self, counted_as: str, line: int, reason: Text, content: str, field: str = "") -> Refusal:
        return Refusal(counted_as, Where(self._text.shown, "", line, field), reason, shorten(content.strip()))


def looks_like_jsonl(start: str) -> bool:
    """Whether a text that begins so is interchange lines: its first character opens an object."""
    return start.lstrip("\ufeff \t\r\n").startswith("{")


def _object(line: str) -> _Json:
    if len(line) > MAX_JSON:
        raise BadValue(
            Text(
                f"该行过长：{len(line)} 字，上限 {MAX_JSON}",
                f"the line is too long: {len(line)} characters, at most {MAX_JSON}",
            )
        )
    try:
        said = json.loads(line.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        detail = getattr(error, "msg", "too deep or too long")
        raise BadValue(
            Text(f"不是合法的 JSON（{detail}）；每行写一个对象", f"not valid JSON ({detail}); write one object a line")
        ) from None
    if not isinstance(said, dict) or said.get("type") not in ("node", "relationship"):
        raise BadValue(
            Text(
                '每行须是一个 "type" 为 node 或 relationship 的对象',
                'each line must be an object whose "type" is node or relationship',
            )
        )
    return said


def _counted_as(said: _Json) -> str:
    """The kind or edge type a line says it is, if there is such a one."""
    labels = said.get("labels") if said["type"] == "node" else [said.get("label")]
    names = [name for name in labels if isinstance(name, str)] if isinstance(labels, list) else []
    return next((name for name in names if name in (KINDS if said["type"] == "node" else EDGES)), UNREADABLE)


def _kind_of(said: _Json) -> str:
    labels = said.get("labels")
    if not isinstance(labels, list) or len(labels) != 1 or not isinstance(labels[0], str):
        raise BadValue(
            Text(f"labels 须恰有一个类型名：{clip(labels)}", f"labels must hold exactly one kind: {clip(labels)}")
        )
    if labels[0] not in KINDS:
        _unknown("类型", "kind", labels[0], KINDS)
    return labels[0]


def _node_id(said: _Json, kind: str) -> tuple[str, str]:
    """The node's own id, and the id by which the file's relationships name it."""
    local = _text(said.get("id"))
    own = _properties(said).get("id")
    id_ = read_id(own) if isinstance(own, str | int) and not isinstance(own, bool) else None
    if own is not None and id_ is None:
        raise BadValue(Text(f"properties.id 须是文本：{clip(own)}", f"properties.id must be a text: {clip(own)}"))
    if id_ is None and local is not None and local.startswith(f"{kind}:"):
        id_ = read_id(local.removeprefix(f"{kind}:"))
    if id_ is None:
        raise BadValue(Text("缺少编号 properties.id；请补上", "properties.id is missing; add it"))
    return id_, local if local is not None else f"{kind}:{id_}"


def _end(said: _Json, side: str) -> End:
    end = said.get(side)
    local = _text(end.get("id")) if isinstance(end, dict) else None
    if local is None:
        raise BadValue(
            Text(
                f'缺少 {side}；应为 {{"id": …, "labels": […]}}', f'{side} is missing; write {{"id": …, "labels": […]}}'
            )
        )
    kind, colon, id_ = local.partition(":")
    if colon and kind in _RANKS and id_:
        return End(local, _RANKS[kind], id_)
    labels = cast(_Json, end).get("labels")
    known = (
        [label for label in labels if label in _RANKS]
        if isinstance(labels, list) and all(isinstance(x, str) for x in labels)
        else []
    )
    return End(local, _RANKS[known[0]], local) if len(known) == 1 else End(local, None, None)


def _text(raw: object) -> str | None:
    return string(raw) if isinstance(raw, str | int) and not isinstance(raw, bool) else None


def _properties(said: _Json) -> _Json:
    props = said.get("properties", {})
    if not isinstance(props, dict):
        raise BadValue(Text("properties 须是对象", "properties must be an object"))
    return props


def _sources(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise BadValue(Text(f"sources 须是文本列表：{clip(raw)}", f"sources must be a list of texts: {clip(raw)}"))
    return tuple(sorted(set(strings(raw) or ())))


def _unknown(zh: str, en: str, name: object, known: object) -> NoReturn:
    near = nearest(name, list(cast(dict[str, object], known))) if isinstance(name, str) else None
    hint = (f"；是否为 {near}？", f"; did you mean {near}?") if near else ("", "")
    raise BadValue(Text(f"未知{zh} {clip(name)}{hint[0]}", f"unknown {en} {clip(name)}{hint[1]}"))


def _no_such_end(side: str, end: object) -> Text:
    name = clip(end.get("id") if isinstance(end, dict) else end)
    return Text(
        f"{side} 指向的 {name} 不在文件中，也看不出类型；请写成 类型:编号",
        f"{side} names {name}, which is not in the file and does not tell its kind; write Kind:id",
    )
