"""Matrices on screen, as files and over HTTP: one answer in every form, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import python_calamine

from api.cli import run
from api.listing.matrix_sheets import matrix_csv, matrix_xlsx, sheet_name
from graph.subgraph import Label
from queries.finding import ListRevision
from queries.matrices.matrix import Column, Matrix, Row
from queries.matrices.registry import MATRICES
from tests.api.conftest import edge, node, write_lines
from tests.api.test_http import served

DAY = "2026-03-31"
RUNS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1", "'1"]


@pytest.fixture(scope="module")
def store(world: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The small world with a product, two of whose functions somebody has."""
    folder = tmp_path_factory.mktemp("matrices")
    path = folder / "s.db"
    path.write_bytes(Path(world.removeprefix("sqlite:///")).read_bytes())
    lines = [node("Product", "PR1", name="=1+1", segment="consumer"), edge("RUN_BY", "Product:PR1", "OrgUnit:P1")]
    for function in ("sales", "service"):
        lines += [
            node("Assignment", f"as-{function}", role="responsible", function=function),
            edge("FOR", f"Assignment:as-{function}", "Product:PR1"),
            edge("HELD_BY", f"Assignment:as-{function}", "Owner:o1"),
        ]
    assert run(["ingest", str(write_lines(folder / "x.jsonl", lines)), "--store", f"sqlite:///{path}", "--json"]) == 0
    return f"sqlite:///{path}"


@pytest.fixture(scope="module")
def client(store: str) -> Iterator[httpx.Client]:
    with served(store) as opened:
        yield opened


def read_csv(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("name", MATRICES)
def test_every_form_says_the_same(suyuan: Any, store: str, client: httpx.Client, tmp_path: Path, name: str) -> None:
    answer = suyuan("matrix", name, "--as-of", DAY, "--json", store=store).json
    for suffix in ("csv", "json", "xlsx"):
        assert suyuan("matrix", name, "--as-of", DAY, "--out", f"m.{suffix}", store=store).code == 0
    assert Matrix.model_validate_json(Path("m.json").read_bytes()) == Matrix.model_validate(answer)
    heading, *rows = read_csv(Path("m.csv").read_bytes())
    assert [text.split(" ")[0] for text in heading[5:]] == [column["id"] for column in answer["columns"]]
    assert [row[0] for row in rows] == [row["id"] for row in answer["rows"]]
    for row, wanted in zip(rows, answer["rows"], strict=True):
        for shown, cell in zip(row[5:], wanted["cells"], strict=True):
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                assert float(shown) == cell
            elif isinstance(cell, bool) or cell is None:
                assert shown == ("" if cell is None else str(cell).lower())
    sheet = python_calamine.CalamineWorkbook.from_path("m.xlsx").get_sheet_by_index(0).to_python()
    assert [row[0] for row in sheet if row[0] in {r["id"] for r in answer["rows"]}] == [r["id"] for r in answer["rows"]]
    for query, content in (({}, None), ({"format": "csv"}, Path("m.csv")), ({"format": "xlsx"}, Path("m.xlsx"))):
        over_http = client.get(f"/api/v1/matrices/{name}", params={"as_of": DAY, **query})
        assert over_http.status_code == 200
        assert over_http.json() == answer if content is None else over_http.content == content.read_bytes()


def test_the_five_functions_of_a_product(suyuan: Any, store: str) -> None:
    answer = suyuan("matrix", "five_in_one", "--as-of", DAY, "--json", store=store).json
    (row,) = [row for row in answer["rows"] if row["id"] == "Product:PR1"]
    columns = [column["id"] for column in answer["columns"]]
    assert dict(zip(columns, row["cells"], strict=True)) == {
        "development": None, "operation": None, "support": None, "sales": "Owner:o1", "service": "Owner:o1", "covered": 0.4,
    }  # fmt: skip


def test_a_matrix_is_of_a_day(suyuan: Any, store: str) -> None:
    """o1 holds the duty for CP37 before July, o2 from July on."""
    for day, holder in (("2026-06-30", "Owner:o1"), ("2026-07-01", "Owner:o2")):
        answer = suyuan("matrix", "raci_owners", "--as-of", day, "--json", store=store).json
        at = {column["id"]: n for n, column in enumerate(answer["columns"])}
        (row,) = [row for row in answer["rows"] if row["id"] == "ControlPoint:CP37"]
        assert [owner for owner, n in at.items() if row["cells"][n] == "A"] == [holder]


def test_leakage_counts_every_complaint_of_ninety_days(suyuan: Any, store: str) -> None:
    answer = suyuan("matrix", "leakage", "--as-of", DAY, "--json", store=store).json
    at = [column["id"] for column in answer["columns"]].index("found")
    assert sum(row["cells"][at] for row in answer["rows"]) == pytest.approx(12, abs=1e-4)
    later = suyuan("matrix", "leakage", "--as-of", "2026-12-31", "--json", store=store).json
    assert sum(row["cells"][at] for row in later["rows"] if len(row["cells"]) > at and row["cells"][at]) == 0


@pytest.mark.parametrize(("lang", "said"), [("zh", "责任矩阵"), ("en", "RACI")])
def test_on_screen(suyuan: Any, store: str, lang: str, said: str) -> None:
    assert said in suyuan("matrix", store=store, lang=lang).out
    narrow = suyuan("matrix", "raci_owners", "--as-of", DAY, store=store, lang=lang)
    assert (said in narrow.out, narrow.err) == (True, "")
    assert "--out FILE.xlsx" in suyuan("matrix", "leakage", "--as-of", DAY, store=store, lang=lang).err


def test_an_unknown_name_says_the_nearest(suyuan: Any, store: str, client: httpx.Client) -> None:
    result = suyuan("matrix", "raci_unit", store=store)
    assert (result.code, "raci_units" in result.err) == (2, True)
    assert client.get("/api/v1/matrices/raci_unit").status_code == 400
    assert {item["name"] for item in client.get("/api/v1/matrices").json()} == set(MATRICES)


def test_nothing_runs_and_sheet_names_can_be() -> None:
    text = [Label(zh=word, en=word) for word in RUNS]
    matrix = Matrix(
        name="m", title=text[0], about=text[1], as_of=DAY, revision=ListRevision(framework=1, facts=1),
        columns=tuple(Column(id=word, title=Label(zh=word, en=word), form="words") for word in RUNS),
        rows=(Row(id="=1", title=text[2], group=text[3], cells=tuple(text)), Row(id="x", title=text[4], cells=tuple(RUNS))),
    )  # fmt: skip
    cells = [cell for row in read_csv(matrix_csv(matrix)) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))]
    stream = io.BytesIO()
    matrix_xlsx(matrix, stream)
    with zipfile.ZipFile(stream) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    again = io.BytesIO()
    matrix_xlsx(matrix, again)
    assert stream.getvalue() == again.getvalue()
    for kind in MATRICES.values():
        name = sheet_name(
            matrix.model_copy(
                update={"name": kind.name, "title": Label(zh=kind.title.zh, en=kind.title.en)},
            )
        )
        assert len(name) <= 31
        assert name.endswith(kind.name)
        assert not set(name) & set("[]:*?/\\")


def test_the_list_as_files_over_http(suyuan: Any, store: str, client: httpx.Client) -> None:
    query = {"as_of": DAY, "kind": "unmonitored"}
    count = len(client.get("/api/v1/breakpoints", params=query | {"limit": "1000"}).json()["findings"])
    assert count
    assert len(read_csv(client.get("/api/v1/breakpoints.csv", params=query).content)) == count + 1
    book = client.get("/api/v1/breakpoints.xlsx", params=query)
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(1)
    assert len(sheet.to_python()) == count + 1
