"""The life cycle of a finding: what people may decide, what only a run decides, and what is written down about it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import UsageError
from graph.subgraph import Label
from queries.case_answer import case_answer
from queries.case_edit import CaseEdit, MeasureEdit, edited
from queries.finding import BreakpointList, Finding, FindingCounts, ListRevision
from queries.finding_cases import (
    STATUSES,
    CaseState,
    assigned,
    case_id,
    fixed,
    settled,
    status_on,
    told,
)
from queries.finding_diff import difference

CHECKS = settings(max_examples=80, deadline=None, derandomize=True)
TODAY, AT = "2026-06-01", "2026-06-01T08:00:00.000000Z"
KEY = "unowned_control|ControlPoint:P1"
KINDS = ("unowned_control", "unmonitored", "no_deputy")
TEXT = Label(zh="甲", en="a")


def finding(key: str = KEY, severity: int = 2, complaints: float = 0.0) -> Finding:
    return Finding(
        key=key, class_="breakpoint", kind=key.partition("|")[0], severity=severity, nodes=(), message=TEXT, rule=TEXT, clause="",
        complaints=complaints, measure=TEXT, unit=None, owner=None, first_seen=TODAY, last_seen=TODAY,
    )  # fmt: skip


def run(*findings: Finding, as_of: str = TODAY) -> BreakpointList:
    counts = FindingCounts(by_class={"breakpoint": len(findings)}, by_kind=dict.fromkeys(KINDS, 0))
    return BreakpointList(
        as_of=as_of, revision=ListRevision(framework=1, facts=1), computed_at=f"{as_of}T09:00:00.000000Z", counts=counts,
        findings=findings,
    )  # fmt: skip


def change(case: CaseState, edit: CaseEdit, today: str = TODAY) -> CaseState:
    return edited(case, edit, today=today, at=AT, by="anna")


# ── people ──────────────────────────────────────────────────────────────────────────────────────────
def test_accepting_needs_a_reason_and_an_end_that_is_not_over() -> None:
    for edit in (
        CaseEdit("accepted"), CaseEdit("accepted", due="2026-07-01"), CaseEdit("accepted", reason="budget"),
        CaseEdit("accepted", reason="budget", due="2026-05-31"),
    ):  # fmt: skip
        with pytest.raises(UsageError):
            change(CaseState(KEY), edit)
    case = change(CaseState(KEY), CaseEdit("accepted", reason="budget", due=TODAY))
    assert (case.status, case.reason, case.due) == ("accepted", "budget", TODAY)


def test_an_acceptance_ends_after_its_last_day() -> None:
    case = change(CaseState(KEY), CaseEdit("accepted", reason="budget", due="2026-06-10"))
    assert [status_on(case, day) for day in ("2026-06-09", "2026-06-10", "2026-06-11")] == [
        "accepted",
        "accepted",
        "open",
    ]
    (again,) = settled(run(finding(), as_of="2026-06-11"), {KEY: case}, KINDS)
    assert (again.status, again.reason, again.due) == ("open", None, None)
    assert settled(run(finding(), as_of="2026-06-10"), {KEY: case}, KINDS) == []


def test_nobody_sets_verified() -> None:
    with pytest.raises(UsageError, match="verified"):
        change(CaseState(KEY), CaseEdit("verified"))
    with pytest.raises(UsageError, match="no status"):
        change(CaseState(KEY), CaseEdit("done"))


def test_assigning_needs_somebody() -> None:
    with pytest.raises(UsageError):
        change(CaseState(KEY), CaseEdit("assigned"))
    case = change(CaseState(KEY), CaseEdit(assignee="Owner:ben", due="2026-07-01"))
    assert (case.status, case.assignee, case.due) == ("assigned", "Owner:ben", "2026-07-01")


def test_saying_the_same_again_changes_nothing() -> None:
    for edit in (
        CaseEdit("assigned", "Owner:ben", "2026-07-01", None, "soon"), CaseEdit("fixed"), CaseEdit(note="later"),
        CaseEdit(measures=[MeasureEdit("train", "planned", "2026-08-01", "Owner:ben")]),
    ):  # fmt: skip
        case = change(CaseState(KEY), edit)
        assert len(case.history) == 1
        assert change(case, edit) is case


def test_a_whole_statement_takes_away_what_it_does_not_say() -> None:
    case = change(CaseState(KEY), CaseEdit("assigned", "Owner:ben", "2026-07-01", None, "soon"))
    assert change(case, CaseEdit(note=None)) is case
    bare = change(case, CaseEdit("assigned", "Owner:ben", whole=True))
    assert (bare.status, bare.assignee, bare.due, bare.note) == ("assigned", "Owner:ben", None, None)


def test_measures_are_told_apart_by_name() -> None:
    case = change(CaseState(KEY), CaseEdit(measures=[MeasureEdit("train"), MeasureEdit("hire", due="2026-07-01")]))
    case = change(case, CaseEdit(measures=[MeasureEdit("train", "done")]))
    assert [(m.name, m.status, m.due) for m in case.measures] == [
        ("hire", "planned", "2026-07-01"),
        ("train", "done", None),
    ]
    assert case.status == "open", "a measure alone decides nothing about the finding"
    with pytest.raises(UsageError):
        change(case, CaseEdit(measures=[MeasureEdit("train", "finished")]))


# ── runs ────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("status", ["open", "assigned", "accepted", "fixed"])
def test_closing_the_gap_verifies_and_its_return_reopens(status: str) -> None:
    case = CaseState(KEY, status, "Owner:ben", "2026-12-31", "why" if status == "accepted" else None)  # type: ignore[arg-type]
    assert settled(run(finding()), {KEY: case}, KINDS) == []
    (verified,) = settled(run(), {KEY: case}, KINDS)
    assert verified.status == "verified"
    assert settled(run(), {KEY: verified}, KINDS) == []
    assert status_on(verified, TODAY) == "open", "the list shows no verified finding"
    (again,) = settled(run(finding()), {KEY: verified}, KINDS)
    assert (again.status, again.assignee) == ("open", None)
    assert json.loads(again.history[0])["assignee"] == "Owner:ben"
    by = [json.loads(line)["by"] for line in again.history]
    assert by == ["run", "run"]


def test_a_kind_that_was_not_looked_for_verifies_nothing() -> None:
    case = fixed(CaseState("other_kind|X:1"), at=AT)
    assert settled(run(), {case.id: case}, KINDS) == []


def test_the_list_shows_the_state_and_when_it_was_seen() -> None:
    case = assigned(CaseState(KEY), "Owner:ben", None, at=AT)
    other = finding("unmonitored|ControlPoint:P2")
    answer = told(run(finding(), other), {KEY: case}, {KEY: ("2026-03-01", TODAY)})
    assert [(f.status, f.first_seen, f.last_seen) for f in answer.findings] == [
        ("assigned", "2026-03-01", TODAY),
        ("open", TODAY, TODAY),
    ]


def test_a_key_longer_than_an_id_keeps_its_kind() -> None:
    key = "cause_cycle|" + "|".join(f"ControlPoint:{n:04}" for n in range(100))
    case = fixed(CaseState(key), at=AT)
    assert len(case.id) <= 512
    assert case.id.startswith("cause_cycle|")
    assert case_id(case.id) == case.id
    assert settled(run(finding(key)), {case.id: case}, ("cause_cycle",)) == []
    assert settled(run(), {case.id: case}, ("cause_cycle",))[0].status == "verified"


# ── what is written down ────────────────────────────────────────────────────────────────────────────
WORDS = st.one_of(st.none(), st.text(alphabet=";；甲b\n\"'", min_size=1, max_size=6))
EDITS = st.builds(
    CaseEdit,
    st.sampled_from([None, *STATUSES[:-1]]),
    st.sampled_from([None, "Owner:ben", "OrgUnit:U1"]),
    st.sampled_from([None, "2026-05-01", "2026-07-01"]),
    WORDS,
    WORDS,
    st.lists(
        st.builds(
            MeasureEdit, st.sampled_from(["train", "hire"]), st.sampled_from([None, "done"]), st.none(), st.none()
        ),
        max_size=2,
        unique_by=lambda measure: measure.name,
    ),
    st.booleans(),
)
STEPS = st.lists(st.one_of(EDITS, st.booleans()), max_size=10)


@CHECKS
@given(STEPS)
def test_history_only_grows_and_the_version_is_the_state(steps: list[CaseEdit | bool]) -> None:
    case = CaseState(KEY)
    for step in steps:
        before = case
        if isinstance(step, bool):
            found = settled(run(finding()) if step else run(), {KEY: case}, KINDS)
            case = found[0] if found else case
            assert case.status in ("verified",) if not step else case.status != "verified"
        else:
            try:
                case = change(case, step)
            except UsageError:
                continue
            assert case.status != "verified" or case is before
        assert case.history[: len(before.history)] == before.history
        same = (case.status, case.assignee, case.due, case.reason, case.note, case.measures) == (
            before.status, before.assignee, before.due, before.reason, before.note, before.measures,
        )  # fmt: skip
        assert (case.version == before.version) == same
        assert (len(case.history) > len(before.history)) == (not same)
        assert not any(";" in line or "；" in line for line in case.history), "a list stands in one cell of a table"
        shown = case_answer(case, finding(), TODAY).history
        assert [entry.note for entry in shown] == [json.loads(line).get("note") for line in case.history]
    if case.history:
        last = json.loads(case.history[-1])
        assert (last["status"], last.get("note")) == (case.status, case.note)


# ── two lists ───────────────────────────────────────────────────────────────────────────────────────
LISTS = st.dictionaries(
    st.integers(0, 5), st.tuples(st.integers(1, 4), st.sampled_from([0.0, 4.0, 9.0, 13.0, 14.0])), max_size=6
)


def _list(rows: dict[int, tuple[int, float]]) -> BreakpointList:
    return run(*(finding(f"unmonitored|X:{n}", *row) for n, row in sorted(rows.items())))


@CHECKS
@given(LISTS, LISTS)
def test_the_difference_of_two_lists(before: dict[int, tuple[int, float]], now: dict[int, tuple[int, float]]) -> None:
    found = difference(_list(before), _list(now))
    assert {f.key for f in found.new} == {f"unmonitored|X:{n}" for n in now.keys() - before.keys()}
    assert {f.key for f in found.gone} == {f"unmonitored|X:{n}" for n in before.keys() - now.keys()}
    worse = set()
    for n in now.keys() & before.keys():
        (was_severe, was), (is_severe, is_now) = before[n], now[n]
        if is_severe > was_severe or (is_severe == was_severe and is_now >= was + 5 and is_now >= 1.5 * was):
            worse.add(f"unmonitored|X:{n}")
    assert {w.finding.key for w in found.worse} == worse
    assert (found.before.findings, found.now.findings) == (len(before), len(now))
