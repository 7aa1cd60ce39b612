"""The rules of the schema as Cypher conditions: what a server of the Community edition has no constraints for."""

from __future__ import annotations

from collections.abc import Iterator

from graph.schema import EDGES, KINDS
from graph.schema_types import Property
from graph.stores import neo4j_cypher as cypher
from graph.stores.faults import ORDERED
from graph.stores.places import EdgePlace, NodePlace
from graph.values import ValueType

_DATE = "[0-9]{4}-[01][0-9]-[0-3][0-9]"
_MOMENT = f"{_DATE}T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\\\\.[0-9]{{6}}Z"
_TYPES: dict[ValueType, str] = {
    "string": "STRING", "date": "STRING", "moment": "STRING", "integer": "INTEGER", "number": "FLOAT", "boolean": "BOOLEAN",
    "strings": "LIST<STRING NOT NULL>",
}  # fmt: skip


def node_breaks_rules(place: NodePlace) -> str:
    """The condition that node ``n`` of a kind has an id or a value that the schema does not allow."""
    wrong = ["n.id IS NULL OR NOT n.id IS :: STRING OR n.id = ''"]
    wrong += _values("n", KINDS[place.kind].stored)
    if KINDS[place.kind].group == "fact":
        wrong.append("n.event_at IS NULL")
    return " OR ".join(wrong)


def edge_breaks_rules(place: EdgePlace) -> str:
    """The condition that relationship ``e`` has a value that the schema does not allow; a dated one always says ``valid_from``."""
    declared = [p for p in EDGES[place.type].properties.values() if p.name != "valid_from"]
    wrong = list(_values("e", declared))
    if EDGES[place.type].dated:
        wrong.append(f"e.valid_from IS NULL OR e.valid_from <> '' AND NOT e.valid_from =~ '{_DATE}'")
        wrong.append("e.valid_to < e.valid_from")
    return " OR ".join(wrong)


def _values(variable: str, declared: tuple[Property, ...] | list[Property]) -> Iterator[str]:
    names = {p.name for p in declared}
    for one in declared:
        value = f"{variable}.`{one.name}`"
        wrong = [f"NOT {value} IS :: {_TYPES[one.type]}", *_limits(value, one)]
        yield f"({value} IS NOT NULL AND ({' OR '.join(wrong)}))"
    for first, last in ORDERED:
        if {first, last} <= names:
            yield f"{variable}.`{last}` < {variable}.`{first}`"


def _limits(value: str, declared: Property) -> Iterator[str]:
    if declared.choices:
        yield f"NOT {value} IN [{', '.join(map(cypher.quoted, declared.choices))}]"
    elif declared.type == "string":
        yield f"{value} = ''"
    elif declared.type in ("date", "moment"):
        yield f"NOT {value} =~ '{_DATE if declared.type == 'date' else _MOMENT}'"
    if declared.ge is not None:
        yield f"{value} < {declared.ge!r}"
    if declared.le is not None:
        yield f"{value} > {declared.le!r}"
