"""``suyuan init``: make or upgrade the store and load what is shipped."""

from __future__ import annotations

from typing import Annotated

import typer

from api.context import JsonOption, invocation
from api.terminal import output
from api.terminal.reports import print_report
from graph.errors import UsageError
from graph.stores import forget_derived
from graph.text import Text
from ingest import catalogue
from ingest.pipeline import load

NAME = "init"
HELP = Text(
    "建立或升级存储，装入方案目录和默认映射",
    "Create or upgrade the store, load the plan's catalogue and the default maps",
)


def run(
    context: typer.Context,
    plan_only: Annotated[
        bool, typer.Option("--plan-only", help=str(Text("只装入方案原文，不要默认映射", "Load the plan alone, without the default maps")))
    ] = False,
    empty: Annotated[
        bool, typer.Option("--empty", help=str(Text("什么都不装入，用于自己的框架", "Load nothing, for a framework of one's own")))
    ] = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help=str(Text("按现有事实重新推导每日量、序列和全文检索，不装入任何内容", "Derive daily counts, series and the full text anew from the facts; load nothing")))
    ] = False,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Initialise; run again, it changes nothing, unless what is derived is to be made anew."""
    call = invocation(context)
    if plan_only and empty:
        raise UsageError(
            Text("--plan-only 和 --empty 不能同时用", "--plan-only and --empty exclude each other"),
            Text("请去掉其中一个", "Leave one of them out"),
        )
    empty = empty or rebuild
    with call.store(create=True) as store:
        done = store.initialise()
        if rebuild:
            forget_derived(call.store_url)
            done = store.initialise()
        report = load(store, () if empty else catalogue.records(plan_only), source=catalogue.SOURCE, replace=not empty)
    if as_json:
        output.print_json(report)
        return
    output.say(
        (
            Text("存储已建立或升级。", "The store was created or upgraded.")
            if done
            else Text("存储已是最新。", "The store is up to date.")
        ).in_(call.lang)
    )
    print_report(report, call.lang)
