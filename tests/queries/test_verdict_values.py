"""Verdicts as values: what they say, which one counts, and a seal that shows whether anything was changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.records import EdgeRow, NodeRow, Ref
from queries.verdicts import VERDICT_EDGES, Judged, Ruling, judged, rows_of, ruling, rulings

SAID = {
    "outcome": "named", "control_point": "CP23", "subject": "Campaign:M1", "by": "o1", "sampled": "random",
    "event_at": "2026-03-05T02:00:00.000000Z", "reason": "账单核对", "answer": '{"outcome":"unknown"}',
}  # fmt: skip


def given_on(day: str, complaint: str = "C1", **said: str) -> Ruling:
    return ruling(complaint, **{**SAID, "event_at": f"2026-03-{day}T00:00:00.000000Z", **said})


def test_a_verdict_survives_its_rows() -> None:
    first = ruling("区/1", **SAID)
    node, edges = rows_of(first)
    assert {(edge.type, str(edge.target)) for edge in edges} == {
        ("OF", "Complaint:区/1"), ("NAMES", "ControlPoint:CP23"), ("ON", "Campaign:M1"), ("BY", "Owner:o1"),
    }  # fmt: skip
    assert {edge.type for edge in edges} == set(VERDICT_EDGES)
    (read,) = rulings([node], reversed(edges))
    assert read == first
    assert read.seal == "intact"


@pytest.mark.parametrize("part", list(SAID))
def test_any_change_breaks_the_seal_and_any_difference_is_another_verdict(part: str) -> None:
    first = ruling("C1", **SAID)
    other = {"subject": "Product:P1"}.get(part, SAID[part] + "x")
    assert ruling("C1", **{**SAID, part: other}).id != first.id
    assert ruling("C2", **SAID).id != first.id
    changed = replace(first, **{part: Ref.parse(other) if part == "subject" else other})
    assert (first.seal, changed.seal) == ("intact", "broken")


def test_a_verdict_loaded_without_an_answer_has_no_seal() -> None:
    node = NodeRow("Verdict", "V7", {"outcome": "no_internal_cause", "event_at": "2026-03-05T00:00:00.000000Z"})
    (read,) = rulings([node], [EdgeRow("OF", node.ref, Ref("Complaint", "C1"), {})])
    assert (read.seal, read.conclusion, read.by, read.subject) == ("none", "no_internal_cause", "", None)


def test_one_about_no_complaint_or_several_says_nothing() -> None:
    node = NodeRow("Verdict", "V7", {"outcome": "named"})
    of = [EdgeRow("OF", node.ref, Ref("Complaint", id_), {}) for id_ in ("C1", "C2")]
    assert rulings([node], []) == rulings([node], of) == ()
    names = [EdgeRow("NAMES", node.ref, Ref("ControlPoint", id_), {}) for id_ in ("A", "B")]
    (read,) = rulings([node], [of[0], *names])
    assert (read.control_point, read.conclusion) == ("", None)


@pytest.mark.parametrize(
    ("outcome", "point", "conclusion"),
    [
        ("named", "A", "named"), ("误判", "A", "named"), ("no_internal_cause", "", "no_internal_cause"), ("unmodelled", "", "unmodelled"),
        ("unknown", "", None), ("stage", "", None), ("", "", None), ("named", "", None),
    ],
)  # fmt: skip
def test_what_can_be_learned_from_a_verdict(outcome: str, point: str, conclusion: str | None) -> None:
    assert given_on("01", outcome=outcome, control_point=point).conclusion == conclusion


def test_the_latest_counts_and_a_sampled_complaint_stays_in_the_sample() -> None:
    drawn = given_on("02", outcome="unknown", control_point="", subject="", sampled="random")
    disputed = given_on("09", sampled="dispute")
    later = given_on("20", control_point="CP1")
    everything = sorted([disputed, later, drawn], key=lambda one: one.event_at)
    assert judged(everything, "2026-03-10T00:00:00.000000Z") == (
        Judged(disputed, drawn.event_at, drawn.event_at, False),
    )
    assert judged(everything, later.event_at)[0].verdict == later
    assert judged(everything, "2026-03-01T00:00:00.000000Z") == ()
    (only,) = judged([disputed], later.event_at)
    assert (only.random, only.disputed, only.first) == ("", True, disputed.event_at)


def test_a_verdict_without_a_moment_is_never_known_by_then() -> None:
    assert judged([given_on("01", event_at="")], "9999-12-31T00:00:00.000000Z") == ()


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.integers(1, 28), st.sampled_from(["random", "dispute", "routine"])),
        max_size=12,
    ),
    st.integers(0, 30),
)
def test_judged_against_a_plain_recount(rows: list[tuple[str, int, str]], until: int) -> None:  # fmt: skip
    everything = tuple(
        sorted(
            (given_on(f"{day:02}", complaint, sampled=sampled, reason=str(n)) for n, (complaint, day, sampled) in enumerate(rows)),
            key=lambda one: (one.event_at, one.id),
        )
    )  # fmt: skip
    moment = f"2026-03-{until:02}T00:00:00.000000Z"
    found = {one.verdict.complaint: one for one in judged(everything, moment)}
    for complaint in "ABC":
        known = [one for one in everything if one.complaint == complaint and int(one.event_at[8:10]) <= until]
        assert (complaint in found) == bool(known)
        if known:
            one = found[complaint]
            assert one.verdict == known[-1]
            assert one.disputed == (not [k for k in known if k.sampled != "dispute"])
            assert bool(one.random) == any(k.sampled == "random" for k in known)
