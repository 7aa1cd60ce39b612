"""Pages of a list: as many items as asked for, after a place in the list's order that an opaque cursor names."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any

from pydantic import Field

from graph.errors import UsageError
from graph.text import Text
from queries.finding import BreakpointList, Finding


class BreakpointPage(BreakpointList):
    """A page of the list; ``counts`` are those of the whole selection."""

    next: str | None = Field(
        description="给 after 即得下一页 · Give it as `after` for the next page; null on the last one"
    )


def page(selected: BreakpointList, limit: int, after: str | None) -> BreakpointPage:
    """At most ``limit`` findings that come after a cursor in the list's order.

    The cursor is a place in the order, not a row number: it stays good when the list changes between two pages.
    Raises UsageError for a cursor that is none of ours.
    """
    findings = selected.findings
    if after is not None:
        place = read_place(after, int, float, str)
        findings = tuple(finding for finding in findings if _place(finding) > place)
    shown, more = findings[:limit], len(findings) > limit
    fields = {name: getattr(selected, name) for name in BreakpointList.model_fields}
    return BreakpointPage(**(fields | {"findings": shown, "next": written_place(*_place(shown[-1])) if more else None}))


def _place(finding: Finding) -> tuple[int, float, str]:
    return (-finding.severity, -finding.complaints, finding.key)


def written_place(*parts: str | float) -> str:
    """A place in an order as an opaque cursor."""
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_place(cursor: str, *types: Callable[[Any], str | float]) -> tuple[str | float, ...]:
    """The parts of a place; ``types`` make each what it is.

    Raises UsageError for a cursor that is none of ours.
    """
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return tuple(make(part) for make, part in zip(types, parts, strict=True))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise UsageError(
            Text("after 不是有效的翻页标记", "`after` is no cursor of this list"),
            Text(
                "请原样使用上一页的 next，或去掉 after 从头开始",
                "Use the `next` of the page before as it is, or leave it out to begin anew",
            ),
        ) from None
