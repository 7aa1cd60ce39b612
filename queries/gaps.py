"""Step 8 of the trace: what the breakpoint list says about the nodes met on the way. Its predicates, nothing of our own."""

from __future__ import annotations

from collections.abc import Sequence

from graph.framework import Framework
from graph.records import Ref
from queries.answers import Gap
from queries.breakpoints import findings_touching
from queries.per_framework import PerFramework

_REMEMBERED = 4096
_known: PerFramework[dict[tuple[tuple[Ref, ...], str], tuple[Gap, ...]]] = PerFramework(lambda _: {})


def gaps_at(framework: Framework, met: Sequence[Ref], day: str) -> tuple[Gap, ...]:
    """The findings on a day that name one of the nodes met, in the order of the list.

    A category among them is the complaint's own and so in use.
    """
    known, key = _known(framework), (tuple(met), day)
    gaps = known.get(key)
    if gaps is None:
        found = findings_touching(framework, [str(ref) for ref in met], day)
        gaps = tuple(
            Gap(key=f.key, class_=f.class_, kind=f.kind, severity=f.severity, nodes=f.nodes, message=f.message)
            for f in found
        )
        if len(known) >= _REMEMBERED:
            known.clear()
        known[key] = gaps
    return gaps
