"""Decides which kind a bare id in a table means: exactly one of the allowed kinds must hold it, in the store or in the input."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from graph.records import Ref
from graph.schema import KINDS
from graph.store import Store
from graph.text import Text
from graph.values import BadValue, string

SEPARATOR = re.compile("[;；]")
_REMEMBERED = 200_000
"""Looked-up ids kept before the memory is cleared."""


def written_ref(text: str) -> Ref | None:
    """The reference, when an id is written ``Kind:id`` with a kind that exists."""
    kind, colon, id_ = text.partition(":")
    return Ref(kind, id_.strip()) if colon and kind in KINDS and id_.strip() else None


class Resolver:
    """Knows which kinds hold an id.

    Args:
        store: where stored ids are looked up, many at a time.
        input_ids: the ids that the tables of this load bring, by kind (kinds that some bare id may mean).
    """

    def __init__(self, store: Store, input_ids: Mapping[str, Collection[str]]) -> None:
        self._store = store
        self._input = input_ids
        self._stored: dict[tuple[str, str], bool] = {}

    def prepare(self, wanted: Iterable[tuple[Sequence[str], str]]) -> None:
        """Look up in one go what the next rows will ask: allowed kinds and bare id."""
        if len(self._stored) > _REMEMBERED:
            self._stored.clear()
        unknown: dict[str, dict[str, None]] = {}
        for kinds, id_ in wanted:
            for kind in kinds:
                if (kind, id_) not in self._stored:
                    unknown.setdefault(kind, {})[id_] = None
        for kind, ids in unknown.items():
            self._stored |= {(kind, id_): False for id_ in ids}
            self._stored |= {(kind, node.id): True for node in self._store.nodes(kind, list(ids))}

    def holders(self, kinds: Sequence[str], id_: str) -> tuple[str, ...]:
        """The kinds among those allowed that hold an id; it must have been prepared."""
        return tuple(kind for kind in kinds if id_ in self._input.get(kind, ()) or self._stored.get((kind, id_), False))


def cell_ids(cell: str) -> list[str]:
    """The ids in a link cell, separated by ``;`` or ``；``, each once, in order."""
    if ";" not in cell and "；" not in cell:
        text = string(cell)
        return [text] if text is not None else []
    return list(dict.fromkeys(text for part in SEPARATOR.split(cell) if (text := string(part)) is not None))


def end_of(text: str, kinds: Sequence[str], resolver: Resolver) -> Ref:
    """The node an id in a column means; ``kinds`` are those the column allows.

    Raises:
        BadValue: the kind written is not allowed there, or a bare id fits none or several of the kinds.
    """
    ref = written_ref(text)
    if ref is not None and (ref.kind in kinds or len(kinds) > 1):
        if ref.kind in kinds:
            return ref
        raise BadValue(
            Text(
                f"{text} 的类型不能用在这里；允许 {'、'.join(kinds)}",
                f"{text} is of a kind that cannot stand here; allowed: {', '.join(kinds)}",
            )
        )
    if len(kinds) == 1:
        return Ref(kinds[0], text)
    return Ref(_only(text, kinds, resolver.holders(kinds, text)), text)


def _only(text: str, kinds: Sequence[str], holders: tuple[str, ...]) -> str:
    if len(holders) == 1:
        return holders[0]
    if not holders:
        raise BadValue(
            Text(f"{'、'.join(kinds)} 中都没有编号 {text}；请先导入，或写成 类型:编号",
                 f"none of {', '.join(kinds)} has the id {text}; load it first, or write Kind:id")
        )  # fmt: skip
    raise BadValue(
        Text(f"编号 {text} 同时是 {'、'.join(holders)}；请写成 类型:编号，如 {holders[0]}:{text}",
             f"the id {text} belongs to {', '.join(holders)}; write Kind:id, e.g. {holders[0]}:{text}")
    )  # fmt: skip
