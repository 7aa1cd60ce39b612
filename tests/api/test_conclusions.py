"""The table of conclusions says of every complaint what its whole answer says, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.conclusions import COLUMNS, HEADINGS, ConclusionTable
from graph.case import Case
from graph.framework import Framework, row_name
from graph.records import NodeRow, Ref, Revision
from graph.values import local_day
from queries.conclusion import conclude
from queries.parameters import load_parameters
from queries.trace import trace
from tests.queries import random_world
from tests.queries.conftest import World, moment

AS_OF = moment("2026-06-30")
REVISION = Revision(3, 4)
NAMES = [name for name, _ in COLUMNS]


def written(framework: Framework, case: Case) -> dict[str, str]:
    """The row of a complaint as a spreadsheet reads it, by the column's name."""
    parameters = load_parameters()
    table = ConclusionTable(framework, REVISION, AS_OF, parameters.version)
    row = table.row(conclude(framework, case, as_of=AS_OF, parameters=parameters))
    return rows(HEADINGS + row)[0]


def rows(table: bytes) -> list[dict[str, str]]:
    """The rows of a table by the names of the columns, which stand first in the headings."""
    head, *found = csv.reader(io.StringIO(table.decode("utf-8-sig"), newline=""))
    return [dict(zip([heading.split(" ")[0] for heading in head], row, strict=True)) for row in found]


def answered(framework: Framework, case: Case) -> dict[str, Any]:
    """The whole answer for a complaint as others read it."""
    answer = trace(framework, case, revision=REVISION, as_of=AS_OF, parameters=load_parameters())
    return dict(json.loads(answer.model_dump_json()))


def told(answer: dict[str, Any], name: Callable[[str], str]) -> dict[str, str]:
    """What a row must say, read off the whole answer; the day and the words of the conclusion are not in it."""
    root, gate, owner = (answer[part] or {} for part in ("root", "earliest_gate", "owner"))
    cells = {
        "id": answer["complaint"].partition(":")[2],
        "outcome": answer["outcome"],
        "reason": answer["reason"],
        "probability": root.get("probability"),
        "gate": gate.get("gate"),
        "gate_name": gate.get("gate") and name(gate["gate"]),
        "gate_state": gate.get("state"),
        "as_of": answer["as_of"],
        "revision": f"{answer['revision']['framework']}.{answer['revision']['facts']}",
        "parameters": answer["revision"]["parameters"],
    }
    for part in ("control_point", "stage", "domain", "subject"):
        cells |= {part: root.get(part), f"{part}_name": root.get(part) and name(root[part])}
    for when in ("then", "now"):
        held = owner.get(when) or {}
        cells |= {f"{when}_{column}": cell for column, cell in _holders(held.get("contested") or [held], name)}
    return {column: "" if cell is None else str(cell) for column, cell in cells.items()}


def _holders(held: list[dict[str, Any]], name: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """The columns of who answers, several with equal right joined."""
    for part in ("holder", "unit", "via", "rule"):
        cells = [one.get(part) or "" for one in held]
        yield part, ";".join(cells) if any(cells) else ""
        if part in ("holder", "unit"):
            yield f"{part}_name", ";".join(cell and name(cell) for cell in cells) if any(cells) else ""


def namer(framework: Framework, case: Case) -> Callable[[str], str]:
    """What a node is called in both languages, once where they are the same; what a spreadsheet would run is not asked here."""

    def name(reference: str) -> str:
        ref = Ref.parse(reference)
        subject = case.subjects.get(ref)
        row = framework.get(ref) or NodeRow(ref.kind, ref.id, subject.props if subject is not None else {})
        return " | ".join(dict.fromkeys((row_name(row, "zh"), row_name(row, "en"))))

    return name


def checked(world: World, case: Case) -> dict[str, str]:
    """The row of a complaint, after comparing it with the whole answer."""
    framework = world.framework()
    row, expected = written(framework, case), told(answered(framework, case), namer(framework, case))
    assert {column: cell for column, cell in row.items() if column in expected} == expected
    assert [column for column in NAMES if column not in expected] == ["event_day", "conclusion"]
    assert row["event_day"] == local_day(case.event_at, framework.zone)
    return row


def test_every_cell_is_a_field_of_the_whole_answer() -> None:
    seen: dict[str, set[str]] = {"outcome": set(), "reason": set(), "gate_state": set(), "now_via": set()}
    for seed in range(80):
        world = with_owners(random_world.fill(World(), seed), random.Random(seed))
        row = checked(world, world.case(**world.asked))
        for column, values in seen.items():
            values.add(row[column])
    assert seen["outcome"] >= {"named", "stage", "unknown"}
    assert len(seen["reason"]) > 1
    assert len(seen["gate_state"]) > 2
    assert seen["now_via"] >= {"", "unit_head", "stage", "domain", "domain;domain"}


def with_owners(world: Any, rnd: random.Random) -> Any:
    """Some stages, domains and units of a random world are somebody's duty, some of them two people's."""
    places = sorted(ref for ref in world.nodes if ref.kind in ("Stage", "Domain"))
    for n in range(4):
        world.assign(f"a{n}", f"Owner:o{n}", [str(rnd.choice(places))])
    if rnd.random() < 0.5:
        world.edge("BELONGS_TO", "Owner:o1", "OrgUnit:U00").assign("h", "Owner:o1", ["OrgUnit:U00"], role="head")
    return world


def named_world() -> World:
    """A point that a failed review leaves no doubt about."""
    world = World().stage("S1").point("V", "S1", name="点", name_en="Point").points_to("K", {"V": 0.95})
    world.subject("Campaign:M", name="夏季", run_by=("U",)).review(
        "Campaign:M", "ControlPoint:V", "failed", "2026-03-01"
    )
    return world.node("OrgUnit:U", name="单位", name_en="Unit").gate("G", checks=["V"], guards="S1")


def test_a_named_point_stands_with_its_owner_and_its_gate() -> None:
    world = named_world().assign("a", "OrgUnit:U", ["ControlPoint:V"])
    row = checked(world, world.case(about=["Campaign:M"]))
    assert row["outcome"] == "named"
    assert row["conclusion"] == "已定位到控制点 | a control point is named"
    assert (row["control_point"], row["control_point_name"]) == ("ControlPoint:V", "点 | Point")
    assert (row["subject"], row["subject_name"]) == ("Campaign:M", "夏季")
    assert (row["now_holder"], row["now_holder_name"], row["now_via"]) == ("OrgUnit:U", "单位 | Unit", "control_point")
    assert (row["gate"], row["gate_state"]) == ("Gate:G", "failed_but_released")


def test_a_contested_duty_names_all_its_holders() -> None:
    world = named_world().node("Owner:o").node("Owner:p", name="乙")
    world.assign("a", "Owner:o", ["ControlPoint:V"]).assign("b", "Owner:p", ["ControlPoint:V"])
    row = checked(world, world.case(about=["Campaign:M"]))
    assert (row["then_holder"], row["then_holder_name"]) == ("Owner:o;Owner:p", "o;乙")
    assert row["then_via"] == "control_point;control_point"
    assert row["then_unit"] == row["then_rule"] == ""


@pytest.mark.parametrize(
    ("weights", "null_rate", "outcome", "reason", "words"),
    [
        ({"V": 0.4, "W": 0.4}, 0.01, "unknown", "tie", "不能判定：两种解释难分高下 | unknown: two explanations are nearly as likely"),
        ({}, None, "unknown", "no_anchor", "不能判定：投诉没有可用的类目或原因代码 | unknown: no category or cause code says where it hurts"),
        ({"V": 0.05}, 0.9, "no_internal_cause", "", "无内部原因 | no internal cause"),
    ],
)  # fmt: skip
def test_what_names_nobody_says_why(
    weights: dict[str, float], null_rate: float | None, outcome: str, reason: str, words: str
) -> None:
    world = World().stage("S1", "D").stage("S2", "E").point("V", "S1").point("W", "S2").points_to("K", weights)
    if null_rate is not None:
        world.node("Category:K", null_rate=null_rate)
    row = checked(world, world.case())
    assert (row["outcome"], row["reason"], row["conclusion"]) == (outcome, reason, words)
    assert all(row[column] == "" for column in NAMES if column.startswith(("control", "then", "now", "gate")))


def test_no_cell_runs_as_a_formula() -> None:
    world = named_world().node("OrgUnit:U", name='=HYPERLINK("http://x")', name_en="+1").assign("a", "OrgUnit:U", ["ControlPoint:V"])  # fmt: skip
    world.subject("Campaign:M", name="@SUM(A1)")
    row = written(world.framework(), world.case("=1+1", about=["Campaign:M"]))
    assert row["id"] == "'=1+1"
    assert row["subject_name"] == "'@SUM(A1)"
    assert row["now_holder_name"] == '\'=HYPERLINK("http://x") | +1'


def test_the_command_writes_what_it_writes_as_whole_answers(suyuan: Any, world: str, tmp_path: Path) -> None:
    for lang, jobs in (("en", "1"), ("zh", "2")):
        asked = ("--all", "--out", f"{lang}.csv", "--jobs", jobs, "--as-of", "2026-06-01")
        result = suyuan("trace", *asked, store=world, lang=lang)
        assert (result.code, result.out) == (0, "")
        assert {"en": "12 conclusions", "zh": "12 条结论"}[lang] in result.err
    table = (tmp_path / "en.csv").read_bytes()
    assert table == (tmp_path / "zh.csv").read_bytes()  # in both languages at once, whatever the caller's
    assert table.startswith(b"\xef\xbb\xbfid \xe6\x8a\x95")
    assert suyuan("trace", "--all", "--out", "t.jsonl", "--as-of", "2026-06-01", store=world).code == 0
    answers = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text(encoding="utf-8").splitlines()]
    found = rows(table)
    assert [row["id"] for row in found] == [f"C{n:03}" for n in range(1, 12)] + ["区/1"]
    assert {row["outcome"] for row in found} == {"named", "unknown"}
    for row, answer in zip(found, answers, strict=True):
        expected = told(answer, lambda _: "named")
        assert {
            c: "named" if c.endswith("_name") and cell else cell for c, cell in row.items() if c in expected
        } == expected


def test_a_file_of_another_kind_is_refused_with_both_that_are_written(suyuan: Any, world: str, tmp_path: Path) -> None:
    result = suyuan("trace", "--all", "--out", "t.xlsx", store=world)
    assert result.code == 2
    assert "Write .jsonl or .csv" in result.err
    assert list(tmp_path.iterdir()) == []
