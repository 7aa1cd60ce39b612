"""The command line ``suyuan``: its commands, the options they share, and the one place where every error ends."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup
from typer.main import get_command

from api.commands import (
    anchor,
    audit,
    backup,
    breakpoints,
    calibration,
    case,
    chain,
    copy,
    doctor,
    export,
    gate,
    ingest,
    init,
    learn,
    map,
    mapping,
    matrix,
    repeats,
    restore,
    sample,
    serve,
    stats,
    template,
    ticket,
    token,
    trace,
    user,
    verdict,
    verdicts,
    who,
)
from api.context import Invocation, remember_language, remember_store
from api.terminal import output
from api.terminal.language import localise, of_arguments, of_environment
from api.terminal.usage import explain, unknown_command
from api.trouble import trouble_id
from api.version import program_version
from graph.errors import SuYuanError, UsageError
from graph.settings import settings
from graph.text import Lang, Text

INTERNAL = 70
"""Exit code of an error that is ours (sysexits' EX_SOFTWARE); the four documented codes are never used for it."""
INTERRUPTED = 130
PIPE_CLOSED = 141


class Commands(TyperGroup):
    """The group of commands; a misspelt one names the nearest."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command a word names."""
        if args[0] not in self.commands and not args[0].startswith("-"):
            raise unknown_command(args[0], self.commands)
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=Commands, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich", invoke_without_command=True,
    help=str(Text(
        "溯源：从任意一条客户投诉，找到最先失守的控制点和该负责的人。",
        "SuYuan: from any customer complaint to the control point that failed first and the owner who answers for it.",
    )),
)  # fmt: skip


def _show_version(wanted: bool) -> None:
    if wanted:
        output.print_text(f"suyuan {program_version()}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    store: Annotated[
        str | None,
        typer.Option(
            "--store", metavar="URL", expose_value=False, callback=remember_store,
            help=str(Text(
                "存储地址；默认取环境变量 SUYUAN_STORE，否则为 sqlite:///suyuan.db",
                "Address of the store; default: SUYUAN_STORE, else sqlite:///suyuan.db",
            )),
        ),
    ] = None,
    lang: Annotated[
        Lang | None,
        typer.Option(
            "--lang", expose_value=False, callback=remember_language,
            help=str(Text("语言；默认随系统区域设置，否则中文", "Language; default: the locale's, else Chinese")),
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, expose_value=False, callback=_show_version,
            help=str(Text("显示版本并退出", "Show the version and exit")),
        ),
    ] = False,
) -> None:  # fmt: skip
    """Without a command: show the help and end as a usage error does."""
    if context.invoked_subcommand is None:
        context.get_help()
        raise typer.Exit(UsageError.exit_code)


for module in (
    init, template, ingest, anchor, repeats, trace, ticket, breakpoints, matrix, map, who, chain, gate, verdict, verdicts, sample, learn, calibration, export, copy, backup, restore, stats, serve, audit,
    doctor,
):  # fmt: skip
    app.command(module.NAME, help=str(module.HELP))(module.run)
for family in (case, mapping, user, token):
    group = typer.Typer(cls=Commands, rich_markup_mode="rich")
    for name, function, purpose in family.COMMANDS:
        group.command(name, help=str(purpose))(function)
    app.add_typer(group, name=family.NAME, help=str(family.HELP))


def build(lang: Lang) -> Any:
    """The command tree in one language; ``--store`` and ``--lang`` may stand before or after the command."""
    command = get_command(app)
    shared = [parameter for parameter in command.params if parameter.name in ("store", "lang")]
    for child in _leaves(command):
        child.params.extend(shared)
    localise(command, lang)
    return command


def _leaves(command: Any) -> Iterator[Any]:
    """The commands that do something: those of the group, and of the groups within it."""
    for child in command.commands.values():
        yield from _leaves(child) if hasattr(child, "commands") else (child,)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit code; no exception passes."""
    lang: Lang = of_arguments(arguments) or "zh"
    try:
        lang = of_arguments(arguments) or of_environment(settings().lang, os.environ)
        code = _invoke(arguments, lang)
        sys.stdout.flush()
        return code
    except SuYuanError as error:
        return _refuse(error, lang)
    except typer.TyperException as error:
        return _refuse(explain(error), lang)
    except BrokenPipeError:
        output.abandon_stdout()
        return PIPE_CLOSED
    except (KeyboardInterrupt, typer.Abort):
        output.say(Text("已中断；再次运行即可继续。", "Interrupted; run it again to complete.").in_(lang))
        return INTERRUPTED
    except OSError as error:
        output.abandon_stdout()
        return _refuse(_system(error), lang)
    except Exception as error:  # noqa: BLE001 — the outermost edge of the command line
        return _internal(error, lang)


def _invoke(arguments: Sequence[str], lang: Lang) -> int:
    """The command itself: 0, or the exit code it asks for."""
    try:
        with build(lang).make_context("suyuan", list(arguments), obj=Invocation(lang, settings().store)) as context:
            context.command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    return 0


def main() -> NoReturn:
    """Entry of the console script ``suyuan``."""
    output.prepare_streams()
    sys.exit(run(sys.argv[1:]))


def _refuse(error: SuYuanError, lang: Lang) -> int:
    output.say(error.message(lang))
    return error.exit_code


def _system(error: OSError) -> UsageError:
    place = f"{error.filename}: " if error.filename else ""
    reason = f"{place}{error.strerror or error}"
    return UsageError(
        Text(f"系统拒绝了一次读写：{reason}", f"the system refused to read or write: {reason}"),
        Text("请检查路径、权限和磁盘空间", "Check the path, its permissions and the space on the disk"),
    )


def _internal(error: Exception, lang: Lang) -> int:
    reference = trouble_id(error)
    if os.environ.get("SUYUAN_DEBUG") == "1":
        traceback.print_exception(error)
    output.say(
        Text(
            f"内部错误 {reference}（{type(error).__name__}）：这是程序的缺陷，不是您的输入有误。\n"
            "怎么办：设 SUYUAN_DEBUG=1 重新运行，把编号、命令和输出告诉维护者（见 README）。",
            f"Internal error {reference} ({type(error).__name__}): a defect of the program, not of your input.\n"
            "How to mend it: run it again with SUYUAN_DEBUG=1 and send id, command and output to the maintainers (see README).",
        ).in_(lang)
    )
    return INTERNAL
