"""What a mapping may say about events: the example of the page, and what a wrong one gets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from graph.errors import InputError
from graph.store import Store
from ingest.mapping import MappingFile
from ingest.run import ingest_paths

DOCS = Path(__file__).parents[2] / "docs"
_, EXAMPLE = re.findall(r"```yaml\n(.*?)```", (DOCS / "mapping.md").read_text(encoding="utf-8"), re.DOTALL)
LOG = """\
单号,时间,次数,首次时间,状态,班组,超时
A1,2026-03-01 09:00,1,2026-03-01,新建,一组,否
A1,2026-03-01 10:00,2,2026-03-01,处理中,二组,否
A1,2026-03-02 10:00,10,2026-03-01,办结,一组,是
A1,2026-03-02 10:00,9,2026-03-01,处理中,一组,是
A1,2026-03-03 10:00,11,2026-03-01,处理中,一组,是
A1,2026-03-03 10:00,12,2026-03-01,处理中,一组,是
"""


def _written(folder: Path, mapping: str, log: str = LOG) -> tuple[Path, Path]:
    (folder / "map.yaml").write_text(mapping, encoding="utf-8")
    (folder / "log.csv").write_text(log, encoding="utf-8")
    return folder / "map.yaml", folder / "log.csv"


def test_the_example_of_the_page(store: Store, tmp_path: Path) -> None:
    mapping, log = _written(tmp_path, EXAMPLE)
    report = ingest_paths(store, [log], mapping=mapping)
    assert report.total.refused == 0
    assert next(store.nodes("Complaint")).props["status"] == "in_progress"
    steps = {node.id: node.props["step"] for node in store.nodes("HandlingStep")}
    # whole numbers rank as numbers: 9 before 10
    assert steps == {"A1/1": "received", "A1/2": "routed", "A1/3": "returned", "A1/4": "handled", "A1/5": "reopened"}
    assert {note.en: note.count for note in report.notes} == {
        "no place for it, not stored: last event says 超时 = 是": 1,
        "events that change none of the listed columns and become no step": 1,
    }


def test_an_event_for_which_no_rule_holds_is_refused(store: Store, tmp_path: Path, rejects: Path) -> None:
    mapping, log = _written(tmp_path, EXAMPLE.replace("    - properties: {step: {constant: handled}}", "    #"))
    report = ingest_paths(store, [log], mapping=mapping, rejects=rejects)
    assert (report.kinds["HandlingStep"].added, report.kinds["HandlingStep"].refused) == (4, 1)
    said = rejects.read_text(encoding="utf-8-sig")
    assert "none of the mapping's rules" in said
    assert "A1,2026-03-02 10:00,10,2026-03-01,办结,一组,是" in said.replace('"', "")  # the event as it was written


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("changes: [状态, 班组]", "changes: []", "changes"),
        ("  case: 单号", "  csae: 单号", "did you mean case"),
        ("    单: {kind: Complaint, id: 单号}", "    单: {kind: Complain, id: 单号}", "did you mean complaint"),
        ("    id: {template", "    name: {template", "id is missing"),
        ("  edges: {OF: 单}", "  edges: {OF: 班组}", "of cannot lead to orgunit"),
        ("when: {first: true}", "when: {fisrt: true}", "did you mean first"),
        ("when: {first: true}", "when: {first: no}", "first"),
        ("{step: {constant: returned}}", "{stpe: {constant: returned}}", "did you mean step"),
        ("BY: 原班组, TO: 班组", "BY: 原班, TO: 班组", "did you mean 原班组"),
        ('id: "first:班组"', 'id: "previous:班组"', "those of steps only"),
        ('id: "previous:班组"', 'id: "first:班组"', "properties and nodes of the case only"),
        ("when: {again: 班组}", 'when: {again: "previous:班组"}', "those of steps only"),
        ("  case: 单号", '  case: "event:place"', "those of steps only"),
    ],
)  # fmt: skip
def test_a_wrong_part_on_events_says_where_and_what(tmp_path: Path, before: str, after: str, says: str) -> None:
    assert before in EXAMPLE
    mapping, _ = _written(tmp_path, EXAMPLE.replace(before, after, 1))
    with pytest.raises(InputError) as caught:
        MappingFile(mapping)
    assert says in caught.value.message("en").lower()
    assert caught.value.where.row == EXAMPLE[: EXAMPLE.index(before)].count("\n") + 1 or "missing" in says


def test_a_missing_column_is_named_with_its_line(store: Store, tmp_path: Path) -> None:
    mapping, log = _written(tmp_path, EXAMPLE, LOG.replace("班组", "小组", 1))
    with pytest.raises(InputError) as caught:
        ingest_paths(store, [log], mapping=mapping)
    assert "班组" in caught.value.message("zh")
    assert "map.yaml" in caught.value.message("en")
    assert "HandlingStep" not in store.counts().nodes
