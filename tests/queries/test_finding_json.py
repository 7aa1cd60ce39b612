"""The JSON of the list is that of interface.md; a suggestion is told with the measure."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from graph.framework import Framework
from graph.records import NodeRow, Revision
from graph.text import Text
from ingest.catalogue.tables import plan_text
from queries.breakpoints import KINDS, breakpoints, findings_touching

ROOT = Path(__file__).parents[2]
NODES = [NodeRow("ControlPoint", "P1", {"name": "计费准确性", "name_en": "Charging accuracy"})]


def framework() -> Framework:
    return Framework(NODES, [], 3, "Asia/Shanghai")


def as_json(**more: object) -> dict:
    found = breakpoints(
        framework(), (), revision=Revision(3, 4), as_of="2026-06-01", computed_at="2026-06-01T01:02:03.000000Z", **more
    )  # type: ignore[arg-type]
    return json.loads(found.model_dump_json())


def test_the_names_of_interface_md() -> None:
    answer = as_json()
    assert set(answer) == {"as_of", "revision", "computed_at", "counts", "findings"}
    assert answer["revision"] == {"framework": 3, "facts": 4}
    assert set(answer["counts"]) == {"class", "kind"}
    assert list(answer["counts"]["class"]) == ["breakpoint", "blind_spot", "risk"]
    finding = next(f for f in answer["findings"] if f["kind"] == "unowned_control")
    assert set(finding) == {
        "key", "class", "kind", "severity", "nodes", "message", "rule", "clause", "complaints", "measure", "unit", "owner",
        "status", "first_seen", "last_seen", "folded_under",
    }  # fmt: skip
    assert finding["key"] == "unowned_control|ControlPoint:P1"
    assert finding["class"] == "breakpoint"
    assert finding["nodes"] == ["ControlPoint:P1"]
    assert finding["status"] == "open"
    assert finding["first_seen"] == finding["last_seen"] == "2026-06-01"
    assert set(finding["message"]) == set(finding["measure"]) == set(finding["rule"]) == {"zh", "en"}


def test_a_suggestion_is_told_with_the_measure_of_its_point() -> None:
    answer = as_json(suggestions={("policy_missing", "P1"): Text("投诉管理办法", "complaint rules")})
    measures = {f["kind"]: f["measure"] for f in answer["findings"]}
    assert measures["policy_missing"] == {
        "zh": "嵌入制度，建议：投诉管理办法", "en": "Embed it in a regulation; suggested: complaint rules",
    }  # fmt: skip
    assert measures["process_missing"] == {"zh": "嵌入流程", "en": "Embed it in a process"}


def test_every_clause_is_the_plans_own() -> None:
    for kind, predicate in KINDS.items():
        assert predicate.clause in plan_text(), kind


def test_every_kind_says_everything_in_both_languages() -> None:
    for predicate in KINDS.values():
        for text in (predicate.title, predicate.rule, predicate.measure):
            assert any("\u4e00" <= ch <= "\u9fff" for ch in text.zh)
            assert all(ch.isascii() or ch in "±≤≥×→⌈⌉" for ch in text.en)


def test_gaps_of_another_day_are_another_days() -> None:
    ending = Framework([NodeRow("ControlPoint", "P1", {"valid_to": "2026-06-02"})], [], 3, "Asia/Shanghai")
    for _ in range(2):
        assert findings_touching(ending, ["ControlPoint:P1"], "2026-06-01")
        for day in ("2026-06-02", "2026-06-03", "2026-06-04", "2026-06-05", "2026-06-06"):
            assert findings_touching(ending, ["ControlPoint:P1"], day) == []


_SCRIPT = """
from graph.framework import Framework
from graph.records import EdgeRow, NodeRow, Ref, Revision
from queries.breakpoints import breakpoints
points = [NodeRow("ControlPoint", f"P{i}", {}) for i in range(6)]
held = [NodeRow("Assignment", f"A{i}", {"role": "accountable"}) for i in range(3)]
owners = [NodeRow("Owner", f"O{i}", {}) for i in range(3)]
edges = [EdgeRow("CAUSED_BY", Ref("ControlPoint", f"P{i}"), Ref("ControlPoint", f"P{(i + 1) % 3}"), {}) for i in range(3)]
for i in range(3):
    edges += [EdgeRow("FOR", Ref("Assignment", f"A{i}"), Ref("ControlPoint", "P0"), {}),
              EdgeRow("HELD_BY", Ref("Assignment", f"A{i}"), Ref("Owner", f"O{i}"), {})]
found = breakpoints(Framework(points + held + owners, edges, 1, "UTC"), (), revision=Revision(1, 1), as_of="2026-06-01",
                    computed_at="2026-06-01T00:00:00.000000Z")
print(found.model_dump_json())
"""


def test_the_same_bytes_under_any_hash_seed() -> None:
    outputs = set()
    for seed in ("0", "1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", _SCRIPT], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        outputs.add(run.stdout)
    assert len(outputs) == 1
    assert outputs.pop().count("owner_conflict|") == 3
