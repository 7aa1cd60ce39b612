"""``suyuan ticket``: complaints as TMF621 trouble tickets with their trace, one on stdout or all in a file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from api.context import AsOf, AsOfOption, Invocation, ParametersOption, invocation, read_as_of
from api.files import replacing, suffix_of
from api.serving import serving
from api.terminal import output
from api.tickets import ticket, tickets
from graph.errors import UsageError
from graph.text import Text

NAME = "ticket"
HELP = Text("把投诉及其溯源写成 TMF621 单据", "Write complaints with their trace as TMF621 trouble tickets")
_REPORT_EVERY = 100


def run(
    context: typer.Context,
    complaint: Annotated[str | None, typer.Argument(metavar="ID", help=str(Text("投诉编号", "Id of the complaint")))] = None,
    everything: Annotated[bool, typer.Option("--all", help=str(Text("所有投诉", "Every complaint")))] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help=str(Text("写入 .json 文件；配合 --all 时为数组", "Write a .json file; with --all an array")))
    ] = None,
    api: Annotated[
        Literal["v4", "v5"] | None,
        typer.Option("--api", help=str(Text("TMF621 版本；默认为来时的版本，否则 v5", "Version of TMF621; default: the one it came in, else v5"))),
    ] = None,
    as_of: AsOfOption = None,
    parameters: ParametersOption = None,
) -> None:  # fmt: skip
    """Write one ticket, or all of them."""
    call = invocation(context)
    if everything == (complaint is not None) or (everything and out is None):
        raise UsageError(
            Text("请给出投诉编号，或用 --all --out FILE.json", "name a complaint, or write --all --out FILE.json"),
            Text("例：suyuan ticket C0001；suyuan ticket --all --out tickets.json", "E.g. suyuan ticket C0001, or suyuan ticket --all --out tickets.json"),
        )  # fmt: skip
    if out is not None:
        suffix_of(out, ("json",))
    moment = read_as_of(as_of)
    if complaint is None:
        assert out is not None
        _write_all(call, moment, out, api, parameters)
        return
    with serving(call.store_url) as desk:
        text = json.dumps(ticket(desk, complaint, moment, api, parameters), ensure_ascii=False, indent=2) + "\n"
    if out is None:
        sys.stdout.write(text)
        return
    with replacing(out) as file:
        file.write(text.encode())
    output.say(Text(f"单据已写入 {out}", f"The ticket was written to {out}").in_(call.lang))


def _write_all(call: Invocation, moment: AsOf, out: Path, api: Literal["v4", "v5"] | None, version: str | None) -> None:
    done = 0
    with serving(call.store_url) as desk:
        total = desk.store.counts().nodes.get("Complaint", 0)
        with replacing(out) as file, output.progress(Text("溯源", "Tracing"), call.lang, total) as advance:
            file.write(b"[")
            for said in tickets(desk, moment, api, version):
                file.write((",\n" if done else "\n").encode() + json.dumps(said, ensure_ascii=False).encode())
                done += 1
                if done % _REPORT_EVERY == 0:
                    advance(done)
            file.write(b"\n]\n")
    output.say(Text(f"{done} 张单据已写入 {out}", f"{done} tickets written to {out}").in_(call.lang))
