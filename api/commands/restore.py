"""``suyuan restore``: a store and what lies beside it as a backup holds them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.backups import restore
from api.commands.backup import report
from api.context import JsonOption, invocation
from graph.text import Text

NAME = "restore"
HELP = Text("从备份恢复存储；先停服务", "Restore the store from a backup; stop the service first")


def run(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help=str(Text("suyuan backup 写的文件", "A file that `suyuan backup` wrote")))],
    force: Annotated[bool, typer.Option("--force", help=str(Text("取代已有的存储、清单、参数和账户", "Replace the store, lists, numbers and accounts that are there")))] = False,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Restore, checked first; refuses to replace anything without --force."""
    call = invocation(context)
    report(restore(file, call.store_url, force=force), as_json, call.lang)
