"""Who answered then and who acts now, over random histories replayed event by event against an oracle that shares no code with the questions."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

START = date(2025, 1, 1)
DAYS = 500
POINT, STAGE, DOMAIN, CAMPAIGN = "ControlPoint:V", "Stage:S2", "Domain:D", "Campaign:M"
NEAR = {CAMPAIGN: 0, DOMAIN: 1, STAGE: 2, POINT: 3}


def iso(day: int) -> str:
    return (START + timedelta(days=day)).isoformat()


class Organisation:
    """The state of the organisation, changed by one event after another; it knows nothing of periods."""

    def __init__(self, rnd: random.Random) -> None:
        self.rnd = rnd
        self.parent: dict[str, str] = {"U0": "P0", "U1": "P0", "P0": "HQ", "P1": "HQ"}
        self.present = {f"o{n}" for n in range(6)}
        self.belongs = {owner: rnd.choice(["U0", "U1", "P0"]) for owner in sorted(self.present)}
        self.holder: dict[str, str] = {}
        self.duties: dict[str, dict[str, object]] = {}
        for n in range(rnd.randrange(2, 12)):
            duty = f"a{n}"
            self.duties[duty] = {
                "for": rnd.sample([POINT, STAGE, DOMAIN, CAMPAIGN, "Stage:S1"], rnd.choice([1, 1, 2])),
                "unit": rnd.choice([None, None, None, "U0", "U1", "P0", "HQ"]), "subject": rnd.choice([None, None, None, CAMPAIGN, "Campaign:N"]),
                "role": rnd.choice(["accountable", "accountable", "accountable", "responsible"]), "live": True,
            }  # fmt: skip
            self.holder[duty] = rnd.choice(sorted(self.present))
        self.head = rnd.choice([None, *sorted(self.present)])

    def above(self, unit: str) -> list[str]:
        found = [unit]
        while found[-1] in self.parent:
            found.append(self.parent[found[-1]])
        return found

    def happen(self) -> None:
        rnd, kind = (
            self.rnd,
            self.rnd.choice(["hand over", "leave", "move", "reorganise", "end", "appoint"]),
        )
        if kind == "hand over":
            self.holder[rnd.choice(sorted(self.holder))] = rnd.choice(sorted(self.belongs))
        elif kind == "leave":
            self.present.discard(rnd.choice(sorted(self.belongs)))
        elif kind == "move":
            self.belongs[rnd.choice(sorted(self.belongs))] = rnd.choice(["U0", "U1", "P0", "P1"])
        elif kind == "reorganise":
            self.parent[rnd.choice(["U0", "U1"])] = rnd.choice(["P0", "P1", "HQ"])
        elif kind == "end":
            self.duties[rnd.choice(sorted(self.duties))]["live"] = False
        else:
            self.head = rnd.choice([None, *sorted(self.belongs)])

    def answers(self, home: str) -> set[tuple[str, str | None]]:
        """Holder and unit of all that answer with equal right for V on M, home unit given."""
        reach = self.above(home)
        found: dict[tuple[int, int, int], set[str]] = {}
        for duty, what in self.duties.items():
            targets = [t for t in what["for"] if t in NEAR]
            if (
                what["role"] != "accountable"
                or not what["live"]
                or not targets
                or self.holder[duty] not in self.present
            ):
                continue
            if (what["unit"] is not None and what["unit"] not in reach) or what["subject"] == "Campaign:N":
                continue
            itself = CAMPAIGN in targets or what["subject"] == CAMPAIGN
            depth = len(self.above(what["unit"])) if what["unit"] else 0
            found.setdefault((itself, max(NEAR[t] for t in targets), depth), set()).add(self.holder[duty])
        best = found[max(found)] if found else {self.head} & self.present
        return {(owner, self.belongs[owner]) for owner in best}


class Scribe:
    """Writes what changed as dated edges and nodes, the way a load would state it."""

    def __init__(self, world, organisation) -> None:
        self.world, self.organisation = world, organisation
        self.open: dict[tuple[str, str, str], int] = {}
        self.spans: list[tuple[tuple[str, str, str], int, int | None]] = []

    def facts(self) -> set[tuple[str, str, str]]:
        o = self.organisation
        found = {("HELD_BY", f"Assignment:{d}", f"Owner:{h}") for d, h in o.holder.items()}
        found |= {("BELONGS_TO", f"Owner:{owner}", f"OrgUnit:{unit}") for owner, unit in o.belongs.items()}
        found |= {("PART_OF", f"OrgUnit:{low}", f"OrgUnit:{high}") for low, high in o.parent.items()}
        found |= {("HELD_BY", "Assignment:head", f"Owner:{o.head}")} if o.head else set()
        found |= {("node", f"Assignment:{d}", "") for d, what in o.duties.items() if what["live"]}
        return found | {("node", f"Owner:{owner}", "") for owner in o.present}

    def write(self, day: int) -> None:
        now = self.facts()
        for fact in sorted(self.open.keys() - now):
            self.spans.append((fact, self.open.pop(fact), day))
        for fact in sorted(now - self.open.keys()):
            self.open[fact] = day

    def finish(self) -> None:
        o = self.organisation
        for duty, what in o.duties.items():
            within = [f"OrgUnit:{what['unit']}"] if what["unit"] else []
            within += [what["subject"]] if what["subject"] else []
            self.world.assign(duty, None, what["for"], within, role=what["role"])
        self.world.assign("head", None, ["OrgUnit:U0"], role="head")
        for (name, source, target), since, until in [
            *self.spans,
            *((fact, day, None) for fact, day in self.open.items()),
        ]:
            period = {"valid_from": iso(since)} | ({"valid_to": iso(until)} if until is not None else {})
            if since == until:
                continue
            if name == "node":
                self.world.node(source, **period)  # who left does not come back: a node has one period
            else:
                self.world.edge(name, source, target, **period)


@pytest.mark.parametrize("block", range(10))
def test_then_and_now_over_a_hundred_histories(new_world, ask, block):
    contested = nobody = differing = 0
    for seed in range(block * 100, block * 100 + 100):
        rnd = random.Random(seed)
        world = new_world()
        world.stage("S1", order=1).stage("S2", order=2).point("V", "S2").points_to("K", {"V": 0.9})
        world.subject(CAMPAIGN, run_by=("U0",))
        organisation = Organisation(rnd)
        scribe = Scribe(world, organisation)
        scribe.write(0)
        moments = sorted(rnd.sample(range(10, DAYS), 3))  # the review, the complaint, the question
        events = sorted(rnd.sample(range(1, DAYS), rnd.randrange(0, 25)))
        gone: set[str] = set()
        expected = []
        for day in range(1, DAYS):
            if day in events:
                before = set(organisation.present)
                organisation.happen()
                organisation.present -= gone  # who left stays away: a node has one period
                gone |= before - organisation.present
                scribe.write(day)
            if day in moments:
                expected.append(organisation.answers("U0"))
        scribe.finish()
        reviewed = rnd.random() < 0.6
        if reviewed:
            world.review(CAMPAIGN, POINT, "failed", iso(moments[0]))
        answer = ask(world, world.case(day=iso(moments[1]), about=[CAMPAIGN], home=["U0"]), as_of=iso(moments[2]))
        assert answer.outcome == "named"
        then, now = (_told(side) for side in (answer.owner.then, answer.owner.now))
        assert then == expected[0 if reviewed else 1], seed
        assert now == expected[2], seed
        contested += len(now) > 1
        nobody += not now
        differing += then != now
    assert min(contested, nobody, differing) > 0, "the histories must exercise every case"


def _told(side) -> set[tuple[str, str | None]]:
    held = () if side is None else side.contested if hasattr(side, "contested") else (side,)
    return {(one.holder.split(":")[1], one.unit.split(":")[1] if one.unit else None) for one in held}
