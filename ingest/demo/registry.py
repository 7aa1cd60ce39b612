"""Complaints become rows: ids in the order they came in, texts, links, the steps of handling some, and the truth apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from graph.records import Ref
from ingest.demo.calendar import LAST_DAY
from ingest.demo.complaints import Draft
from ingest.demo.duties import Duties
from ingest.demo.failures import Scene
from ingest.demo.tables import Tables
from ingest.demo.wording import Wording

TRUTH_COLUMNS = ("complaint", "cause", "control_point", "subject", "owner")
_HANDLED, _CODED, _CODE_RIGHT = 0.3, 0.03, 0.7
_PERSONAL_RECEIPT = 0.25


def register(
    rng: Random, tables: Tables, scene: Scene, duties: Duties, drafts: Sequence[Draft]
) -> list[dict[str, str]]:
    """Write all complaints and handling steps; returns the rows of the truth file in the order of the complaints."""
    names = (
        {p.ref.id: p.name for p in scene.products}
        | {c.ref.id: c.name for c in scene.campaigns}
        | scene.organisation.names
    )
    wording = Wording(rng, names, scene.catalogue.channel_names)
    order = sorted(range(len(drafts)), key=lambda position: (drafts[position].moment, position))
    ids = {position: f"TS-{number + 1:05d}" for number, position in enumerate(order)}
    clerks = {unit: scene.organisation.of_unit(unit) for unit in scene.organisation.names}
    clerks |= {team: scene.organisation.post(city, "服务主管") for city, team in scene.organisation.teams.items()}
    truth = []
    for position in order:
        draft, id_ = drafts[position], ids[position]
        receipt = Ref("OrgUnit", draft.received_by)
        team_of = {team: city for city, team in scene.organisation.teams.items()}
        if clerks[draft.received_by] and draft.received_by not in team_of and rng.random() < _PERSONAL_RECEIPT:
            receipt = Ref("Owner", rng.choice(clerks[draft.received_by]))
        closed = draft.moment + timedelta(hours=rng.randint(4, 200))
        over = closed.date() <= LAST_DAY
        complaint = tables.node(
            "Complaint", id_, text=wording.text(draft), event_at=draft.moment, severity=rng.choice(("一般", "一般", "一般", "较重", "严重")),
            status="closed" if over else "in_progress", closed_at=closed if over else None,
            escalation_level=1 if draft.channel in ("CH-14", "CH-16", "CH-19") else 0, customer=f"K-{draft.customer:05d}",
            ABOUT=list(draft.about), IN_CATEGORY=[Ref("Category", draft.category)], RAISED_VIA=[Ref("Channel", draft.channel)],
            REPEATS=[Ref("Complaint", ids[draft.repeats])] if draft.repeats is not None else None,
            HOME_UNIT=[Ref("OrgUnit", draft.city)] if draft.city else None, RECEIVED_BY=[receipt], NAMES=_code(rng, scene, draft),
        )  # fmt: skip
        if rng.random() < _HANDLED:
            _steps(rng, tables, complaint, draft, closed if over else None)
        truth.append(_truth(scene, duties, draft, id_))
    return truth


def _truth(scene: Scene, duties: Duties, draft: Draft, id_: str) -> dict[str, str]:
    failure = draft.failure
    if failure is None:
        return {"complaint": id_, "cause": draft.cause}
    owner = duties.answerable(scene.catalogue, failure.point, failure.subject, failure.city or draft.city, failure.slip)
    return {
        "complaint": id_, "cause": draft.cause, "control_point": failure.point, "subject": str(failure.subject),
        "owner": f"Owner:{owner}" if owner else "",
    }  # fmt: skip


def _code(rng: Random, scene: Scene, draft: Draft) -> list[Ref] | None:
    """The cause code that a clerk fills in now and then, right in most cases."""
    if rng.random() >= _CODED:
        return None
    if draft.failure is not None and rng.random() < _CODE_RIGHT:
        return [Ref("ControlPoint", draft.failure.point)]
    return [Ref("ControlPoint", rng.choice(list(scene.catalogue.felt_as)))]


def _steps(rng: Random, tables: Tables, complaint: Ref, draft: Draft, closed: datetime | None) -> None:
    """The way of one complaint through the units: received, passed on, perhaps sent back, handled, answered, closed."""
    here = draft.received_by
    plan: list[tuple[str, str, str]] = [("received", here, "")]
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        there = rng.choice(
            [unit for unit in ("QC-SL2", "QC-BIL", "QC-NET", "QC-PRD", draft.city or "QC-CS") if unit != here]
        )
        plan.append(("routed", here, there))
        if rng.random() < 0.15:
            plan += [("returned", there, here), ("routed", here, there)]
        here = there
    if rng.random() < 0.15:
        plan.append(("chased", draft.received_by, here))
    plan.append(("handled", here, ""))
    if closed is not None:
        plan += [("replied", draft.received_by, ""), ("closed", draft.received_by, "")]
    until = closed or min(
        draft.moment + timedelta(hours=8), datetime.combine(LAST_DAY, datetime.max.time().replace(microsecond=0))
    )
    pause = (until - draft.moment) / max(1, len(plan) - 1)
    for seq, (step, by, to) in enumerate(plan, 1):
        tables.node(
            "HandlingStep", f"{complaint.id}-{seq}", step=step, seq=seq,
            event_at=(draft.moment + pause * (seq - 1)).replace(microsecond=0),
            reason="派单有误" if step == "returned" else None, OF=[complaint], BY=[Ref("OrgUnit", by)],
            TO=[Ref("OrgUnit", to)] if to else None,
        )  # fmt: skip
