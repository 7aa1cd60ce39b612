"""Keeps what no sheet can hold: a replacing load whose rows leave a frozen property out does not take it back."""

from __future__ import annotations

from collections.abc import Sequence

from graph.store import Store
from ingest.items import Bundle
from ingest.workbook import NOT_IN_SHEETS


def with_frozen(store: Store, bundles: Sequence[Bundle]) -> list[Bundle]:
    """The rows of a replacing load, with the stored value of every property that sheets leave out and that a row does not state.

    Only for a row whose source asserts the stored node too: another source's word is not made its own.
    """
    wanted: dict[str, list[str]] = {}
    for bundle in bundles:
        node = bundle.record.node
        if node is not None and any(name not in node.props for name in NOT_IN_SHEETS.get(node.kind, ())):
            wanted.setdefault(node.kind, []).append(node.id)
    if not wanted:
        return list(bundles)
    stored = {row.ref: row for kind, ids in wanted.items() for row in store.nodes(kind, ids)}
    filled: list[Bundle] = []
    for bundle in bundles:
        node = bundle.record.node
        known = stored.get(node.ref) if node is not None else None
        if node is not None and known is not None and set(node.sources) & set(known.sources):
            kept = {name: known.props[name] for name in NOT_IN_SHEETS[node.kind] if name in known.props}
            node = node._replace(props={**kept, **node.props})
            bundle = bundle._replace(record=bundle.record._replace(node=node))
        filled.append(bundle)
    return filled
