"""``suyuan learn``: a new version of the numbers from the verdicts given by a day; the old versions stay."""

from __future__ import annotations

from typing import Annotated

import typer

from api.context import JsonOption, ParametersOption, invocation, read_as_of
from api.learning import LearnAnswer, learn_until
from api.serving import Serving, serving
from api.terminal import output
from api.terminal.showing_verdicts import print_learned
from graph.text import Lang, Text

NAME = "learn"
HELP = Text(
    "学习：由某日为止的裁定得出新的参数版本", "Learn: a new version of the numbers from the verdicts given by a day"
)


def run(
    context: typer.Context,
    until: Annotated[str, typer.Option("--until", metavar="DATE", help=str(Text("只看到这一天（含）为止的裁定", "Look at verdicts up to this day, itself included")))],
    parameters: ParametersOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Write a version, or say that there is nothing new."""
    call = invocation(context)
    with serving(call.store_url) as desk:
        answer = learn_until(desk, read_as_of(until, "--until"), parameters)
        if as_json:
            output.print_json(answer)
        else:
            print_learned(answer, desk.namer(call.lang), call.lang)
        _say(answer, desk, call.lang)


def _say(answer: LearnAnswer, desk: Serving, lang: Lang) -> None:
    """What became of it: written where, and in force or not; or nothing new."""
    if not answer.written:
        said = Text(
            f"没有新的内容，未写入；{answer.version} 已是如此。",
            f"Nothing new, nothing written; {answer.version} says it already.",
        )
        output.say(said.in_(lang))
        return
    where, in_force = desk.versions.folder, desk.numbers().version
    used = (
        Text("即日起默认使用", "it is in force from now on")
        if in_force == answer.version
        else Text(f"现行的仍是 {in_force}", f"{in_force} stays in force")
    )
    output.say(
        Text(
            f"新版本 {answer.version} 已写入 {where}；{used.zh}。",
            f"Version {answer.version} was written to {where}; {used.en}.",
        ).in_(lang)
    )
