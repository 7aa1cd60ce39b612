"""From what a person writes to the node they mean: ``Kind:id``, a bare id or a name, with the nearest one where nothing fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graph.errors import UnknownId, UsageError
from graph.framework import Framework
from graph.records import NodeRow, Ref
from graph.schema import KINDS
from graph.store import Store
from graph.text import Text
from graph.values import BadValue, string

SUGGEST_UP_TO = 20_000
"""Up to this many nodes of a kind outside the framework are read for a suggestion; more would make an error slow."""


def resolve(text: str, kinds: Sequence[str], framework: Framework, store: Store) -> Ref:
    """The node a text means among some kinds: an id, written alone or as ``Kind:id``, else a name.

    Raises UsageError when several fit, UnknownId when none does.
    """
    wanted = clean_id(text)
    kind, colon, rest = wanted.partition(":")
    spelt_out = bool(colon) and kind in KINDS
    if spelt_out:
        if kind not in kinds:
            raise UsageError(
                Text(f"这里不接受 {kind}：{wanted}", f"a {kind} cannot be asked for here: {wanted}"),
                Text(f"可用：{'、'.join(kinds)}", f"It is one of: {', '.join(kinds)}"),
            )
        kinds, wanted = (kind,), rest
    found = [Ref(k, wanted) for k in kinds if _has(k, wanted, framework, store)]
    rows = [] if found else list(_rows(kinds, framework, store))
    found = found or [row.ref for row in rows if wanted in _names(row)]
    if len(found) == 1:
        return found[0]
    if found:
        choices = [str(ref) for ref in found]
        raise UsageError(
            Text(f"{wanted} 不止一个", f"{wanted} names more than one"),
            Text(f"请写明：{'、'.join(choices)}", f"Write one of: {', '.join(choices)}"),
        )
    known = [str(row.ref) for row in rows] if spelt_out else [word for row in rows for word in (row.id, *_names(row))]
    raise UnknownId(text, known)


def unknown_complaint(text: str, store: Store) -> UnknownId:
    """The error for a complaint id that is not stored, with the nearest stored one where the store is small enough to look."""
    return UnknownId(text, [row.id for row in _stored("Complaint", store)])


def clean_id(text: str) -> str:
    """An id as ids are stored: NFC, no surrounding blanks.

    Raises UsageError for text that no id can be.
    """
    try:
        cleaned = string(text)
    except BadValue as error:
        raise UsageError(error.reason, Text("请核对编号", "Check the id")) from None
    if cleaned is None:
        raise UsageError(Text("编号是空的", "the id is empty"), Text("请写编号", "Write an id"))
    return cleaned


def _has(kind: str, id_: str, framework: Framework, store: Store) -> bool:
    if KINDS[kind].group == "framework":
        return framework.get(Ref(kind, id_)) is not None
    return bool(list(store.nodes(kind, [id_])))


def _rows(kinds: Sequence[str], framework: Framework, store: Store) -> Iterator[NodeRow]:
    for kind in kinds:
        yield from framework.nodes(kind).values() if KINDS[kind].group == "framework" else _stored(kind, store)


def _stored(kind: str, store: Store) -> Iterator[NodeRow]:
    if store.counts().nodes.get(kind, 0) <= SUGGEST_UP_TO:
        yield from store.nodes(kind)


def _names(row: NodeRow) -> tuple[str, ...]:
    return tuple(str(row.props[name]) for name in ("name", "name_en") if name in row.props)
