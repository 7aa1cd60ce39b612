"""``suyuan sample``: complaints drawn at random for review, so that what is found may be said of all."""

from __future__ import annotations

from typing import Annotated, Literal

import typer
from pydantic import BaseModel

from api.context import JsonOption, invocation
from api.learning import draw
from api.terminal import output
from graph.text import Text

NAME = "sample"
HELP = Text("随机抽取待复核的投诉", "Draw complaints at random for review")


class DrawnLine(BaseModel):
    """One drawn complaint and its home unit."""

    complaint: str
    unit: str | None


class SampleAnswer(BaseModel):
    """What was drawn, of how many."""

    seed: int
    by: str | None
    population: int
    complaints: tuple[DrawnLine, ...]


def run(
    context: typer.Context,
    size: Annotated[int, typer.Option("--n", min=1, metavar="N", help=str(Text("抽多少条", "How many to draw")))],
    seed: Annotated[int, typer.Option("--seed", metavar="S", help=str(Text("随机种子：同种子同结果", "Seed: the same gives the same")))],
    by: Annotated[
        Literal["unit"] | None, typer.Option("--by", help=str(Text("按归属单位的比例分层", "Give each home unit its proportional part")))
    ] = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Print the ids, one a line; complaints that have a verdict are left out."""
    call = invocation(context)
    with call.store() as store:
        drawn, population = draw(store, size, seed, by_unit=by is not None)
    if as_json:
        lines = (
            DrawnLine(complaint=f"Complaint:{one.complaint}", unit=f"OrgUnit:{one.unit}" if one.unit else None)
            for one in drawn
        )
        output.print_json(SampleAnswer(seed=seed, by=by, population=population, complaints=tuple(lines)))
    else:
        for one in drawn:
            output.print_text(one.complaint)
    if len(drawn) < size:
        output.say(
            Text(f"没有裁定的投诉只有 {population} 条，已全部列出。", f"Only {population} complaints have no verdict; all are listed.").in_(call.lang)
        )  # fmt: skip
