"""Loading: counts, defaults, checks of the framework as a whole, replacing, rehearsing, interruption."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph.errors import Where
from graph.records import EdgeRow, NodeRow, Record, Ref, Refusal
from graph.settings import settings
from graph.store import Store
from graph.text import Text
from ingest.deferred import Deferred
from ingest.items import Bundle, Carried
from ingest.pipeline import BATCH, load
from ingest.report import IngestReport

Ingest = Callable[..., IngestReport]
POINTS = "id\nC1\nC2\nC3\n"


def weights(store: Store, edge_type: str) -> dict[str, float]:
    return {f"{e.source.id}>{e.target.id}": float(str(e.props["weight"])) for e in store.edges(edge_type)}


# ── equal shares ──────────────────────────────────────────────────────────────────────────────────
def test_missing_weights_are_equal_shares_of_what_is_left(ingest: Ingest, store: Store) -> None:
    files = {
        "ControlPoint.csv": POINTS,
        "Category.csv": "id,null_rate,POINTS_TO\nK1,0.2,C1;C2\nK2,,\n",
        "POINTS_TO.csv": "from,to,weight\nK2,C1,0.5\nK2,C2,\nK2,C3,\n",
        "CAUSED_BY.csv": "from,to,weight\nC1,C2,\nC1,C3,\nC2,C3,0.3\n",
        "Indicator.csv": "id\nI1\nI2\nQ\n", "ROLLS_UP_TO.csv": "from,to\nI1,Q\nI2,Q\n",
    }  # fmt: skip
    first = ingest(files)
    assert first.total.refused == 0
    assert weights(store, "POINTS_TO") == pytest.approx(
        {"K1>C1": 0.4, "K1>C2": 0.4, "K2>C1": 0.5, "K2>C2": 0.25, "K2>C3": 0.25}
    )
    assert weights(store, "CAUSED_BY") == pytest.approx({"C1>C2": 0.5, "C1>C3": 0.5, "C2>C3": 0.3})
    assert weights(store, "ROLLS_UP_TO") == pytest.approx({"I1>Q": 0.5, "I2>Q": 0.5})
    again = ingest(files)
    assert (again.total.added, again.total.changed) == (0, 0)


def test_shares_look_at_what_is_stored(ingest: Ingest, store: Store) -> None:
    ingest(
        {"ControlPoint.csv": POINTS, "Category.csv": "id\nK1\n", "POINTS_TO.csv": "from,to,weight\nK1,C1,0.6\n"},
        source="other",
    )
    ingest({"POINTS_TO.csv": "from,to\nK1,C2\nK1,C3\n"})
    assert weights(store, "POINTS_TO") == pytest.approx({"K1>C1": 0.6, "K1>C2": 0.2, "K1>C3": 0.2})


# ── checks of the whole ───────────────────────────────────────────────────────────────────────────
def test_an_over_full_category_is_refused_and_the_stored_one_stays(ingest: Ingest, store: Store) -> None:
    base = {"ControlPoint.csv": POINTS, "Category.csv": "id,null_rate\nK1,0.3\nK2,\n"}
    assert ingest({**base, "POINTS_TO.csv": "from,to,weight\nK1,C1,0.7\nK2,C1,1\n"}).total.refused == 0
    report = ingest({"POINTS_TO.csv": "from,to,weight\nK1,C2,0.1\nK2,C1,0.5\nK2,C2,0.5\n"})
    assert report.kinds["POINTS_TO"].refused == 1  # K1's row; K2's sum to 1
    assert weights(store, "POINTS_TO") == pytest.approx({"K1>C1": 0.7, "K2>C1": 0.5, "K2>C2": 0.5})
    assert ingest({"Category.csv": "id,null_rate\nK1,0.31\n"}).total.refused == 1
    assert ingest({"Category.csv": "id,null_rate\nK1,0.2\n"}).total.changed == 1
    assert ingest({"POINTS_TO.csv": "from,to,weight\nK1,C2,0.1\n"}).total.added == 1


@pytest.mark.parametrize(
    ("direction", "value", "warning", "refused"),
    [
        ("higher", 98, 95, 0),
        ("higher", 95, 98, 1),
        ("lower", 1, 3, 0),
        ("lower", 3, 1, 1),
        ("higher", 5, 5, 0),
        ("", 1, 3, 0),
    ],
)
def test_a_warning_stricter_than_its_target_is_refused(
    ingest: Ingest, direction: str, value: float, warning: float, refused: int
) -> None:
    report = ingest(
        {
            "Indicator.csv": f"id,direction\nI1,{direction}\n",
            "Target.csv": f"id,OF,value,warning\nT1,I1,{value},{warning}\n",
        }
    )
    assert report.kinds["Target"].refused == refused


def test_turning_an_indicator_round_under_its_target_is_refused(ingest: Ingest) -> None:
    ingest({"Indicator.csv": "id,direction\nI1,higher\n", "Target.csv": "id,OF,value,warning\nT1,I1,98,95\n"})
    assert ingest({"Indicator.csv": "id,direction\nI1,lower\n"}).kinds["Indicator"].refused == 1


def test_periods_of_one_pair_may_touch_but_not_overlap(ingest: Ingest, store: Store, rejects: Path) -> None:
    base = {"Owner.csv": "id\nO1\n", "OrgUnit.csv": "id\nU1\nU2\n"}
    report = ingest({
        **base,
        "BELONGS_TO.csv": "from,to,valid_from,valid_to\nO1,U1,2025-01-01,2025-06-01\nO1,U1,2025-06-01,2026-01-01\nO1,U2,2025-03-01,\n",
    })  # fmt: skip
    assert report.total.refused == 0
    assert ingest({"BELONGS_TO.csv": "from,to,valid_from\nO1,U1,2025-12-31\n"}).total.refused == 1
    assert "overlap" in rejects.read_text(encoding="utf-8-sig")
    assert ingest({"BELONGS_TO.csv": "from,to,valid_from\nO1,U1,2026-01-01\n"}).total.added == 1
    assert ingest({"Owner.csv": "id,BELONGS_TO\nO1,U2\n"}).total.refused == 1
    assert len(list(store.edges("BELONGS_TO"))) == 4


# ── defaults ──────────────────────────────────────────────────────────────────────────────────────
def test_recorded_at_is_the_event_or_for_a_measurement_the_end_of_its_period(ingest: Ingest, store: Store) -> None:
    ingest({
        "Indicator.csv": "id\nI1\n", "Complaint.csv": "id,event_at\nC1,2026-01-01 08:00\n",
        "Measurement.csv": "id,OF,event_at,period_end\nV1,I1,2026-01-31,2026-02-01\nV2,I1,2026-02-03,2026-02-01\nV3,I1,2026-02-03,\n",
    })  # fmt: skip
    assert next(store.nodes("Complaint")).props["recorded_at"] == "2026-01-01T00:00:00.000000Z"
    assert [node.props["recorded_at"] for node in store.nodes("Measurement")] == [
        "2026-01-31T16:00:00.000000Z", "2026-02-02T16:00:00.000000Z", "2026-02-02T16:00:00.000000Z",
    ]  # fmt: skip


def test_texts_of_facts_are_masked_unless_turned_off(
    ingest: Ingest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "Complaint.csv": "id,event_at,text\nC1,2026-01-01,请回电13800138000\n",
        "Owner.csv": "id,note\nO1,13800138000\n",
    }
    report = ingest(files)
    assert next(store.nodes("Complaint")).props["text"] == "请回电〔手机号〕"
    assert next(store.nodes("Owner")).props["note"] == "13800138000"  # a framework row is no customer's text
    assert [note.count for note in report.notes if "masked" in note.en] == [1]
    monkeypatch.setenv("SUYUAN_MASK", "false")
    settings.cache_clear()
    try:
        ingest(files)
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert next(store.nodes("Complaint")).props["text"] == "请回电13800138000"


# ── running again, replacing, rehearsing ──────────────────────────────────────────────────────────
ROWS = {
    "Product.csv": "id\nP1\n",
    "Complaint.csv": "id,event_at,ABOUT\nC1,2026-01-01,P1\nC2,2026-01-01,P1\nC3,2026-01-02,P1\n",
}


def test_the_same_input_again_changes_nothing(ingest: Ingest, store: Store) -> None:
    assert ingest(ROWS).total.added == 4
    before = store.revision()
    again = ingest(ROWS)
    assert (again.total.added, again.total.changed, again.total.unchanged) == (0, 0, 4)
    assert store.revision() == before


def test_replace_with_one_row_fewer_removes_exactly_that_row(ingest: Ingest, store: Store) -> None:
    ingest(ROWS)
    ingest({"Complaint.csv": "id,event_at\nC9,2026-01-01\n"}, source="other")
    fewer = {**ROWS, "Complaint.csv": ROWS["Complaint.csv"].replace("C2,2026-01-01,P1\n", "")}
    report = ingest(fewer, replace=True)
    assert report.removed == {"ABOUT": 1, "Complaint": 1}
    assert [node.id for node in store.nodes("Complaint")] == ["C1", "C3", "C9"]


def test_nothing_is_withdrawn_while_rows_are_refused(ingest: Ingest, store: Store) -> None:
    ingest(ROWS)
    broken = {**ROWS, "Complaint.csv": "id,event_at,ABOUT\nC1,2026-01-01,P1\nC2,nonsense,P1\n"}
    report = ingest(broken, replace=True)
    assert report.removed == {}
    assert any("nothing was withdrawn" in note.en for note in report.notes)
    assert [node.id for node in store.nodes("Complaint")] == ["C1", "C2", "C3"]


def test_a_dry_run_counts_the_same_and_stores_nothing(ingest: Ingest, store: Store) -> None:
    ingest(ROWS)
    changed = {
        **ROWS,
        "Complaint.csv": "id,event_at,ABOUT,HOME_UNIT\nC1,2026-02-01,P1,\nC4,2026-01-01,P1,U9\nC5,2026-01-01,P1,\n",
    }
    before = store.counts()
    rehearsed = ingest(changed, dry_run=True)
    assert store.counts() == before
    real = ingest(changed)
    assert rehearsed.kinds == real.kinds
    assert rehearsed.dry_run


def test_two_sources_that_disagree_are_reported(ingest: Ingest) -> None:
    ingest({"Domain.csv": "id,name\nD1,甲\n"}, source="first")
    report = ingest({"Domain.csv": "id,name\nD1,乙\n"}, source="second")
    (conflict,) = report.conflicts
    assert (conflict.element, conflict.property, conflict.before, conflict.after) == ("Domain:D1", "name", "甲", "乙")
    assert conflict.other_sources == ["first"]


# ── streams ───────────────────────────────────────────────────────────────────────────────────────
def complaints(count: int) -> Iterator[Record]:
    for number in range(count):
        node = NodeRow("Complaint", f"C{number:06}", {"event_at": "2026-01-01T00:00:00.000000Z"}, ("s",))
        ends = (
            (EdgeRow("REPEATS", node.ref, Ref("Complaint", f"C{number + 1:06}"), {}, ("s",)),)
            if number % 2 == 0
            else ()
        )
        yield Record(node, ends, Where("f", "", number + 1))


def test_rows_that_name_later_rows_are_stored_across_batches(store: Store) -> None:
    seen: list[int] = []
    report = load(store, complaints(BATCH + 2), source="s", progress=seen.append)
    assert (report.total.added, report.total.refused) == (BATCH + 2, 0)
    assert seen[0] == BATCH
    assert seen[-1] == BATCH + 2


def test_an_interruption_leaves_whole_batches(store: Store) -> None:
    def broken_off() -> Iterator[Record]:
        yield from complaints(BATCH + 10)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(store, broken_off(), source="s")
    assert store.counts().nodes == {"Complaint": BATCH}
    report = load(store, complaints(BATCH + 10), source="s")
    assert (report.total.added, report.total.unchanged) == (10, BATCH)


def test_refusals_from_a_source_are_counted_and_written(store: Store, rejects: Path) -> None:
    refusal = Refusal("Stage", Where("f.csv", "", 7, "order"), Text("坏", "bad"), "x")
    report = load(store, [refusal], source="s", rejects=rejects)
    assert (report.kinds["Stage"].read, report.kinds["Stage"].refused) == (1, 1)
    assert "坏 | bad" in rejects.read_text(encoding="utf-8-sig")


def test_an_edge_between_kinds_it_does_not_join_is_refused(store: Store) -> None:
    edge = EdgeRow("AT", Ref("Stage", "S1"), Ref("Domain", "D1"), {}, ("s",))
    assert load(store, [Record(None, (edge,), Where())], source="s").total.refused == 1


def test_deferred_rows_come_back_as_they_went_in() -> None:
    bundles = [
        Bundle(record._replace(owns=("ABOUT",)), (Carried("OF", Where("f", "", 3)),)) for record in complaints(5)
    ]
    node = NodeRow("Gate", "半\n", {"participant_roles": ("甲", "乙"), "x": 0.1, "y": 3, "z": True}, ("a", "b"))
    bundles.append(Bundle(Record(node, (), Where("文", "表", 2, "列")), ()))
    with Deferred(in_memory=2) as deferred:
        for bundle in bundles:
            deferred.add(bundle)
        assert [bundle for chunk in deferred.chunks() for bundle in chunk] == bundles
        assert [len(chunk) for chunk in deferred.chunks()] == [2, 2, 2]
