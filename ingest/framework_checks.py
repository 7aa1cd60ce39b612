"""Checks the framework rows of a load as a whole, as they will stand beside what is stored (schema.md, "Refused").

POINTS_TO and null_rate of a category sum to at most 1, a target's warning is not stricter than its value, periods of one
dated pair do not overlap; weights left out are filled with equal shares first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from graph.records import EdgeRow, Record, Ref
from graph.schema import EDGES
from graph.text import Text
from graph.values import Props
from ingest.equal_shares import EdgeKey, Group, edge_key, group_of, missing_weights
from ingest.framework_state import FrameworkState
from ingest.guard import Fault

_TOLERANCE = 1e-9
Verdicts = dict[int, Fault]
"""Position of a refused record → why."""


def admit(state: FrameworkState, records: Sequence[Record]) -> tuple[list[Record], Verdicts, int]:
    """Decide on framework records and fill their weights.

    Args:
        state: the framework so far; the admitted records are applied to it.
        records: the incoming records, each already good by itself.

    Returns:
        The records with weights filled (same positions, refused ones included), the refusals, and how many weights were filled.
    """
    final = state.copy()
    final.apply(records)
    records, filled = _fill(final, records)
    refused: Verdicts = {}
    for check in (_over_full_categories, _strict_warnings, _overlaps):
        refused |= {at: fault for at, fault in check(final, records) if at not in refused}
    state.apply([record for at, record in enumerate(records) if at not in refused])
    return list(records), refused, filled


def _fill(final: FrameworkState, records: Sequence[Record]) -> tuple[list[Record], int]:
    """The records with equal shares for the weights they leave out; ``final`` gets them, too."""

    def whole(group: Group) -> float:
        return 1.0 - _number(final.nodes[group.node], "null_rate") if group.type == "POINTS_TO" else 1.0

    shares = missing_weights(final.edges, whole)
    filled: dict[EdgeKey, EdgeRow] = {}

    def with_weight(edge: EdgeRow) -> EdgeRow:
        if group_of(edge) is None or "weight" in edge.props:
            return edge
        share = shares.get(edge_key(edge))
        if share is None:
            return edge  # an end is missing: the store refuses the row
        done = edge._replace(props={**edge.props, "weight": share})
        filled[edge_key(edge)] = done
        return done

    result = [
        record._replace(edges=tuple(with_weight(edge) for edge in record.edges))
        if any("weight" not in edge.props and group_of(edge) is not None for edge in record.edges)
        else record
        for record in records
    ]
    final.edges |= filled
    return result, len(filled)


def _over_full_categories(final: FrameworkState, records: Sequence[Record]) -> Iterator[tuple[int, Fault]]:
    """Categories whose weights and null_rate exceed 1: every incoming row that states either is refused."""
    touched = _by_node(records, lambda record: _categories(record))
    sums: dict[Ref, float] = dict.fromkeys(touched, 0.0)
    for edge in final.edges.values():
        if edge.type == "POINTS_TO" and edge.source in sums:
            sums[edge.source] += _number(edge.props, "weight")
    for category, positions in touched.items():
        null_rate = _number(final.nodes.get(category, {}), "null_rate")
        if sums[category] + null_rate > 1 + _TOLERANCE:
            reason = Text(
                f"分类 {category.id} 的 POINTS_TO 权重合计 {sums[category]:g} 加 null_rate {null_rate:g} 超过 1；请调低使合计不超过 1",
                f"the POINTS_TO weights of category {category.id} sum to {sums[category]:g}, with null_rate {null_rate:g} "
                "beyond 1; lower them until they sum to at most 1",
            )
            yield from ((at, Fault("weight", reason)) for at in positions)


def _categories(record: Record) -> Iterator[Ref]:
    node = record.node
    if node is not None and node.kind == "Category" and "null_rate" in node.props:
        yield node.ref
    yield from (edge.source for edge in record.edges if edge.type == "POINTS_TO")


def _strict_warnings(final: FrameworkState, records: Sequence[Record]) -> Iterator[tuple[int, Fault]]:
    """Targets whose warning lies on the better side of the value; refused: the incoming target, else the incoming indicator."""
    touched = _by_node(records, lambda record: [record.node.ref] if record.node is not None else [])
    touched_by_edge = _by_node(records, lambda record: [edge.source for edge in record.edges if edge.type == "OF"])
    for edge in sorted((edge for edge in final.edges.values() if edge.type == "OF"), key=edge_key):
        target, indicator = edge.source, edge.target
        positions = touched.get(target, []) + touched_by_edge.get(target, []) or touched.get(indicator, [])
        props = final.nodes.get(target, {})
        value, warning = props.get("value"), props.get("warning")
        if not positions or not isinstance(value, int | float) or not isinstance(warning, int | float):
            continue
        direction = final.nodes.get(indicator, {}).get("direction")
        stricter = warning > value if direction == "higher" else warning < value if direction == "lower" else False
        if stricter:
            reason = Text(
                f"目标 {target.id} 的预警 {warning:g} 比目标值 {value:g} 更严（指标 {indicator.id} 方向为 {direction}）；预警应更宽松",
                f"the warning {warning:g} of target {target.id} is stricter than its value {value:g} (indicator {indicator.id} "
                f"is the better the {direction}); a warning is the looser level",
            )
            yield from ((at, Fault("warning", reason)) for at in dict.fromkeys(positions))


def _overlaps(final: FrameworkState, records: Sequence[Record]) -> Iterator[tuple[int, Fault]]:
    """Periods of one dated pair that overlap; refused: the incoming row of the later period, else that of the earlier."""
    incoming = {
        edge_key(edge): at for at, record in enumerate(records) for edge in record.edges if EDGES[edge.type].dated
    }
    pairs: dict[tuple[str, Ref, Ref], list[EdgeRow]] = {}
    touched = {key[:3] for key in incoming}
    for key, edge in final.edges.items():
        if key[:3] in touched:
            pairs.setdefault(key[:3], []).append(edge)
    for pair in sorted(pairs):
        last: EdgeRow | None = None
        for edge in sorted(pairs[pair], key=lambda row: row.valid_from):
            if last is None or not _overlap(last, edge):
                last = edge
                continue
            at = incoming.get(edge_key(edge))
            if at is None:
                at, last = incoming.get(edge_key(last)), edge
            if at is not None:
                yield at, Fault("valid_from", _overlap_reason(pair, edge))


def _overlap(earlier: EdgeRow, later: EdgeRow) -> bool:
    """Whether the earlier period reaches into the later one, both half-open; an empty period reaches nowhere."""
    end = earlier.props.get("valid_to")
    empty = later.props.get("valid_to") == later.valid_from != ""
    return not empty and (end is None or str(end) > later.valid_from)


def _overlap_reason(pair: tuple[str, Ref, Ref], edge: EdgeRow) -> Text:
    edge_type, source, target = pair
    start = edge.valid_from or "—"
    return Text(
        f"{source} 与 {target} 的 {edge_type} 有效期重叠（起 {start}）；请先填写前一段的失效日期 valid_to",
        f"periods of {edge_type} from {source} to {target} overlap (from {start}); give the earlier one a valid_to first",
    )


def _by_node(
    records: Sequence[Record], nodes: Callable[[Record], Sequence[Ref] | Iterator[Ref]]
) -> dict[Ref, list[int]]:
    """Node → positions of the records that concern it."""
    found: dict[Ref, list[int]] = {}
    for at, record in enumerate(records):
        for ref in dict.fromkeys(nodes(record)):
            found.setdefault(ref, []).append(at)
    return found


def _number(props: Props, name: str) -> float:
    value = props.get(name)
    return float(value) if isinstance(value, int | float) else 0.0
