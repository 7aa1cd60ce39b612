"""The page of one complaint: whose it was and why, what else it may have been, and where a person confirms or corrects the answer."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple, get_args
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from api.access.auditing import audit
from api.access.scope import desk_of
from api.context import AsOf, read_as_of
from api.pages.asking import DatedPage, Refused, Said, refused
from api.pages.render import page
from api.serving import Serving
from api.speaking import spoken
from api.verdicts import Opinion, give, record, stored_rulings
from api.views.naming import Names
from api.views.proofs import Behind, Proof, behind, proofs, removable
from api.views.property_rows import property_rows
from api.views.tenure import held_since
from graph.case import Case
from graph.errors import SuYuanError, UsageError
from graph.records import Ref
from graph.text import Text
from queries.answers import Candidate, Contested, TermName, TraceAnswer
from queries.verdicts import Conclusion, Sampled
from queries.whatif import WhatIfAnswer

router = APIRouter(include_in_schema=False)
_NOT_SHOWN = ("id", "text", "original", "name", "name_en")
"""Properties of a complaint that are not among its facts: its text stands by itself, the original record is not for reading here."""
Choice = Literal["confirm", "named", "no_internal_cause", "unmodelled", "unknown"]
"""What a person may say: the answer is right, or one of the conclusions."""
Id = Annotated[str, Path(description="投诉编号 · Id of the complaint")]


class TracePage(DatedPage):
    """What the address says beside the complaint; ``said`` is what became of a verdict just given."""

    parameters: Said = None
    without: list[Annotated[str, Field(max_length=1100)]] = Field(default=[])
    said: Literal["added", "unchanged"] | None = None


class VerdictForm(BaseModel):
    """The verdict form as it was sent."""

    model_config = ConfigDict(extra="forbid")
    conclusion: Annotated[Choice | None, BeforeValidator(lambda raw: raw or None)] = None
    control_point: Said = None
    subject: Said = None
    by: Said = None
    reason: Annotated[Annotated[str, Field(max_length=10_000)] | None, BeforeValidator(lambda raw: raw or None)] = None
    sampled: Sampled = "routine"

    def opinion(self) -> Opinion:
        """What is said, in the words of :func:`api.verdicts.give`; a control point counts only where one is concluded."""
        named = self.conclusion == "named"
        return Opinion(
            confirm=self.conclusion == "confirm", outcome=next((one for one in get_args(Conclusion) if one == self.conclusion), None),
            control_point=self.control_point if named else None, subject=self.subject if named else None,
            by=self.by, reason=self.reason, sampled=self.sampled,
        )  # fmt: skip


@router.get("/complaints/{id:path}")
def trace_page(request: Request, id: Id, asked: Annotated[TracePage, Query()]) -> Response:
    """The answer for a complaint, as of a day and by a version of the numbers where the address says so."""
    return _page(request, id, asked)


@router.post("/complaints/{id:path}/verdict")
def give_verdict(request: Request, id: Id, form: Annotated[VerdictForm, Form()]) -> Response:
    """Take down a verdict and go back to the complaint; what cannot be taken down is said beside the form, which keeps what was typed."""
    incomplete = _incomplete(form)
    if incomplete is not None:
        return _page(request, id, TracePage(), form, incomplete)
    try:
        given = give(desk_of(request), id, form.opinion(), read_as_of(None))
    except SuYuanError as error:
        return _page(request, id, TracePage(), form, refused(error))
    audit(request, "verdict.give", given.complaint, {"verdict": given.verdict, "stored": given.stored})
    place = quote(given.complaint.removeprefix("Complaint:"), safe="")
    return RedirectResponse(f"/complaints/{place}?said={given.stored}#verdicts", 303)


def _incomplete(form: VerdictForm) -> Refused | None:
    if form.conclusion is None:
        return Refused(
            400, Text("没有选择结论", "no conclusion is chosen"), Text("请选一项结论", "Choose one of the conclusions")
        )
    if form.conclusion == "named" and form.control_point is None:
        return Refused(
            400, Text("没有写明控制点", "no control point is given"), Text("请写控制点的编号或名称", "Write the id or name of the control point")
        )  # fmt: skip
    return None


def _page(
    request: Request, id_: str, asked: TracePage, form: VerdictForm | None = None, problem: Refused | None = None
) -> Response:
    desk, lang = desk_of(request), spoken(request)
    as_of = read_as_of(asked.as_of, "as_of")
    answer, case = desk.trace(id_, as_of, asked.parameters), desk.case(id_)
    audit(request, "complaint.read", answer.complaint, {"as": "page"})
    names = Names(desk, lang)
    names.learn([*map(str, case.about), *(candidate.subject for candidate in answer.candidates)])
    status = 200 if problem is None else problem.status
    context = {
        "asked": asked, "answer": answer, "case": case, "names": names, "form": form or VerdictForm(), "problem": problem,
        "fields": property_rows("Complaint", case.props, lang, _NOT_SHOWN), "text": case.props.get("text"),
        "verdicts": record(stored_rulings(desk.store), answer.complaint.removeprefix("Complaint:")),
        "versions": dict.fromkeys((desk.numbers().version, *desk.versions.names())), "links": _links(case),
        **_reasons(desk, answer, case), **_what_if(desk, answer, case, asked, as_of), **_choices(desk, case),
        "since": _since(desk, answer, as_of),
    }  # fmt: skip
    return page(request, "pages/trace.html.j2", context, status=status)


class Weighed(NamedTuple):
    """A hypothesis with its proofs by name, and where it falls behind the first."""

    it: Candidate
    proofs: dict[TermName, Proof]
    behind: tuple[Behind, ...]


def _reasons(desk: Serving, answer: TraceAnswer, case: Case) -> dict[str, Any]:
    """Every hypothesis weighed; ``leading``: the first control point."""
    framework = desk.snapshot().framework
    weighed = [
        Weighed(one, {proof.name: proof for proof in proofs(one, case, framework)}, behind(one, answer.candidates[0]))
        for one in answer.candidates
    ]
    return {"weighed": weighed, "leading": next((one for one in weighed if one.it.hypothesis == "control_point"), None)}


def _what_if(desk: Serving, answer: TraceAnswer, case: Case, asked: TracePage, as_of: AsOf) -> dict[str, Any]:
    """The answer without what the address leaves out; a refusal stands beside its form."""
    told: WhatIfAnswer | None = None
    problem: Refused | None = None
    if asked.without:
        try:
            told = desk.what_if(case.id, asked.without, as_of, asked.parameters)
        except UsageError as error:
            problem = refused(error)
    return {"removable": removable(answer, case), "what_if": told, "what_if_problem": problem}


def _choices(desk: Serving, case: Case) -> dict[str, Any]:
    """What the verdict form offers: every control point that stands today, and what the complaint may have failed on."""
    framework, today = desk.snapshot().framework, read_as_of(None).day
    points = [id_ for id_ in framework.nodes("ControlPoint") if framework.present(Ref("ControlPoint", id_), today)]
    return {"points": points, "subjects": [str(ref) for ref in sorted(case.subjects)]}


def _since(desk: Serving, answer: TraceAnswer, as_of: AsOf) -> dict[str, str | None]:
    """Holder who acts now → since when."""
    root, owner = answer.root, answer.owner.now if answer.owner is not None else None
    if root is None or owner is None:
        return {}
    holdings = owner.contested if isinstance(owner, Contested) else (owner,)
    return {one.holder: held_since(desk.snapshot().framework, root, one, as_of.day) for one in holdings}


def _links(case: Case) -> dict[str, list[str]]:
    """What the complaint is linked to, by the name of the link."""
    of = {"IN_CATEGORY": ("Category", case.categories), "RAISED_VIA": ("Channel", case.channels), "HOME_UNIT": ("OrgUnit", case.home_units),
          "NAMES": ("ControlPoint", case.names), "PART_OF_INCIDENT": ("Incident", case.incidents), "REPEATS": ("Complaint", case.repeats)}  # fmt: skip
    found = {"ABOUT": [str(ref) for ref in case.about], "RECEIVED_BY": [str(ref) for ref in case.received_by]}
    found |= {name: [f"{kind}:{id_}" for id_ in ids] for name, (kind, ids) in of.items()}
    return {name: found[name] for name in ("ABOUT", "IN_CATEGORY", "HOME_UNIT", "RAISED_VIA", "RECEIVED_BY", "NAMES", "REPEATS", "PART_OF_INCIDENT") if found[name]}  # fmt: skip
