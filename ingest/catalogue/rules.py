"""The plan's responsibility rules as records: conditions in the graph's words, whom a rule makes responsible, for what.

A rule only says which unit answers, or must appoint somebody; no Assignment repeats it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph.records import EdgeRow, Record, Ref
from ingest.catalogue.accessors import english
from ingest.catalogue.build import edge, node, notes, record
from ingest.catalogue.standing import standing
from ingest.catalogue.tables import Row, rows

_ATTRIBUTES = {
    "campaign.tier": "campaign.tier",
    "campaign.promotes.run_by.kind": "campaign.promotes_specialised",
    "campaign.run_by.class": "runner.build_class",
    "channel.operator.kind": "channel.operator_tier",
    "complaint.province": "complaint.has_unit",
    "handler.class": "handler.build_class",
    "indicator.domain": "indicator.domain",
    "product.is_network": "product.network",
    "product.run_by.class": "runner.build_class",
    "product.segment": "product.segment",
    "unit.class": "unit.build_class",
}
_VALUES = {
    ("product.segment", "C"): "consumer",
    ("product.segment", "H"): "home",
    ("product.segment", "B"): "business",
    ("product.segment", "N"): "new",
    ("campaign.promotes_specialised", "specialised"): "true",
    ("complaint.has_unit", "!null"): "true",
    ("runner.build_class", "产品支撑类"): "product_support",
    ("runner.build_class", "市场拓展类"): "market_expansion",
    ("handler.build_class", "能力支撑类"): "capability_support",
    ("unit.build_class", "主战"): "fighting",
}
_CONDITION = re.compile(r"(?P<attribute>[a-z_.]+)(?:=(?P<one>\S+)|!=(?P<not>null)| in \((?P<many>[^)]+)\))")
_HOLDERS = ("runner", "landing", "home_unit", "channel_operator", "receiving_unit", "headquarters_line")


def conditions(text: str) -> tuple[str, ...]:
    """A condition of ``responsibility_defaults.csv`` as ``when[]``, e.g. ``product.segment in (C,H,N)`` →
    ``("product.segment in consumer|home|new",)``; ``none`` → ``()``. What cannot be translated raises ValueError.
    """
    if text == "none":
        return ()
    return tuple(_condition(part) for part in text.split(" AND "))


def rules() -> Iterator[Record]:
    """The 56 responsibility rules of the catalogue, each FOR what it covers."""
    for row in rows("responsibility_defaults"):
        by = standing(row)
        ref = Ref("Rule", row["rule_id"])
        by_unit = row["holder"] not in _HOLDERS
        cells = {
            "name": row["accountable_unit_zh"],
            "name_en": english("org", row["accountable_unit"]),
            "when": conditions(row["condition"]),
            "holder": "unit" if by_unit else row["holder"],
            "responsible": row["responsible_role_zh"],
            "participants": row["participants_zh"],
            "priority": row["priority"],
            **notes(row),
        }
        edges: list[EdgeRow] = [edge(row, "FOR", ref, target, by) for target in _covered(row)]
        if by_unit:
            edges.append(edge(row, "HELD_BY", ref, Ref("OrgUnit", row["holder"]), by))
        yield record(row, node(row, "Rule", ref.id, by, cells), edges, owns=("FOR",))


def _covered(row: Row) -> Iterator[Ref]:
    """What a rule is FOR: the stages, domains or indicators it names, every system (embedding), else its control points."""
    kind = row["applies_to_kind"]
    if kind == "indicator":
        yield from (Ref("Indicator", code) for code in _indicators(row))
    elif kind == "embedding":
        yield from (Ref("System", system["code"]) for system in rows("systems"))
    elif kind in ("stage", "domain"):
        yield from (Ref(kind.capitalize(), code) for code in row.many("applies_to"))
    else:
        yield from (Ref("ControlPoint", code) for code in row.many("covers_control_points"))


def _indicators(row: Row) -> Iterator[str]:
    """The indicators a rule names by code, or by level within the domains of its condition."""
    named = row.many("applies_to")
    domains = set(re.findall(r"D\d", row["condition"]))
    for indicator in rows("indicators"):
        by_level = indicator["level"] in named and domains.intersection(indicator.many("domain"))
        if by_level or indicator["code"] in named:
            yield indicator["code"]


def _condition(text: str) -> str:
    match = _CONDITION.fullmatch(text.strip())
    if match is None or match["attribute"] not in _ATTRIBUTES:
        raise ValueError(f"no condition of the catalogue: {text}")
    attribute = _ATTRIBUTES[match["attribute"]]
    stated = match["many"].split(",") if match["many"] else [match["one"] or f"!{match['not']}"]
    values = [_VALUES.get((attribute, value), value) for value in stated]
    return f"{attribute}={values[0]}" if len(values) == 1 else f"{attribute} in {'|'.join(values)}"
