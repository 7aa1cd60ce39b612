"""The order in which the catalogue's files become records, so that every edge finds both its ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from graph.records import Record
from ingest.catalogue import complaints, measures, organisation, process, rules
from ingest.catalogue.plan_only import plans_own

_PARTS: tuple[Callable[[], Iterator[Record]], ...] = (
    process.domains,
    process.stages,
    process.stage_order,
    process.control_points,
    process.gates,
    measures.indicators,
    measures.targets,
    organisation.units,
    organisation.roles,
    organisation.systems,
    organisation.policies,
    organisation.monitors,
    organisation.milestones,
    organisation.permissions,
    complaints.channels,
    complaints.categories,
    rules.rules,
    organisation.links,
    measures.measured_by,
    measures.rolls_up_to,
    complaints.points_to,
    complaints.caused_by,
)


def records(plan_only: bool) -> Iterator[Record]:
    """What the product ships, one record a row of its files, in dependency order and with ``catalogue`` as source.

    Args:
        plan_only: only what the plan itself says: rows whose basis is ``plan``, without what we wrote onto them.

    Raises:
        InputError: a shipped file is damaged.
    """
    every = (record for part in _PARTS for record in part())
    return plans_own(every) if plan_only else every
