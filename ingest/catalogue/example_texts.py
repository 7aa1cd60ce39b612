"""Complaints of our own making and the categories' examples, each with the control point its words speak of."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from ingest.catalogue.tables import rows

NOTHING = "NOTHING"
"""Label of texts that speak of no control point at all."""


@cache
def example_texts() -> tuple[tuple[str, str], ...]:
    """Text and label (a control point, NO_INTERNAL_CAUSE or NOTHING), our own complaints first, in file order.

    A category's examples count for the point it mostly points to.
    """
    own = [(row["text"], row["control_point"].replace("NONE", NOTHING)) for row in rows("example_complaints")]
    shares = category_shares()
    of_categories = [
        (example, max(shares[name], key=lambda point: (shares[name][point], point)))
        for name, examples in ((row["name_zh"], row["examples_zh"]) for row in rows("categories"))
        if name in shares
        for example in examples.split("；")
        if example
    ]
    return (*own, *of_categories)


@cache
def category_shares() -> dict[str, dict[str, float]]:
    """Chinese name of a category that points anywhere → its share per control point (NO_INTERNAL_CAUSE among them)."""
    names = {row["code"]: row["name_zh"] for row in rows("categories")}
    shares: dict[str, dict[str, float]] = defaultdict(dict)
    for row in rows("points_to"):
        shares[names[row["category"]]][row["control_point"]] = float(row["weight"])
    return dict(shares)
