"""The names that a field offers while somebody types: options for its list, by id or by any part of a name."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.access.scope import desk_of
from api.pages.render import page
from api.speaking import spoken
from api.views.name_search import search_names
from graph.errors import UnknownId
from graph.schema import EDGES, KINDS
from graph.values import clip

router = APIRouter(include_in_schema=False)
ANSWERED_FOR = EDGES["FOR"].targets("Assignment")
"""The kinds of node that somebody can answer for."""
_GROUPS = {"answered-for": ANSWERED_FOR, "subjects": ("Product", "Campaign"), "parties": ("Owner", "OrgUnit")}
_OFFERED = tuple(name for name, kind in KINDS.items() if kind.group in ("framework", "subject"))


@router.get("/names/{kind}")
def names(request: Request, kind: Annotated[str, Path(max_length=40)]) -> Response:
    """The options of a field: nodes of a kind, or of one of the groups ``answered-for``, ``subjects`` and ``parties``.

    A field sends what is typed under its own name, whatever that is.
    """
    kinds = _GROUPS.get(kind) or ((kind,) if kind in _OFFERED else ())
    if not kinds:
        raise UnknownId(kind, (*_GROUPS, *_OFFERED))
    words = clip(next(iter(request.query_params.values()), ""), 100)
    found = search_names(desk_of(request), words, kinds, spoken(request))
    return page(request, "pages/names.html.j2", {"found": found, "several": len(kinds) > 1})
