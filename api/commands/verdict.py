"""``suyuan verdict``: a person says whose a complaint really was; the answer as it stands is frozen beside it."""

from __future__ import annotations

from typing import Annotated

import typer

from api.context import JsonOption, ParametersOption, invocation, read_as_of
from api.serving import serving
from api.terminal import output
from api.terminal.showing_verdicts import print_verdict
from api.verdicts import Opinion, give
from graph.text import Text
from queries.verdicts import Conclusion, Sampled

NAME = "verdict"
HELP = Text(
    "裁定：确认或更正一条溯源结论，并冻结当时的答案", "Confirm or correct a trace, and freeze the answer beside it"
)


def run(
    context: typer.Context,
    complaint: Annotated[str, typer.Argument(metavar="ID", help=str(Text("投诉编号", "Id of the complaint")))],
    confirm: Annotated[bool, typer.Option("--confirm", help=str(Text("溯源结论正确", "The answer is right")))] = False,
    control_point: Annotated[
        str | None, typer.Option("--control-point", metavar="CP", help=str(Text("实际最先失守的控制点：编号或名称", "The control point that really failed first: id or name")))
    ] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", metavar="KIND:ID", help=str(Text("失守所在的产品、营销案或单位", "The product, campaign or unit it failed on")))
    ] = None,
    outcome: Annotated[
        Conclusion | None,
        typer.Option("--outcome", help=str(Text("没有控制点时的结论：无内部原因、框架未涵盖、无法判断", "The conclusion where no point is named: no cause inside, one outside the framework, cannot tell"))),
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="OWNER", help=str(Text("裁定人：编号或名称", "Who says so: id or name of an owner")))] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help=str(Text("理由", "Why")))] = None,
    sampled: Annotated[
        Sampled, typer.Option("--sampled", help=str(Text("这条投诉因何被复核：随机抽样、争议、日常", "How the complaint came to be reviewed")))
    ] = "routine",
    at: Annotated[
        str | None, typer.Option("--at", metavar="MOMENT", help=str(Text("裁定时间；默认现在", "When it is said; default: now")))
    ] = None,
    parameters: ParametersOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Store the verdict beside those given before."""
    call = invocation(context)
    opinion = Opinion(confirm, outcome, control_point, subject, by, reason, sampled)
    with serving(call.store_url) as desk:
        answer = give(desk, complaint, opinion, read_as_of(at, "--at"), parameters)
        if as_json:
            output.print_json(answer)
        else:
            print_verdict(answer, desk.namer(call.lang), call.lang)
