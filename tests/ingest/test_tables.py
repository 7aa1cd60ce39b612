"""Native tables: names of files and columns, links, encodings, and what bad input gets."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from graph.errors import InputError, UsageError
from graph.records import Ref
from graph.schema import EDGES, KINDS
from graph.store import Store
from ingest.names import Meaning, heading_meaning, normal, table_meaning
from ingest.report import IngestReport
from ingest.run import ingest_paths

Ingest = Callable[..., IngestReport]
DOMAIN = "id,name\nD1,领域一\n"


def rejected(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


# ── names ─────────────────────────────────────────────────────────────────────────────────────────
def test_no_name_of_a_table_or_column_means_two_things() -> None:
    tables = [normal(name) for declared in (*KINDS.values(), *EDGES.values()) for name in (declared.name, declared.zh)]
    assert len(tables) == len(set(tables))
    for kind in KINDS.values():
        meaning = Meaning("kind", kind.name)
        for prop in kind.properties.values():
            assert {heading_meaning(meaning, name) for name in prop.names} == {Meaning("property", prop.name)}, (
                kind.name,
                prop.name,
            )
        for edge in EDGES.values():
            if kind.name in edge.sources:
                assert (
                    heading_meaning(meaning, edge.name)
                    == heading_meaning(meaning, edge.zh)
                    == Meaning("edge", edge.name)
                )


@pytest.mark.parametrize(
    "stem", ["ControlPoint", "control point", "控制点", "CONTROL_POINT", "控制点-2026-01", "ControlPoint (2)"]
)
def test_a_stem_names_its_kind_in_any_spelling(stem: str) -> None:
    assert table_meaning(stem) == Meaning("kind", "ControlPoint")


def test_chinese_and_english_headings_and_labels_give_the_same_rows(ingest: Ingest, store: Store) -> None:
    ingest({"Stage.csv": "id,name,function,Customer step\nS1,一,sales,看\n"})
    english = next(store.nodes("Stage"))
    report = ingest({"环节.csv": "编号,名称,职能,客户行为\nS1,一,销售,看\n"})
    assert next(store.nodes("Stage")) == english
    assert (report.kinds["Stage"].unchanged, report.total.changed) == (1, 0)


# ── encodings and shapes ──────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends(
    ingest: Ingest, store: Store, encoding: str, delimiter: str, line_end: str
) -> None:
    text = line_end.join((delimiter.join(("编号", "名称")), delimiter.join(("D1", '"计费""，""准确性"')), ""))
    report = ingest({"领域.csv": text.encode(encoding)})
    assert report.total.added == 1
    assert next(store.nodes("Domain")).props == {"name": '计费"，"准确性'}


def test_gzip_and_multi_line_cells(ingest: Ingest, store: Store) -> None:
    ingest({"Domain.csv.gz": gzip.compress('id,note\nD1,"第一行\n第二行"\nD2,x\n'.encode())})
    assert [node.props["note"] for node in store.nodes("Domain")] == ["第一行\n第二行", "x"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n\r\n", "empty"),
        (b"PK\x03\x04\x14\x00", "Excel"),
        (b"id,name\nD1,a\x00b\n", "NUL"),
        (b"id,name\nD1,caf\xe9,\xff\n", "not in utf-8, gb18030"),
        (b"id,nmae\nD1,x\n", "no column nmae"),
        (b"id,name,Name\nD1,x,y\n", "stands twice"),
        (b"id,name,name\nD1,x,y\n", "stands twice"),
        (b"name\nx\n", "lacks the column id"),
        (b",,\n", "no headings"),
        (b'"id,name\nD1,x\n', "cannot be read"),
        (b"id," + b"c," * 1_000_000 + b"\nD1\n", "1000001 columns"),
        (b"[{}]", "one JSON array"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(
    ingest: Ingest, store: Store, content: bytes, says: str
) -> None:
    with pytest.raises(InputError) as caught:
        ingest({"Domain.csv": content, "Stage.csv": "id\nS1\n"})
    assert says in caught.value.message("en")
    assert caught.value.where.file == "input/Domain.csv"
    assert caught.value.mend.zh
    assert caught.value.mend.en
    assert store.counts().nodes == {}


def test_unknown_column_and_unknown_file_name_the_nearest_known_one(ingest: Ingest) -> None:
    with pytest.raises(InputError, match="no column 名秤") as caught:
        ingest({"Domain.csv": "id,名秤\nD1,x\n"})
    assert "名称" in caught.value.message("zh")
    with pytest.raises(InputError) as caught:
        ingest({"Domian.csv": DOMAIN})
    assert "Domain" in caught.value.message("en")


def test_header_only_is_fine_and_noted(ingest: Ingest) -> None:
    report = ingest({"Domain.csv": "id,name\n"})
    assert report.total.read == 0
    assert any("heading and no rows" in note.en for note in report.notes)


def test_truncated_gzip_and_missing_path(ingest: Ingest, store: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        ingest({"Domain.csv.gz": gzip.compress(b"id,name\n" + b"D1,x\n" * 9)[:-9]})
    with pytest.raises(InputError) as caught:
        ingest_paths(store, [tmp_path / "inptu"])
    assert "input" in caught.value.message("en")
    with pytest.raises(InputError, match="nothing to load"):
        ingest({})


def test_rejects_never_overwrite_an_input(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "Domain.csv"
    path.write_text(DOMAIN, encoding="utf-8")
    with pytest.raises(UsageError):
        ingest_paths(store, [path], rejects=path)
    with pytest.raises(UsageError):
        ingest_paths(store, [path], rejects=tmp_path / "nowhere" / "rejects.csv")
    with pytest.raises(UsageError):
        ingest_paths(store, [path, path])
    assert path.read_text(encoding="utf-8") == DOMAIN


# ── bad rows ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("files", "row", "field", "says"),
    [
        ({"Domain.csv": "id,order\nD1,1\nD2,one\n"}, 3, "order", "not a whole number|not a number"),
        ({"Domain.csv": "id,valid_from\nD1,2026-02-30\n"}, 2, "valid_from", "not a date"),
        ({"Domain.csv": "id,valid_from,valid_to\nD1,2026-02-03,2026-01-01\n"}, 2, "", "before valid_from"),
        ({"Domain.csv": "id,gated\nD1,maybe\n"}, 2, "gated", "true"),
        ({"Domain.csv": "id,name\n,x\n"}, 2, "id", "missing"),
        ({"Domain.csv": "id,name\nD1,x,y\n"}, 2, "", "3 cells"),
        ({"Domain.csv": 'id,name\n"D1"x,y\n'}, 2, "", "quoting"),
        ({"Domain.csv": "id,name\nD1,a\x07b\n"}, 2, "name", "control"),
        ({"Domain.csv": "id,name\nD1," + "a" * 10_000_000 + "\n"}, 2, "name", "too long"),
        ({"Domain.csv": "id,name\nD1" + ",x" * 1_000_000 + "\n"}, 2, "", "1000001 cells"),
        ({"Domain.csv": "id,basis\nD1,planned\n"}, 2, "basis", "plan"),
        ({"ControlPoint.csv": "id,stop\nC1,7\n"}, 2, "stop", "between 0 and 1"),
        ({"ControlPoint.csv": "id\nC1\nC2\n", "CAUSED_BY.csv": "from,to,weight\nC1,C2,7\n"}, 2, "weight", "between 0 and 1"),
        ({"ControlPoint.csv": "id\nC1\n", "CAUSED_BY.csv": "from,to\nC1,\n"}, 2, "to", "empty"),
        ({"Stage.csv": "id,IN_DOMAIN\nS1,D9\n"}, 2, "IN_DOMAIN", "neither the store nor this input holds Domain:D9"),
        ({"Stage.csv": "id,IN_DOMAIN\nS1,Stage:S1\n"}, 2, "IN_DOMAIN", "Domain:Stage:S1"),
        ({"Complaint.csv": "id,text\nX1,x\n"}, 2, "", "event_at"),
        ({"Complaint.csv": "id,event_at,recorded_at\nX1,2026-03-02,2026-03-01\n"}, 2, "", "before event_at"),
        ({"Review.csv": "id,event_at\nR1,2026-03-02\n"}, 2, "OF", "OF is missing"),
        ({"Rule.csv": "id,when\nR1,product.segmet=home\n"}, 2, "", "product.segment"),
        ({"Domain.csv": "id\n" + "D" * 600 + "\n"}, 2, "id", "512"),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_with_place_reason_and_content(
    ingest: Ingest, rejects: Path, files: dict[str, str], row: int, field: str, says: str
) -> None:
    report = ingest(files)
    assert report.total.refused == 1
    assert report.total.read == report.total.added + report.total.refused
    (line,) = rejected(rejects)
    assert (line["row"], line["field"]) == (str(row), field)
    assert any(part in line["reason"] for part in says.split("|"))
    assert line["content"]
    assert len(line["content"]) < 33_000


def test_duplicate_id_names_the_first_place(ingest: Ingest, store: Store, rejects: Path) -> None:
    report = ingest({"Domain.csv": "id,name\nD1,一\nD2,二\nD1,三\n"})
    assert (report.total.read, report.total.added, report.total.refused) == (3, 2, 1)
    (line,) = rejected(rejects)
    assert line["row"] == "4"
    assert "row 2" in line["reason"]
    assert next(store.nodes("Domain")).props["name"] == "一"


def test_a_missing_end_is_refused_with_a_near_id(ingest: Ingest, rejects: Path) -> None:
    ingest({"Domain.csv": "id\nORIGIN\n"})
    ingest({"Stage.csv": "id,IN_DOMAIN\nS1,ORIGNI\n"})
    assert "did you mean ORIGIN" in rejected(rejects)[0]["reason"]


def test_rejects_hold_no_formula_and_no_personal_data(ingest: Ingest, rejects: Path) -> None:
    ingest({"Complaint.csv": 'id,event_at,text\n=cmd|x,13800138000,"我叫张三，电话13900139000"\n'})
    raw = rejects.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    (line,) = rejected(rejects)
    assert line["content"].startswith("'=")
    assert "张三" not in raw.decode()
    assert b"13800138000" not in raw
    assert b"13900139000" not in raw


def test_a_clean_run_removes_the_rejects_of_the_one_before(ingest: Ingest, rejects: Path) -> None:
    ingest({"Domain.csv": "id,order\nD1,x\n"})
    assert rejects.exists()
    ingest({"Domain.csv": "id,order\nD1,1\n"})
    assert not rejects.exists()


# ── links ─────────────────────────────────────────────────────────────────────────────────────────
TWO_KINDS = {"Product.csv": "id\nP1\nX\n", "Campaign.csv": "id\nM1\nX\n"}


def complaint(about: str) -> str:
    return f"id,event_at,ABOUT\nC1,2026-01-01,{about}\n"


@pytest.mark.parametrize("stored_first", [True, False])
def test_a_bare_id_must_fit_exactly_one_kind(ingest: Ingest, store: Store, rejects: Path, stored_first: bool) -> None:
    if stored_first:
        ingest(TWO_KINDS)
    files = {} if stored_first else TWO_KINDS
    assert ingest({**files, "Complaint.csv": complaint("P1；M1;P1")}).total.refused == 0
    assert {edge.target for edge in store.edges("ABOUT")} == {Ref("Product", "P1"), Ref("Campaign", "M1")}
    for about, says in (
        ("X", "belongs to Product, Campaign"),
        ("nobody", "none of Product, Campaign"),
        ("Stage:S1", "cannot stand here"),
    ):
        assert ingest({**files, "Complaint.csv": complaint(about)}).total.refused == 1
        assert says in rejected(rejects)[-1]["reason"]
    assert ingest({**files, "Complaint.csv": complaint("Campaign:X")}).total.refused == 0
    assert [edge.target for edge in store.edges("ABOUT")] == [Ref("Campaign", "X")]


def test_rows_may_name_each_other_across_files_and_kinds(ingest: Ingest, store: Store) -> None:
    report = ingest({
        "Assignment.csv": "id,FOR,HELD_BY,role\nA1,M1,O1,负责\nA2,CP1;S1,U1,head\n",
        "Campaign.csv": "id\nM1\n", "Owner.csv": "id,BELONGS_TO\nO1,U1\n", "OrgUnit.csv": "id,PART_OF\nU1,U2\nU2,\n",
        "ControlPoint.csv": "id,AT\nCP1,S1\n", "Stage.csv": "id,NEXT\nS1,S2\nS2,S1\n",
        "Complaint.csv": "id,event_at,REPEATS\nC1,2026-01-02,C2\nC2,2026-01-01,\n",
    })  # fmt: skip
    assert report.total.refused == 0
    assert {str(edge.target) for edge in store.edges("FOR")} == {"Campaign:M1", "ControlPoint:CP1", "Stage:S1"}
    assert len(list(store.edges("REPEATS"))) == 1


def test_a_row_owns_the_links_it_states(ingest: Ingest, store: Store) -> None:
    ingest({"Category.csv": "id\nK1\nK2\n", "Complaint.csv": "id,event_at,IN_CATEGORY\nC1,2026-01-01,K1\n"})
    ingest({"Complaint.csv": "id,event_at,IN_CATEGORY\nC1,2026-01-01,K2\n"})
    assert [edge.target.id for edge in store.edges("IN_CATEGORY")] == ["K2"]


def test_an_edge_table_keeps_a_node_table_from_owning_its_edges(ingest: Ingest, store: Store) -> None:
    files = {
        "Owner.csv": "id\nO1\nO2\n", "Assignment.csv": "id,HELD_BY\nA1,O1\n",
        "HELD_BY.csv": "from,to,valid_from\nA1,O2,2026-01-01\n",
    }  # fmt: skip
    ingest(files)
    assert ingest(files).total.changed == 0
    assert len(list(store.edges("HELD_BY"))) == 2
