"""Writes a complaint as a TMF621 trouble ticket of either version, without the trace: what was kept of it, and what the graph says now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from graph.case import StepFact
from graph.records import NodeRow, Ref
from ingest.tmf621_fields import Api, Ticket, api_of, changes, external_ids, written_status
from ingest.tmf621_keep import kept_fields

UNSTATED = "unspecified"
"""Written where TMF621 asks for a severity and nobody stated one; the standard leaves the values open."""
PLAIN_TYPE = "complaint"
"""The ticket type where a complaint has no category."""
_SAID = {"received": "acknowledged", "closed": "closed", "replied": "resolved"}
"""What a handling step says as a status; any other step is work in progress."""
_NESTED = {"relatedParty": ("partyOrPartyRole", "PartyRef", "RelatedPartyRefOrPartyRoleRef"), "relatedEntity": ("entity", "EntityRef", "RelatedEntity")}  # fmt: skip
_TO_V5 = {"changeDate": "statusChangeDate", "changeReason": "statusChangeReason"}
_TO_V4 = {new: old for old, new in _TO_V5.items()}
_REFERENCE = ("id", "href", "name", "@referredType")
_REFERRED = {"Product": "Product", "Campaign": "Campaign"}


def stated_api(node: NodeRow) -> Api | None:
    """The version in which a complaint came as a ticket; None where it came otherwise."""
    kept = kept_fields(node.props)
    return api_of(kept) if kept is not None else None


def plain_ticket(node: NodeRow, api: Api) -> Ticket:
    """A complaint's own properties and what was kept of it, as a ticket of a version."""
    props = node.props
    ticket: Ticket = {"id": node.id}
    for field, name in (("name", "name"), ("description", "text"), ("severity", "severity"), ("creationDate", "event_at"), ("resolutionDate", "closed_at")):  # fmt: skip
        if name in props:
            ticket[field] = props[name]
    ticket |= {name: value for name, value in (kept_fields(props) or {}).items() if name not in ticket}
    if "status" in props:
        ticket["status"] = written_status(str(props["status"]))
    return as_api(ticket, api)


def full_ticket(
    node: NodeRow, api: Api, *, steps: Sequence[StepFact], links: Mapping[str, Sequence[Ref]], name: Callable[[Ref], str],
) -> Ticket:  # fmt: skip
    """A ticket with everything its version asks for.

    Args:
        node: the complaint.
        api: the version.
        steps: its handling steps; they become the history of statuses where none was kept.
        links: edge type → where the complaint's edges of it lead to.
        name: gives a node's name.
    """
    ticket = plain_ticket(node, api)
    categories = links.get("IN_CATEGORY", ())
    ticket.setdefault("ticketType", name(categories[0]) if categories else PLAIN_TYPE)
    ticket.setdefault("description", ticket.get("name") or node.id)
    ticket.setdefault("severity", UNSTATED)
    ticket.setdefault("href", f"/tmf-api/troubleTicket/{api}/troubleTicket/{quote(node.id, safe='')}")
    channels = links.get("RAISED_VIA", ())
    if channels and "channel" not in ticket:
        ticket["channel"] = {"id": channels[0].id, "name": name(channels[0])} | (
            {"@type": "ChannelRef"} if api == "v5" else {}
        )
    if "relatedEntity" not in ticket and links.get("ABOUT"):
        ticket["relatedEntity"] = [
            reference("relatedEntity", "complaintSubject", ref.id, name(ref), _REFERRED[ref.kind], api)
            for ref in links["ABOUT"]
        ]
    if "relatedParty" not in ticket and node.props.get("customer"):
        ticket["relatedParty"] = [
            reference("relatedParty", "customer", str(node.props["customer"]), "", "Customer", api)
        ]
    if not changes(ticket) and steps:
        ticket = as_api(ticket | {"statusChange": [_change(step) for step in steps]}, api)
    if api == "v5":
        ticket.setdefault("@type", "TroubleTicket")
    return ticket


def reference(field: str, role: str, id_: str, name: str, referred: str, api: Api) -> dict[str, Any]:
    """A related party or entity as a version writes it."""
    flat = {"id": id_, **({"name": name} if name else {}), "role": role, "@referredType": referred}
    return _nested(flat, field) if api == "v5" else flat


def as_api(ticket: Ticket, api: Api) -> Ticket:
    """A ticket in the forms of a version; what only the other version has stays as it is."""
    said = dict(ticket)
    history = [
        part
        for name in ("statusChange", "statusChangeHistory")
        if isinstance(said.get(name), list)
        for part in said.pop(name)
    ]
    if history:
        turned = _TO_V5 if api == "v5" else _TO_V4
        said["statusChangeHistory" if api == "v5" else "statusChange"] = [_renamed(part, turned) for part in history]
    ids = external_ids(said)
    if api == "v5" and "externalId" in said and "externalIdentifier" not in said and ids:
        del said["externalId"]
        said["externalIdentifier"] = [{"id": ids[0], "@type": "ExternalIdentifier"}]
    elif api == "v4" and ids and "externalId" not in said:
        said["externalId"] = ids[0]
        if said["externalIdentifier"] == [{"id": ids[0], "@type": "ExternalIdentifier"}]:
            del said["externalIdentifier"]
    for field in _NESTED:
        parts = said.get(field)
        if isinstance(parts, list):
            turn = _nested if api == "v5" else _flat
            said[field] = [turn(part, field) if isinstance(part, dict) else part for part in parts]
    return said


def _change(step: StepFact) -> dict[str, Any]:
    return {"changeDate": step.event_at, "status": _SAID.get(step.step, "inProgress"), "changeReason": step.step}


def _renamed(part: Any, turned: Mapping[str, str]) -> Any:
    return {turned.get(name, name): value for name, value in part.items()} if isinstance(part, dict) else part


def _nested(part: dict[str, Any], field: str) -> dict[str, Any]:
    """A flat reference as v5 nests it; one that is nested already stays."""
    below, target_type, own_type = _NESTED[field]
    if below in part or "id" not in part:
        return part
    target = {name: part[name] for name in _REFERENCE if name in part} | {"@type": target_type}
    rest = {name: value for name, value in part.items() if name not in (*_REFERENCE, "@type")}
    return {**rest, "@type": own_type, below: target}


def _flat(part: dict[str, Any], field: str) -> dict[str, Any]:
    """A nested reference as v4 writes it flat; what the target says beyond a reference comes along."""
    below, _, own_type = _NESTED[field]
    target = part.get(below)
    if not isinstance(target, dict):
        return part
    rest = {
        name: value for name, value in part.items() if name != below and not (name == "@type" and value == own_type)
    }
    return {**{name: value for name, value in target.items() if name != "@type"}, **rest}
