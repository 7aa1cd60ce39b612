"""``suyuan chain``: from a control point or an indicator along KCI → KQI → KPI."""

from __future__ import annotations

from typing import Annotated

import typer

from api.context import AsOfOption, JsonOption, invocation, read_as_of
from api.serving import serving
from api.terminal import output
from api.terminal.showing import print_chain
from graph.text import Text

NAME = "chain"
HELP = Text(
    "控制点（或指标）之上的指标链 KCI→KQI→KPI",
    "The chain of indicators KCI→KQI→KPI above a control point or an indicator",
)


def run(
    context: typer.Context,
    control_point: Annotated[
        str, typer.Argument(metavar="CONTROL_POINT", help=str(Text("控制点或指标的编号或名称", "Id or name of the control point or indicator")))
    ],
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Print the links, the indicators and the places where the chain ends early."""
    call = invocation(context)
    with serving(call.store_url) as desk:
        answer = desk.chain(control_point, read_as_of(as_of))
        if as_json:
            output.print_json(answer)
        else:
            print_chain(answer, desk.namer(call.lang), call.lang)
