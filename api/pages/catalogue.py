"""The pages of the catalogue: the process with its control points, the nodes of each kind, and each node with all around it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.context import read_as_of
from api.pages.asking import DatedPage, Said, by_htmx
from api.pages.listed import address_said
from api.pages.render import page
from api.pages.showing import address
from api.routes.common import Asked
from api.speaking import spoken
from api.views.catalogue_view import kind_page, node_page, outline
from api.views.naming import Names
from graph.errors import UnknownId
from graph.schema import EDGES, KINDS
from queries.breakpoints import KINDS as FINDINGS
from queries.findings.view import View
from queries.matrices.registry import MATRICES

router = APIRouter(include_in_schema=False)
LISTED = tuple(name for name, kind in KINDS.items() if kind.group in ("framework", "subject"))
"""Kinds with a table of their own."""
PAGE = 100
KindPath = Annotated[str, Path(max_length=40)]


class KindQuery(DatedPage):
    """Which nodes of a kind."""

    words: Said = None
    after: Said = None


@router.get("/catalogue")
def catalogue(request: Request, asked: Annotated[DatedPage, Query()], desk: Asked) -> Response:
    """Domains and stages in order with their control points, and a way to every kind and every matrix."""
    day, kept = read_as_of(asked.as_of, "as_of").day, desk.listing.last()
    framework = desk.snapshot().framework
    domains = outline(View(framework, day), kept.answer if kept is not None else None)
    counts = desk.store.counts().nodes
    context = {
        "domains": domains, "day": day, "names": Names(desk, spoken(request)), "matrices": MATRICES,
        "kinds": {name: counts.get(name, 0) for name in LISTED},
    }  # fmt: skip
    return page(request, "pages/catalogue.html.j2", context)


@router.get("/catalogue/{kind}")
def kind_table(request: Request, kind: KindPath, asked: Annotated[KindQuery, Query()], desk: Asked) -> Response:
    """The nodes of a kind with a field to search them."""
    if "" in request.query_params.values() and not by_htmx(request):
        return RedirectResponse(address_said(request), 303)
    day = read_as_of(asked.as_of, "as_of").day
    found = kind_page(desk, kind, day, asked.words, asked.after, PAGE)
    names = Names(desk, spoken(request))
    names.learn(str(ref) for refs in found.links.values() for ref in refs)
    context = {"kind": kind, "about": KINDS[kind], "found": found, "asked": asked, "names": names, "day": day}
    return page(request, "pages/kind.html.j2", context, headers={"HX-Push-Url": address_said(request)})


@router.get("/catalogue/{kind}/{id:path}")
def node(
    request: Request, kind: KindPath, id: Annotated[str, Path(max_length=2000)], asked: Annotated[DatedPage, Query()], desk: Asked
) -> Response:  # fmt: skip
    """A node with its properties, links, findings and who answers for it; what has a page of its own is shown there."""
    reference = f"{kind}:{id}"
    if kind == "FindingCase":
        return RedirectResponse(f"/breakpoints/{address(reference).rpartition('/')[2]}", 303)
    if not address(reference).startswith("/catalogue/"):
        return RedirectResponse(address(reference), 303)
    if kind not in KINDS:
        raise UnknownId(kind, KINDS)
    as_of = read_as_of(asked.as_of, "as_of")
    found = node_page(desk, reference, as_of.day)
    names = Names(desk, spoken(request))
    names.learn(str(link.other) for group in found.links for link in group.shown)
    target = kind in EDGES["FOR"].targets("Assignment") and KINDS[kind].group == "framework"
    context = {
        "kind": kind, "about": KINDS[kind], "found": found, "names": names, "day": as_of.day, "edges": EDGES, "kinds": FINDINGS,
        "reference": str(found.row.ref), "who": desk.who(str(found.row.ref), as_of) if target else None,
        "shown_on": {"Stage": "stage", "OrgUnit": "unit", "Owner": "owner"}.get(kind),
    }  # fmt: skip
    return page(request, "pages/node.html.j2", context)
