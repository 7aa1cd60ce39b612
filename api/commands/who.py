"""``suyuan who``: who answers for something, by which rule."""

from __future__ import annotations

from typing import Annotated

import typer

from api.context import AsOfOption, JsonOption, invocation, read_as_of
from api.serving import serving
from api.terminal import output
from api.terminal.showing import print_who
from graph.text import Text

NAME = "who"
HELP = Text("某事由谁负责，依据什么", "Who answers for something, and by which rule")


def run(
    context: typer.Context,
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help=str(Text("控制点、环节、产品等：编号、Kind:编号或名称", "A control point, stage, product …: id, Kind:id or name")))
    ],
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Print the owner, the duties and the units that must appoint somebody."""
    call = invocation(context)
    with serving(call.store_url) as desk:
        answer = desk.who(target, read_as_of(as_of))
        if as_json:
            output.print_json(answer)
        else:
            print_who(answer, desk.namer(call.lang), call.lang)
