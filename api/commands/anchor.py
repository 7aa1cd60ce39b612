"""``suyuan anchor``: which control points a complaint's words point to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.anchoring import AnchorAnswer, read_text, text_anchorer
from api.context import JsonOption, invocation
from api.terminal import output
from graph.text import Lang, Text
from ingest.catalogue.tables import rows

NAME = "anchor"
HELP = Text("读一段投诉文本：指向哪些控制点，凭哪些词", "Read a complaint's text: which control points, by which words")
_OUTSIDE = Text("无内部原因", "no internal cause")


def run(
    context: typer.Context,
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help=str(Text("投诉原文", "The complaint as written")))],
    lexicon: Annotated[
        Path | None,
        typer.Option("--lexicon", metavar="FILE", help=str(Text("自有词条（CSV，列同 lexicon.csv），补充随产品的词库", "Terms of your own (CSV, columns of lexicon.csv), added to the shipped ones"))),
    ] = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Print the likeliest three with their words, or that the text says too little."""
    call = invocation(context)
    answer = read_text(text, text_anchorer(lexicon))
    if as_json:
        output.print_json(answer)
    else:
        _print(answer, call.lang)


def _print(answer: AnchorAnswer, lang: Lang) -> None:
    if answer.abstains:
        output.print_text(
            Text("这段文本不足以指向任何控制点。", "The text does not say enough to point to a control point.").in_(
                lang
            )
        )
        return
    headings = (Text("指向", "Points to"), Text("概率", "P"), Text("凭这些词", "By these words"))
    table = [
        (_name(pointed.target, lang), pointed.probability, "、".join(dict.fromkeys(one.words for one in pointed.words)))
        for pointed in answer.anchors
    ]
    output.print_table(Text("文本指向", "What the text points to"), headings, table, lang)
    output.print_text(
        Text(
            f"其余可能 {answer.elsewhere:.2f}；规则与模型 {answer.version}（默认，未按贵司数据校准）",
            f"elsewhere {answer.elsewhere:.2f}; rules and model {answer.version} (defaults, not calibrated on your data)",
        ).in_(lang)
    )


def _name(target: str, lang: Lang) -> str:
    code = target.removeprefix("ControlPoint:")
    names = {row["code"]: Text(row["name_zh"], row["name_en"]) for row in rows("control_points")}
    name = _OUTSIDE if target == "no_internal_cause" else names.get(code)
    return target if name is None else f"{code} {name.in_(lang)}" if code != target else name.in_(lang)
