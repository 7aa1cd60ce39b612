"""What a dry run says would change: by node and property, old and new, bounded or whole, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graph.store import Store
from ingest.diff import Diff
from ingest.report import IngestReport

Ingest = Callable[..., IngestReport]
FIRST = {
    "Stage.csv": "id,name,function\nS1,推广,sales\nS2,开通,support\n",
    "ControlPoint.csv": "id,name,AT\nC1,资费,S1\nC2,宣传,S1\n",
    "CAUSED_BY.csv": "from,to,weight\nC1,C2,0.4\n",
}


def diff_of(report: IngestReport) -> Diff:
    assert report.dry_run
    assert report.diff is not None
    return report.diff


def said(found: Diff) -> dict[tuple[str, str], dict[str, tuple[Any, Any]]]:
    return {
        (line.what, line.element): {c.property: (c.before, c.after) for c in line.properties} for line in found.elements
    }


def test_new_elements_show_what_they_would_say(ingest: Ingest, store: Store) -> None:
    found = diff_of(ingest(FIRST, dry_run=True))
    assert store.counts().nodes == {}
    assert found.counts == {"CAUSED_BY": {"added": 1}, "ControlPoint": {"added": 2}, "Stage": {"added": 2}}
    lines = said(found)
    assert lines["added", "Stage:S1"] == {"name": (None, "推广"), "function": (None, "sales")}
    assert lines["added", "ControlPoint:C1"] == {"name": (None, "资费"), "AT": (None, ["Stage:S1"])}
    assert lines["added", "ControlPoint:C1-CAUSED_BY->ControlPoint:C2"] == {"weight": (None, 0.4)}


def test_changes_show_old_and_new_of_properties_links_and_edges(ingest: Ingest, store: Store) -> None:
    ingest(FIRST)
    edited = {
        "Stage.csv": "id,name,function\nS1,宣传推广,sales\nS2,开通,support\n",
        "ControlPoint.csv": "id,name,AT\nC1,资费,S2\nC2,宣传,S1\n",
        "CAUSED_BY.csv": "from,to,weight\nC1,C2,0.7\n",
    }
    report = ingest(edited, dry_run=True)
    found = diff_of(report)
    assert said(found) == {
        ("changed", "Stage:S1"): {"name": ("推广", "宣传推广")},
        ("changed", "ControlPoint:C1"): {"AT": (["Stage:S1"], ["Stage:S2"])},
        ("changed", "ControlPoint:C1-CAUSED_BY->ControlPoint:C2"): {"weight": (0.4, 0.7)},
    }
    assert next(store.nodes("Stage", ["S1"])).props["name"] == "推广"
    # what was foretold is what comes of it
    ingest(edited)
    for (_, element), properties in said(found).items():
        for name, (_, after) in properties.items():
            if element.startswith("Stage"):
                assert next(store.nodes("Stage", ["S1"])).props[name] == after
    assert [str(e.target) for e in store.edges("AT") if e.source.id == "C1"] == ["Stage:S2"]
    assert diff_of(ingest(edited, dry_run=True)).elements == []


def test_replacing_shows_what_goes_and_who_keeps_it(ingest: Ingest, store: Store) -> None:
    ingest(FIRST)
    ingest({"Stage.csv": "id,name\nS2,开通\n"}, source="other")
    files = {"Stage.csv": "id,name\nS1,推广\n", "ControlPoint.csv": "id,name,AT\nC1,资费,S1\n"}
    report = ingest(files, dry_run=True, replace=True)
    lines = said(diff_of(report))
    assert lines["changed", "Stage:S1"] == {"function": ("sales", None)}
    assert lines["withdrawn", "ControlPoint:C2"] == {"name": ("宣传", None)}
    assert ("withdrawn", "ControlPoint:C1-CAUSED_BY->ControlPoint:C2") in lines
    kept = {line.element: line.kept_by for line in diff_of(report).elements if line.kept_by}
    assert kept == {"Stage:S2": ["other"]}
    withdrawn: dict[str, int] = {}
    for line in diff_of(report).elements:
        if line.what == "withdrawn":
            withdrawn[line.counted_as] = withdrawn.get(line.counted_as, 0) + 1
    assert withdrawn == report.removed
    assert store.counts().nodes == {"Stage": 2, "ControlPoint": 2}


def test_a_refused_row_withdraws_nothing_in_the_diff_either(ingest: Ingest) -> None:
    ingest(FIRST)
    report = ingest({"Stage.csv": "id,order\nS1,1\nS9,x\n"}, dry_run=True, replace=True)
    assert [line.what for line in diff_of(report).elements] == ["changed"]


def test_the_diff_is_bounded_and_the_rest_counted(ingest: Ingest) -> None:
    rows = "".join(f"S{n},x\n" for n in range(50))
    found = diff_of(ingest({"Stage.csv": "id,name\n" + rows}, dry_run=True))
    assert found.counts == {"Stage": {"added": 50}}
    assert [line.element for line in found.elements] == [f"Stage:S{n}" for n in range(20)]
    whole = diff_of(ingest({"Stage.csv": "id,name\n" + rows}, dry_run=True, diff_lines=None))
    assert len(whole.elements) == 50


def test_facts_are_compared_too(ingest: Ingest) -> None:
    head = "id,event_at,text,IN_CATEGORY\n"
    ingest({"Category.csv": "id\nZ1\nZ2\n", "Complaint.csv": head + "K1,2026-03-01,旧,Z1\nK2,2026-03-01,x,Z1\n"})
    found = diff_of(ingest({"Complaint.csv": head + "K1,2026-03-01,新,Z2\nK2,2026-03-01,x,Z1\n"}, dry_run=True))
    assert said(found) == {
        ("changed", "Complaint:K1"): {"text": ("旧", "新"), "IN_CATEGORY": (["Category:Z1"], ["Category:Z2"])}
    }


def test_without_a_dry_run_there_is_no_diff(ingest: Ingest) -> None:
    assert ingest(FIRST).diff is None
