"""Step 3 and the hypotheses it weighs, rule by rule: which fact speaks, for whom, and how loud."""

from __future__ import annotations

import math

import pytest

from graph.records import Ref

M, N, X = "Campaign:M", "Campaign:N", "Product:X"


def of(answer, point, subject=None):
    (found,) = [
        c for c in answer.candidates
        if c.control_point == f"ControlPoint:{point}" and (subject is None or c.subject == subject)
    ]  # fmt: skip
    return found


def term(answer, name, point="V", subject=None):
    (found,) = [t for t in of(answer, point, subject).terms if t.name == name]
    return found


def ratio(answer, name, **where):
    return math.exp(term(answer, name, **where).value)


@pytest.fixture
def one(world):
    """Category K points to V at the second of three stages; V looks at campaigns and a gate checks it."""
    world.stage("S1", order=1).stage("S2", order=2).stage("S3", order=3)
    world.point("V", "S2").point("W", "S3", "product").point("H", "S3", "handling").points_to("K", {"V": 0.8})
    return world.gate("G", "S2", ["V"]).subject(M)


# ── reviews ──────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("result", "expected"), [("failed", 4), ("waived", 3), ("conditional", 2), ("passed", 0.7), ("", 1)]
)
@pytest.mark.parametrize("source", ["ControlPoint:V", "Gate:G"])
def test_the_result_of_a_review_of_the_point_or_its_gate(one, ask, result, expected, source):
    one.review(M, source, result, "2026-03-01")
    assert ratio(ask(one, one.case(about=[M])), "review") == pytest.approx(expected)


def test_only_the_latest_review_of_each_source_counts(one, ask):
    one.review(M, "Gate:G", "failed", "2026-02-01").review(M, "Gate:G", "passed", "2026-03-01")
    assert ratio(ask(one, one.case(about=[M])), "review") == pytest.approx(0.7)


def test_of_several_sources_the_one_that_says_most_speaks(one, ask):
    one.review(M, "Gate:G", "passed", "2026-03-01").review(M, "ControlPoint:V", "conditional", "2026-02-01")
    answer = ask(one, one.case(about=[M]))
    assert ratio(answer, "review") == pytest.approx(2)
    assert term(answer, "review").evidence == (f"Review:R-{M}-ControlPoint:V-2026-02-01-conditional",)


def test_simultaneous_reviews_count_by_the_gravest(one, ask):
    one.review(M, "Gate:G", "failed", "2026-03-01").review(M, "Gate:G", "passed", "2026-03-01")
    assert ratio(ask(one, one.case(about=[M])), "review") == pytest.approx(4)


@pytest.mark.parametrize(
    ("day", "recorded"), [("2026-03-16", None), ("2026-03-15", None), ("2026-03-01", "2026-03-16")]
)
def test_a_review_after_the_complaint_or_known_only_then_says_nothing(one, ask, day, recorded):
    one.review(M, "Gate:G", "failed", day, recorded)
    assert term(ask(one, one.case(about=[M])), "review").value == 0


def test_a_review_on_another_subject_says_nothing(one, ask):
    one.subject(N).review(N, "Gate:G", "failed", "2026-03-01")
    assert term(ask(one, one.case(about=[M])), "review").value == 0


# ── missing reviews ──────────────────────────────────────────────────────────────────────────────────
def peers(world, recorded, missing, day="2026-02-01", unit="U"):
    """Other campaigns of the unit: so many with the review that was to be expected, so many without."""
    for n in range(recorded + missing):
        other = f"Campaign:P{n}"
        world.subject(other, run_by=(unit,)).entry(other, "S2", day)
        if n < recorded:
            world.review(other, "Gate:G", "passed", day)
    return world.subject(M, run_by=(unit,))


def test_a_review_that_was_due_and_is_missing(one, ask):
    peers(one, 4, 0).entry(M, "S2", "2026-02-01")  # with M's own four of five
    answer = ask(one, one.case(about=[M]))
    assert ratio(answer, "review") == pytest.approx(1.5)
    assert term(answer, "review").evidence == ("Gate:G",)


def test_none_is_due_where_the_unit_records_less_than_four_fifths(one, ask):
    peers(one, 3, 0).entry(M, "S2", "2026-02-01")
    assert term(ask(one, one.case(about=[M])), "review").value == 0


def test_none_is_due_where_nobody_runs_the_subject(one, ask):
    peers(one, 9, 0).entry(M, "S2", "2026-02-01").subject(M, run_by=())
    assert term(ask(one, one.case(about=[M])), "review").value == 0


def test_none_is_due_before_the_stage_is_entered(one, ask):
    peers(one, 9, 0)
    assert term(ask(one, one.case(about=[M])), "review").value == 0


@pytest.mark.parametrize(
    ("day", "speaks"),
    [("2025-03-14", True), ("2025-03-15", False), ("2026-03-14", False), ("2026-03-15", True), ("2026-03-16", True)],
)
def test_the_unit_is_judged_by_the_stages_entered_in_the_year_before_the_day(one, ask, day, speaks):
    peers(one, 4, 0).entry(M, "S2", "2026-02-01")
    one.subject("Campaign:Q", run_by=("U",)).entry("Campaign:Q", "S2", day)  # without a review: four of six
    assert (term(ask(one, one.case(about=[M])), "review").value > 0) is speaks


def test_a_review_of_a_peer_counts_only_once_it_is_on_record(one, ask):
    peers(one, 3, 0).entry(M, "S2", "2026-02-01")
    one.subject("Campaign:Q", run_by=("U",)).entry("Campaign:Q", "S2", "2026-02-01")
    one.review("Campaign:Q", "Gate:G", "failed", "2026-02-01", "2026-03-16")
    assert term(ask(one, one.case(about=[M])), "review").value == 0
    assert term(ask(one, one.case(about=[M], day="2026-03-17")), "review").value > 0


def test_a_review_of_the_point_itself_is_on_record_as_well_as_one_of_its_gate(one, ask):
    peers(one, 3, 1).entry(M, "S2", "2026-02-01")
    assert term(ask(one, one.case(about=[M])), "review").value == 0
    one.review("Campaign:P3", "ControlPoint:V", "waived", "2026-02-02")
    assert term(ask(one, one.case(about=[M])), "review").value > 0


def test_a_stage_entered_twice_asks_for_one_review(one, ask):
    peers(one, 4, 0).entry(M, "S2", "2026-02-01")
    for day in ("2025-12-01", "2026-01-01", "2026-02-02"):
        one.entry("Campaign:P0", "S2", day)
    assert term(ask(one, one.case(about=[M])), "review").value > 0


def test_none_is_due_where_the_gate_does_not_look_at_such_a_subject(one, ask):
    one.points_to("K2", {"W": 0.8}).edge("CHECKS", "Gate:G", "ControlPoint:W")  # a product point, asked for a campaign
    peers(one, 9, 0).entry(M, "S3", "2026-02-01")
    assert term(ask(one, one.case(about=[M], categories=["K2"])), "review", point="W").value == 0


# ── indicators ───────────────────────────────────────────────────────────────────────────────────────
FEBRUARY = ("2026-02-01", "2026-03-01")


@pytest.mark.parametrize(
    ("direction", "goal", "warning", "value", "expected"),
    [
        ("higher", 98, 95, 98, 0.6), ("higher", 98, 95, 97, 1.5), ("higher", 98, 95, 95, 1.5), ("higher", 98, 95, 94, 3),
        ("higher", 98, None, 97.9, 3), ("lower", 5, 8, 5, 0.6), ("lower", 5, 8, 8, 1.5), ("lower", 5, 8, 9, 3),
        (None, 98, 95, 94, 3), (None, 5, 8, 4, 0.6), (None, 98, None, 94, 1),
    ],
)  # fmt: skip
def test_the_state_of_a_kci(one, ask, direction, goal, warning, value, expected):
    one.kci("V", "I", target=goal, warning=warning, **({"direction": direction} if direction else {}))
    if direction is None:
        one.nodes[next(r for r in one.nodes if r.id == "I")].pop("direction")
    one.value("I", value, *FEBRUARY, on=M)
    assert ratio(ask(one, one.case(about=[M])), "kci") == pytest.approx(expected)


def test_without_a_target_a_value_says_nothing(one, ask):
    one.kci("V", "I", target=None).value("I", 1, *FEBRUARY, on=M)
    assert term(ask(one, one.case(about=[M])), "kci").value == 0


def test_a_result_indicator_is_no_evidence(one, ask):
    one.kci("V", "I", level="KQI").value("I", 1, *FEBRUARY, on=M)
    assert term(ask(one, one.case(about=[M])), "kci").value == 0


def test_of_several_kcis_the_one_that_says_most_speaks_and_green_outweighs_amber(one, ask):
    one.kci("V", "I").kci("V", "J").value("I", 96, *FEBRUARY, on=M).value("J", 99, *FEBRUARY, on=M)
    assert ratio(ask(one, one.case(about=[M])), "kci") == pytest.approx(0.6)


@pytest.mark.parametrize(("day", "expected"), [("2026-04-25", 3), ("2026-04-28", 1)])
def test_a_value_older_than_two_of_its_own_periods_says_nothing(one, ask, day, expected):
    one.kci("V", "I").value("I", 90, *FEBRUARY, on=M)  # 28 days: fresh until 56 days after 1 March
    assert ratio(ask(one, one.case(day=day, about=[M])), "kci") == pytest.approx(expected)


def test_the_newest_period_known_before_the_complaint_counts(one, ask):
    one.kci("V", "I").value("I", 90, "2026-01-01", "2026-02-01", on=M)
    one.value("I", 99, *FEBRUARY, on=M, recorded="2026-03-20")
    assert ratio(ask(one, one.case(about=[M])), "kci") == pytest.approx(3)
    assert ratio(ask(one, one.case(day="2026-03-25", about=[M])), "kci") == pytest.approx(0.6)


def test_a_corrected_value_replaces_the_first_one(one, ask):
    one.kci("V", "I").value("I", 90, *FEBRUARY, on=M, recorded="2026-03-05").value(
        "I", 99, *FEBRUARY, on=M, recorded="2026-03-08"
    )
    assert ratio(ask(one, one.case(about=[M])), "kci") == pytest.approx(0.6)


PLACES = [(M, "U"), (None, "U"), (M, "P"), (None, "P"), (M, ""), (None, "")]


@pytest.mark.parametrize("best", range(len(PLACES)))
def test_where_a_value_is_looked_for(one, ask, best):
    """For s and u, else for u; so up the units; last without a unit."""
    one.kci("V", "I").edge("PART_OF", "OrgUnit:U", "OrgUnit:P")
    one.value("I", 90, *FEBRUARY, on=PLACES[best][0], unit=PLACES[best][1])
    for on, unit in PLACES[best + 1 :]:
        one.value("I", 99, *FEBRUARY, on=on, unit=unit)
    one.value("I", 99, *FEBRUARY, on=N, unit="U").value("I", 99, *FEBRUARY, on=M, unit="Other")
    assert ratio(ask(one, one.case(about=[M], home=["U"])), "kci") == pytest.approx(3)


def test_the_unit_is_the_home_unit_else_what_runs_the_subject(one, ask):
    one.subject(M, run_by=("R",)).kci("V", "I").value("I", 90, *FEBRUARY, unit="R").value("I", 99, *FEBRUARY, unit="U")
    assert ratio(ask(one, one.case(about=[M])), "kci") == pytest.approx(3)
    assert ratio(ask(one, one.case(about=[M], home=["U"])), "kci") == pytest.approx(0.6)


def test_a_unit_without_a_target_has_that_of_the_nearest_unit_above(one, ask):
    one.edge("PART_OF", "OrgUnit:U", "OrgUnit:P").edge("PART_OF", "OrgUnit:P", "OrgUnit:HQ")
    one.kci("V", "I", target=98).goal("I", 80, unit="P").goal("I", 99, unit="HQ").value("I", 90, *FEBRUARY, on=M)
    assert ratio(ask(one, one.case(about=[M], home=["U"])), "kci") == pytest.approx(0.6)
    assert ratio(ask(one, one.case(about=[M])), "kci") == pytest.approx(3)


def test_the_target_is_the_one_valid_when_the_complaint_was_made(one, ask):
    one.kci("V", "I", target=None).goal("I", 80, valid_to="2026-03-01").goal("I", 98, valid_from="2026-03-01")
    one.value("I", 90, *FEBRUARY, on=M)
    assert ratio(ask(one, one.case(about=[M])), "kci") == pytest.approx(3)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({"value": 80}, {"value": 98, "valid_from": "2026-01-01"}, 3),  # the later one
        ({"value": 98, "valid_from": "2025-01-01"}, {"value": 80, "valid_from": "2026-01-01"}, 0.6),
        ({"value": 98, "warning": 85}, {"value": 80}, 1.5),  # of equally old ones the stricter
        ({"value": 98, "warning": 85}, {"value": 98, "warning": 95}, 3),
    ],
)
def test_of_several_targets_in_one_place_one_prevails(one, ask, first, second, expected):
    one.kci("V", "I", target=None).value("I", 90, *FEBRUARY, on=M)
    for id_, props in (("T1", first), ("T2", second)):
        one.node(f"Target:{id_}", **props).edge("OF", f"Target:{id_}", "Indicator:I")
    assert ratio(ask(one, one.case(about=[M])), "kci") == pytest.approx(expected)
    for old, new in (("T1", "T9"), ("T2", "T0")):  # whatever they are called
        one.nodes[Ref("Target", new)] = one.nodes.pop(Ref("Target", old))
        one.edges[:] = [
            e._replace(source=Ref("Target", new)) if e.source == Ref("Target", old) else e for e in one.edges
        ]
    assert ratio(ask(one, one.case(about=[M])), "kci") == pytest.approx(expected)


def test_the_units_above_are_those_of_the_day(one, ask):
    one.edge("PART_OF", "OrgUnit:U", "OrgUnit:Old", valid_to="2026-03-01").edge(
        "PART_OF", "OrgUnit:U", "OrgUnit:New", valid_from="2026-03-01"
    )
    one.kci("V", "I").value("I", 90, *FEBRUARY, unit="Old", recorded="2026-02-20").value(
        "I", 99, *FEBRUARY, unit="New", recorded="2026-02-20"
    )
    assert ratio(ask(one, one.case(about=[M], home=["U"])), "kci") == pytest.approx(0.6)
    assert ratio(ask(one, one.case(day="2026-02-25", about=[M], home=["U"])), "kci") == pytest.approx(3)


# ── subjects ─────────────────────────────────────────────────────────────────────────────────────────
def subjects(answer, point):
    return {c.subject for c in answer.candidates if c.control_point == f"ControlPoint:{point}"}


@pytest.fixture
def all_kinds(one):
    one.points_to("K", {"W": 0.05, "H": 0.05})
    return one.subject(X).subject(N).subject("OrgUnit:U").node("OrgUnit:U")


@pytest.mark.parametrize(
    ("about", "received_by", "campaign", "product", "handling"),
    [
        ([M], ["OrgUnit:U"], {M}, {M}, {"OrgUnit:U"}),
        ([X], ["OrgUnit:U"], {X}, {X}, {"OrgUnit:U"}),
        ([M, X], [], {M}, {X}, {M, X}),
        ([M, N], ["OrgUnit:U"], {M, N}, {M, N}, {"OrgUnit:U"}),
        ([], [], {None}, {None}, {None}),
        ([], ["OrgUnit:U"], {None}, {None}, {"OrgUnit:U"}),
    ],
)
def test_a_point_looks_at_its_kind_else_at_what_the_complaint_names(
    all_kinds, ask, about, received_by, campaign, product, handling
):
    answer = ask(all_kinds, all_kinds.case(about=about, received_by=received_by))
    assert (subjects(answer, "V"), subjects(answer, "W"), subjects(answer, "H")) == (campaign, product, handling)


def test_a_product_point_looks_at_the_products_a_campaign_promotes(all_kinds, ask):
    all_kinds.subject(M, promotes=("X", "Y")).subject("Product:Y")
    assert subjects(ask(all_kinds, all_kinds.case(about=[M])), "W") == {X, "Product:Y"}


def test_the_handling_unit_is_where_the_receiver_belonged_on_the_day(all_kinds, ask):
    all_kinds.edge("BELONGS_TO", "Owner:o", "OrgUnit:Old", valid_to="2026-03-01").edge(
        "BELONGS_TO", "Owner:o", "OrgUnit:U", valid_from="2026-03-01"
    )
    assert subjects(ask(all_kinds, all_kinds.case(received_by=["Owner:o"])), "H") == {"OrgUnit:U"}
    assert subjects(ask(all_kinds, all_kinds.case(day="2026-02-01", received_by=["Owner:o"])), "H") == {"OrgUnit:Old"}


def test_several_subjects_split_equally(one, ask):
    one.subject(N)
    alone, split = ask(one, one.case(about=[M])), ask(one, one.case(about=[M, N]))
    assert of(split, "V", M).probability == pytest.approx(of(alone, "V").probability / 2)
    assert of(split, "V", M).probability == pytest.approx(of(split, "V", N).probability)


@pytest.mark.parametrize(
    ("entered", "kept"),
    [([], True), (["S1"], False), (["S2"], True), (["S3"], True), (["S1", "S2"], True), (["T"], True)],
)
def test_what_has_not_happened_cannot_have_failed(one, ask, entered, kept):
    one.stage("T", "D0", 1).node("Domain:D0", order=0).node("Domain:D", order=1)
    for stage in entered:
        one.entry(M, stage, "2026-02-01")
    one.entry(M, "S3", "2026-03-20")  # later than the complaint: changes nothing
    assert (subjects(ask(one, one.case(about=[M])), "V") == {M}) is kept


def test_an_entry_that_became_known_later_changes_nothing(one, ask):
    one.entry(M, "S1", "2026-02-01").entry(M, "S2", "2026-02-10", recorded="2026-04-01")
    assert subjects(ask(one, one.case(about=[M])), "V") == set()
    assert subjects(ask(one, one.case(day="2026-04-02", about=[M])), "V") == {M}


# ── anchors and nulls ────────────────────────────────────────────────────────────────────────────────
def nulls(answer):
    return {c.hypothesis: math.exp(c.score) for c in answer.candidates if c.hypothesis != "control_point"}


@pytest.mark.parametrize(
    ("points_to", "rate", "codes", "no_cause", "unmodelled"),
    [
        ({"V": 0.8}, None, [], 0.1, 0.1), ({"V": 0.5}, None, [], 0.1, 0.4), ({"V": 0.6}, 0.3, [], 0.3, 0.1),
        ({"V": 0.1}, 0.9, [], 0.85, 0.1), ({"V": 0.9}, 0.001, [], 0.01, 0.1), ({"V": 0.5}, None, ["W"], 0.1, 0.1),
        ({}, None, ["W"], 0.1, 0.1), ({}, 0.6, [], 0.6, 0.4),
    ],
)  # fmt: skip
def test_the_rates_of_the_nulls(world, ask, points_to, rate, codes, no_cause, unmodelled):
    world.point("V").point("W").points_to("K", points_to)
    if rate is not None:
        world.node("Category:K", null_rate=rate)
    found = nulls(ask(world, world.case(names=codes)))
    assert found == {"no_internal_cause": pytest.approx(no_cause), "unmodelled": pytest.approx(unmodelled)}


def test_a_cause_code_outweighs_the_category(world, ask):
    world.point("V").point("W").points_to("K", {"V": 0.5})
    anchors = {a.control_point: a for a in ask(world, world.case(names=["W"])).anchors}
    assert anchors["ControlPoint:W"].probability == pytest.approx(0.95 / (0.95 + 0.05 * 0.5))
    assert anchors["ControlPoint:W"].evidence == ("Complaint:C1",)
    assert (anchors["ControlPoint:W"].basis, anchors["ControlPoint:V"].basis) == ("customer", "default")


def test_the_nearest_category_above_that_points_anywhere_serves(world, ask):
    world.point("V").point("W").points_to("Top", {"W": 0.5}).points_to("Mid", {"V": 0.4})
    world.edge("CHILD_OF", "Category:K", "Category:Mid").edge("CHILD_OF", "Category:Mid", "Category:Top")
    answer = ask(world)
    assert [(a.control_point, a.evidence) for a in answer.anchors] == [("ControlPoint:V", ("Category:Mid",))]
    assert nulls(answer)["unmodelled"] == pytest.approx(0.5)


def test_equally_near_categories_above_share_equally(world, ask):
    world.point("V").point("W").points_to("A", {"V": 0.8}).points_to("B", {"W": 0.4})
    world.edge("CHILD_OF", "Category:K", "Category:A").edge("CHILD_OF", "Category:K", "Category:B")
    answer = ask(world)
    assert {a.control_point: a.probability for a in answer.anchors}["ControlPoint:V"] == pytest.approx(2 / 3)
    assert nulls(answer)["unmodelled"] == pytest.approx(0.3)


def test_several_categories_count_equally(world, ask):
    world.point("V").point("W").points_to("K", {"V": 0.8}).points_to("K2", {"W": 0.4}).node(
        "Category:K2", null_rate=0.3
    )
    answer = ask(world, world.case(categories=["K", "K2"]))
    assert {a.control_point: a.probability for a in answer.anchors} == {
        "ControlPoint:V": pytest.approx(2 / 3), "ControlPoint:W": pytest.approx(1 / 3),
    }  # fmt: skip
    assert nulls(answer) == {"no_internal_cause": pytest.approx(0.2), "unmodelled": pytest.approx(0.2)}


def test_the_path_shown_starts_from_the_anchor_that_makes_it_most_probable(world, ask):
    world.point("A").point("B").point("V").points_to("K", {"A": 0.2, "B": 0.6})
    world.caused_by("A", {"V": 1}).caused_by("B", {"V": 0.6, "C": 0.4}).point(
        "C"
    )  # 0.25 · 0.5 · 1 against 0.75 · 0.5 · 0.6
    (found,) = [c for c in ask(world).candidates if c.control_point == "ControlPoint:V"]
    assert found.path == ("ControlPoint:B", "ControlPoint:V")


def test_an_absent_weight_is_an_equal_share(world, ask):
    world.point("V").point("W")
    for point in ("V", "W"):
        world.edge("POINTS_TO", "Category:K", f"ControlPoint:{point}")
    assert [a.probability for a in ask(world).anchors] == [0.5, 0.5]


def test_a_control_point_that_had_ended_is_no_hypothesis(world, ask):
    world.point("V").point("W", valid_to="2026-03-01").points_to("K", {"V": 0.4, "W": 0.4})
    assert {a.control_point for a in ask(world).anchors} == {"ControlPoint:V"}
    assert len(ask(world, world.case(day="2026-02-01")).anchors) == 2
