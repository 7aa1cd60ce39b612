"""Who and what the plan names around the process, as records: units, roles, systems, policies, monitors, dates, rights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graph.records import NodeRow, Record, Ref
from ingest.catalogue.accessors import term
from ingest.catalogue.build import edge, link, node, record
from ingest.catalogue.standing import standing
from ingest.catalogue.tables import Row, rows


def units() -> Iterator[Record]:
    """The units the plan names. A class of units (各省公司, 主战单位 …) is a value of tier or build_class, not a unit."""
    for row in rows("org_units"):
        cells = {"tier": row["tier"], "line": row["line"], "build_class": row["build_class"]}
        yield record(row, _named(row, "OrgUnit", cells))


def roles() -> Iterator[Record]:
    """The roles the plan names: it asks that people be appointed and names nobody."""
    for row in rows("roles"):
        yield record(row, _named(row, "Owner", {"party": "role"}))


def systems() -> Iterator[Record]:
    """The 17 systems; the five capabilities are those the plan asks of the consumption-process system."""
    for row in rows("systems"):
        cells = {
            "capabilities": row["capabilities"],
            "due": row["due"],
            "note": row["note_zh"],
            "note_en": row["note_en"],
        }
        yield record(row, _named(row, "System", cells))


def policies() -> Iterator[Record]:
    """The 12 policies; the kind stands in brackets behind the name in ``terms_en.csv``."""
    kinds = {"制度": "regulation", "流程": "process", "标准": "standard"}
    for row in rows("policies"):
        names = term(row["code"])
        name, _, kind = names.zh.removesuffix(")").rpartition("(")
        cells = {"name": name, "name_en": names.en, "policy_kind": kinds[kind]}
        yield record(row, node(row, "Policy", row["code"], standing(row, name=name), cells))


def monitors() -> Iterator[Record]:
    """The 13 means of watching with the perception moments each covers."""
    for row in rows("monitors"):
        cells = {
            "monitor_kind": row["monitor_kind"],
            "moments": row["moments"],
            "note": row["note_zh"],
            "note_en": row["note_en"],
        }
        yield record(row, _named(row, "Monitor", cells))


def milestones() -> Iterator[Record]:
    """The ten dates of the plan; a predicate is given where one of the closed list fits."""
    for row in rows("milestones"):
        cells = {
            "name": row["name_zh"],
            "name_en": row["name_en"],
            "due": row["due"],
            "predicate": row["predicate"],
            "note": row["note_zh"],
            "note_en": row["note_en"],
        }
        yield record(row, node(row, "Milestone", row["code"], standing(row, name=row["name_zh"]), cells))


def permissions() -> Iterator[Record]:
    """The hot topics the front line is to settle; the plan gives neither limit nor batch, nor says who already may."""
    for row in rows("permissions"):
        cells = {"name": row["name_zh"], "name_en": row["name_en"], "action": row["action"]}
        yield record(row, node(row, "Permission", row["code"], standing(row, name=row["name_zh"]), cells))


def links() -> Iterator[Record]:
    """The edges that follow from no other row: who is part of what, must keep whom informed, what spells out what."""
    for row in rows("links"):
        yield link(row, edge(row, row["type"], Ref.parse(row["from"]), Ref.parse(row["to"]), standing(row)))


def _named(row: Row, kind: str, cells: Mapping[str, object]) -> NodeRow:
    """A node whose Chinese and English name stand in ``terms_en.csv`` under its code."""
    names = term(row["code"])
    return node(row, kind, row["code"], standing(row, name=names.zh), {"name": names.zh, "name_en": names.en, **cells})
