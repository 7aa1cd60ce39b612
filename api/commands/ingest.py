"""``suyuan ingest``: load files, and account for every row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from api.context import Invocation, JsonOption, invocation, now, read_as_of
from api.listing.workbook_import import import_workbook
from api.listing.workbook_reading import is_list_workbook
from api.loading.feeds import Feed, input_paths, keep_watch
from api.serving import serving
from api.terminal import output
from api.terminal.reports import print_report
from graph.errors import UsageError
from graph.settings import said
from graph.text import Lang, Text
from ingest.pipeline import DIFF_LINES
from ingest.report import IngestReport
from ingest.run import ingest_paths

NAME = "ingest"
HELP = Text("装入数据文件，逐行交代去向", "Load data files and account for every row")
_WITH_WATCH = Text(
    "--watch 不与文件、--dry-run、--rejects、--again 同用",
    "--watch goes neither with files nor with --dry-run, --rejects or --again",
)


class Options(NamedTuple):
    """How files are loaded."""

    mapping: Path | None
    source: str | None
    replace: bool
    encoding: str | None
    dry_run: bool
    again: bool


def run(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH", help=str(Text("文件或文件夹，格式按内容识别；- 表示标准输入", "Files or folders; formats are told by content; - is standard input")))
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", metavar="FILE", help=str(Text("列映射文件（YAML）或内置映射名", "Column mapping (YAML) or the name of a shipped one")))
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="NAME", help=str(Text("数据来源的名称", "Name of who asserts the data")))
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=str(Text("只检查并列出会有哪些变化，不写入", "Check only and list what would change, write nothing")))] = False,
    rejects: Annotated[
        Path | None,
        typer.Option("--rejects", metavar="FILE", help=str(Text("被拒行写到哪个 CSV；默认 <首个路径名>.rejects.csv", "CSV for refused rows; default: NAME-OF-FIRST-PATH.rejects.csv"))),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help=str(Text("撤回该来源以前给出而这次没有的内容", "Withdraw what this source asserted before and no longer does")))
    ] = False,
    encoding: Annotated[
        str | None, typer.Option("--encoding", metavar="NAME", help=str(Text("文本文件的编码，如 big5；默认自动识别 UTF-8、GB18030", "Encoding of text files, e.g. big5; UTF-8 and GB18030 are told by content")))
    ] = None,
    watch: Annotated[Path | None, typer.Option("--watch", metavar="DIR", help=str(Text("装入放进该文件夹的文件，移入 done 或 failed 并附报告", "Load what is dropped into a folder and move it to done or failed with a report")))] = None,
    once: Annotated[bool, typer.Option("--once", help=str(Text("配合 --watch：处理现有文件后结束（用于 cron）", "With --watch: end when what is there was loaded, for cron")))] = False,
    every: Annotated[float, typer.Option("--every", min=0.1, metavar="SECONDS", help=str(Text("配合 --watch：每隔多少秒查看一次", "With --watch: seconds between two looks")))] = 30.0,
    no_mask: Annotated[bool, typer.Option("--no-mask", help=str(Text("个人信息不脱敏，仅限封闭环境；库中记下来源和时间", "Leave personal data as it is, for closed use; the store notes source and time")))] = False,
    again: Annotated[bool, typer.Option("--again", help=str(Text("逐行读取并比对，哪怕文件与库自上次装入后均无变化（如 doctor --deep 报错之后）", "Read and compare every row even where neither files nor store changed since, e.g. after a fault that doctor --deep found")))] = False,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Load; exit 1 when rows were refused."""
    call = invocation(context)
    with said(**({"mask": False} if no_mask else {})):
        if watch is not None:
            if paths or dry_run or again or rejects is not None:
                raise UsageError(
                    _WITH_WATCH, Text("例：suyuan ingest --watch DIR --once", "E.g. suyuan ingest --watch DIR --once")
                )
            feed = Feed(watch, source, mapping, encoding, replace)
            raise typer.Exit(keep_watch(call, feed, every=None if once else every, as_json=as_json))
        with input_paths(paths) as taken:
            _load(call, taken, Options(mapping, source, replace, encoding, dry_run, again), rejects, as_json=as_json)


def _load(call: Invocation, paths: Sequence[Path], how: Options, rejects: Path | None, *, as_json: bool) -> None:
    """Load the files and folders named; an edited breakpoint list goes its own way."""
    target = rejects or Path(f"{paths[0].resolve().name}.rejects.csv")
    lists = [path for path in paths if is_list_workbook(path)]
    if lists:
        _alone(paths, lists[0], how.mapping is None and how.source is None and not how.replace)
        with serving(call.store_url) as desk:
            edits = import_workbook(desk, lists[0], read_as_of(None), now(), dry_run=how.dry_run, rejects=target)
        _finish(edits, target, call.lang, dry_run=how.dry_run, as_json=as_json)
        return
    with call.store() as store, output.progress(Text("读入", "Reading"), call.lang) as advance:
        report = ingest_paths(
            store,
            paths,
            source=how.source,
            mapping=how.mapping,
            encoding=how.encoding,
            replace=how.replace,
            dry_run=how.dry_run,
            diff_lines=None if as_json else DIFF_LINES,
            rejects=target,
            progress=advance,
            at=now(),
            again=how.again,
        )
    _finish(report, target, call.lang, dry_run=how.dry_run, as_json=as_json)


def _finish(report: IngestReport, rejects: Path, lang: Lang, *, dry_run: bool, as_json: bool) -> None:
    """Hand out the report; exit 1 when rows were refused."""
    if as_json:
        output.print_json(report)
    else:
        print_report(report, lang)
    if dry_run:
        output.say(Text("只是检查，没有写入。", "A check only: nothing was written.").in_(lang))
    refused = report.total.refused
    if refused:
        output.say(
            Text(f"拒绝 {refused} 行，原因见 {rejects}", f"{refused} rows refused; the reasons are in {rejects}").in_(
                lang
            )
        )
        raise typer.Exit(1)


def _alone(paths: Sequence[Path], edited: Path, plain: bool) -> None:
    """An edited workbook of the list is loaded on its own: it changes cases, which are nobody else's word."""
    if len(paths) > 1 or not plain:
        raise UsageError(
            Text(f"{edited.name} 是编辑过的断点清单，须单独装入", f"{edited.name} is an edited breakpoint list, which is loaded on its own"),
            Text(f"请运行 suyuan ingest {edited.name}，不带 --mapping、--source、--replace", f"Run `suyuan ingest {edited.name}` without --mapping, --source and --replace"),
        )  # fmt: skip
