"""``suyuan mapping draft``: a proposed mapping file for a table that has a layout of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.context import invocation
from api.files import replacing
from api.terminal import output
from graph.text import Text
from ingest.draft_file import draft_mapping

NAME = "mapping"
HELP = Text("为其他布局的表起草映射文件", "Draft mapping files for tables of other layouts")
DRAFT_HELP = Text(
    "读列名和取值，提出一份供人修改的映射", "Read headings and values and propose a mapping, to be edited by a person"
)


def draft(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help=str(Text("CSV 或工作簿", "A CSV file or a workbook")))],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.yaml", help=str(Text("写到文件；默认写到标准输出", "Where to write it; default: standard output")))
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help=str(Text("每行是什么，如 Complaint；默认自行判断", "What a row is, e.g. Complaint; default: told by the columns")))
    ] = None,
    sheet: Annotated[
        str | None, typer.Option("--sheet", metavar="NAME", help=str(Text("工作表；默认行数最多的可见表", "The sheet; default: the visible one with most rows")))
    ] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", metavar="NAME", help=str(Text("文本文件的编码，如 big5", "Encoding of a text file, e.g. big5")))
    ] = None,
) -> None:  # fmt: skip
    """Write the draft; needs no store."""
    text = draft_mapping(file, kind=kind, sheet=sheet, encoding=encoding)
    if out is None:
        output.print_text(text.rstrip("\n"))
        return
    with replacing(out) as stream:
        stream.write(text.encode())
    output.say(
        Text(
            f"{out}：请核对后用 suyuan ingest {file} --mapping {out} --dry-run 试装",
            f"{out}: check it, then try suyuan ingest {file} --mapping {out} --dry-run",
        ).in_(invocation(context).lang)
    )


COMMANDS = (("draft", draft, DRAFT_HELP),)
"""What the group offers: name, function, purpose."""
