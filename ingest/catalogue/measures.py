"""The indicator side as records: indicators, their default targets, what they measure and how they roll up."""

from __future__ import annotations

from collections.abc import Iterator

from graph.records import Record, Ref
from ingest.catalogue.accessors import english
from ingest.catalogue.build import edge, link, node, notes, record
from ingest.catalogue.standing import Standing, standing
from ingest.catalogue.tables import rows


def indicators() -> Iterator[Record]:
    """The plan's 37 indicators and the 13 of ours (``KCIx..``)."""
    for row in rows("indicators"):
        cells = {
            "name": row["name_zh"],
            "name_en": row["name_en"],
            "level": row["level"],
            "domains": row["domain"],
            "family": row["family_zh"],
            "family_en": english("family", row["family_zh"]),
            "definition": row["definition_zh"],
            "definition_en": row["definition_en"],
            "unit": row["unit"],
            "period": row["period"],
            "direction": row["direction"],
        }
        yield record(row, node(row, "Indicator", row["code"], standing(row, name=row["name_zh"]), cells))


def targets() -> Iterator[Record]:
    """A default target and warning for each indicator: every number is ours, whoever named the indicator."""
    ours = Standing("default")
    for row in rows("indicators"):
        id_ = f"TG-{row['code']}"
        cells = {
            "name": f"{row['name_zh']}目标值",
            "name_en": f"Target of {row['name_en']}",
            "value": row["target_default"],
            "warning": row["warning_default"],
        }
        of = edge(row, "OF", Ref("Target", id_), Ref("Indicator", row["code"]), ours)
        yield record(row, node(row, "Target", id_, ours, cells), (of,), owns=("OF",))


def measured_by() -> Iterator[Record]:
    """Which indicator measures a control point; of the plan's own word only 测试通过率, stated as both."""
    for row in rows("measured_by"):
        source, target = Ref("ControlPoint", row["control_point"]), Ref("Indicator", row["indicator"])
        yield link(row, edge(row, "MEASURED_BY", source, target, standing(row), {"role": row["role"], **notes(row)}))


def rolls_up_to() -> Iterator[Record]:
    """Which indicator carries which; where the plan links the families, that statement is quoted and the pair stays ours."""
    statements = {(row["domain"], row["from_level"]): row["clause_zh"] for row in rows("family_statements")}
    described = {row["code"]: (row["domain"], row["level"]) for row in rows("indicators")}
    for row in rows("rolls_up_to"):
        clause = statements[described[row["from"]]] if row["basis"] == "plan-family" else ""
        source, target = Ref("Indicator", row["from"]), Ref("Indicator", row["to"])
        cells = {"weight": row["weight"], **notes(row)}
        yield link(row, edge(row, "ROLLS_UP_TO", source, target, standing(row, clause=clause), cells))
