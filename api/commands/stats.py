"""``suyuan stats``: how much the store holds."""

from __future__ import annotations

import typer
from pydantic import BaseModel, ConfigDict, Field

from api.context import JsonOption, invocation
from api.health import unmasked_text
from api.terminal import output
from graph.store import Store
from graph.text import Text

NAME = "stats"
HELP = Text("库中有多少节点、关系和指标", "How many nodes, edges and indicators the store holds")
LEVELS = ("KCI", "KQI", "KPI")


class Stats(BaseModel):
    """How much is stored: nodes by kind, edges by type, indicators by level, control points whose wording is the plan's."""

    model_config = ConfigDict(frozen=True)
    nodes: dict[str, int] = Field(description="节点数 · Nodes by kind; kinds without any are left out")
    edges: dict[str, int] = Field(description="关系数 · Edges by type; types without any are left out")
    indicators: dict[str, int] = Field(description="指标数 · Indicators by level, all three levels always there")
    unmasked: dict[str, str] = Field(
        description="未脱敏装入的来源与首次时间 · Sources loaded unmasked and when first; an empty time was not told"
    )
    quoted: int = Field(description="方案原文的控制点 · Control points that quote the plan")


def stats(store: Store) -> Stats:
    """Count what a store holds."""
    counts = store.counts()
    framework = store.framework()
    levels = [str(row.props.get("level")) for row in framework.nodes("Indicator").values()]
    return Stats(
        nodes=counts.nodes, edges=counts.edges, unmasked=dict(store.unmasked), indicators={level: levels.count(level) for level in LEVELS},
        quoted=sum(row.props.get("quoted") is True for row in framework.nodes("ControlPoint").values()),
    )  # fmt: skip


def run(context: typer.Context, as_json: JsonOption = False) -> None:
    """Print the counts."""
    call = invocation(context)
    with call.store() as store:
        answer = stats(store)
    if as_json:
        output.print_json(answer)
        return
    many = Text("数量", "Count")
    output.print_table(Text("节点", "Nodes"), (Text("种类", "Kind"), many), list(answer.nodes.items()), call.lang)
    output.print_table(Text("关系", "Edges"), (Text("类型", "Type"), many), list(answer.edges.items()), call.lang)
    output.print_table(
        Text("指标", "Indicators"), (Text("层级", "Level"), many), list(answer.indicators.items()), call.lang
    )
    if answer.unmasked:
        output.print_text(unmasked_text(answer.unmasked).in_(call.lang))
    output.print_text(
        Text(f"方案原文的控制点：{answer.quoted}", f"Control points that quote the plan: {answer.quoted}").in_(
            call.lang
        )
    )
