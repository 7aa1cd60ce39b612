"""What a case holds of other complaints and other subjects, against a plain count over everything that is stored."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

import pytest

from graph.case import Case
from graph.errors import Where
from graph.records import EdgeRow, NodeRow, Record, Ref
from graph.store import Store

START = date(2025, 1, 1)
SUBJECTS = [Ref("Campaign", f"M{n}") for n in range(4)] + [Ref("Product", f"X{n}") for n in range(2)]


def _record(ref: Ref, props: dict[str, object], edges: list[tuple[str, Ref]]) -> Record:
    rows = tuple(EdgeRow(name, ref, target, {}, ("t",)) for name, target in sorted(set(edges)))
    owns = tuple(sorted({name for name, _ in edges}))
    return Record(NodeRow(ref.kind, ref.id, props, ("t",)), rows, Where(), owns)


def _at(day: int, hour: int) -> str:
    return f"{START + timedelta(days=day)}T{hour:02}:00:00.000000Z"


def _things(rnd: random.Random) -> list[Record]:
    """Units that run subjects, their entries and reviews."""
    found = [_record(Ref("OrgUnit", unit), {}, []) for unit in ("U", "V")]
    found += [_record(Ref("Stage", f"S{n}"), {}, []) for n in range(3)]
    found += [_record(Ref(kind, f"{kind[0]}{n}"), {}, []) for kind in ("ControlPoint", "Gate") for n in range(2)]
    found += [_record(Ref("Category", f"K{n}"), {}, []) for n in range(4)]
    for subject in SUBJECTS:
        runners = rnd.sample(["U", "V"], rnd.randrange(0, 3))
        found.append(_record(subject, {}, [("RUN_BY", Ref("OrgUnit", unit)) for unit in runners]))
    for n in range(60):
        at = _at(rnd.randrange(500), rnd.randrange(24))
        later = max(at, _at(rnd.randrange(500), 3))
        facts = {"event_at": at, "recorded_at": rnd.choice([at, later])}
        on = ("ON", rnd.choice(SUBJECTS))
        if n % 2:
            found.append(_record(Ref("StageEntry", f"E{n}"), facts, [("OF", Ref("Stage", f"S{rnd.randrange(3)}")), on]))
        else:
            of = rnd.choice(
                [Ref("ControlPoint", "C0"), Ref("ControlPoint", "C1"), Ref("Gate", "G0"), Ref("Gate", "G1")]
            )
            found.append(_record(Ref("Review", f"R{n}"), {**facts, "result": "passed"}, [("OF", of), on]))
    return found


def _complaints(rnd: random.Random, many: int) -> list[Record]:
    found = []
    for n in range(many):
        edges = [("ABOUT", ref) for ref in rnd.sample(SUBJECTS, rnd.choice([0, 1, 1, 1, 2, 3]))]
        edges += [("IN_CATEGORY", Ref("Category", f"K{k}")) for k in rnd.sample(range(4), rnd.choice([0, 1, 1, 2]))]
        if n and rnd.random() < 0.3:
            edges += [("REPEATS", Ref("Complaint", f"P{rnd.randrange(n):03}")) for _ in range(rnd.choice([1, 1, 2]))]
        at = _at(rnd.randrange(200), rnd.choice([1, 15, 16, 23]))  # days begin at 16:00 UTC
        found.append(_record(Ref("Complaint", f"P{n:03}"), {"event_at": at, "recorded_at": at}, edges))
    return found


class _Plain:
    """The same answers by looking at everything, each time."""

    def __init__(self, store: Store) -> None:
        self.at = {row.id: str(row.props["event_at"]) for row in store.nodes("Complaint")}
        self.links: dict[str, dict[str, list[Ref]]] = {}
        for name in ("ABOUT", "IN_CATEGORY", "REPEATS"):
            for edge in store.edges(name):
                self.links.setdefault(name, {}).setdefault(edge.source.id, []).append(edge.target)

    def of(self, name: str, id_: str) -> list[Ref]:
        return self.links.get(name, {}).get(id_, [])

    def day(self, id_: str) -> date:
        hour = int(self.at[id_][11:13])
        return date.fromisoformat(self.at[id_][:10]) + timedelta(days=hour >= 16)

    def counted(self, id_: str, about: list[Ref] | None) -> dict[tuple[str, ...], int]:
        count: Counter[tuple[str, ...]] = Counter()
        for other in self.at:
            days = (self.day(id_) - self.day(other)).days
            touches = about is None or set(about) & set(self.of("ABOUT", other))
            if 1 <= days <= 90 and not self.of("REPEATS", other) and touches:
                count[tuple(sorted(ref.id for ref in self.of("IN_CATEGORY", other)))] += 1
        return dict(count)

    def firsts(self, id_: str, seen: frozenset[str] = frozenset()) -> set[str]:
        found: set[str] = set()
        for ref in self.of("REPEATS", id_):
            if ref.id not in seen:
                further = self.firsts(ref.id, seen | {id_, ref.id})
                found |= further if self.of("REPEATS", ref.id) else {ref.id}
        return found


def _check(store: Store) -> list[Case]:
    plain, cases = _Plain(store), list(store.cases())
    for case in cases:
        episodes = case.episodes
        assert episodes.about.by_categories == plain.counted(case.id, list(case.about)), case.id
        assert episodes.all.by_categories == plain.counted(case.id, None), case.id
        assert (date.fromisoformat(episodes.until), date.fromisoformat(episodes.since)) == (
            plain.day(case.id), plain.day(case.id) - timedelta(days=90)
        )  # fmt: skip
        assert [own.id for own in episodes.own] == sorted(plain.firsts(case.id)), case.id
        for own in episodes.own:
            assert (own.event_at, list(own.about)) == (plain.at[own.id], sorted(plain.of("ABOUT", own.id)))
            assert list(own.categories) == sorted(ref.id for ref in plain.of("IN_CATEGORY", own.id))
    return cases


@pytest.mark.parametrize("seed", [1, 2])
def test_counts_before_a_complaint_through_loads_and_corrections(store: Store, seed: int) -> None:
    rnd = random.Random(seed)
    records = [*_things(rnd), *_complaints(rnd, 120)]
    for at in range(0, len(records), 40):
        with store.session() as session:
            session.write(records[at : at + 40])
    assert any(case.episodes.own for case in _check(store))
    with store.session() as session:  # some move to another day, subject or category, some repeat no longer
        session.write(_complaints(random.Random(seed + 100), 60))
    _check(store)
    with store.session(replacing=True) as session:
        session.write(records[: len(records) // 2])
        session.withdraw("t")
    assert _check(store)


def test_what_a_unit_keeps_of_the_subjects_it_runs(store: Store) -> None:
    rnd = random.Random(3)
    with store.session() as session:
        session.write([*_things(rnd), *_complaints(rnd, 30)])
    run: dict[str, set[Ref]] = {}
    for edge in store.edges("RUN_BY"):
        run.setdefault(edge.target.id, set()).add(edge.source)
    moments = {
        row.id: (str(row.props["event_at"]), str(row.props["recorded_at"]))
        for kind in ("StageEntry", "Review")
        for row in store.nodes(kind)
    }
    on = {edge.source: edge.target for edge in store.edges("ON")}
    of = {edge.source: edge.target for edge in store.edges("OF")}
    checked = 0
    for case in store.cases():
        runners = {unit for subject in case.subjects.values() for unit in subject.run_by}
        assert set(case.runners) == runners
        for unit, runner in case.runners.items():
            expected = [
                (
                    subject,
                    sorted((moments[e.id][0], e.id, of[e].id) for e in on if e.kind == "StageEntry" and on[e] == subject),
                    {
                        target: min(max(moments[r.id]) for r in on if r.kind == "Review" and on[r] == subject and of[r] == target)
                        for target in {of[r] for r in on if r.kind == "Review" and on[r] == subject}
                    },
                )
                for subject in sorted(run.get(unit, ()))
                if any(e.kind == "StageEntry" and on[e] == subject for e in on)
            ]  # fmt: skip
            found = [
                (r.ref, [(e.event_at, e.id, e.stage) for e in r.entries], dict(r.reviewed)) for r in runner.subjects
            ]
            assert found == expected
            checked += len(found)
    assert checked
