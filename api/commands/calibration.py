"""``suyuan calibration``: whether the probabilities came true, on complaints drawn at random and judged later than the learning."""

from __future__ import annotations

from typing import Annotated

import typer

from api.context import JsonOption, ParametersOption, invocation, read_as_of
from api.learning import calibrate
from api.serving import serving
from api.terminal import output
from api.terminal.showing_verdicts import print_calibration
from graph.text import Text

NAME = "calibration"
HELP = Text("校准报告：概率是否可信", "Calibration: whether the probabilities can be believed")


def run(
    context: typer.Context,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help=str(Text("只看到这一天（含）为止的裁定；默认现在", "Look at verdicts up to this day, itself included; default: now")))
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help=str(Text("达到要求时，写成一个声明已校准的新版本", "Where it may be claimed, write a version that says so")))
    ] = False,
    parameters: ParametersOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Print the report; with --write, exit 1 when nothing may be claimed."""
    call = invocation(context)
    with serving(call.store_url) as desk:
        answer = calibrate(desk, read_as_of(until, "--until"), parameters, keep=write)
    if as_json:
        output.print_json(answer)
    else:
        print_calibration(answer, call.lang)
    if not write:
        if answer.reason is None:
            output.say(
                Text(
                    "用 --write 写成新版本后，溯源答案才会标为已校准。",
                    "Answers say so once --write keeps it as a version.",
                ).in_(call.lang)
            )
        return
    if answer.written is None:
        output.say(Text("未达到要求，没有写入。", "It may not be claimed; nothing was written.").in_(call.lang))
        raise typer.Exit(1)
    output.say(Text(f"版本 {answer.written} 声明已校准。", f"Version {answer.written} says that it is calibrated.").in_(call.lang))  # fmt: skip
