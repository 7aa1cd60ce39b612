"""``suyuan export``: the graph as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api import output
from api.context import invocation
from graph.text import Text
from ingest.export import export

NAME = "export"
HELP = Text("导出全图或其中几类", "Export the whole graph or some kinds of it")


def run(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help=str(Text(".jsonl（可再装入）、.xlsx（可编辑后再装入）或 .graphml", ".jsonl, which loads back, .xlsx, to be edited and loaded back, or .graphml")))
    ],
    kinds: Annotated[
        list[str] | None, typer.Option("--kind", metavar="KIND", help=str(Text("只导出这一类及其间的关系；可重复", "Only this kind and the edges within; may be repeated")))
    ] = None,
) -> None:  # fmt: skip
    """Write the file; it appears only when it is whole."""
    call = invocation(context)
    with call.store() as store:
        nodes, edges = export(store, file, kinds)
    output.say(
        Text(f"{nodes} 个节点、{edges} 条关系已写入 {file}", f"{nodes} nodes and {edges} edges written to {file}").in_(
            call.lang
        )
    )
