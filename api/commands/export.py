"""``suyuan export``: the graph as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.context import invocation
from api.terminal import output
from graph.errors import UsageError
from graph.store import Store
from graph.text import Text
from ingest.export import export

NAME = "export"
HELP = Text("导出全图或其中几类", "Export the whole graph or some kinds of it")


def run(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help=str(Text(".jsonl（可再装入）、.xlsx（可编辑后再装入）或 .graphml", ".jsonl, which loads back, .xlsx, to be edited and loaded back, or .graphml")))
    ] = None,
    kinds: Annotated[
        list[str] | None, typer.Option("--kind", metavar="KIND", help=str(Text("只导出这一类及其间的关系；可重复", "Only this kind and the edges within; may be repeated")))
    ] = None,
    neo4j_import: Annotated[
        Path | None, typer.Option("--neo4j-import", metavar="DIR", help=str(Text("改为写成 Neo4j 离线导入工具的文件，用于空服务器的首次装入", "Write the files of Neo4j's offline import tool instead, for the first load of an empty server")))
    ] = None,
) -> None:  # fmt: skip
    """Write the file, or the folder; it appears only when it is whole."""
    call = invocation(context)
    target = neo4j_import or file
    if target is None or (neo4j_import is not None and (file is not None or kinds)):
        raise UsageError(
            Text("FILE 与 --neo4j-import 须且只能写一个；--kind 只用于 FILE", "Write FILE or --neo4j-import, one of them; --kind goes with FILE"),
            Text("例：suyuan export all.jsonl，或 suyuan export --neo4j-import DIR", "E.g. `suyuan export all.jsonl`, or `suyuan export --neo4j-import DIR`"),
        )  # fmt: skip
    with call.store() as store:
        nodes, edges = _for_the_import_tool(store, target) if neo4j_import is not None else export(store, target, kinds)
    output.say(
        Text(
            f"{nodes} 个节点、{edges} 条关系已写入 {target}", f"{nodes} nodes and {edges} edges written to {target}"
        ).in_(call.lang)
    )


def _for_the_import_tool(store: Store, folder: Path) -> tuple[int, int]:
    from graph.stores.neo4j_import import write_import  # brings the driver with it: only who asks pays for that

    return write_import(store, folder)
