"""Constraints and indexes of a Neo4j database, derived from the schema and compared with what the server has."""

from __future__ import annotations

from typing import Any, NamedTuple

from neo4j import ManagedTransaction, Transaction

from graph.schema import KINDS
from graph.segments import SEARCHED

META = "_SuYuan"
"""Label of the two nodes that hold what is true of the whole store: ``store`` (version, time zone, counters) and ``turn`` (whose turn to write)."""
TALLY = "_Tally"
"""Label of the daily counts of complaints."""
MONTH = "_Month"
"""Label of the same by month, all subjects together."""
EPISODES = "_Episodes"
"""Label of the daily counts by subject, of first complaints alone; those of all subjects together have an empty ``about``."""
VALUE = "_Value"
"""Label of the measured values laid out by what they are on and in."""
PIECES = "_pieces"
"""Property that holds the pieces of a searched text."""
INDEX, CONSTRAINT = "INDEX", "CONSTRAINT"
_STATEMENTS = {
    "UNIQUENESS": "CREATE CONSTRAINT `{name}` IF NOT EXISTS FOR (n:`{label}`) REQUIRE n.`{property}` IS UNIQUE",
    "RANGE": "CREATE INDEX `{name}` IF NOT EXISTS FOR (n:`{label}`) ON (n.`{property}`)",
    "FULLTEXT": "CREATE FULLTEXT INDEX `{name}` IF NOT EXISTS FOR (n:`{label}`) ON EACH [n.`{property}`]"
    " OPTIONS {{indexConfig: {{`fulltext.analyzer`: 'whitespace', `fulltext.eventually_consistent`: true}}}}",
}


class Part(NamedTuple):
    """A constraint or an index: what it is of, its name, and the statement that makes it."""

    type: str
    label: str
    properties: tuple[str, ...]
    name: str
    statement: str

    def make(self, tx: ManagedTransaction | Transaction) -> None:
        """Make it, unless something of its name is there."""
        tx.run(self.statement).consume()

    @property
    def is_index(self) -> bool:
        """Whether it is an index of its own, which holds nothing that is not in the graph."""
        return self.type != "UNIQUENESS"

    @property
    def text(self) -> str:
        """In words, e.g. ``UNIQUENESS (:Complaint {id})``."""
        return f"{self.type} (:{self.label} {{{', '.join(self.properties)}}})"


def parts() -> list[Part]:
    """Every constraint and index that ours needs."""
    unique = [(label, "id") for label in (*KINDS, META)]
    found = [_part("UNIQUENESS", label, name, f"suyuan_{label}_{name}") for label, name in unique]
    found += [
        _part("RANGE", label, name, f"suyuan_{label}_{name}")
        for label, name in (
            (TALLY, "day"),
            (MONTH, "month"),
            (EPISODES, "about"),
            (VALUE, "key"),
            (VALUE, "measurement"),
        )
    ]
    found += [_part("FULLTEXT", label, PIECES, search_index(label)) for label in SEARCHED]
    return found


def _part(type_: str, label: str, property_: str, name: str) -> Part:
    return Part(type_, label, (property_,), name, _STATEMENTS[type_].format(name=name, label=label, property=property_))


def search_index(label: str) -> str:
    """The name of a kind's full-text index, which a search must give."""
    return f"suyuan_{label}_text"


def missing(tx: ManagedTransaction | Transaction) -> list[Part]:
    """The parts that the server does not have: compared by label and properties, for a name alone says nothing."""
    present: set[tuple[str, str, tuple[str, ...]]] = set()
    for row in tx.run("SHOW CONSTRAINTS YIELD type, labelsOrTypes, properties"):
        present |= {(row["type"], label, tuple(row["properties"])) for label in row["labelsOrTypes"] or ()}
    for row in tx.run("SHOW INDEXES YIELD name, type, state, labelsOrTypes, properties, options"):
        if row["state"] != "FAILED" and _analyses_as_ours(row):
            present |= {(row["type"], label, tuple(row["properties"] or ())) for label in row["labelsOrTypes"] or ()}
    return [part for part in parts() if (part.type, part.label, part.properties) not in present]


def names(tx: ManagedTransaction | Transaction) -> dict[str, str]:
    """Every name that the server has given → :data:`CONSTRAINT` (its index included) or :data:`INDEX`."""
    found = {row["name"]: INDEX for row in tx.run("SHOW INDEXES YIELD name")}
    return found | {row["name"]: CONSTRAINT for row in tx.run("SHOW CONSTRAINTS YIELD name")}


def _analyses_as_ours(row: Any) -> bool:
    if row["type"] != "FULLTEXT":
        return True
    config = row["options"]["indexConfig"]
    named = [search_index(label) for label in row["labelsOrTypes"]]
    return bool(config.get("fulltext.analyzer") == "whitespace" and row["name"] in named)
