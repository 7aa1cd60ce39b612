"""``suyuan verdicts``: the record of verdicts, with the seal of each checked."""

from __future__ import annotations

from typing import Annotated

import typer

from api.context import JsonOption, invocation
from api.serving import serving
from api.terminal import output
from api.terminal.showing_verdicts import print_verdicts
from api.verdicts import record, stored_rulings
from graph.text import Text

NAME = "verdicts"
HELP = Text(
    "裁定记录：谁在何时说了什么，是否原样",
    "The record of verdicts: who said what, when, and whether it is as it was given",
)


def run(
    context: typer.Context,
    complaint: Annotated[str | None, typer.Argument(metavar="ID", help=str(Text("只看这条投诉", "Of this complaint only")))] = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """List them, oldest first; exit 1 when a seal is broken."""
    call = invocation(context)
    with serving(call.store_url) as desk:
        of = desk.case(complaint).id if complaint is not None else None
        answer = record(stored_rulings(desk.store), of)
        if as_json:
            output.print_json(answer)
        else:
            print_verdicts(answer, desk.namer(call.lang), call.lang)
    if answer.broken:
        output.say(
            Text(
                f"{answer.broken} 条裁定与当时不一致：写入后被改动过。",
                f"{answer.broken} verdicts are not as they were given: they were changed after they were stored.",
            ).in_(call.lang)
        )
        raise typer.Exit(1)
