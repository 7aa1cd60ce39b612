"""``suyuan audit``: who did and saw what, and whether the record is as it was written."""

from __future__ import annotations

from typing import Annotated

import typer
from pydantic import BaseModel, ConfigDict

from api.access.opening import books_of
from api.context import JsonOption, invocation, read_as_of
from api.terminal import output
from graph.settings import settings
from graph.text import Lang, Text
from graph.values import day_start

NAME = "audit"
HELP = Text("审计记录：谁改了、看了什么，是否完整", "The audit: who changed and saw what, and whether it is whole")
BROKEN = 1


class AuditLine(BaseModel):
    """One row of the record."""

    model_config = ConfigDict(frozen=True)
    number: int
    at: str
    who: str
    action: str
    target: str
    detail: dict[str, str]
    request: str
    address: str


class AuditRecord(BaseModel):
    """The rows asked for, oldest first."""

    model_config = ConfigDict(frozen=True)
    rows: tuple[AuditLine, ...]


class AuditCheck(BaseModel):
    """What following the chain showed: how many rows are whole, the last link, and the first row that is not."""

    model_config = ConfigDict(frozen=True)
    rows: int
    head: str
    broken_at: int | None


def run(
    context: typer.Context,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help=str(Text("从哪天起", "From which day on")))] = None,
    who: Annotated[str | None, typer.Option("--who", metavar="NAME", help=str(Text("只看某人的", "Of one person only")))] = None,
    verify: Annotated[bool, typer.Option("--verify", help=str(Text("核对整条链：退出码 1 即有行被改、删或换位", "Follow the whole chain: exit 1 when a row was changed, removed or moved")))] = False,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Show the record, or check it."""
    call = invocation(context)
    with books_of(call.store_url) as books:
        if verify:
            found = AuditCheck(**books.audit.verify()._asdict())
        else:
            begin = day_start(read_as_of(since, "--since").day, settings().zone) if since is not None else ""
            lines = [AuditLine(number=e.number, **e.event._asdict()) for e in books.audit.entries(begin, who)]
    if verify:
        _tell(found, call.lang, as_json=as_json)
    elif as_json:
        output.print_json(AuditRecord(rows=tuple(lines)))
    else:
        headings = (Text("序号", "No."), Text("时间", "When"), Text("谁", "Who"), Text("做了什么", "What"), Text("对象", "Target"), Text("细节", "Detail"), Text("来自", "From"))  # fmt: skip
        rows = [
            (str(line.number), line.at, line.who, line.action, line.target, " ".join(f"{k}={v}" for k, v in line.detail.items()), line.address)
            for line in lines
        ]  # fmt: skip
        output.print_table(Text("审计记录", "Audit"), headings, rows, call.lang)


def _tell(found: AuditCheck, lang: Lang, *, as_json: bool) -> None:
    if as_json:
        output.print_json(found)
    elif found.broken_at is None:
        output.print_text(
            Text(
                f"{found.rows} 行完整；链尾 {found.head}", f"{found.rows} rows, all as written; head {found.head}"
            ).in_(lang)
        )
    else:
        output.print_text(
            Text(
                f"第 {found.broken_at} 行被改动、删除或换位", f"row {found.broken_at} was changed, removed or moved"
            ).in_(lang)
        )
    if found.broken_at is not None:
        raise typer.Exit(BROKEN)
