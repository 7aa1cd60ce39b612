"""``suyuan gate``: whether the gates let a product or campaign go on, and what is still unmet."""

from __future__ import annotations

from typing import Annotated

import typer

from api.context import AsOfOption, JsonOption, invocation, read_as_of
from api.gates import check_gates
from api.serving import serving
from api.terminal import output
from api.terminal.showing_gates import print_gates
from graph.text import Text

NAME = "gate"
HELP = Text("产品或营销案能否放行：各评审点的状态", "Whether a product or campaign may go on: the state of its gates")


def run(
    context: typer.Context,
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", help=str(Text("产品或营销案：编号、Kind:编号或名称", "A product or campaign: id, Kind:id or name")))
    ],
    stage: Annotated[
        str | None,
        typer.Option("--stage", metavar="STAGE", help=str(Text("将要进入的环节；默认看上线和已到的环节", "The stage it is about to enter; default: the launch and the stages reached"))),
    ] = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Print the gates; exit 1 when one that is due is not passed."""
    call = invocation(context)
    with serving(call.store_url) as desk:
        answer = check_gates(desk, subject, read_as_of(as_of), stage)
    if as_json:
        output.print_json(answer)
    else:
        print_gates(answer, call.lang)
    if not answer.allowed:
        raise typer.Exit(1)
