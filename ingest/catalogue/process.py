"""The plan's process as records: domains, stages, control points and the gates between them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from graph.records import EdgeRow, Record, Ref
from ingest.catalogue.build import edge, link, node, notes, record
from ingest.catalogue.standing import Standing, resolve, standing
from ingest.catalogue.tables import Row, rows


def domains() -> Iterator[Record]:
    """The three core processes; only the first asks for a gate at every stage."""
    for row in rows("domains"):
        cells = {"name": row["name_zh"], "name_en": row["name_en"], "order": row["order"], "gated": row["gated"]}
        yield record(row, node(row, "Domain", row["code"], standing(row, name=row["name_zh"]), cells))


def stages() -> Iterator[Record]:
    """The 17 stages; membership quotes the sentence in which the plan lists a domain's stages."""
    listed = {row["code"]: resolve("plan", row["stages_clause_zh"]) for row in rows("domains")}
    for row in rows("stages"):
        cells = {
            "name": row["name_zh"],
            "name_en": row["name_en"],
            "order": row["order"],
            "customer_step": row["customer_step"],
            "function": row["function"],
        }
        domain = Ref("Domain", row["domain"])
        member = edge(row, "IN_DOMAIN", Ref("Stage", row["code"]), domain, listed[domain.id])
        yield record(row, node(row, "Stage", row["code"], standing(row), cells), (member,), owns=("IN_DOMAIN",))


def stage_order() -> Iterator[Record]:
    """Which stage follows which: one record a domain, from the sentence that lists its stages in their order."""
    for row in rows("domains"):
        order = [Ref("Stage", stage["code"]) for stage in rows("stages") if stage["domain"] == row["code"]]
        by = resolve("plan", row["stages_clause_zh"])
        yield link(row, *(edge(row, "NEXT", before, after, by) for before, after in pairwise(order)))


def control_points() -> Iterator[Record]:
    """The 43 control points of the plan and the 25 derived from its sentences, each at its stage."""
    stage_clauses = {row["code"]: row["clause_zh"] for row in rows("stages")}
    for row in rows("control_points"):
        by = standing(row, name=row["name_zh"])
        cells = {
            "name": row["name_zh"],
            "name_en": row["name_en"],
            "covers": row["what_it_covers_zh"],
            "covers_en": row["what_it_covers_en"],
            "elements": row["control_elements_zh"],
            "elements_en": row["control_elements_en"],
            "standard": row["standard_zh"],
            "standard_en": row["standard_en"],
            "standard_basis": resolve(row["standard_basis"], row["clause_zh"]).basis,
            "subject_kind": row["subject_kind"],
            "quoted": row["quoted"],
            "full_monitoring": row["full_monitoring"],
        }
        # the sentence that lists a stage's points is what places a point of the plan at that stage
        place = resolve("plan", stage_clauses[row["stage"]]) if by.basis == "plan" else by
        at = edge(row, "AT", Ref("ControlPoint", row["code"]), Ref("Stage", row["stage"]), place)
        yield record(row, node(row, "ControlPoint", row["code"], by, cells), (at,), owns=("AT",))


def gates() -> Iterator[Record]:
    """The 19 gates with the stages they guard and the points they check.

    Every required result asks that all is met, so each passes by ``all_passed``. The division of work stays empty: the
    plan asks for it and names none.
    """
    for row in rows("gates"):
        by = standing(row, name=row["name_zh"])
        cells = {
            "name": row["name_zh"],
            "name_en": row["name_en"],
            "gate_kind": row["kind"],
            "pass_rule": "all_passed",
            "required_result": row["required_result"],
            "required_result_en": row["required_result_en"],
            "responsible_role": row["responsible_role"],
            "participant_roles": row["participants"],
            "process": row["process_zh"],
            "process_en": row["process_en"],
            **notes(row),
        }
        yield record(row, node(row, "Gate", row["code"], by, cells), _gate_edges(row, by), owns=("GUARDS", "CHECKS"))


def _gate_edges(row: Row, by: Standing) -> Iterator[EdgeRow]:
    ref = Ref("Gate", row["code"])
    for stage in row.many("guards"):
        yield edge(row, "GUARDS", ref, Ref("Stage", stage), by)
    for point in row.many("checks"):
        yield edge(row, "CHECKS", ref, Ref("ControlPoint", point), by)
