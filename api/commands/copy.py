"""``suyuan copy``: the whole graph of one store into another, proved by counts and digests."""

from __future__ import annotations

from typing import Annotated

import typer

from api.context import JsonOption, invocation, opened
from api.terminal import output
from graph.errors import UsageError
from graph.text import Lang, Text
from ingest.copying import CopyReport, copy

NAME = "copy"
HELP = Text(
    "把一个存储的全图复制到另一个（如 SQLite → Neo4j），并逐类核对",
    "Copy the whole graph of one store into another, e.g. SQLite → Neo4j, and compare them kind by kind",
)
_SHOWN = 12
"""Digits of a digest that a person is shown; --json has all 64."""


def run(
    context: typer.Context,
    from_: Annotated[str, typer.Argument(metavar="FROM", help=str(Text("源存储地址", "Address of the store to read")))],
    to: Annotated[str, typer.Argument(metavar="TO", help=str(Text("目标存储地址；尚无则建立", "Address of the store to write; made if there is none")))],
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Copy; run again it completes what broke off; exit 1 when the stores differ at the end."""
    call = invocation(context)
    if from_ == to:
        raise UsageError(
            Text("源和目标是同一个存储", "both addresses name the same store"),
            Text("请写两个不同的地址", "Name two different stores"),
        )
    with opened(from_) as source, opened(to, create=True) as target:
        target.initialise()
        counts = source.counts()
        total = sum(counts.nodes.values()) + sum(counts.edges.values())
        with output.progress(Text("复制", "Copying"), call.lang, total) as advance:
            report = copy(source, target, progress=advance)
    if as_json:
        output.print_json(report)
    else:
        _print(report, call.lang)
    if not report.same:
        names = ", ".join(report.different)
        output.say(
            Text(
                f"两个存储不一致：{names}。目标库含有源库没有的内容；请复制到一个空的存储。",
                f"The stores differ in {names}. The target holds what the source does not: copy into an empty store.",
            ).in_(call.lang)
        )
        raise typer.Exit(1)


def _print(report: CopyReport, lang: Lang) -> None:
    headings = (
        Text("种类", "Kind"), Text("读出", "Read"), Text("新增", "Added"), Text("变更", "Changed"), Text("未变", "Unchanged"),
        Text("目标库现有", "Held"), Text("源库摘要", "Digest"), Text("目标库摘要", "Digest held"), Text("一致", "Same"),
    )  # fmt: skip
    rows = [
        (name, line.read, line.added, line.changed, line.unchanged, line.held, line.digest[:_SHOWN], line.digest_held[:_SHOWN],
         "✓" if line.same else "✕")
        for name, line in (report.nodes | report.edges).items()
    ]  # fmt: skip
    output.print_table(Text("复制结果", "What was copied"), headings, rows, lang)
