"""Turns one trouble ticket into the records it stands for: the complaint, its handling steps, what it refers to (docs/adapters.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import NamedTuple

from graph.errors import Where
from graph.framework import Framework
from graph.records import EdgeRow, NodeRow, Record, Ref, Refusal
from graph.schema import KINDS
from graph.settings import settings
from graph.store import Store
from graph.text import Text
from graph.values import BadValue, Value, clip, moment
from ingest.items import Bundle, Carried, Item, shorten
from ingest.masking import Masker
from ingest.readers import json_reader, read_id
from ingest.report import Notes
from ingest.tmf621_fields import (
    ENDED,
    Linked,
    Ticket,
    changes,
    entities,
    external_ids,
    parties,
    relationships,
    status_of,
    text,
    without_ours,
)
from ingest.tmf621_keep import kept_text, shown_text

PREFIX = "tmf621/"
"""What the id of a node begins with that is created from a ticket; nodes that are there already go by their own id."""
_STEPS = {"acknowledged": "received", "rejected": "closed", "cancelled": "closed", "closed": "closed"}
_SUBJECTS = {
    **dict.fromkeys(("Product", "ProductOffering", "ProductSpecification", "Service"), "Product"),
    **dict.fromkeys(("Campaign", "Promotion", "MarketingCampaign"), "Campaign"),
}  # fmt: skip
_CUSTOMER_ROLES = ("customer", "reporter", "originator", "requester", "requestor")
_RECEIVER_ROLES = frozenset(("firstcontact", "receiver", "receivedby"))
_HANDLER_ROLES = frozenset(("handler", "currenthandler", "assignee", "resolver", "owner"))
_HOME_ROLES = frozenset(("homeunit",))
_REPEATS = frozenset(("duplicate", "duplicateof", "isduplicate", "isduplicateof", "duplicates", "repeat", "repeats", "isrepeatof", "repeatof"))  # fmt: skip
_OWNS = ("IN_CATEGORY", "RAISED_VIA", "ABOUT", "RECEIVED_BY", "HOME_UNIT")
_NO_ID = Text("单据没有编号（id 或外部编号）；请补上", "the ticket has no id and no external one; add it")
_NO_DATE = Text(
    "单据没有 creationDate，也没有其他日期；请补上", "the ticket has neither creationDate nor any other date; add it"
)
_OTHER_DATE = Text(
    "缺少 creationDate，取最早的状态变更或更新时间", "creationDate missing: the earliest change or update was taken"
)
_UNKNOWN_STATUS = Text(
    "状态不在 TM Forum 的八种之中，原样保存", "a status that is none of TM Forum's eight, kept as it is written"
)


class _Link(NamedTuple):
    """An edge of the complaint and, where its end is created from the ticket, the record that does so."""

    edge: str
    target: Ref
    created: Record | None


class TicketReader:
    """Reads tickets of one source; nodes that tickets refer to are created once.

    Args:
        source: whose word the tickets are.
        zone: the zone of times without one.
        store: where nodes that tickets refer to are looked for.
        notes: where masked pieces and other remarks are counted.
    """

    def __init__(self, source: str, zone: tzinfo, store: Store, notes: Notes) -> None:
        self._sources, self._zone, self._store, self._notes = (source,), zone, store, notes
        self._masker = Masker(settings().mask_secret()) if settings().mask else None
        self._read = {name: json_reader(prop, zone) for name, prop in KINDS["Complaint"].properties.items()}
        self._read_step = {name: json_reader(prop, zone) for name, prop in KINDS["HandlingStep"].properties.items()}
        self._framework: Framework | None = None
        self._resolved: dict[tuple[str, str], Ref] = {}
        self._created: set[Ref] = set()

    def items(
        self, ticket: Ticket, where: Where, carries: Sequence[Carried] = (), fallback: object = None
    ) -> Iterator[Item]:
        """What a ticket becomes: created nodes, the complaint, its steps, its repeats; or why it is refused.

        Args:
            ticket: its fields.
            where: the place of its first line.
            carries: further lines that went into the ticket.
            fallback: a time to take where the ticket names none.
        """
        ticket = without_ours(ticket)
        field = [""]
        try:
            id_ = ticket_id(ticket)
            field[0] = "creationDate"
            props = self._properties(ticket, field, fallback)
            field[0] = "relatedEntity"
            links = self._links(ticket)
        except BadValue as error:
            yield self.refuse(ticket, where._replace(field=field[0]), error.reason)
            for carried in carries:
                yield Refusal(carried.counted_as, carried.where, error.reason, "")
            return
        for link in links:
            if link.created is not None:
                yield link.created._replace(where=where)
        start = Ref("Complaint", id_)
        edges = dict.fromkeys((link.edge, link.target) for link in links if link.edge != "BY")
        record = Record(
            NodeRow("Complaint", id_, props, self._sources),
            tuple(EdgeRow(edge, start, target, {}, self._sources) for edge, target in edges), where, _OWNS,
        )  # fmt: skip
        yield Bundle(record, tuple(carries)) if carries else record
        yield from self._steps(ticket, start, next((link.target for link in links if link.edge == "BY"), None), where)
        for kind, other in relationships(ticket):
            if "".join(filter(str.isalpha, kind)).lower() in _REPEATS and other and other != id_:
                yield Record(None, (EdgeRow("REPEATS", start, Ref("Complaint", other), {}, self._sources),), where)

    def refuse(self, said: object, where: Where, reason: Text) -> Refusal:
        """A ticket, or what stands in the place of one, that is refused; what it says is masked as it would have been in the store."""
        return Refusal("Complaint", where, reason, shorten(shown_text(said, self._masker)))

    # ── the complaint ─────────────────────────────────────────────────────────────────────────────
    def _properties(self, ticket: Ticket, field: list[str], fallback: object) -> dict[str, Value]:
        said: dict[str, object] = {
            "event_at": self._opened(ticket, fallback), "closed_at": ticket.get("resolutionDate"),
            "name": ticket.get("name"), "text": ticket.get("description") or ticket.get("name"),
            "severity": ticket.get("severity"), "customer": self._customer(ticket),
            "original": kept_text(ticket, self._masker, self._notes),
        }  # fmt: skip
        status = status_of(ticket.get("status"))
        if status is None and ticket.get("status") is not None:
            self._notes.add(_UNKNOWN_STATUS)
        said["status"] = status
        props: dict[str, Value] = {}
        for name, raw in said.items():
            field[0] = name
            value = self._read[name](raw)
            if value is not None:
                props[name] = value
        return props

    def _opened(self, ticket: Ticket, fallback: object) -> object:
        if ticket.get("creationDate"):
            return ticket["creationDate"]
        dates = [change.date for change in changes(ticket)]
        found = min((when for date in dates if date and (when := self._moment(date)) is not None), default=None)
        other = found or ticket.get("statusChangeDate") or ticket.get("lastUpdate") or fallback
        if not other:
            raise BadValue(_NO_DATE)
        self._notes.add(_OTHER_DATE)
        return other

    def _moment(self, raw: object) -> str | None:
        if isinstance(raw, bool | dict | list):
            raise BadValue(Text(f"不是时间：{clip(raw)}", f"not a time: {clip(raw)}"))
        return moment(raw, self._zone)

    def _customer(self, ticket: Ticket) -> str | None:
        """The id of whom the ticket is for; where that is a personal number, loading puts a pseudonym in its place."""
        found = parties(ticket)
        ranked = [party for role in _CUSTOMER_ROLES for party in found if party.role.lower() == role]
        ranked += [party for party in found if party.type == "Customer"]
        return ranked[0].id if ranked else None

    # ── links ─────────────────────────────────────────────────────────────────────────────────────
    def _links(self, ticket: Ticket) -> list[_Link]:
        found: list[_Link] = []
        kind = text(ticket, "ticketType")
        if kind:
            found.append(self._link("IN_CATEGORY", "Category", Linked("", kind, kind, "")))
        channel = ticket.get("channel")
        if isinstance(channel, dict) and (id_ := text(channel, "id") or text(channel, "name")):
            found.append(self._link("RAISED_VIA", "Channel", Linked("", id_, text(channel, "name"), "")))
        for entity in entities(ticket):
            if entity.type in _SUBJECTS:
                found.append(self._link("ABOUT", _SUBJECTS[entity.type], entity))
        for party in parties(ticket):
            role = "".join(filter(str.isalpha, party.role)).lower()
            holder = "OrgUnit" if party.type.startswith("Organi") else "Owner"
            if role in _RECEIVER_ROLES:
                found.append(self._link("RECEIVED_BY", holder, party))
            elif role in _HANDLER_ROLES:
                found.append(self._link("BY", holder, party))
            elif role in _HOME_ROLES and holder == "OrgUnit":
                found.append(self._link("HOME_UNIT", "OrgUnit", party))
        return found

    def _link(self, edge: str, kind: str, linked: Linked) -> _Link:
        target = self._target(kind, linked)
        created = None
        if target.id.startswith(PREFIX) and target not in self._created:
            self._created.add(target)
            # who handles tickets is a person: no name of theirs is taken over, as the framework needs none
            props: dict[str, Value] = (
                {"party": "person"} if kind == "Owner" else {"name": linked.name} if linked.name else {}
            )
            created = Record(NodeRow(kind, target.id, props, self._sources), (), Where())
        return _Link(edge, target, created)

    def _target(self, kind: str, linked: Linked) -> Ref:
        """The node that a ticket means: the one of that id, a category of that name, else one to be created."""
        known = self._resolved.get((kind, linked.id))
        if known is None:
            id_ = read_id(linked.id)
            assert id_ is not None  # blank ones were left out
            known = self._known(kind, id_) or Ref(kind, PREFIX + id_)
            self._resolved[kind, linked.id] = known
        return known

    def _known(self, kind: str, id_: str) -> Ref | None:
        if KINDS[kind].group != "framework":
            return next((node.ref for node in self._store.nodes(kind, [id_])), None)
        if self._framework is None:
            self._framework = self._store.framework()
        ref = Ref(kind, id_)
        if self._framework.get(ref) is not None:
            return ref
        if kind != "Category":
            return None
        named = [node.ref for node in self._framework.nodes(kind).values() if id_ in (node.props.get("name"), node.props.get("name_en")) and not node.id.startswith(PREFIX)]  # fmt: skip
        return named[0] if len(named) == 1 else None

    # ── steps ─────────────────────────────────────────────────────────────────────────────────────
    def _steps(self, ticket: Ticket, complaint: Ref, handler: Ref | None, where: Where) -> Iterator[Item]:
        """A step for each change of status; the last one is the handler's."""
        dated: list[tuple[str, str, object, object]] = []
        for change in changes(ticket):
            try:
                when = self._moment(change.date) if change.date else None
                if when is None:
                    raise BadValue(Text("状态变更没有时间", "the change of status has no date"))
                dated.append((when, status_of(change.status) or "", change.status, change.reason))
            except BadValue as error:
                shown = f"{complaint.id}: {change.status} {clip(change.date)}"
                yield Refusal("HandlingStep", where._replace(field="statusChange"), error.reason, shown)
        dated.sort(key=lambda entry: entry[0])  # stable: changes of one moment stay as they are written
        before, same = "", 0
        for place, (when, status, written, reason) in enumerate(dated, start=1):
            same = same + 1 if place > 1 and dated[place - 2][0] == when else 1
            step = "reopened" if before in ENDED and status not in ENDED else _STEPS.get(status, "handled")
            before = status or before
            by = handler if place == len(dated) else None
            id_ = f"{complaint.id}/{when}" + (f"#{same}" if same > 1 else "")
            yield self._step(
                id_,
                {"step": step, "seq": place, "event_at": when, "note_en": written, "reason": reason},
                complaint,
                by,
                where,
            )

    def _step(
        self, id_: str, said: dict[str, object], complaint: Ref, by: Ref | None, where: Where
    ) -> Record | Refusal:
        try:
            props = {name: value for name, raw in said.items() if (value := self._read_step[name](raw)) is not None}
            known = read_id(id_)
        except BadValue as error:
            return Refusal("HandlingStep", where._replace(field="statusChange"), error.reason, clip(id_, 200))
        ref = Ref("HandlingStep", str(known))
        edges = [EdgeRow("OF", ref, complaint, {}, self._sources)]
        if by is not None:
            edges.append(EdgeRow("BY", ref, by, {}, self._sources))
        return Record(NodeRow(ref.kind, ref.id, props, self._sources), tuple(edges), where, ("BY",))


def ticket_id(ticket: Ticket) -> str:
    """The id of a ticket, or where it has none the first that another system gave it.

    Raises:
        BadValue: there is none, or it is no id.
    """
    raw = text(ticket, "id") or next(iter(external_ids(ticket)), "")
    id_ = read_id(raw) if raw else None
    if id_ is None:
        raise BadValue(_NO_ID)
    return id_
