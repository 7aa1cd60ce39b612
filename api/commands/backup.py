"""``suyuan backup``: the store and what lies beside it as one file, while the service runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.backups import Manifest, back_up, verify
from api.context import JsonOption, invocation, now
from api.terminal import output
from graph.text import Lang, Text

NAME = "backup"
HELP = Text(
    "把存储及其旁边的清单、参数、账户备份成一个文件，服务不必停",
    "Back up the store with its lists, numbers and accounts as one file, while the service runs",
)


def run(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=str(Text("备份文件，例如 suyuan.zip", "The backup, e.g. suyuan.zip")))],
    check: Annotated[bool, typer.Option("--verify", help=str(Text("写完后整份读回核对", "Read it back in full and check it")))] = False,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Back up; with --verify also prove the file."""
    call = invocation(context)
    manifest = back_up(call.store_url, file, now())
    if check:
        manifest = verify(file)
    report(manifest, as_json, call.lang)


def report(manifest: Manifest, as_json: bool, lang: Lang) -> None:
    """Tell what a backup holds: as JSON, or in a line."""
    if as_json:
        output.print_json(manifest)
        return
    size = sum(entry.size for entry in manifest.files) / 1_000_000
    revision, nodes = f"{manifest.revision.framework}.{manifest.revision.facts}", sum(manifest.nodes.values())
    files = len(manifest.files)
    output.print_text(
        Text(
            f"{manifest.created_at} 的修订 {revision}：{nodes} 个节点，{files} 个文件，{size:.1f} MB",
            f"Revision {revision} of {manifest.created_at}: {nodes} nodes, {files} files, {size:.1f} MB",
        ).in_(lang)
    )
