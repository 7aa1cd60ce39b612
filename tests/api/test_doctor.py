"""``suyuan doctor`` on stores that need an upgrade or a newer program: what it names, in both languages, and what mends it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def _change(url: str, script: str) -> None:
    connection = sqlite3.connect(Path(url.removeprefix("sqlite:///")))
    connection.executescript(script)
    connection.close()


@pytest.mark.parametrize(
    ("script", "zh", "en"),
    [
        ('DROP TABLE "Complaint.NAMES"', "缺少：Complaint.NAMES", "missing: Complaint.NAMES"),
        ('ALTER TABLE "Stage" DROP COLUMN customer_step', "缺少：Stage.customer_step", "missing: Stage.customer_step"),
        ("UPDATE meta SET value = '0' WHERE key = 'rule.derived'", "每日投诉量", "the daily counts of complaints"),
        ("DELETE FROM meta WHERE key = 'rule.search'", "全文检索", "the full text"),
        ("UPDATE meta SET value = '0' WHERE key = 'schema_version'", "结构版本 0", "schema version 0"),
    ],
)
def test_an_older_store_is_named_and_init_mends_it(suyuan: Any, empty: str, script: str, zh: str, en: str) -> None:
    _change(empty, script)
    said = suyuan("doctor", "--json", store=empty)
    assert said.code == 3
    assert (said.json["reachable"], said.json["nodes"]) == (False, None)
    (remark,) = said.json["remarks"]
    assert remark["level"] == "problem"
    assert zh in remark["what"]["zh"]
    assert en in remark["what"]["en"]
    assert "suyuan init" in remark["mend"]["zh"]
    assert "suyuan init" in remark["mend"]["en"]
    assert zh in suyuan("doctor", store=empty, lang="zh").out
    refused = suyuan("stats", store=empty)
    assert refused.code == 3
    assert "suyuan init" in refused.err
    assert "created or upgraded" in suyuan("init", "--empty", store=empty).err
    assert "up to date" in suyuan("init", "--empty", store=empty).err
    assert suyuan("doctor", "--json", store=empty).json["reachable"] is True


@pytest.mark.parametrize("script", ["UPDATE meta SET value = '99' WHERE key = 'schema_version'", "INSERT INTO meta VALUES ('rule.of_tomorrow', '1')"])  # fmt: skip
def test_a_newer_store_asks_for_a_newer_program_and_init_leaves_it_alone(suyuan: Any, empty: str, script: str) -> None:
    _change(empty, script)
    said = suyuan("doctor", "--json", store=empty)
    assert said.code == 3
    (remark,) = said.json["remarks"]
    assert "Upgrade suyuan" in remark["mend"]["en"]
    refused = suyuan("init", "--empty", store=empty)
    assert refused.code == 3
    assert "newer version" in refused.err


def test_doctor_on_neo4j_names_constraints_and_indexes(
    suyuan: Callable[..., Any], neo4j_url: str, neo4j_driver: Any
) -> None:
    assert suyuan("init", "--empty", store=neo4j_url).code == 0
    neo4j_driver.execute_query("DROP CONSTRAINT suyuan_Stage_id")
    neo4j_driver.execute_query("DROP INDEX suyuan_Complaint_text")
    neo4j_driver.execute_query("CREATE CONSTRAINT suyuan_Stage_id FOR (n:Stage) REQUIRE n.name IS UNIQUE")
    said = suyuan("doctor", "--json", store=neo4j_url)
    assert said.code == 3
    missing, taken = said.json["remarks"]
    assert "FULLTEXT (:Complaint {_pieces})" in missing["what"]["en"]
    assert "suyuan init" in missing["mend"]["zh"]
    assert "UNIQUENESS (:Stage {id})" in taken["what"]["zh"]
    assert "DROP CONSTRAINT `suyuan_Stage_id`" in taken["mend"]["zh"]
    refused = suyuan("init", "--empty", store=neo4j_url)
    assert refused.code == 3
    assert "DROP CONSTRAINT `suyuan_Stage_id`" in refused.err
    neo4j_driver.execute_query("DROP CONSTRAINT suyuan_Stage_id")
    assert suyuan("init", "--empty", store=neo4j_url).code == 0
    assert suyuan("doctor", "--json", store=neo4j_url).json["reachable"] is True
