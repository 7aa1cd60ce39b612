"""``suyuan matrix``: one matrix of responsibility or coverage, on screen or as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.context import AsOfOption, JsonOption, invocation, read_as_of
from api.files import replacing, suffix_of
from api.listing.matrices import kind_of, matrix
from api.listing.matrix_sheets import matrix_csv, matrix_xlsx, plain_cell
from api.serving import serving
from api.terminal import output
from graph.text import Lang, Text
from queries.matrices.matrix import Matrix, Row
from queries.matrices.registry import MATRICES

NAME = "matrix"
HELP = Text("责任与覆盖矩阵", "Matrices of responsibility and coverage")
SHOWN = 10
"""Columns shown on screen; --out and --json give all."""


def run(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help=str(Text("矩阵名；不写则列出全部", "Name of the matrix; without one all are listed")))
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help=str(Text("写入 .csv、.xlsx 或 .json 文件", "Write a .csv, .xlsx or .json file")))
    ] = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Print or write a matrix, or list them."""
    call = invocation(context)
    if name is None:
        _list(call.lang)
        return
    kind_of(name)
    suffix = suffix_of(out, ("csv", "xlsx", "json")) if out is not None else ""
    with serving(call.store_url) as desk, output.progress(Text("计算", "Computing"), call.lang) as advance:
        answer = matrix(desk, name, read_as_of(as_of), advance)
    if out is not None:
        _write(answer, out, suffix, call.lang)
    if as_json:
        output.print_json(answer)
    elif out is None:
        _print(answer, call.lang)


def _list(lang: Lang) -> None:
    rows = [(name, kind.title.in_(lang)) for name, kind in MATRICES.items()]
    output.print_table(Text("矩阵", "Matrices"), (Text("名称", "Name"), Text("内容", "What")), rows, lang)


def _write(answer: Matrix, out: Path, suffix: str, lang: Lang) -> None:
    with replacing(out) as file:
        if suffix == "csv":
            file.write(matrix_csv(answer))
        elif suffix == "xlsx":
            matrix_xlsx(answer, file)
        else:
            file.write((answer.model_dump_json(indent=2) + "\n").encode())
    output.say(Text(f"{len(answer.rows)} 行已写入 {out}", f"{len(answer.rows)} rows written to {out}").in_(lang))


def _print(answer: Matrix, lang: Lang) -> None:
    shown = answer.columns[:SHOWN]
    columns = [Text("行", "Row"), *(Text(column.title.zh, column.title.en) for column in shown)]
    rows = [(_named(row, lang), *(plain_cell(cell, lang) for cell in row.cells[:SHOWN])) for row in answer.rows]
    output.print_table(Text(answer.title.zh, answer.title.en), columns, rows, lang)
    output.print_text(answer.about.in_(lang))
    hidden = len(answer.columns) - len(shown)
    if hidden:
        output.say(
            Text(
                f"另有 {hidden} 列：用 --out FILE.xlsx 或 --json 取全部",
                f"{hidden} more columns: take all with --out FILE.xlsx or --json",
            ).in_(lang)
        )


def _named(row: Row, lang: Lang) -> str:
    """A row by the id of its node and its name."""
    _, colon, id_ = row.id.partition(":")
    return f"{id_} {row.title.in_(lang)}" if colon else row.title.in_(lang)
