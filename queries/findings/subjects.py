"""What the predicates about products and campaigns share: how one is named, and who should act on it."""

from __future__ import annotations

from collections.abc import Collection

from graph.records import Ref
from graph.text import Text
from graph.values import Props
from queries.findings.duties import Acting
from queries.findings.facts import SubjectFacts
from queries.findings.view import View

_KINDS = {"Product": Text("产品", "Product"), "Campaign": Text("营销案", "Campaign")}


def named_subject(subject: SubjectFacts) -> Text:
    """A product or campaign with its kind, name and id, for a sentence: ``产品“流量包”（P1）``."""
    return _named(subject.ref, subject.props)


def named_by_ref(view: View, refs: Collection[Ref]) -> dict[Ref, Text]:
    """Products and campaigns so named, read from the facts; whatever else is among them as the framework names it."""
    props = view.facts.props_of([ref for ref in refs if ref.kind in _KINDS])
    return {ref: _named(ref, props.get(ref, {})) if ref.kind in _KINDS else view.named(ref) for ref in refs}


def _named(ref: Ref, props: Props) -> Text:
    kind, own = _KINDS[ref.kind], ref.id
    zh, en = (
        str(props.get(first) or props.get(second) or own)
        for first, second in (("name", "name_en"), ("name_en", "name"))
    )
    return Text(
        f"{kind.zh}“{zh}”（{own}）" if zh != own else f"{kind.zh}“{own}”",
        f"{kind.en} “{en}” ({own})" if en != own else f"{kind.en} “{own}”",
    )


def acting_for_subject(view: View, subject: SubjectFacts, *places: Ref) -> Acting:
    """Who should act: who is accountable for the subject, else for the places, else the unit that runs the subject."""
    acting = view.duties.acting_for(subject.ref, *places)
    if acting.unit is None and acting.owner is None:
        return Acting(next(filter(view.stands, subject.run_by), None))
    return acting
