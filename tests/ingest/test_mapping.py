"""Mapping files: what they can say, and what a wrong one gets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from graph.errors import InputError
from graph.store import Store
from ingest.mapping import MappingFile, shipped
from ingest.report import IngestReport
from ingest.run import ingest_paths

MAPPING = """\
version: 1
kind: Complaint
source: tickets
zone: Asia/Tokyo
delimiter: "|"
missing: ["?", "N/A"]
skip_if: {State: [Draft]}
properties:
  id: Number
  event_at: {column: Opened, formats: ["%d/%m/%Y %H:%M", "%d/%m/%Y"]}
  text: {template: "{Title}：{Body}"}
  severity: {column: Priority, values: {"1": high, "2": low}, otherwise: keep}
  status: {column: State, values: {Open: pending, Yes: closed, Gone: null}, otherwise: refuse}
  customer: {column: Caller, default: nobody}
  escalation_level: {constant: "2"}
references:
  top: {kind: Category, id: {template: "t/{Cat}"}, create: true, properties: {name: Cat, examples: {column: Tags, split: "/"}}}
  sub: {kind: Category, id: {template: "t/{Cat}/{Sub}"}, create: true, edges: {CHILD_OF: top}}
  unit: {kind: OrgUnit, id: Group}
edges:
  IN_CATEGORY: {first_of: [sub, top]}
  HOME_UNIT: unit
"""
HEADER = "Number|Opened|Title|Body|Priority|State|Caller|Cat|Sub|Tags|Group"
ROWS = [
    "1|29/02/2024 01:16|宽带|很慢|1|Open|张|网络|慢|快/稳|U1",
    "2|01/03/2024|宽带|?|9|Yes|?|网络|N/A||U1",
    "3|01/03/2024|x|y|1|Draft|z|a|b|c|U1",
    "4|31/02/2024|x|y|1|Open|z|a|b|c|U1",
    "5|01/03/2024|x|y|1|Lost|z|a|b|c|U1",
    "6|01/03/2024|x|y|1|Gone|z|网络|慢|c|U9",
    "?|01/03/2024|x|y|1|Gone|z|网络|慢|c|U1",
]

Load = Callable[..., IngestReport]


@pytest.fixture
def load(store: Store, tmp_path: Path, rejects: Path) -> Load:
    (tmp_path / "OrgUnit.csv").write_text("id\nU1\n", encoding="utf-8")
    ingest_paths(store, [tmp_path / "OrgUnit.csv"], source="units")

    def run(mapping: str = MAPPING, rows: list[str] = ROWS, header: str = HEADER, **options: object) -> IngestReport:
        (tmp_path / "map.yaml").write_text(mapping, encoding="utf-8")
        (tmp_path / "tickets.txt").write_text("\n".join((header, *rows)), encoding="utf-8")
        options = {"mapping": tmp_path / "map.yaml", "rejects": rejects, **options}
        return ingest_paths(store, [tmp_path / "tickets.txt"], **options)  # type: ignore[arg-type]

    return run


def test_columns_become_properties_and_edges(load: Load, store: Store) -> None:
    report = load()
    assert report.kinds["Complaint"].model_dump() == {"read": 6, "added": 2, "changed": 0, "unchanged": 0, "refused": 4}
    assert any("skip_if" in note.en and note.count == 1 for note in report.notes)
    first, second = store.nodes("Complaint")
    assert first.props == {
        "event_at": "2024-02-28T16:16:00.000000Z", "recorded_at": "2024-02-28T16:16:00.000000Z", "text": "宽带：很慢", "severity": "high",
        "status": "pending", "customer": "张", "escalation_level": 2,
    }  # fmt: skip
    assert (first.sources, second.props["customer"], second.props["severity"]) == (("tickets",), "nobody", "9")
    assert "text" not in second.props
    assert {(e.source.id, e.target.id) for e in store.edges("IN_CATEGORY")} == {("1", "t/网络/慢"), ("2", "t/网络")}
    assert {(e.source.id, e.target.id) for e in store.edges("CHILD_OF")} == {("t/网络/慢", "t/网络")}
    assert {e.target.id for e in store.edges("HOME_UNIT")} == {"U1"}
    assert next(store.nodes("Category")).props == {"name": "网络", "examples": ("快", "稳")}


def test_reasons_name_the_property(load: Load, rejects: Path) -> None:
    load()
    said = rejects.read_text(encoding="utf-8-sig")
    for part in (
        "5,event_at,",
        "fits none of the date formats",
        "6,status,",
        "Lost is not among",
        "7,HOME_UNIT,",
        "OrgUnit:U9",
        "8,id,",
    ):
        assert part in said


def test_again_and_replace(load: Load, store: Store) -> None:
    load()
    again = load()
    assert (again.total.added, again.total.changed) == (0, 0)
    report = load(rows=ROWS[:1], replace=True)
    assert report.removed == {"Complaint": 1, "HOME_UNIT": 1, "IN_CATEGORY": 1}
    assert store.counts().nodes["OrgUnit"] == 1


def test_a_missing_column_names_the_nearest(load: Load, store: Store) -> None:
    with pytest.raises(InputError) as caught:
        load(header=HEADER.replace("Opened", "Opend"))
    said = caught.value.message("en")
    assert "Opend" in said
    assert "map.yaml, row 10" in said
    assert "Complaint" not in store.counts().nodes


@pytest.mark.parametrize(
    ("before", "after", "line", "says"),
    [
        ("kind: Complaint\n", "kind: Complain\n", 2, "did you mean complaint"),
        ("source: tickets", "sorce: tickets", 3, "did you mean source"),
        ("zone: Asia/Tokyo", "zone: Asia/Tokio", 4, "unknown time zone"),
        ('delimiter: "|"', 'delimiter: "||"', 5, "delimiter"),
        ("  id: Number\n", "", 8, "id is missing"),
        ("  id: Number", "  id: {colunm: Number}", 9, "did you mean column"),
        ("  id: Number", "  id: {column: Number, constant: x}", 9, "exactly one of column"),
        ("  id: Number", "  id: Number\n  id: Other", 10, "stands twice"),
        ("  customer:", "  custmer:", 14, "did you mean customer"),
        ("otherwise: keep", "otherwise: guess", 12, "refuse"),
        ("kind: OrgUnit", "kind: OrgUnits", 19, "did you mean orgunit"),
        ("CHILD_OF: top", "CHILD_OF: tpo", 18, "did you mean top"),
        ("CHILD_OF: top", "CHILDOF: top", 18, "did you mean child_of"),
        ("HOME_UNIT: unit", "HOME_UNIT: top", 22, "cannot lead to category"),
        ("first_of: [sub, top]", "first_of: []", 21, "exactly one of all_of"),
        ("id: Group}", "id: Group, properties: {name: Group}}", 19, "create: true"),
        ("version: 1", "version: 2", 1, "version"),
        ("version: 1", "version: &a 1", 1, "anchors"),
        ("version: 1", "version: !!python/object:os.system 1", 1, "tags"),
        ("properties:\n", "properties:\n  - [\n", 0, "not valid yaml"),
        (MAPPING, "# nothing\n", 0, "root"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_says_where_and_what(tmp_path: Path, before: str, after: str, line: int, says: str) -> None:
    assert before in MAPPING
    path = tmp_path / "map.yaml"
    path.write_text(MAPPING.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        MappingFile(path)
    assert says in caught.value.message("en").lower()
    assert caught.value.mend.zh
    if line:
        assert caught.value.where.row == line


def test_shipped_mappings_are_sound_and_found_by_name() -> None:
    assert "cfpb_complaints" in shipped()
    for name in shipped():
        assert MappingFile(Path(name)).mapping.version == "1"
    with pytest.raises(InputError) as caught:
        MappingFile(Path("cfpb_complaint"))
    assert "cfpb_complaints" in caught.value.message("en")
