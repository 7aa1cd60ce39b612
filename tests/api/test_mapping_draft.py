"""``suyuan mapping draft``, ``ingest --dry-run`` and ``--encoding`` from the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Suyuan = Callable[..., Any]
URL = "sqlite:///t.db"
TABLE = "工单号,受理时间,投诉内容\nA1,2026-03-01,资费与宣传不符\nA2,2026-03-02,信号一直不好\n"


def test_a_draft_is_written_and_loads(suyuan: Suyuan) -> None:
    Path("a.csv").write_text(TABLE, encoding="utf-8")
    assert suyuan("init", "--empty", store=URL).code == 0
    shown = suyuan("mapping", "draft", "a.csv")
    assert (shown.code, shown.out.count("version: 1")) == (0, 1)
    written = suyuan("mapping", "draft", "a.csv", "--out", "m.yaml", "--lang", "en")
    assert (written.code, written.out) == (0, "")
    assert "check it" in written.err
    assert Path("m.yaml").read_text(encoding="utf-8").rstrip() == shown.out.rstrip()
    loaded = suyuan("ingest", "a.csv", "--mapping", "m.yaml", "--json", store=URL)
    assert (loaded.code, loaded.json["total"]["added"], loaded.json["diff"]) == (0, 2, None)


def test_a_table_that_says_nothing_is_asked_about(suyuan: Suyuan) -> None:
    Path("a.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    refused = suyuan("mapping", "draft", "a.csv", "--lang", "en")
    assert refused.code == 2
    assert "--kind" in refused.err


def test_a_dry_run_shows_what_would_change(suyuan: Suyuan) -> None:
    assert suyuan("init", "--empty", store=URL).code == 0
    Path("Stage.csv").write_text("id,name\nS1,旧名\n", encoding="utf-8")
    assert suyuan("ingest", "Stage.csv", "--source", "s", store=URL).code == 0
    Path("Stage.csv").write_text("id,name\nS1,新名\nS2,另一\n", encoding="utf-8")
    shown = suyuan("ingest", "Stage.csv", "--source", "s", "--dry-run", store=URL)
    assert shown.code == 0
    assert all(word in shown.out for word in ("Stage:S1", "旧名", "新名", "Stage:S2"))
    whole = suyuan("ingest", "Stage.csv", "--source", "s", "--dry-run", "--json", store=URL).json
    assert whole["diff"]["counts"] == {"Stage": {"added": 1, "changed": 1}}
    assert whole["diff"]["elements"][0]["properties"] == [{"property": "name", "before": "旧名", "after": "新名"}]
    assert suyuan("stats", "--json", store=URL).json["nodes"] == {"Stage": 1}


def test_an_encoding_can_be_named(suyuan: Suyuan) -> None:
    assert suyuan("init", "--empty", store=URL).code == 0
    Path("Stage.csv").write_bytes("id,name\nS1,資費與宣傳\n".encode("big5"))
    loaded = suyuan("ingest", "Stage.csv", "--encoding", "big5", "--json", store=URL)
    assert (loaded.code, loaded.json["total"]["added"]) == (0, 1)
    assert suyuan("ingest", "Stage.csv", "--encoding", "big6", store=URL).code == 2
