"""``suyuan repeats``: links complaints that repeat an earlier one, and proposes texts that are nearly the same."""

from __future__ import annotations

from typing import Annotated

import typer
from pydantic import BaseModel

from api.context import JsonOption, invocation
from api.terminal import output
from api.terminal.reports import print_report
from graph.text import Text
from ingest.pipeline import DIFF_LINES
from ingest.repeats import DEFAULT_DAYS, link_repeats
from ingest.repeats_similar import DEFAULT_LIKENESS, Proposal, similar_texts
from ingest.report import IngestReport

NAME = "repeats"
HELP = Text("找出同一客户的重复投诉并建立关系", "Find complaints that repeat an earlier one and link them")


class RepeatsAnswer(BaseModel):
    """What was linked, and which texts are nearly the same (null: not asked for)."""

    report: IngestReport
    proposals: list[Proposal] | None = None


def run(
    context: typer.Context,
    days: Annotated[int, typer.Option("--days", min=0, help=str(Text("同一客户、同一分类相隔至多多少天算重复", "How many days may lie between two of one customer and category")))] = DEFAULT_DAYS,
    similar: Annotated[bool, typer.Option("--similar", help=str(Text("另列出文本几乎相同的投诉，仅供参考，不写入", "Also list complaints with nearly the same text: a proposal, never written")))] = False,
    likeness: Annotated[float, typer.Option("--likeness", min=0.1, max=1, help=str(Text("文本相同片段的最低占比", "Least share of the texts in common")))] = DEFAULT_LIKENESS,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=str(Text("只列出会有哪些变化，不写入", "Only list what would change, write nothing")))] = False,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Link; a second run changes nothing."""
    call = invocation(context)
    with call.store() as store:
        report = link_repeats(store, days=days, dry_run=dry_run, diff_lines=None if as_json else DIFF_LINES)
        proposals = similar_texts(store, likeness=likeness) if similar else None
    if as_json:
        output.print_json(RepeatsAnswer(report=report, proposals=proposals))
        return
    print_report(report, call.lang)
    if proposals is not None:
        headings = (Text("投诉", "Complaint"), Text("相似的投诉", "Similar to"), Text("相似度", "Likeness"))
        rows = [(pair.first, pair.second, pair.likeness) for pair in proposals]
        output.print_table(
            Text("文本几乎相同，请人工判断", "Nearly the same text, for a person to judge"), headings, rows, call.lang
        )
    if dry_run:
        output.say(Text("只是检查，没有写入。", "A check only: nothing was written.").in_(call.lang))
