"""``suyuan map``: a responsibility map as one offline page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.context import AsOfOption, invocation, now, read_as_of
from api.drawing import MapWanted, draw_map
from api.files import replacing, suffix_of
from api.serving import serving
from api.terminal import output
from graph.text import Text

NAME = "map"
HELP = Text("责任地图：谁负责哪些控制点，哪里有断点", "A responsibility map: who answers for what, and where it breaks")


def run(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help=str(Text("要写的 .html 文件", "The .html file to write")))],
    unit: Annotated[str | None, typer.Option("--unit", metavar="UNIT", help=str(Text("单位（含下级）：编号或名称", "A unit and those below it, by id or name")))] = None,
    owner: Annotated[str | None, typer.Option("--owner", metavar="OWNER", help=str(Text("责任人：编号或名称", "An owner, by id or name")))] = None,
    stage: Annotated[str | None, typer.Option("--stage", metavar="STAGE", help=str(Text("环节：编号或名称", "A stage, by id or name")))] = None,
    product: Annotated[str | None, typer.Option("--product", metavar="PRODUCT", help=str(Text("产品：编号或名称", "A product, by id or name")))] = None,
    campaign: Annotated[str | None, typer.Option("--campaign", metavar="CAMPAIGN", help=str(Text("营销案：编号或名称", "A campaign, by id or name")))] = None,
    complaint: Annotated[str | None, typer.Option("--complaint", metavar="ID", help=str(Text("一条投诉的溯源图", "The trace of a complaint")))] = None,
    as_of: AsOfOption = None,
) -> None:  # fmt: skip
    """Write the page; without a choice it shows the whole framework."""
    call = invocation(context)
    suffix_of(out, ("html",))
    from viz.page import render  # brings the drawing library with it: only who draws pays for that

    wanted = MapWanted(unit, owner, stage, product, campaign, complaint)
    with serving(call.store_url) as desk:
        picture = draw_map(desk, wanted, read_as_of(as_of), now())
    with replacing(out) as file:
        file.write(render(picture, call.lang))
    output.say(
        Text(
            f"图已写入 {out}（{len(picture.nodes)} 个节点）",
            f"The map was written to {out} ({len(picture.nodes)} nodes)",
        ).in_(call.lang)
    )
