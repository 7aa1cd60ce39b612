"""The digest by which a record is known to have been written as it is: an unchanged rerun sends ids and digests and writes nothing.

A node carries the digest of the record that last wrote it as long as writing that record again would change nothing, with or without
``replacing``: the node and the record's edges say exactly what the record says, on its source's word alone. Whatever else touches the node or an edge
that starts there takes the digest away.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import blake2b

from graph.records import Record, Ref
from graph.stores.slot import Slot, shown


def digests(records: Sequence[Record]) -> dict[Ref, tuple[str, Record]]:
    """Node → digest and record, for nodes that a single record of the batch writes, edges included, on a single source's word."""
    written: Counter[tuple[str, str]] = Counter()
    for record in records:
        if record.node is not None:
            written[record.node[:2]] += 1
        else:
            written.update({edge.source: 2 for edge in record.edges})
    found: dict[Ref, tuple[str, Record]] = {}
    for record in records:
        node = record.node
        if node is None or len(node[3]) != 1 or written[node[:2]] != 1:
            continue
        ref, sources = node.ref, node[3]
        if all(edge[1] == ref and edge[4] == sources for edge in record.edges):
            found[ref] = (digest_of(record), record)
    return found


def digest_of(record: Record) -> str:
    """128 bits of a node's record: id, properties, source, edges, owned edge types. Order counts; another one costs a look, no more."""
    assert record.node is not None  # the caller looked
    _, id_, props, sources = record.node
    edges = [(edge[0], *edge[2], *edge[3].items()) for edge in record.edges]
    said = repr((id_, sources, list(props.items()), edges, record.owns))
    return b64encode(blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).digest()).decode()


def exact(record: Record, slots: Mapping[str, Slot]) -> bool:
    """Whether the node and edges that a batch holds say exactly what a record says."""
    node = record.node
    assert node is not None  # it has a digest
    if shown(slots[node.kind].held[node.id]) != (node.props, node.sources):
        return False
    for name, source, target, props, sources in record.edges:
        held = slots[f"{source.kind}.{name}"].held.get((source.id, target.kind, target.id, props.get("valid_from", "")))
        if held is None:
            return False
        there, asserting = shown(held)
        if asserting != sources or _plain(there) != _plain(props):
            return False
    return True


def _plain(props: Mapping[str, object]) -> Mapping[str, object]:
    return {name: value for name, value in props.items() if name != "valid_from"} if "valid_from" in props else props
