"""The catalogue's suggested embeddings, as the breakpoint list tells them beside a measure."""

from __future__ import annotations

from graph.framework import Framework
from graph.text import Text
from ingest.catalogue import suggestions
from queries.breakpoints import Suggestions

_BY_POLICY_KIND = {"regulation": "policy_missing", "process": "process_missing"}
_BY_EDGE = {"EMBEDDED_IN": "system_missing", "WATCHED_BY": "unmonitored"}


def suggested_measures(framework: Framework) -> Suggestions:
    """Kind of finding and control point → the targets suggested there, in catalogue order, with their ids.

    A policy is suggested where its own kind is missing; one that the framework does not hold is not suggested.
    """
    found: dict[tuple[str, str], list[Text]] = {}
    for suggestion in suggestions():
        target = framework.get(suggestion.target)
        if target is None:
            continue
        kind = _BY_EDGE.get(suggestion.edge) or _BY_POLICY_KIND.get(str(target.props.get("policy_kind")))
        if kind is not None:
            name = Text(f"{suggestion.name.zh}（{target.id}）", f"{suggestion.name.en} ({target.id})")
            found.setdefault((kind, suggestion.control_point), []).append(name)
    return {
        place: Text("、".join(name.zh for name in names), ", ".join(name.en for name in names))
        for place, names in found.items()
    }
