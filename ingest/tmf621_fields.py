"""The vocabulary of TMF621 trouble tickets, v4.0 and v5.0: field names, statuses, and the parts that the two versions write differently.

Source of the names and of what is required: TM Forum's own API descriptions, TMF621 Trouble Ticket 4.0.0 (release 19.0,
June 2019) and 5.0.1, as published in its repository tmforum-apis/TMF621_TroubleTicket.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

Ticket = dict[str, Any]
Api = Literal["v4", "v5"]

STATUSES = {
    "acknowledged": "acknowledged", "rejected": "rejected", "pending": "pending", "held": "held", "inProgress": "in_progress",
    "cancelled": "cancelled", "closed": "closed", "resolved": "resolved",
}  # fmt: skip
"""TM Forum's eight statuses as we write them."""
ENDED = frozenset(("rejected", "cancelled", "closed", "resolved"))
"""Statuses after which an open one means that the ticket was opened again."""
FACTS = ("id", "name", "description", "severity", "creationDate", "resolutionDate")
"""Fields that properties of a complaint hold in full; all others are kept as they stand."""
OURS = "suyuan"
"""What the names of characteristics and the roles of parties begin with that we add, and leave out when we read them again."""
_SPELT = {"".join(filter(str.isalpha, name)).lower(): ours for name, ours in STATUSES.items()} | {
    "canceled": "cancelled", "onhold": "held", "open": "acknowledged", "new": "acknowledged",
}  # fmt: skip
_V5_ONLY = ("statusChangeHistory", "externalIdentifier", "troubleTicketSpecification")
_V4_ONLY = ("statusChange", "externalId")


class Change(NamedTuple):
    """One change of status: when, to which, why; as written."""

    date: object
    status: object
    reason: object


class Linked(NamedTuple):
    """A party or entity that a ticket names; absent parts are empty."""

    role: str
    id: str
    name: str
    type: str


def status_of(raw: object) -> str | None:
    """Our status for one as written, whatever its spelling (``inProgress``, ``In Progress``); None for one that is none of the eight."""
    return _SPELT.get("".join(filter(str.isalpha, raw)).lower()) if isinstance(raw, str) else None


def written_status(ours: str) -> str:
    """TM Forum's spelling of one of our statuses."""
    return next(name for name, status in STATUSES.items() if status == ours)


def api_of(ticket: Mapping[str, Any]) -> Api:
    """Which version a ticket is written in; one that does not tell is v5 where it has ``@type``, which v5 asks for."""
    if any(field in ticket for field in _V5_ONLY):
        return "v5"
    nested = any(
        "partyOrPartyRole" in part or "entity" in part for part in (*_parts(ticket, "relatedParty"), *_parts(ticket, "relatedEntity"))
    )  # fmt: skip
    if nested:
        return "v5"
    flat = any("id" in part for part in (*_parts(ticket, "relatedParty"), *_parts(ticket, "relatedEntity")))
    if flat or any(field in ticket for field in _V4_ONLY):
        return "v4"
    return "v5" if "@type" in ticket else "v4"


def changes(ticket: Mapping[str, Any]) -> list[Change]:
    """The history of statuses as it is written."""
    return [
        Change(part.get("statusChangeDate", part.get("changeDate")), part.get("status"), part.get("statusChangeReason", part.get("changeReason")))
        for part in (*_parts(ticket, "statusChangeHistory"), *_parts(ticket, "statusChange"))
    ]  # fmt: skip


def parties(ticket: Mapping[str, Any]) -> list[Linked]:
    """Who is related to the ticket, those left out that an export of ours added."""
    return [
        linked
        for part in _parts(ticket, "relatedParty")
        if not is_ours(part)
        for linked in _linked(part, "partyOrPartyRole")
    ]


def entities(ticket: Mapping[str, Any]) -> list[Linked]:
    """What is related to the ticket."""
    return [linked for part in _parts(ticket, "relatedEntity") for linked in _linked(part, "entity")]


def external_ids(ticket: Mapping[str, Any]) -> list[str]:
    """Ids that other systems gave the ticket."""
    found = [ticket.get("externalId"), *(part.get("id") for part in _parts(ticket, "externalIdentifier"))]
    return [str(id_) for id_ in found if isinstance(id_, str | int) and not isinstance(id_, bool) and str(id_).strip()]


def relationships(ticket: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Type and id of the tickets it is related to."""
    return [
        (text(part, "relationshipType"), text(part, "id"))
        for part in _parts(ticket, "troubleTicketRelationship")
    ]  # fmt: skip


def is_ours(part: Mapping[str, Any]) -> bool:
    """Whether a party or characteristic is one that an export of ours added."""
    return any(text(part, field).startswith(f"{OURS}.") for field in ("role", "name"))


def text(part: Mapping[str, Any], field: str) -> str:
    """A field that holds a text or number, as text; else ''."""
    raw = part.get(field)
    return str(raw).strip() if isinstance(raw, str | int | float) and not isinstance(raw, bool) else ""


def without_ours(ticket: Mapping[str, Any]) -> Ticket:
    """The ticket without the parties and characteristics that an export of ours added."""
    said = dict(ticket)
    for field in ("relatedParty", "troubleTicketCharacteristic"):
        parts = said.get(field)
        if isinstance(parts, list):
            kept = [part for part in parts if not (isinstance(part, dict) and is_ours(part))]
            if kept or not parts:
                said[field] = kept
            else:
                del said[field]
    return said


def _parts(ticket: Mapping[str, Any], field: str) -> Iterator[dict[str, Any]]:
    parts = ticket.get(field)
    return (part for part in (parts if isinstance(parts, list) else ()) if isinstance(part, dict))


def _linked(part: dict[str, Any], nested: str) -> Iterator[Linked]:
    """A reference in either form: v5 nests it below its role."""
    inner = part.get(nested)
    target = inner if isinstance(inner, dict) else part
    id_ = text(target, "id")
    if id_:
        yield Linked(
            text(part, "role"), id_, text(target, "name"), text(target, "@referredType") or text(target, "@type")
        )
