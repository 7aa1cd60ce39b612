"""When a complaint's text is heard, and what is kept of it: only where neither a cause code nor a category says where it hurts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from graph.case import Case, TextSaid
from graph.framework import Framework
from graph.values import local_day
from queries.texts import TextAnchorer
from queries.view import view_on


def read(framework: Framework, case: Case, anchorer: Callable[[], TextAnchorer], *, source: str | None = None) -> Case:
    """The complaint with what its text says, or as it is where something else points, there is no text, or the text says too little.

    Points that the framework does not hold on the complaint's day are left out, and their share stays open.

    Args:
        framework: for what points where.
        case: the complaint.
        anchorer: makes the reader of texts, which costs something; called only where a text is to be read.
        source: whose control points the reader's words are about: in a framework of one's own the same code may mean something else.
    """
    view = view_on(framework, local_day(case.event_at, framework.zone))
    categories = [view.categories[id_] for id_ in case.categories if id_ in view.categories]
    text = case.props.get("text")
    pointed = any(name in view.index for name in case.names) or any(category.pointings for category in categories)
    if pointed or not text:
        return case
    reading = anchorer().probabilities(str(text))
    rows = framework.nodes("ControlPoint")
    known = {
        point: share
        for point, share in reading.probabilities.items()
        if point in view.index and share > 0 and (source is None or source in rows[point].sources)
    }
    if not known:
        return case
    words: dict[str, dict[str, None]] = {}
    for one in reading.evidence:
        if one.control_point in known:
            words.setdefault(one.control_point, {})[one.words] = None
    return replace(case, said=TextSaid(known, {point: tuple(said) for point, said in words.items()}))
