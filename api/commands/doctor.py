"""``suyuan doctor``: what is wrong here and how to mend it."""

from __future__ import annotations

from typing import Annotated

import typer

from api.context import JsonOption, invocation
from api.health import Diagnosis, diagnose, diagnose_deep
from api.terminal import output
from graph.text import Lang, Text

NAME = "doctor"
HELP = Text("检查程序和存储，说明缺什么、怎么补", "Check program and store; say what is missing and how to mend it")


def run(
    context: typer.Context,
    deep: Annotated[
        bool,
        typer.Option("--deep", help=str(Text("逐项核对全部内容：页、取值、关系、断言、派生数据、封印、文件夹（大库需几分钟）", "Look at everything: pages, values, edges, claims, what is derived, seals, folders (minutes for a large store)"))),
    ] = False,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Exit 0 when all is in order, 1 when something is missing or wrong, 3 when the store cannot be used."""
    call = invocation(context)

    def step(what: Text) -> None:
        output.say(Text(f"正在核对：{what.zh}", f"Looking at {what.en}").in_(call.lang))

    diagnosis = diagnose_deep(call.store_url, step) if deep else diagnose(call.store_url)
    if as_json:
        output.print_json(diagnosis)
    else:
        _print(diagnosis, call.lang)
    raise typer.Exit(diagnosis.exit_code)


def _print(diagnosis: Diagnosis, lang: Lang) -> None:
    facts: list[tuple[Text, object]] = [
        (Text("程序版本", "Program"), diagnosis.version),
        (Text("Python", "Python"), diagnosis.python),
        (Text("存储", "Store"), diagnosis.store),
        (Text("可用", "Usable"), Text("是", "yes").in_(lang) if diagnosis.reachable else Text("否", "no").in_(lang)),
    ]
    if diagnosis.revision is not None and diagnosis.nodes is not None and diagnosis.edges is not None:
        facts += [
            (Text("结构版本", "Schema version"), diagnosis.schema_version),
            (Text("框架修订", "Framework revision"), diagnosis.revision.framework),
            (Text("事实修订", "Facts revision"), diagnosis.revision.facts),
            (Text("节点", "Nodes"), sum(diagnosis.nodes.values())),
            (Text("关系", "Edges"), sum(diagnosis.edges.values())),
        ]
    output.print_table(
        Text("检查", "Check"),
        (Text("项目", "Item"), Text("结果", "Result")),
        [(name.in_(lang), value) for name, value in facts],
        lang,
    )
    for remark in diagnosis.remarks:
        level = Text("问题", "Problem") if remark.level == "problem" else Text("提示", "Hint")
        output.print_text(
            f"{level.in_(lang)}：{remark.what.in_(lang)}" if lang == "zh" else f"{level.en}: {remark.what.en}"
        )
        output.print_text(f"  → {remark.mend.in_(lang)}")
    if not diagnosis.remarks:
        output.print_text(Text("一切正常。", "All is in order.").in_(lang))
