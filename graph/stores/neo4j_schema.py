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
VALUE = "_Value"
"""Label of the measured values laid out by what they are on and in."""
PIECES = "_pieces"
"""Property that holds the pieces of a searched text."""


class Part(NamedTuple):
    """A constraint or an index: what it is of, and the statement that makes it."""

    type: str
    label: str
    properties: tuple[str, ...]
    statement: str

    def make(self, tx: ManagedTransaction | Transaction) -> None:
        """Make it, unless something of its name is there."""
        tx.run(self.statement).consume()

    @property
    def text(self) -> str:
        """In words, e.g. ``UNIQUENESS (:Complaint {id})``."""
        return f"{self.type} (:{self.label} {{{', '.join(self.properties)}}})"


def parts() -> list[Part]:
    """Every constraint and index that ours needs."""
    unique = [(label, "id") for label in (*KINDS, META)]
    found = [
        Part("UNIQUENESS", label, (name,),
             f"CREATE CONSTRAINT `suyuan_{label}_{name}` IF NOT EXISTS FOR (n:`{label}`) REQUIRE n.`{name}` IS UNIQUE")
        for label, name in unique
    ]  # fmt: skip
    found += [
        Part("RANGE", label, (name,), f"CREATE INDEX `suyuan_{label}_{name}` IF NOT EXISTS FOR (n:`{label}`) ON (n.`{name}`)")
        for label, name in ((TALLY, "day"), (VALUE, "key"), (VALUE, "measurement"))
    ]  # fmt: skip
    found += [
        Part("FULLTEXT", label, (PIECES,),
             f"CREATE FULLTEXT INDEX `{search_index(label)}` IF NOT EXISTS FOR (n:`{label}`) ON EACH [n.`{PIECES}`]"
             " OPTIONS {indexConfig: {`fulltext.analyzer`: 'whitespace', `fulltext.eventually_consistent`: true}}")
        for label in SEARCHED
    ]  # fmt: skip
    return found


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


def _analyses_as_ours(row: Any) -> bool:
    if row["type"] != "FULLTEXT":
        return True
    config = row["options"]["indexConfig"]
    named = [search_index(label) for label in row["labelsOrTypes"]]
    return bool(config.get("fulltext.analyzer") == "whitespace" and row["name"] in named)
