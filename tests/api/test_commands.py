"""What each command answers on a real store: its JSON, its tables in both languages, its files and exit codes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from graph.values import instant
from ingest.unchanged import UNCHANGED

AS_OF = "2026-03-31"


def _copied(url: str, folder: Path) -> str:
    copy = folder / "copy.db"
    copy.write_bytes(Path(url.removeprefix("sqlite:///")).read_bytes())
    return f"sqlite:///{copy}"


# ── init, stats, doctor ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("words", [[], ["--plan-only"], ["--empty"]])
def test_init_again_changes_nothing(suyuan: Any, tmp_path: Path, words: list[str]) -> None:
    url = f"sqlite:///{tmp_path / 's.db'}"
    first = suyuan("init", *words, "--json", store=url)
    held = suyuan("stats", "--json", store=url)
    again = suyuan("init", *words, "--json", store=url)
    assert first.code == again.code == 0
    total = again.json["total"]
    assert (total["added"], total["changed"], total["refused"], again.json["removed"]) == (0, 0, 0, {})
    assert total["read"] == total["unchanged"] == first.json["total"]["added"]
    assert suyuan("stats", "--json", store=url) == held


def test_what_the_plan_alone_holds(suyuan: Any, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 's.db'}"
    assert suyuan("init", "--plan-only", store=url).code == 0
    stats = suyuan("stats", "--json", store=url).json
    assert {kind: stats["nodes"][kind] for kind in ("Domain", "Stage", "ControlPoint")} == {
        "Domain": 3,
        "Stage": 17,
        "ControlPoint": 43,
    }
    assert stats["indicators"] == {"KCI": 21, "KQI": 14, "KPI": 2}
    assert stats["quoted"] == 40
    assert "CAUSED_BY" not in stats["edges"]


def test_stats_of_nothing(suyuan: Any, empty: str) -> None:
    assert suyuan("stats", "--json", store=empty).json == {
        "nodes": {}, "edges": {}, "indicators": {"KCI": 0, "KQI": 0, "KPI": 0}, "quoted": 0, "unmasked": {},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ["节点", "关系", "方案原文的控制点"]), ("en", ["Nodes", "Edges", "quote the plan"])]
)
def test_stats_for_a_person(suyuan: Any, world: str, lang: str, words: list[str]) -> None:
    result = suyuan("stats", store=world, lang=lang)
    assert result.code == 0
    assert all(word in result.out for word in [*words, "ControlPoint", "KCI"])


def test_doctor_on_a_good_store(suyuan: Any, world: str) -> None:
    result = suyuan("doctor", "--json", store=world)
    assert result.code == 0
    assert result.json["reachable"] is True
    assert result.json["nodes"]["Complaint"] == 12
    assert result.json["remarks"] == []
    assert "All is in order." in suyuan("doctor", store=world).out
    assert "一切正常。" in suyuan("doctor", store=world, lang="zh").out


def test_doctor_says_what_is_missing(suyuan: Any, empty: str, tmp_path: Path) -> None:
    result = suyuan("doctor", "--json", store=empty)
    assert result.code == 1
    assert [remark["level"] for remark in result.json["remarks"]].count("problem") == 1
    assert all(remark["mend"]["zh"] and remark["mend"]["en"] for remark in result.json["remarks"])
    assert suyuan("init", "--plan-only", store=empty).code == 0
    planned = suyuan("doctor", "--json", store=empty)
    assert planned.code == 0
    assert {remark["level"] for remark in planned.json["remarks"]} == {"hint"}
    for lang, word in (("zh", "suyuan init"), ("en", "Run `suyuan init`")):
        missing = suyuan("doctor", store=f"sqlite:///{tmp_path / 'none.db'}", lang=lang)
        assert missing.code == 3
        assert word in missing.out


# ── ingest ──────────────────────────────────────────────────────────────────────────────────────────
def _owners(folder: Path, *rows: str) -> Path:
    file = folder / "Owner.csv"
    file.write_text("\n".join(("id,name,party", *rows)) + "\n", encoding="utf-8")
    return file


def test_ingest_counts_every_row_and_says_where_the_refused_are(suyuan: Any, empty: str, tmp_path: Path) -> None:
    file = _owners(tmp_path, "a,甲,person", "b,乙,alien", "c,丙,role")
    result = suyuan("ingest", str(file), store=empty, lang="zh")
    assert result.code == 1
    assert all(word in result.out for word in ("读入", "新增", "变更", "未变", "拒绝", "合计", "Owner"))
    assert "拒绝 1 行" in result.err
    assert "Owner.csv.rejects.csv" in result.err
    raw = (tmp_path / "Owner.csv.rejects.csv").read_bytes().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(raw))
    assert (row["file"], row["row"], row["field"]) == ("Owner.csv", "3", "party")
    again = suyuan("ingest", str(file), "--json", "--rejects", "mine.csv", store=empty)
    assert again.code == 1
    assert again.json["kinds"]["Owner"] == {"read": 3, "added": 0, "changed": 0, "unchanged": 2, "refused": 1}
    assert (tmp_path / "mine.csv").exists()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_was_loaded_already_is_not_read_again(suyuan: Any, empty: str, tmp_path: Path, lang: str) -> None:
    words = ("ingest", str(_owners(tmp_path, "a,甲,person", "b,乙,role")))
    remark = str(UNCHANGED.in_(lang))
    assert remark not in suyuan(*words, store=empty, lang=lang).err
    again = suyuan(*words, store=empty, lang=lang)
    assert (again.code, again.err.count(remark)) == (0, 1)
    known, read = (suyuan(*words, *more, "--json", store=empty) for more in ((), ("--again",)))
    assert (known.code, read.code, len(known.json["notes"]), read.json["notes"]) == (0, 0, 1, [])
    assert {**known.json, "notes": []} == read.json
    assert read.json["total"] == {"read": 2, "added": 0, "changed": 0, "unchanged": 2, "refused": 0}


def test_a_dry_run_says_the_same_and_writes_nothing(suyuan: Any, empty: str, tmp_path: Path) -> None:
    file = _owners(tmp_path, "a,甲,person")
    dry = suyuan("ingest", str(file), "--dry-run", "--json", store=empty)
    assert dry.code == 0
    assert dry.json["dry_run"] is True
    assert dry.json["total"]["added"] == 1
    assert "nothing was written" in dry.err
    assert suyuan("stats", "--json", store=empty).json["nodes"] == {}
    wet = suyuan("ingest", str(file), "--json", store=empty)
    assert wet.json["kinds"] == dry.json["kinds"]


def test_replace_withdraws_what_the_source_no_longer_says(suyuan: Any, empty: str, tmp_path: Path) -> None:
    suyuan("ingest", str(_owners(tmp_path, "a,甲,person", "b,乙,person")), "--source", "hr", store=empty)
    result = suyuan("ingest", str(_owners(tmp_path, "a,甲,person")), "--source", "hr", "--replace", store=empty)
    assert result.code == 0
    assert "Withdrawn" in result.out
    assert suyuan("stats", "--json", store=empty).json["nodes"] == {"Owner": 1}


@pytest.mark.parametrize("name", ["missing.csv", "Ownr.csv"])
def test_input_that_cannot_be_read_is_exit_2(suyuan: Any, empty: str, tmp_path: Path, name: str) -> None:
    if name == "Ownr.csv":
        (tmp_path / name).write_text("id,name\n1,x\n", encoding="utf-8")
    result = suyuan("ingest", str(tmp_path / name), store=empty)
    assert result.code == 2
    assert result.out == ""
    assert "How to mend it" in result.err


# ── trace ───────────────────────────────────────────────────────────────────────────────────────────
def test_a_named_trace(suyuan: Any, world: str) -> None:
    result = suyuan("trace", "C001", "--json", "--as-of", AS_OF, store=world)
    assert result.code == 0
    assert result.json["outcome"] == "named"
    assert result.json["root"]["control_point"] == "ControlPoint:CP37"
    assert result.json["owner"]["now"]["holder"] == "Owner:o1"
    assert suyuan("trace", "Complaint:C001", "--json", "--as-of", AS_OF, store=world) == result
    after = suyuan("trace", "C001", "--json", "--as-of", "2026-08-01", store=world).json
    assert (after["owner"]["then"]["holder"], after["owner"]["now"]["holder"]) == ("Owner:o1", "Owner:o2")


@pytest.mark.parametrize(("day", "holder"), [("2026-06-30", "Owner:o1"), ("2026-07-01", "Owner:o2")])
def test_a_date_stands_for_its_last_moment(suyuan: Any, world: str, day: str, holder: str) -> None:
    answer = suyuan("trace", "C001", "--json", "--as-of", day, store=world).json
    assert instant(answer["as_of"]).isoformat() == f"{day}T15:59:59.999999+00:00"
    assert answer["owner"]["now"]["holder"] == holder
    assert suyuan("who", "CP37", "--json", "--as-of", day, store=world).json["owner"]["holder"] == holder


def test_a_moment_stands_for_itself(suyuan: Any, world: str) -> None:
    answer = suyuan("trace", "C001", "--json", "--as-of", "2026-03-31 09:30", store=world).json
    assert answer["as_of"] == "2026-03-31T01:30:00.000000Z"


def test_unknown_is_an_answer(suyuan: Any, world: str) -> None:
    result = suyuan("trace", "C011", "--json", store=world)
    assert result.code == 0
    assert (result.json["outcome"], result.json["reason"], result.json["root"]) == ("unknown", "no_anchor", None)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ["计费准确性", "岗位一", "当时负责人", "夏季套餐", "指标链", "未通过却放行"]),
        ("en", ["Owner then", "Post One", "Province One", "Chain of indicators", "failed, yet released"]),
    ],
)
def test_a_trace_for_a_person(suyuan: Any, world: str, lang: str, words: list[str]) -> None:
    result = suyuan("trace", "C001", "--as-of", AS_OF, store=world, lang=lang)
    assert result.code == 0
    assert [word for word in words if word not in result.out] == []


def test_an_undecided_trace_says_what_would_help(suyuan: Any, world: str, tmp_path: Path) -> None:
    url = _copied(world, tmp_path)
    lines = [
        {"type": "node", "id": "Category:K-two", "labels": ["Category"], "properties": {"id": "K-two"}},
        {"type": "relationship", "label": "POINTS_TO", "start": {"id": "Category:K-two"}, "end": {"id": "ControlPoint:CP23"}, "properties": {"weight": 0.5}},
        {"type": "node", "id": "Complaint:U", "labels": ["Complaint"], "properties": {"id": "U", "event_at": "2026-03-05T00:00:00Z"}},
        {"type": "relationship", "label": "IN_CATEGORY", "start": {"id": "Complaint:U"}, "end": {"id": "Category:K-two"}, "properties": {}},
        {"type": "relationship", "label": "ABOUT", "start": {"id": "Complaint:U"}, "end": {"id": "Campaign:M1"}, "properties": {}},
    ]  # fmt: skip
    (tmp_path / "u.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert suyuan("ingest", "u.jsonl", store=url).code == 0
    answer = suyuan("trace", "U", "--json", store=url).json
    assert answer["outcome"] != "named"
    assert answer["next_evidence"]
    assert "Evidence that would help" in suyuan("trace", "U", store=url).out
    assert "还缺的证据" in suyuan("trace", "U", store=url, lang="zh").out


@pytest.mark.parametrize(("id_", "near"), [("C01", "C0"), ("c001", "C001"), ("区1", "区/1")])
def test_an_unknown_complaint_names_a_near_one(suyuan: Any, world: str, id_: str, near: str) -> None:
    result = suyuan("trace", id_, "--json", store=world)
    assert result.code == 2
    assert result.out == ""
    assert f"Did you mean {near}" in result.err


def test_all_traces_are_those_of_each(suyuan: Any, world: str, tmp_path: Path) -> None:
    result = suyuan("trace", "--all", "--out", "all.jsonl", "--as-of", AS_OF, store=world)
    assert result.code == 0
    assert result.out == ""
    assert "12 traces" in result.err
    answers = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()]
    ids = [answer["complaint"] for answer in answers]
    assert ids == sorted(ids)
    assert len(ids) == 12
    for answer in (answers[0], answers[-1]):
        assert suyuan("trace", answer["complaint"], "--json", "--as-of", AS_OF, store=world).json == answer
    again = tmp_path / "again.jsonl"
    assert suyuan("trace", "--all", "--out", str(again), "--as-of", AS_OF, store=world).code == 0
    assert again.read_bytes() == (tmp_path / "all.jsonl").read_bytes()


def test_a_picture_is_one_page(suyuan: Any, world: str, tmp_path: Path) -> None:
    for lang in ("zh", "en"):
        result = suyuan("trace", "C001", "--html", f"{lang}.html", store=world, lang=lang)
        assert result.code == 0
        page = (tmp_path / f"{lang}.html").read_text(encoding="utf-8")
        assert f'lang="{lang}' in page
        assert "<b>10</b>" not in page
    assert suyuan("trace", "C001", "--html", "no/such/folder.html", store=world).code == 2


# ── who, chain ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("target", ["CP37", "ControlPoint:CP37", "计费准确性", "  CP37 "])
def test_a_target_by_id_reference_or_name(suyuan: Any, world: str, target: str) -> None:
    for command, field in (("who", "target"), ("chain", "control_point")):
        result = suyuan(command, target, "--json", store=world)
        assert result.code == 0
        assert result.json[field] == "ControlPoint:CP37"


def test_who_for_subjects_and_units(suyuan: Any, world: str) -> None:
    assert suyuan("who", "M1", "--json", store=world).json["target"] == "Campaign:M1"
    assert suyuan("who", "夏季套餐", "--json", store=world).json["target"] == "Campaign:M1"
    assert suyuan("who", "P1", "--json", store=world).json["target"] == "OrgUnit:P1"


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["who", "CP377"], "Did you mean CP37?"),
        (["chain", "计费准确"], "Did you mean 计费准确性?"),
        (["who", "ControlPoint:CP377"], "Did you mean ControlPoint:CP37?"),
        (["who", "Owner:o1"], "ControlPoint"),
        (["chain", "OrgUnit:P1"], "ControlPoint"),
        (["chain", "P1"], "not found"),
        (["who", " "], "empty"),
    ],
)
def test_a_target_that_is_none(suyuan: Any, world: str, words: list[str], part: str) -> None:
    result = suyuan(*words, "--json", store=world)
    assert result.code == 2
    assert result.out == ""
    assert part in result.err


def test_a_bare_id_of_two_kinds_must_be_written_out(suyuan: Any, world: str, tmp_path: Path) -> None:
    url = _copied(world, tmp_path)
    line = {"type": "node", "id": "Channel:CP37", "labels": ["Channel"], "properties": {"id": "CP37"}}
    (tmp_path / "two.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    assert suyuan("ingest", "two.jsonl", store=url).code == 0
    result = suyuan("who", "CP37", store=url)
    assert result.code == 2
    assert "ControlPoint:CP37, Channel:CP37" in result.err
    assert suyuan("who", "Channel:CP37", "--json", store=url).json["target"] == "Channel:CP37"


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ["负责人", "岗位二", "甲省一市"]), ("en", ["Owner", "Post Two", "accountable"])]
)
def test_who_for_a_person(suyuan: Any, world: str, lang: str, words: list[str]) -> None:
    result = suyuan("who", "CP37", "--as-of", "2026-08-01", store=world, lang=lang)
    assert all(word in result.out for word in words)


@pytest.mark.parametrize(("lang", "words"), [("zh", ["KCI15 异常发生率", "默认判断"]), ("en", ["KCI15", "default"])])
def test_chain_for_a_person(suyuan: Any, world: str, lang: str, words: list[str]) -> None:
    result = suyuan("chain", "CP37", store=world, lang=lang)
    assert result.code == 0
    assert all(word in result.out for word in words)


# ── breakpoints, export ─────────────────────────────────────────────────────────────────────────────
def test_files_hold_the_list(suyuan: Any, world: str, tmp_path: Path) -> None:
    words = ("breakpoints", "--as-of", AS_OF, "--class", "blind_spot")
    whole = suyuan(*words, "--json", store=world).json
    assert whole["findings"]
    assert suyuan(*words, "--out", "list.json", store=world).out == ""
    written = json.loads((tmp_path / "list.json").read_text(encoding="utf-8"))
    assert written["findings"] == whole["findings"]
    assert suyuan(*words, "--out", "list.csv", store=world).code == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "list.csv").read_bytes().decode("utf-8-sig"), newline="")))
    assert [row["key"] for row in rows] == [finding["key"] for finding in whole["findings"]]
    for row, finding in zip(rows, whole["findings"], strict=True):
        assert (row["message_zh"], row["message_en"]) == (finding["message"]["zh"], finding["message"]["en"])
        assert int(row["severity"]) == finding["severity"]


def test_the_catalogue_suggests_where_to_embed(suyuan: Any, world: str) -> None:
    findings = suyuan("breakpoints", "--kind", "system_missing", "--json", store=world).json["findings"]
    assert any("S01" in finding["measure"]["zh"] and "S01" in finding["measure"]["en"] for finding in findings)


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", ["断点", "盲点", "风险", "另有"]), ("en", ["Breakpoint", "Blind spot", "Risk", "more: take all"])],
)
def test_the_list_for_a_person(suyuan: Any, world: str, lang: str, words: list[str]) -> None:
    result = suyuan("breakpoints", store=world, lang=lang)
    assert result.code == 0
    assert all(word in result.out for word in words)


def test_export_and_ingest_are_the_identity(suyuan: Any, world: str, empty: str, tmp_path: Path) -> None:
    first = suyuan("export", "first.jsonl", store=world)
    assert (first.code, first.out) == (0, "")
    assert suyuan("ingest", "first.jsonl", store=empty).code == 0
    assert suyuan("export", "second.jsonl", store=empty).code == 0
    assert (tmp_path / "first.jsonl").read_bytes() == (tmp_path / "second.jsonl").read_bytes()


def test_export_of_some_kinds(suyuan: Any, world: str, tmp_path: Path) -> None:
    assert suyuan("export", "units.jsonl", "--kind", "OrgUnit", "--kind", "Owner", store=world).code == 0
    lines = [json.loads(line) for line in (tmp_path / "units.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {line["labels"][0] for line in lines if line["type"] == "node"} == {"OrgUnit", "Owner"}
    assert suyuan("export", "all.graphml", store=world).code == 0
    assert "graphml" in (tmp_path / "all.graphml").read_text(encoding="utf-8")[:200]
    for words in (["units.xyz"], ["units.jsonl", "--kind", "OrgUnt"]):
        result = suyuan("export", *words, store=world)
        assert result.code == 2
        assert "How to mend it" in result.err
