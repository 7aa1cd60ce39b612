"""The closed list of attributes a responsibility Rule may test, and how one condition is read.

A condition is ``attribute=value`` or ``attribute in a|b``. All conditions of a Rule must hold; an attribute that is
unknown when a trace runs makes its condition false; one that is not on this list is refused when it is loaded.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from graph.errors import nearest
from graph.text import Text

_BUILD = ("fighting", "product_support", "market_expansion", "capability_support")
RULE_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "product.segment": ("consumer", "home", "business", "new"),
    "product.network": ("true", "false"),
    "campaign.tier": ("national", "provincial", "specialised"),
    "campaign.promotes_specialised": ("true", "false"),
    "complaint.has_unit": ("true", "false"),
    "channel.operator_tier": ("hq", "province", "specialised", "city"),
    "runner.build_class": _BUILD,
    "handler.build_class": _BUILD,
    "unit.build_class": _BUILD,
    "indicator.domain": (),
}
"""Attribute → the values it may be compared with; empty: any (the customer's own domain ids)."""

_CONDITION = re.compile(r"\s*([a-z_.]+)\s*(?:=\s*(\S+)|\s+in\s+(\S+(?:\s*\|\s*\S+)*))\s*\Z")


class Condition(NamedTuple):
    """One readable condition: the attribute takes one of the values."""

    attribute: str
    values: tuple[str, ...]


def read_condition(text: str) -> Condition | None:
    """The condition a text states, or None when it states none."""
    match = _CONDITION.match(text)
    if match is None:
        return None
    values = (match[2],) if match[2] else tuple(part.strip() for part in match[3].split("|"))
    return Condition(match[1], values)


def unreadable_condition(text: str) -> Text | None:
    """Why a condition is refused, or None when it is good."""
    condition = read_condition(text)
    if condition is None:
        return Text(
            f"条件无法读懂：{text}（应为 属性=值 或 属性 in 甲|乙）",
            f"unreadable condition: {text} (write attribute=value or attribute in a|b)",
        )
    allowed = RULE_ATTRIBUTES.get(condition.attribute)
    if allowed is None:
        near = nearest(condition.attribute, RULE_ATTRIBUTES)
        hint = (f"，是否为 {near}？", f"; did you mean {near}?") if near else ("", "")
        return Text(f"未知条件属性 {condition.attribute}{hint[0]}", f"unknown attribute {condition.attribute}{hint[1]}")
    for value in condition.values:
        if allowed and value not in allowed:
            return Text(
                f"{condition.attribute} 不能取 {value}，可取 {'、'.join(allowed)}",
                f"{condition.attribute} cannot be {value}; it is one of {', '.join(allowed)}",
            )
    return None
