"""The pages of what passes gates: find a product or campaign, and see what it is, which gates are open to it and who answers for it."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.access.scope import desk_of
from api.context import read_as_of
from api.gates import check_gates
from api.pages.asking import DatedPage, Refused, Said, refused
from api.pages.render import page
from api.serving import Serving
from api.speaking import spoken
from api.views.name_search import search_names
from api.views.naming import Names
from api.views.property_rows import property_rows
from api.views.subject_facts import complaints_by_month, findings_about, promoters, subject_facts, with_findings
from graph.errors import UsageError
from graph.framework import valid_on
from graph.records import Ref
from queries.gate import SUBJECT_KINDS

router = APIRouter(include_in_schema=False)
_PLACES = {"Product": "/products", "Campaign": "/campaigns"}
_GATE_KINDS = ("passed_ungated", "unsafe_exit", "live_below_100")
"""Kinds of finding that say of a product or campaign that it went on without its gates."""
Id = Annotated[str, Path()]


class Sought(DatedPage):
    """What somebody wants to see the gates of."""

    subject: Said = None


class SubjectPage(DatedPage):
    """A product or campaign, and the stage it is about to enter."""

    stage: Said = None


@router.get("/gates")
def gates_page(request: Request, asked: Annotated[Sought, Query()]) -> Response:
    """The field, and what the breakpoint list says went on without its gates; what names one thing leads to its page."""
    desk, lang = desk_of(request), spoken(request)
    problem: Refused | None = None
    if asked.subject is not None:
        try:
            ref = desk.find(asked.subject, SUBJECT_KINDS)
        except UsageError as error:
            problem = refused(error)
        else:
            day = f"?{urlencode({'as_of': asked.as_of})}" if asked.as_of is not None else ""
            return RedirectResponse(f"{_PLACES[ref.kind]}/{quote(ref.id, safe='')}{day}", 303)
    near = search_names(desk, asked.subject, SUBJECT_KINDS, lang) if asked.subject is not None else []
    ungated, names = with_findings(desk, _GATE_KINDS), Names(desk, lang)
    names.learn(subject for subject, _ in ungated)
    context = {"asked": asked, "problem": problem, "near": near, "ungated": ungated, "names": names}
    return page(request, "pages/gates.html.j2", context, status=200 if problem is None or near else problem.status)


@router.get("/products/{id:path}")
def product_page(request: Request, id: Id, asked: Annotated[SubjectPage, Query()]) -> Response:
    """A product: its facts, gates, owner, complaints and findings."""
    return _subject(request, "Product", id, asked)


@router.get("/campaigns/{id:path}")
def campaign_page(request: Request, id: Id, asked: Annotated[SubjectPage, Query()]) -> Response:
    """A campaign: its facts, gates, owner, complaints and findings."""
    return _subject(request, "Campaign", id, asked)


def _subject(request: Request, kind: str, id_: str, asked: SubjectPage) -> Response:
    desk, lang, as_of = desk_of(request), spoken(request), read_as_of(asked.as_of, "as_of")
    ref = desk.find(f"{kind}:{id_}", (kind,))
    facts, names = subject_facts(desk, ref, as_of), Names(desk, lang)
    campaigns = promoters(desk, ref) if kind == "Product" else ()
    names.learn([str(ref), *map(str, campaigns), *(str(one.ref) for one in facts.promoted)])
    context: dict[str, Any] = {
        "asked": asked, "kind": kind, "subject": str(ref), "facts": facts, "names": names, "campaigns": campaigns, "day": as_of.day,
        "fields": property_rows(kind, facts.props, lang, ("id",)), "stages": _stages(desk, as_of.day),
        "who": desk.who(str(ref), as_of), "months": complaints_by_month(desk, ref, as_of), "noted": findings_about(desk, str(ref)),
        **_gate_state(desk, str(ref), asked),
    }  # fmt: skip
    return page(request, "pages/subject.html.j2", context)


def _gate_state(desk: Serving, subject: str, asked: SubjectPage) -> dict[str, Any]:
    """The state of the gates, for the stage asked about; a stage that does not exist is told beside the field."""
    as_of = read_as_of(asked.as_of, "as_of")
    try:
        return {"gates": check_gates(desk, subject, as_of, asked.stage), "gate_problem": None}
    except UsageError as error:
        return {"gates": check_gates(desk, subject, as_of), "gate_problem": refused(error)}


def _stages(desk: Serving, day: str) -> list[str]:
    """The stages of a day in their order."""
    framework = desk.snapshot().framework
    there = [id_ for id_, row in framework.nodes("Stage").items() if valid_on(row.props, day)]
    return [str(Ref("Stage", id_)) for id_ in sorted(there, key=lambda id_: framework.stage_rank[id_])]
