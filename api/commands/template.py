"""``suyuan template``: the empty workbook to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.context import invocation
from api.files import replacing, suffix_of
from api.terminal import output
from graph.text import Text
from ingest.template import write_template

NAME = "template"
HELP = Text("写一个供填写的空工作簿", "Write an empty workbook to fill in")


def run(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help=str(Text("要写的 .xlsx 文件", "The .xlsx file to write")))
    ],
) -> None:
    """Write the file; it appears only when it is whole. Needs no store."""
    suffix_of(file, ("xlsx",))
    with replacing(file) as stream:
        sheets = write_template(stream)
    output.say(
        Text(
            f"{file}：{sheets} 张表，填好后用 suyuan ingest {file} 导入",
            f"{file}: {sheets} sheets; fill them and load them with suyuan ingest {file}",
        ).in_(invocation(context).lang)
    )
