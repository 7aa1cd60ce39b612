"""Complaints as TMF621 trouble tickets with our trace in them: characteristics and related parties whose names begin with ``suyuan.``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from api.context import AsOf
from api.serving import Serving
from graph.case import Case
from graph.records import NodeRow, Ref
from ingest.tmf621_fields import OURS, Api, Ticket
from ingest.tmf621_write import full_ticket, reference, stated_api
from queries.answers import TraceAnswer

DEFAULT_API: Api = "v5"
"""The version of tickets made of complaints that came otherwise."""
_REFERRED = {"OrgUnit": "Organization", "Owner": "Individual"}


def ticket(desk: Serving, complaint: str, as_of: AsOf, api: Api | None, version: str | None) -> Ticket:
    """A complaint as a ticket with its trace.

    Args:
        desk: the store that holds it.
        complaint: its id.
        as_of: the time the trace answers for.
        api: the version of TMF621; None: the one in which it came, else v5.
        version: the numbers of the trace; None: those in force.

    Raises:
        UnknownId: it is not stored.
    """
    case = desk.case(complaint)
    answer = desk.trace(case.id, as_of, version)
    return _ticket(desk, case, answer, api, desk.namer("zh"))


def tickets(desk: Serving, as_of: AsOf, api: Api | None, version: str | None) -> Iterator[Ticket]:
    """Every complaint as a ticket with its trace, in id order."""
    name = desk.namer("zh")
    for answer in desk.traces(as_of, version):
        yield _ticket(desk, desk.case(answer.complaint), answer, api, name)


def _ticket(
    desk: Serving, case: Case, answer: TraceAnswer, api: Api | None, name: Callable[[str | None], str]
) -> Ticket:
    node = NodeRow("Complaint", case.id, case.props)
    wanted = api or stated_api(node) or DEFAULT_API

    def plain_name(ref: Ref) -> str:
        return name(str(ref)).removeprefix(f"{ref.id} ")

    links = {
        "IN_CATEGORY": [Ref("Category", id_) for id_ in case.categories],
        "RAISED_VIA": [Ref("Channel", id_) for id_ in case.channels],
        "ABOUT": case.about,
    }
    said = full_ticket(node, wanted, steps=case.steps, links=links, name=plain_name)
    own = said.get("relatedParty")
    added = [
        reference("relatedParty", role, ref.id, plain_name(ref), _REFERRED.get(ref.kind, ref.kind), wanted)
        for role, ref in _parties(answer)
    ]
    if added:
        said["relatedParty"] = [*(own if isinstance(own, list) else ()), *added]
    held = said.get("troubleTicketCharacteristic")
    said["troubleTicketCharacteristic"] = [*(held if isinstance(held, list) else ()), *_characteristics(answer)]
    if wanted == "v4":  # 4.0.0 has no characteristics of tickets: what has more than a type says which it extends
        said.setdefault("@baseType", "TroubleTicket")
        said.setdefault("@type", "TracedTroubleTicket")
    return said


def _parties(answer: TraceAnswer) -> Iterator[tuple[str, Ref]]:
    """The three parties that a trace keeps apart, those that are known."""
    parties = answer.parties
    for role, who in (
        ("firstContact", parties.first_contact),
        ("currentHandler", parties.current_handler),
        ("rootOwner", parties.root_owner),
    ):
        if who is not None:
            yield f"{OURS}.{role}", Ref.parse(who)


def _characteristics(answer: TraceAnswer) -> list[dict[str, Any]]:
    """The trace as characteristics: what was found, how sure, where it should have been caught, why, and as of when."""
    root, gate = answer.root, answer.earliest_gate
    said: dict[str, str | float | None] = {
        "outcome": answer.outcome, "reason": answer.reason,
        "controlPoint": root.control_point if root is not None else None,
        "stage": root.stage if root is not None else None,
        "domain": root.domain if root is not None else None,
        "subject": root.subject if root is not None else None,
        "probability": root.probability if root is not None else None,
        "earliestGate": gate.gate if gate is not None else None,
        "earliestGateState": gate.state if gate is not None else None,
        "explanation": answer.explanation.zh, "explanationEn": answer.explanation.en,
        "asOf": answer.as_of,
        "revision": f"{answer.revision.framework}.{answer.revision.facts}.{answer.revision.parameters}",
    }  # fmt: skip
    return [_characteristic(f"{OURS}.{name}", value) for name, value in said.items() if value is not None]


def _characteristic(name: str, value: str | float) -> dict[str, Any]:
    kind = "string" if isinstance(value, str) else "number"
    return {"name": name, "valueType": kind, "value": value, "@type": f"{kind.capitalize()}Characteristic"}
