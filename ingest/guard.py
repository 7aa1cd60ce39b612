"""What one record must keep before it may be written: allowed ends, needed ends, the schema's row rules; fills recorded_at, masks texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import NamedTuple

from graph.errors import nearest
from graph.records import EdgeRow, NodeRow, Record
from graph.schema import EDGES, KINDS, edge_checks, row_checks
from graph.schema_types import Check
from graph.settings import settings
from graph.text import Text
from graph.values import Value, day_start
from ingest.masking import KINDS as MASKED_KINDS
from ingest.masking import Masker
from ingest.report import Notes

_FREE_TEXT = ("text", "reason", "note", "note_en", "name", "name_en", "original")
"""Free text of facts and results, where personal data turns up."""
_MASKED = {kind: Text(f"已脱敏：{name.zh}", f"personal data masked: {name.en}") for kind, name in MASKED_KINDS.items()}
_LEFT_OUT = Text(
    "客户标识是个人信息，未设密钥（SUYUAN_MASK_KEY）无法化名，已略去",
    "customers known by personal data left out: without a key (SUYUAN_MASK_KEY) they get no pseudonym",
)
_ALLOWED: dict[tuple[str, str, str], tuple[Check, ...]] = {
    (name, *end): edge_checks(edge) for name, edge in EDGES.items() for end in edge.ends
}
"""Every allowed edge with the rules its properties must keep."""


class Fault(NamedTuple):
    """Why a record is refused, and the field it is about."""

    field: str
    reason: Text


class Guard:
    """Checks records one by one; ``check`` returns the record to write or the fault.

    Args:
        zone: the zone in which a Measurement's period_end becomes its recorded_at.
        masked: whether personal data in free text is masked.
        notes: where the number of masked pieces is counted, kind by kind.
    """

    def __init__(self, zone: tzinfo, *, masked: bool, notes: Notes) -> None:
        self._notes = notes
        self._node_checks = {kind: self._compile(kind, zone, masked) for kind in KINDS}

    def check(self, record: Record) -> Record | Fault:
        """The record as it is to be written, or why it is refused."""
        for edge in record.edges:
            edge_type, (source_kind, _), (target_kind, _), props, _ = edge
            checks = _ALLOWED.get((edge_type, source_kind, target_kind))
            if checks is None:
                return Fault(edge_type, _forbidden(edge))
            for check in checks:
                reason = check(props)
                if reason is not None:
                    return Fault(edge_type, reason)
        node = record.node
        if node is None:
            return record
        checked = self._node_checks[node.kind](node, record.edges)
        if checked is node:
            return record
        if isinstance(checked, Fault):
            return checked
        return Record(checked, record.edges, record.where, record.owns)

    def _compile(
        self, kind: str, zone: tzinfo, masked: bool
    ) -> Callable[[NodeRow, tuple[EdgeRow, ...]], NodeRow | Fault]:
        """The checks of one kind as one function; it returns the very row it got when nothing is filled or masked."""
        model = KINDS[kind].model
        needs, checks, group = model.needs, row_checks(kind), model.group
        properties = KINDS[kind].properties
        texts = (
            tuple(name for name in _FREE_TEXT if name in properties) if masked and group in ("fact", "result") else ()
        )
        of_measurement = kind == "Measurement"
        hide = self._hider(texts, customer="customer" in properties) if texts else None

        def check(node: NodeRow, edges: tuple[EdgeRow, ...]) -> NodeRow | Fault:
            for need in needs:
                if not any(edge.type == need and edge.source == node.ref for edge in edges):
                    return Fault(need, _missing_need(need))
            filled: dict[str, Value] | None = None
            if group == "fact" and "recorded_at" not in node.props and "event_at" in node.props:
                filled = dict(node.props)
                filled["recorded_at"] = _recorded_at(filled, zone) if of_measurement else filled["event_at"]
            if hide is not None:
                filled = hide(node.props, filled)
            props = node.props if filled is None else filled
            for rule in checks:
                reason = rule(props)
                if reason is not None:
                    return Fault("", reason)
            return node if filled is None else NodeRow(node.kind, node.id, filled, node.sources)

        return check

    def _hider(
        self, texts: tuple[str, ...], *, customer: bool
    ) -> Callable[[Mapping[str, Value], dict[str, Value] | None], dict[str, Value] | None]:
        """What masks a fact's texts, given the properties as read and as filled so far (None: nothing changed yet).

        A customer known by a phone, card or name becomes a pseudonym. Without a key every customer would get the same one
        and all their complaints would look like repeats, so then the property is left out, which the report says.
        """
        key = settings().mask_secret()
        mask = Masker(key)

        def hide(props: Mapping[str, Value], filled: dict[str, Value] | None) -> dict[str, Value] | None:
            for name in (*texts, "customer") if customer else texts:
                text = props.get(name)
                if text is None:
                    continue
                clean, counts = mask(str(text))
                if not counts:
                    continue
                filled = dict(props) if filled is None else filled
                if name == "customer" and not key:
                    del filled[name]
                    self._notes.add(_LEFT_OUT)
                    continue
                filled[name] = clean
                for kind in sorted(counts):
                    self._notes.add(_MASKED[kind], counts[kind])
            return filled

        return hide


def _recorded_at(props: dict[str, Value], zone: tzinfo) -> Value:
    """When a measured value was known: at the end of its period, never before it happened."""
    event, end = props["event_at"], props.get("period_end")
    known = day_start(str(end), zone) if end is not None else event
    return max(str(known), str(event))


def _missing_need(need: str) -> Text:
    edge = EDGES[need]
    return Text(f"缺少必需的 {need}（{edge.zh}）；请补上", f"{need} is missing ({edge.about.en}); add it")


def _forbidden(edge: EdgeRow) -> Text:
    declared = EDGES.get(edge.type)
    if declared is None:
        near = nearest(edge.type, EDGES)
        hint = (f"；是否为 {near}？", f"; did you mean {near}?") if near else ("", "")
        return Text(f"未知的边 {edge.type}{hint[0]}", f"unknown edge {edge.type}{hint[1]}")
    ends = [f"{source} → {target}" for source, target in declared.ends]
    return Text(
        f"{edge.type} 不能从 {edge.source.kind} 指向 {edge.target.kind}；允许 {'，'.join(ends)}",
        f"{edge.type} cannot lead from {edge.source.kind} to {edge.target.kind}; allowed: {', '.join(ends)}",
    )
