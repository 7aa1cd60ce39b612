"""What customers complain about, where and why, as records: channels, categories, where these point, what causes what."""

from __future__ import annotations

from collections.abc import Iterator

from graph.records import Record, Ref
from ingest.catalogue.accessors import NO_INTERNAL_CAUSE, english
from ingest.catalogue.build import edge, link, node, notes, record
from ingest.catalogue.standing import standing
from ingest.catalogue.tables import Row, rows


def channels() -> Iterator[Record]:
    """The 23 channels; who runs each and who is its first contact stand in the note."""
    for row in rows("channels"):
        cells = {
            "name": row["name_zh"],
            "name_en": row["name_en"],
            "channel_kind": row["kind_zh"],
            "note": f"{row['rationale_zh']}。运营：{row['operating_role_zh']}。{row['first_contact_rule_zh']}",
            "note_en": f"{row['rationale_en']}. Run by: {row['operating_role_en']}. {row['first_contact_rule_en']}",
        }
        yield record(row, node(row, "Channel", row["code"], standing(row, name=row["name_zh"]), cells))


def categories() -> Iterator[Record]:
    """The complaint categories; the share without an internal cause comes from the map that points there."""
    causeless = {row["category"]: row for row in rows("points_to") if row["control_point"] == NO_INTERNAL_CAUSE}
    for row in rows("categories"):
        by = standing(row)
        none = causeless.get(row["code"])
        cells = {
            "name": row["name_zh"],
            "name_en": row["name_en"],
            "examples": row["examples_zh"],
            "regulator_class": row["regulator_class"],
            **(_null_rate(none) if none is not None else {}),
        }
        above = (
            [edge(row, "CHILD_OF", Ref("Category", row["code"]), Ref("Category", row["parent"]), by)]
            if row["parent"]
            else []
        )
        yield record(row, node(row, "Category", row["code"], by, cells), above, owns=("CHILD_OF",))


def points_to() -> Iterator[Record]:
    """Where complaints of a category hurt; what has no internal cause is the category's ``null_rate`` instead."""
    for row in rows("points_to"):
        if row["control_point"] != NO_INTERNAL_CAUSE:
            source, target = Ref("Category", row["category"]), Ref("ControlPoint", row["control_point"])
            cells = {"weight": row["weight"], **notes(row)}
            yield link(row, edge(row, "POINTS_TO", source, target, standing(row), cells))


def caused_by() -> Iterator[Record]:
    """What an upstream failure leaks into; the leak is the weight, which the trace normalises per effect."""
    for row in rows("caused_by"):
        source, target = Ref("ControlPoint", row["effect"]), Ref("ControlPoint", row["cause"])
        yield link(row, edge(row, "CAUSED_BY", source, target, standing(row), {"weight": row["leak"], **notes(row)}))


def _null_rate(row: Row) -> dict[str, str]:
    what = english("special", NO_INTERNAL_CAUSE)
    return {
        "null_rate": row["weight"],
        "note": f"非内部原因：{row['rationale_zh']}",
        "note_en": f"{what}: {row['rationale_en']}",
    }
