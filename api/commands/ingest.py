"""``suyuan ingest``: load files, and account for every row."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api import output
from api.context import JsonOption, invocation
from api.reports import print_report
from graph.text import Text
from ingest.run import ingest_paths

NAME = "ingest"
HELP = Text("装入数据文件，逐行交代去向", "Load data files and account for every row")


def run(
    context: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH", help=str(Text("文件或文件夹，格式按内容识别", "Files or folders; formats are told by content")))
    ],
    mapping: Annotated[
        Path | None, typer.Option("--mapping", metavar="FILE", help=str(Text("列映射文件（YAML）或内置映射名", "Column mapping (YAML) or the name of a shipped one")))
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="NAME", help=str(Text("数据来源的名称", "Name of who asserts the data")))
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=str(Text("只检查，不写入", "Check only, write nothing")))] = False,
    rejects: Annotated[
        Path | None,
        typer.Option("--rejects", metavar="FILE", help=str(Text("被拒行写到哪个 CSV；默认 <首个路径名>.rejects.csv", "CSV for refused rows; default: NAME-OF-FIRST-PATH.rejects.csv"))),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help=str(Text("撤回该来源以前给出而这次没有的内容", "Withdraw what this source asserted before and no longer does")))
    ] = False,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Load; exit 1 when rows were refused."""
    call = invocation(context)
    target = rejects or Path(f"{paths[0].resolve().name}.rejects.csv")
    with call.store() as store, output.progress(Text("读入", "Reading"), call.lang) as advance:
        report = ingest_paths(
            store,
            paths,
            source=source,
            mapping=mapping,
            replace=replace,
            dry_run=dry_run,
            rejects=target,
            progress=advance,
        )
    if as_json:
        output.print_json(report)
    else:
        print_report(report, call.lang)
    if dry_run:
        output.say(Text("只是检查，没有写入。", "A check only: nothing was written.").in_(call.lang))
    refused = report.total.refused
    if refused:
        output.say(
            Text(f"拒绝 {refused} 行，原因见 {target}", f"{refused} rows refused; the reasons are in {target}").in_(
                call.lang
            )
        )
        raise typer.Exit(1)
