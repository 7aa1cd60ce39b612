"""What a source of rows hands to the pipeline, as text where it must be written down: rejects and the spool of deferred rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from graph.errors import Where
from graph.records import EdgeRow, NodeRow, Record, Ref, Refusal
from graph.text import Text
from graph.values import Value

MAX_CONTENT = 32_000
"""Longest content shown of a refused row, in characters: a spreadsheet cell holds 32,767."""


class Carried(NamedTuple):
    """An input line that went into another line's record: it is stored or refused together with that one."""

    counted_as: str
    where: Where


class Bundle(NamedTuple):
    """A record made of several input lines, each of which is counted."""

    record: Record
    carries: tuple[Carried, ...]


Item = Record | Refusal | Bundle


def shorten(text: str) -> str:
    """A row's content at a length a spreadsheet cell can hold; says how long it was."""
    if len(text) <= MAX_CONTENT:
        return text
    return f"{text[:MAX_CONTENT]}…（共 {len(text)} 字 | {len(text)} characters in all）"


def content_of(record: Record) -> str:
    """What a record says, as one line of JSON: properties, then links as ``TYPE: [Kind:id]``."""
    said: dict[str, Any] = {}
    if record.node is not None:
        said = {"id": record.node.id, **record.node.props}
        for edge in record.edges:
            said.setdefault(edge.type, []).append(str(edge.target))
    else:
        for edge in record.edges:
            said |= {"from": str(edge.source), "to": str(edge.target), **edge.props}
    return shorten(json.dumps(said, ensure_ascii=False))


def duplicate_reason(name: str, first: Where) -> Text:
    """Why the second of two rows that state the same thing is refused."""
    place = first.text()
    return Text(
        f"{name} 在同一输入中重复，首次出现于{place.zh}；请合并或删去其一",
        f"{name} stands twice in this input, first in {place.en}; merge or remove one",
    )


def encode(bundle: Bundle) -> str:
    """A bundle as one line of JSON, to be read back by :func:`decode`."""
    record = bundle.record
    return json.dumps(
        [record.node, record.edges, record.where, record.owns, bundle.carries], ensure_ascii=True, separators=(",", ":")
    )


def decode(line: str) -> Bundle:
    """The bundle that :func:`encode` wrote."""
    node, edges, where, owns, carries = json.loads(line)
    return Bundle(
        Record(
            None if node is None else NodeRow(node[0], node[1], _props(node[2]), tuple(node[3])),
            tuple(EdgeRow(e[0], Ref(*e[1]), Ref(*e[2]), _props(e[3]), tuple(e[4])) for e in edges),
            Where(*where),
            tuple(owns),
        ),
        tuple(Carried(counted_as, Where(*place)) for counted_as, place in carries),
    )


def _props(read: Mapping[str, Any]) -> dict[str, Value]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in read.items()}
