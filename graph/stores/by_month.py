"""Monthly counts of complaints, all subjects together: what they follow from, and how a month is written into one text where rows are dear."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from graph.stores.tallying import TallyChange

SetCounts = dict[str, dict[str, list[int]]]
"""Set of categories, as in ``tallying.py`` → unit (or empty) → complaints, episodes; or by how much they change."""
MonthCounts = dict[str, SetCounts]
"""Month (``YYYY-MM``) → its counts."""
MonthRow = tuple[str, str, str, int, int]
"""month, categories, unit, complaints, episodes"""


def of_months(change: TallyChange) -> MonthCounts:
    """By how much the counts of months change where those of days do."""
    found: MonthCounts = {}
    of_day: dict[str, SetCounts] = {}
    for (day, _, categories, unit), (complaints, episodes) in change.items():
        sets = of_day.get(day)
        if sets is None:
            sets = of_day[day] = found.setdefault(day[:7], {})
        units = sets.get(categories)
        if units is None:
            sets[categories] = {unit: [complaints, episodes]}
            continue
        known = units.get(unit)
        if known is None:
            units[unit] = [complaints, episodes]
        else:
            known[0] += complaints
            known[1] += episodes
    return found


def rows_of(months: Mapping[str, SetCounts]) -> list[MonthRow]:
    """Counts as rows in order; those that are zero, or change nothing, are left out."""
    rows: list[MonthRow] = []
    for month in sorted(months):
        for categories, units in sorted(months[month].items()):
            for unit in sorted(units):
                complaints, episodes = units[unit]
                if complaints or episodes:
                    rows.append((month, categories, unit, complaints, episodes))
    return rows


def packed(sets: SetCounts) -> str | None:
    """The counts of a month as one text, zeros left out; None where nothing is left."""
    found: SetCounts = {}
    for categories, units in sorted(sets.items()):
        counted = {unit: numbers for unit, numbers in units.items() if numbers[0] or numbers[1]}
        if counted:
            found[categories] = counted
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")) if found else None


def unpacked(parts: Iterable[str]) -> SetCounts:
    """The counts of a month from one or several texts, added up. Raises ValueError, TypeError or AttributeError for texts that hold none."""
    found: SetCounts = {}
    for text in parts:
        sets: SetCounts = json.loads(text)
        for categories, units in sets.items():
            sums = found.setdefault(categories, units)
            if sums is units:
                continue
            for unit, numbers in units.items():
                known = sums.setdefault(unit, numbers)
                if known is not numbers:
                    known[0] += numbers[0]
                    known[1] += numbers[1]
    return found
