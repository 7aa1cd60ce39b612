"""``suyuan case``: what people decide about a finding of the list — assign, accept, measure, fixed — and what was decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from api.context import AsOfOption, JsonOption, invocation, now, read_as_of
from api.listing.deciding import Decision, case_of, decide
from api.serving import Serving, serving
from api.terminal import output
from api.terminal.showing import Namer
from graph.text import Lang, Text
from queries.case_answer import CaseAnswer
from queries.case_edit import CaseEdit, MeasureEdit

NAME = "case"
HELP = Text("断点的处置：指派、接受、举措、整改", "Cases of findings: assign, accept, measure, fixed")

KeyArgument = Annotated[
    str, typer.Argument(metavar="KEY", help=str(Text("清单中的键（含 |，请加引号）", "Key as the list shows it (quote it: it holds |)")))
]  # fmt: skip
ByOption = Annotated[str | None, typer.Option("--by", metavar="WHO", help=str(Text("由谁决定，记入历史", "Who decides; kept in the history")))]  # fmt: skip
NoteOption = Annotated[str | None, typer.Option("--note", help=str(Text("说明", "A note")))]
DueOption = Annotated[str | None, typer.Option("--due", metavar="DATE", help=str(Text("期限", "Due date")))]


def assign(
    context: typer.Context, key: KeyArgument,
    assignee: Annotated[str, typer.Argument(metavar="ASSIGNEE", help=str(Text("责任人或单位：编号或名称", "Owner or unit, by id or name")))],
    due: DueOption = None, note: NoteOption = None, by: ByOption = None, as_of: AsOfOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Put a finding into somebody's hands."""
    _decide(context, key, lambda desk: CaseEdit("assigned", _party(desk, assignee), _date(due, "--due"), None, note), by, as_of, as_json=as_json)  # fmt: skip


def accept(
    context: typer.Context, key: KeyArgument,
    reason: Annotated[str, typer.Option("--reason", help=str(Text("接受的原因", "Why it is accepted")))],
    until: Annotated[str, typer.Option("--until", metavar="DATE", help=str(Text("接受到哪天（含当日），过后重新打开", "Last day of acceptance; then it is open again")))],
    note: NoteOption = None, by: ByOption = None, as_of: AsOfOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Accept a finding as it is, for a reason and until a day."""
    _decide(context, key, lambda _: CaseEdit("accepted", None, _date(until, "--until"), reason, note), by, as_of, as_json=as_json)  # fmt: skip


def measure(
    context: typer.Context, key: KeyArgument,
    name: Annotated[str, typer.Argument(metavar="MEASURE", help=str(Text("举措；同名即更新", "The measure; the same name changes it")))],
    status: Annotated[str | None, typer.Option("--status", help=str(Text("planned、in_progress、done 或 dropped", "planned, in_progress, done or dropped")))] = None,
    due: DueOption = None,
    assignee: Annotated[str | None, typer.Option("--assignee", help=str(Text("由谁落实：责任人或单位", "Who carries it out: an owner or unit")))] = None,
    by: ByOption = None, as_of: AsOfOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Address a finding by a measure."""

    def edit(desk: Serving) -> CaseEdit:
        who = None if assignee is None else _party(desk, assignee)
        return CaseEdit(measures=(MeasureEdit(name, status, _date(due, "--due"), who),))

    _decide(context, key, edit, by, as_of, as_json=as_json)


def fixed(
    context: typer.Context, key: KeyArgument, note: NoteOption = None, by: ByOption = None, as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Say that a finding is mended; the next run that no longer finds it verifies it."""
    _decide(context, key, lambda _: CaseEdit("fixed", note=note), by, as_of, as_json=as_json)


def reopen(
    context: typer.Context, key: KeyArgument, note: NoteOption = None, by: ByOption = None, as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Take a decision back."""
    _decide(context, key, lambda _: CaseEdit("open", note=note), by, as_of, as_json=as_json)


def show(context: typer.Context, key: KeyArgument, as_of: AsOfOption = None, as_json: JsonOption = False) -> None:
    """Show what is decided about a finding, with its history."""
    call = invocation(context)
    with serving(call.store_url) as desk:
        _print(case_of(desk, key, read_as_of(as_of), now()), desk.namer(call.lang), call.lang, as_json=as_json)


COMMANDS: tuple[tuple[str, Callable[..., None], Text], ...] = (
    ("assign", assign, Text("指派给责任人或单位", "Assign to an owner or unit")),
    ("accept", accept, Text("接受现状，须写原因和截止日期", "Accept as it is, with reason and end date")),
    ("measure", measure, Text("加一条举措，或更新同名举措", "Add a measure, or change the one of that name")),
    ("fixed", fixed, Text("报告已整改，由下一次运行核实", "Say it is mended; the next run verifies it")),
    ("open", reopen, Text("撤回决定，重新打开", "Take the decision back")),
    ("show", show, Text("显示处置和历史", "Show the case and its history")),
)
"""Name, function and help of each command of the group."""


def _decide(
    context: typer.Context, key: str, edit: Callable[[Serving], CaseEdit], by: str | None, as_of: str | None, *, as_json: bool
) -> None:  # fmt: skip
    call = invocation(context)
    with serving(call.store_url) as desk:
        done = decide(desk, Decision(key, edit(desk), by), read_as_of(as_of), now())
        _print(done.case, desk.namer(call.lang), call.lang, as_json=as_json)


def _party(desk: Serving, text: str) -> str:
    return str(desk.find(text, ("Owner", "OrgUnit")))


def _date(text: str | None, option: str) -> str | None:
    return None if text is None else read_as_of(text, option).day


def _print(answer: CaseAnswer, name: Namer, lang: Lang, *, as_json: bool) -> None:
    if as_json:
        output.print_json(answer)
        return
    facts = [
        (Text("状态", "Status"), answer.status), (Text("指派给", "Assigned to"), name(answer.assignee) if answer.assignee else None),
        (Text("期限", "Due"), answer.due), (Text("原因", "Reason"), answer.reason), (Text("说明", "Note"), answer.note),
        (Text("断点", "Finding"), answer.finding.message.in_(lang) if answer.finding is not None else None),
    ]  # fmt: skip
    rows = [(heading.in_(lang), value) for heading, value in facts]
    output.print_table(Text(answer.key, answer.key), (Text("项目", "Item"), Text("内容", "Answer")), rows, lang)
    if answer.measures:
        of_measure = (Text("举措", "Measure"), Text("状态", "Status"), Text("期限", "Due"), Text("由谁", "By whom"))
        measures = [(m.name, m.status, m.due, name(m.assignee) if m.assignee else None) for m in answer.measures]
        output.print_table(Text("举措", "Measures"), of_measure, measures, lang)
    headings = (Text("时间", "When"), Text("状态", "Status"), Text("由谁", "By"), Text("指派给", "Assigned to"), Text("期限", "Due"), Text("内容", "What"))  # fmt: skip
    history = [
        (h.at, h.status, h.by, h.assignee, h.due, " · ".join(filter(None, (h.reason, h.note, h.measure))))
        for h in answer.history
    ]
    output.print_table(Text("历史", "History"), headings, history, lang)
