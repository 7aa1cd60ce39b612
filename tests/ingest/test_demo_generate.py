"""The demo province: what it promises about sizes, determinism, integrity, privacy and its planted irregularities."""

from __future__ import annotations

import csv
import hashlib
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from graph.errors import UsageError
from graph.records import Ref
from graph.schema import EDGES, KINDS
from graph.values import local_day, reader
from ingest import catalogue
from ingest.demo import DemoFiles, generate

SHANGHAI = ZoneInfo("Asia/Shanghai")
Row = dict[str, str]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    return generate(tmp_path_factory.mktemp("demo"), 2025)


@pytest.fixture(scope="module")
def tables(demo: DemoFiles) -> dict[str, list[Row]]:
    return {path.stem: _read(path) for path in sorted(demo.tables.glob("*.csv"))}


@pytest.fixture(scope="module")
def truth(demo: DemoFiles) -> dict[str, Row]:
    return {row["complaint"]: row for row in _read(demo.truth)}


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _digest(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*.csv")):
        total.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return total.hexdigest()


def _links(kind: str, row: Row) -> list[tuple[str, Ref]]:
    found = []
    for edge in row.keys() & EDGES.keys():
        for text in filter(None, row[edge].split(";")):
            targets = EDGES[edge].targets(kind)
            found.append((edge, Ref.parse(text) if ":" in text else Ref(targets[0], text)))
            assert ":" in text or len(targets) == 1, f"{edge} of {kind}: {text} could be of several kinds"
    return found


def test_has_the_sizes_asked_for(tables: dict[str, list[Row]]) -> None:
    sizes = {name: len(rows) for name, rows in tables.items()}
    assert (sizes["Owner"], sizes["Product"], sizes["Campaign"], sizes["Complaint"]) == (120, 60, 300, 5000)
    assert {row["tier"] for row in tables["Campaign"]} == {"national", "provincial", "specialised"}
    assert len({row["starts"][:7] for row in tables["Campaign"]}) >= 10
    assert {row["event_at"][:7] for row in tables["Complaint"]} == {f"2025-{month:02d}" for month in range(1, 13)}


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_same_seed_same_bytes_under_any_hash_seed(demo: DemoFiles, tmp_path: Path, hash_seed: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "ingest.demo", "generate", str(tmp_path), "--seed", "2025"],
        check=True, env=os.environ | {"PYTHONHASHSEED": hash_seed}, cwd=Path(__file__).parents[2], capture_output=True,
    )  # fmt: skip
    assert _digest(tmp_path) == _digest(demo.tables.parent)


def test_another_seed_is_another_province(demo: DemoFiles, tmp_path: Path) -> None:
    other = generate(tmp_path, 2026)
    assert (other.tables / "Complaint.csv").read_bytes() != (demo.tables / "Complaint.csv").read_bytes()
    assert other.truth.read_bytes() != demo.truth.read_bytes()
    assert other.counts["Complaint"] == 5000


def test_every_complaint_has_a_truth_and_a_fifth_has_no_cause(
    tables: dict[str, list[Row]], truth: dict[str, Row]
) -> None:
    assert set(truth) == {row["id"] for row in tables["Complaint"]}
    causes = Counter(row["cause"] for row in truth.values())
    assert causes["none"] >= 1000
    assert causes["unmodelled"] >= 100
    assert causes["control_point"] >= 3000
    for row in truth.values():
        assert bool(row["control_point"]) == bool(row["subject"]) == (row["cause"] == "control_point")


def test_the_truth_is_not_among_the_tables(demo: DemoFiles, tables: dict[str, list[Row]]) -> None:
    assert demo.tables not in demo.truth.parents
    assert set(tables) <= KINDS.keys() | EDGES.keys()
    assert all("cause" not in rows[0] and "truth" not in rows[0] for rows in tables.values())


def test_every_cell_is_a_value_and_every_link_meets_a_node(tables: dict[str, list[Row]]) -> None:
    known = {record.node.ref for record in catalogue.records(plan_only=False) if record.node is not None}
    known |= {Ref(kind, row["id"]) for kind, rows in tables.items() if kind in KINDS for row in rows}
    for table, rows in tables.items():
        properties = KINDS[table].properties if table in KINDS else EDGES[table].properties
        for row in rows:
            for name, property_ in properties.items():
                value = reader(property_.type, SHANGHAI)(row.get(name, ""))
                assert value is None or not property_.choices or value in property_.choices, (table, name, value)
            if table in KINDS:
                ends = [ref for _, ref in _links(table, row)]
            else:
                ends = [Ref.parse(row["from"]), Ref.parse(row["to"])]
                assert ends[1].kind in EDGES[table].targets(ends[0].kind)
            assert not [ref for ref in ends if ref not in known], (table, row)


def test_ids_are_unique_and_periods_of_a_pair_never_overlap(tables: dict[str, list[Row]]) -> None:
    for table, rows in tables.items():
        if table in KINDS:
            assert len({row["id"] for row in rows}) == len(rows), table
            continue
        periods = defaultdict(list)
        for row in rows:
            periods[row["from"], row["to"]].append((row.get("valid_from", ""), row.get("valid_to") or "9999"))
        for pair, spans in periods.items():
            spans.sort()
            assert all(before[1] <= after[0] for before, after in pairwise(spans)), (table, pair)


def test_everything_happens_in_2025_and_is_known_after_it_happened(tables: dict[str, list[Row]]) -> None:
    for table, rows in tables.items():
        properties = KINDS[table].properties if table in KINDS else EDGES[table].properties
        times = [p for p in properties.values() if p.type in ("date", "moment") and p.name in rows[0]]
        for row in rows:
            for property_ in times:
                value = reader(property_.type, SHANGHAI)(row[property_.name])
                day = local_day(str(value), SHANGHAI) if property_.type == "moment" and value else value
                assert day is None or str(day).startswith("2025-"), (table, row)
            if row.get("recorded_at"):
                assert row["recorded_at"] >= row["event_at"]


def test_holds_nothing_that_looks_like_personal_data(tables: dict[str, list[Row]]) -> None:
    looks_personal = re.compile(r"1[3-9]\d{9}|\d{7,}|\S+@\S+\.\S+")
    for table in ("Complaint", "Owner", "OrgUnit", "Campaign", "Product"):
        for row in tables[table]:
            for name in ("name", "text", "title", "customer"):
                assert not looks_personal.search(row.get(name, "")), row
    assert all("**" in row["name"] for row in tables["Owner"] if row["party"] == "person")


def test_texts_are_varied_and_filled_in(tables: dict[str, list[Row]]) -> None:
    texts = [row["text"] for row in tables["Complaint"]]
    assert len(set(texts)) > 4500
    assert all(re.search("[一-鿿]", text) and "{" not in text and 8 <= len(text) <= 120 for text in texts)


def test_the_year_is_reorganised(tables: dict[str, list[Row]]) -> None:
    changed = [row for row in tables["HELD_BY"] if row["valid_to"] == "2025-07-01"]
    assert len(changed) > 50
    assert {row["to"] for row in tables["PART_OF"] if row["from"] == "OrgUnit:QC-CHN"} == {
        "OrgUnit:QC",
        "OrgUnit:QC-MKT",
    }
    (gone,) = [row for row in tables["OrgUnit"] if row["valid_to"]]
    moved = {row["from"] for row in tables["BELONGS_TO"] if row["to"] == f"OrgUnit:{gone['id']}" and row["valid_to"]}
    assert len(moved) == 4
    later = [row for row in tables["Complaint"] if row["event_at"] >= "2025-07-01"]
    assert all(row["HOME_UNIT"] != gone["id"] for row in later)
    assert any(row["HOME_UNIT"] == gone["id"] for row in tables["Complaint"])


def test_duties_hold_the_planted_irregularities(tables: dict[str, list[Row]]) -> None:
    accountable = [row for row in tables["Assignment"] if row["role"] == "accountable"]
    points = [row for row in accountable if "ControlPoint:" in row["FOR"]]
    covered = {point for row in points for point in row["FOR"].replace("ControlPoint:", "").split(";")}
    everything = {
        r.node.id for r in catalogue.records(plan_only=False) if r.node is not None and r.node.kind == "ControlPoint"
    }
    assert everything - covered == {"CP03", "CP08", "CP13", "D3-12"}
    contested = Counter((row["FOR"], row["WITHIN"]) for row in points if not row["valid_to"])
    assert sum(count > 1 for count in contested.values()) == 3
    left = {f"Owner:{row['id']}" for row in tables["Owner"] if row["valid_to"]}
    assert [row for row in tables["HELD_BY"] if row["to"] in left and not row["valid_to"]]
    with_deputy = {row["from"] for row in tables["DEPUTY"]}
    assert [row for row in accountable if f"Assignment:{row['id']}" not in with_deputy]


def test_most_units_record_enough_reviews_for_a_missing_one_to_mean_something(tables: dict[str, list[Row]]) -> None:
    gates = {}
    for record in catalogue.records(plan_only=False):
        if record.node is not None and record.node.kind == "Gate":
            gates[record.node.id] = [edge.target.id for edge in record.edges if edge.type == "CHECKS"]
    kinds = {
        record.node.id: record.node.props.get("subject_kind")
        for record in catalogue.records(plan_only=False) if record.node is not None and record.node.kind == "ControlPoint"
    }  # fmt: skip
    stages = {
        edge.source.id: edge.target.id
        for record in catalogue.records(plan_only=False) for edge in record.edges if edge.type == "AT"
    }  # fmt: skip
    entered = defaultdict(set)
    for row in tables["StageEntry"]:
        entered[row["ON"]].add(row["OF"])
    reviewed = {(row["ON"], row["OF"]) for row in tables["Review"]}
    expected, recorded = Counter[str](), Counter[str]()
    for kind in ("Product", "Campaign"):
        for subject in tables[kind]:
            ref = f"{kind}:{subject['id']}"
            for gate, points in gates.items():
                for point in points:
                    if kinds[point] == kind.lower() and stages[point] in entered[ref]:
                        expected[subject["RUN_BY"]] += 1
                        recorded[subject["RUN_BY"]] += (ref, f"Gate:{gate}") in reviewed or (
                            ref,
                            f"ControlPoint:{point}",
                        ) in reviewed
    shares = {unit: recorded[unit] / expected[unit] for unit in expected}
    assert sum(share >= 0.8 for share in shares.values()) >= len(shares) - 1
    assert min(shares.values()) < 0.8


def test_planted_failures_gather_complaints_and_surface_away_from_the_root(
    tables: dict[str, list[Row]], truth: dict[str, Row]
) -> None:
    by_root = Counter(
        (row["control_point"], row["subject"]) for row in truth.values() if row["cause"] == "control_point"
    )
    assert by_root.most_common(1)[0][1] >= 50
    assert sum(count == 1 for count in by_root.values()) >= 300
    points_to = defaultdict(set)
    for record in catalogue.records(plan_only=False):
        for edge in record.edges:
            if edge.type == "POINTS_TO":
                points_to[edge.source.id].add(edge.target.id)
    away = [
        row for row in tables["Complaint"]
        if (root := truth[row["id"]]["control_point"]) and root not in points_to[row["IN_CATEGORY"]]
    ]  # fmt: skip
    assert len(away) > 900


def test_repeats_come_later_from_the_same_customer(tables: dict[str, list[Row]], truth: dict[str, Row]) -> None:
    by_id = {row["id"]: row for row in tables["Complaint"]}
    chained = [row for row in tables["Complaint"] if row["REPEATS"]]
    assert len(chained) > 200
    assert any(by_id[row["REPEATS"]]["REPEATS"] for row in chained)
    for row in chained:
        before = by_id[row["REPEATS"]]
        assert before["event_at"] < row["event_at"]
        assert before["customer"] == row["customer"]
        assert truth[before["id"]]["control_point"] == truth[row["id"]]["control_point"]


def test_a_directory_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x")
    with pytest.raises(UsageError, match="cannot be written"):
        generate(tmp_path / "taken", 1)


def test_every_leaf_category_has_three_phrases() -> None:
    folder = Path(catalogue.__file__).parent
    leaves = {row["code"]: row["examples_zh"] for row in _read(folder / "categories.csv") if row["level"] == "3"}
    phrases = defaultdict(list)
    for row in _read(folder.parent / "demo" / "data" / "phrases.csv"):
        phrases[row["category"]].append(row["text"])
    assert {category: len(texts) for category, texts in phrases.items()} == dict.fromkeys(leaves, 3)
    assert not [text for category, texts in phrases.items() for text in texts if text in leaves[category]]
