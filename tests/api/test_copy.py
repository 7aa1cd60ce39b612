"""``suyuan copy``: everything arrives, a copy that broke off is completed, and a difference is never overlooked."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from graph.errors import StoreLocked, Where
from graph.records import NodeRow, Record
from graph.stores import open_store
from ingest import copying
from tests.api.conftest import Suyuan, edge, node, write_lines


@pytest.fixture
def rich(world: str, suyuan: Suyuan, tmp_path: Path) -> str:
    """The small world in a store of its own, with a dated edge twice, one edge and two nodes of two sources."""
    url = f"sqlite:///{tmp_path / 'rich.db'}"
    assert suyuan("export", "world.jsonl", store=world).code == 0
    assert suyuan("init", "--empty", store=url).code == 0
    assert suyuan("ingest", "world.jsonl", store=url).code == 0
    second = [
        node("OrgUnit", "P1", name="甲省", note="第二来源也说"),
        node("OrgUnit", "HQ", name="总部"),
        edge("DEPUTY", "Assignment:a1", "Owner:o2", valid_from="2024-01-01", valid_to="2025-01-01"),
        edge("DEPUTY", "Assignment:a1", "Owner:o2", valid_from="2026-01-01"),
        edge("RUN_BY", "Campaign:M1", "OrgUnit:P1"),
    ]
    write_lines(tmp_path / "second.jsonl", second)
    assert suyuan("ingest", "second.jsonl", "--source", "second", store=url).code == 0
    return url


def exported(suyuan: Suyuan, store: str, name: str) -> bytes:
    """The whole graph as bytes."""
    assert suyuan("export", name, store=store).code == 0
    return Path(name).read_bytes()


def add_node(store: str, id_: str) -> None:
    """Write one channel."""
    opened = open_store(store)
    with opened.session() as session:
        session.write([Record(NodeRow("Channel", id_, {"name": "厅"}, ("other",)), (), Where())])
    opened.close()


def test_everything_arrives_with_its_sources_and_again_changes_nothing(
    rich: str, suyuan: Suyuan, tmp_path: Path
) -> None:
    there = f"sqlite:///{tmp_path / 'there.db'}"
    first = suyuan("copy", rich, there, "--json", lang=None)
    assert first.code == 0, first.err
    assert exported(suyuan, there, "b.jsonl") == exported(suyuan, rich, "a.jsonl")
    sources = [json.loads(line)["properties"]["sources"] for line in Path("b.jsonl").read_bytes().splitlines()]
    assert max(map(len, sources)) > 1
    again = suyuan("copy", rich, there, "--json", lang=None)
    assert again.code == 0
    for lines in (first.json["nodes"], first.json["edges"]):
        assert all(line["added"] == line["read"] == line["held"] > 0 for line in lines.values())
    for lines in (again.json["nodes"], again.json["edges"]):
        assert all(line["unchanged"] == line["read"] for line in lines.values())


def test_the_derived_tables_arrive_as_if_loaded(rich: str, suyuan: Suyuan, tmp_path: Path) -> None:
    there = f"sqlite:///{tmp_path / 'there.db'}"
    assert suyuan("copy", rich, there).code == 0
    one, other = open_store(rich), open_store(there)
    assert list(other.tallies()) == list(one.tallies()) != []
    assert list(other.tallies(per="month")) == list(one.tallies(per="month")) != []
    assert list(other.cases()) == list(one.cases()) != []
    one.close()
    other.close()


def test_the_digest_is_that_of_the_interchange_lines(rich: str, suyuan: Suyuan, tmp_path: Path) -> None:
    report = suyuan("copy", rich, f"sqlite:///{tmp_path / 'there.db'}", "--json", lang=None).json
    lines = exported(suyuan, rich, "a.jsonl").splitlines(keepends=True)
    for name, label in (("Complaint", b'"labels":["Complaint"],"properties"'), ("HELD_BY", b'"label":"HELD_BY"')):
        wanted = hashlib.sha256(b"".join(line for line in lines if label in line)).hexdigest()
        line = (report["nodes"] | report["edges"])[name]
        assert line["digest"] == line["digest_held"] == wanted
        assert line["same"] is True


def test_a_person_sees_counts_and_digests(rich: str, suyuan: Suyuan, tmp_path: Path) -> None:
    shown = suyuan("copy", rich, f"sqlite:///{tmp_path / 'there.db'}", lang="zh")
    assert shown.code == 0
    (row,) = (line for line in shown.out.splitlines() if "Complaint" in line)
    cells = [cell.strip() for cell in row.strip("│").split("│")]
    assert cells[:3] == ["Complaint", "12", "12"]
    assert cells[5] == "12"
    assert cells[6] == cells[7]
    assert cells[8] == "✓"


@pytest.mark.parametrize("batches", [1, 9, 40])
def test_a_copy_that_broke_off_is_completed_by_running_it_again(
    rich: str, suyuan: Suyuan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batches: int
) -> None:
    monkeypatch.setattr(copying, "BATCH", 7)
    there = f"sqlite:///{tmp_path / 'there.db'}"
    source, target = open_store(rich), open_store(there, create=True)
    target.initialise()
    calls = 0

    def broken(_: int) -> None:
        nonlocal calls
        calls += 1
        if calls == batches:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copying.copy(source, target, progress=broken)
    source.close()
    target.close()
    assert suyuan("copy", rich, there).code == 0
    assert exported(suyuan, there, "b.jsonl") == exported(suyuan, rich, "a.jsonl")


def test_what_only_the_target_holds_is_a_difference_and_stays(rich: str, suyuan: Suyuan, tmp_path: Path) -> None:
    there = f"sqlite:///{tmp_path / 'there.db'}"
    assert suyuan("init", "--empty", store=there).code == 0
    add_node(there, "X9")
    report = suyuan("copy", rich, there, "--json")
    assert report.code == 1
    assert "differ in Channel" in report.err
    line = report.json["nodes"]["Channel"]
    assert (line["same"], report.json["same"]) == (False, False)
    assert line["held"] == line["read"] + 1
    assert line["digest"] != line["digest_held"]


def test_another_value_in_the_target_is_a_difference(rich: str, suyuan: Suyuan, tmp_path: Path) -> None:
    """The same number of nodes, one with a property of which the source says nothing."""
    there = f"sqlite:///{tmp_path / 'there.db'}"
    assert suyuan("copy", rich, there).code == 0
    write_lines(tmp_path / "note.jsonl", [node("Campaign", "M1", note="只在目标库")])
    assert suyuan("ingest", "note.jsonl", "--source", "test", store=there).code == 0
    report = suyuan("copy", rich, there, "--json")
    assert report.code == 1
    line = report.json["nodes"]["Campaign"]
    assert line["held"] == line["read"]
    assert line["same"] is False


def test_a_source_that_changes_meanwhile_is_told(rich: str, tmp_path: Path) -> None:
    source, target = open_store(rich), open_store(f"sqlite:///{tmp_path / 'there.db'}", create=True)
    target.initialise()
    changed = []

    def change(_: int) -> None:
        if not changed:
            add_node(rich, "X9")
            changed.append(True)

    with pytest.raises(StoreLocked) as caught:
        copying.copy(source, target, progress=change)
    assert "changed while it was copied" in caught.value.message("en")
    source.close()
    target.close()


def test_the_same_store_twice_is_refused(world: str, suyuan: Suyuan) -> None:
    done = suyuan("copy", world, world)
    assert done.code == 2
    assert "same store" in done.err


def test_a_missing_source_makes_no_target(suyuan: Suyuan, tmp_path: Path) -> None:
    done = suyuan("copy", f"sqlite:///{tmp_path / 'none.db'}", f"sqlite:///{tmp_path / 'there.db'}")
    assert done.code == 3
    assert not (tmp_path / "there.db").exists()


def test_from_the_file_to_neo4j_and_back_every_byte_stays(
    rich: str, neo4j_url: str, suyuan: Suyuan, tmp_path: Path
) -> None:
    back = f"sqlite:///{tmp_path / 'back.db'}"
    there = suyuan("copy", rich, neo4j_url, "--json")
    assert there.code == 0, there.err
    assert suyuan("copy", neo4j_url, back).code == 0
    original = exported(suyuan, rich, "a.jsonl")
    assert exported(suyuan, neo4j_url, "b.jsonl") == original
    assert exported(suyuan, back, "c.jsonl") == original
    again = suyuan("copy", rich, neo4j_url, "--json").json
    assert all(line["unchanged"] == line["read"] for line in (again["nodes"] | again["edges"]).values())
