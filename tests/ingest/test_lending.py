"""A foreign framework as data: the lending tables, and the complaints of the U.S. bureau on top of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.store import Store
from ingest.run import ingest_paths

ROOT = Path(__file__).parents[2]
LENDING = ROOT / "tests/data/lending"
CFPB = ROOT.parent / "shared/data/cfpb_complaints/cfpb_payday_personal_loans_2827.csv.gz"

SAMPLE = (
    "Date received,Issue,Sub-issue,Consumer complaint narrative,Company,Sub-product,Submitted via,Company response to consumer,Complaint ID\n"
    "03/22/23,Getting the loan,,They never answered.,Lender A,Payday loan,Web,Closed with explanation,1\n"
    "03/23/23,Incorrect information on your report,Information belongs to someone else,Not mine.,Lender A,Title loan,Web,Untimely response,2\n"
    "13/23/23,Getting the loan,,x,Lender A,Title loan,Web,Closed,3\n"
)


def test_the_framework_loads_whole_and_twice_the_same(store: Store) -> None:
    first = ingest_paths(store, [LENDING])
    assert first.total.refused == 0
    assert first.sources == ["lending"]
    framework = store.framework()
    assert (len(framework.nodes("Stage")), len(framework.nodes("ControlPoint"))) == (8, 19)
    assert set(framework.stage_of) == set(framework.nodes("ControlPoint"))
    again = ingest_paths(store, [LENDING])
    assert (again.total.added, again.total.changed) == (0, 0)


def test_complaints_meet_the_framework_by_the_ids_of_the_mapping(store: Store, tmp_path: Path) -> None:
    ingest_paths(store, [LENDING])
    path = tmp_path / "complaints.csv"
    path.write_text(SAMPLE, encoding="utf-8")
    report = ingest_paths(store, [path], mapping=Path("cfpb_complaints"))
    assert report.sources == ["cfpb"]
    assert report.kinds["Complaint"].model_dump() == {"read": 3, "added": 2, "changed": 0, "unchanged": 0, "refused": 1}
    assert report.conflicts == []
    one, two = store.cases()
    assert one.event_at == "2023-03-22T04:00:00.000000Z"
    assert (one.props["status"], "status" in two.props) == ("closed", False)
    assert one.categories == ("cfpb/Getting the loan",)
    assert two.categories == ("cfpb/Incorrect information on your report/Information belongs to someone else",)
    assert [str(ref) for ref in one.about] == ["Product:cfpb/Lender A/Payday loan"]
    assert one.subjects[one.about[0]].run_by == ("cfpb/Lender A",)
    assert one.home_units == ()
    points = store.framework().targets("POINTS_TO", store.framework().nodes("Category")[one.categories[0]].ref)
    assert {ref.id for ref in points} == {"LC01", "LC06", "LC07"}


@pytest.mark.skipif(not CFPB.exists(), reason="the bureau's sample is not part of the repository")
def test_all_2827_complaints_are_stored_or_refused(store: Store, rejects: Path) -> None:
    ingest_paths(store, [LENDING])
    report = ingest_paths(store, [CFPB], mapping=Path("cfpb_complaints"), rejects=rejects)
    count = report.kinds["Complaint"]
    assert count.read == 2827 == count.added + count.refused
    assert count.refused == 0
    assert len(list(store.cases())) == 2827
    again = ingest_paths(store, [CFPB], mapping=Path("cfpb_complaints"))
    assert (again.total.added, again.total.changed) == (0, 0)
