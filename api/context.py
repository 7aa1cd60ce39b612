"""What every command shares: the store it opens, the language it answers in and the moment it answers for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, NamedTuple

import typer

from graph.errors import UsageError
from graph.settings import settings
from graph.store import Store
from graph.stores import open_store
from graph.text import Lang, Text
from graph.values import BadValue, date_, day_start, days_before, local_day, moment

_LOOKED_BACK = 800
"""Days before the one asked about that some answer looks at, with room to spare: a day without them cannot be asked about."""

AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help=str(Text("回答所针对的日期（当日结束时）；默认现在", "The date to answer for (its end); default: now")),
    ),
]
ParametersOption = Annotated[
    str | None,
    typer.Option(
        "--parameters",
        metavar="VERSION",
        help=str(Text("参数版本；默认现行版本", "Version of the numbers; default: the one in force")),
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help=str(Text("以 JSON 输出", "Answer as JSON")))]


class AsOf(NamedTuple):
    """The time an answer is for: a canonical moment and the day it falls on in SUYUAN_TIMEZONE."""

    moment: str
    day: str


@contextmanager
def opened(url: str, *, create: bool = False) -> Iterator[Store]:
    """The store behind a URL, closed when the block ends."""
    store = open_store(url, create=create)
    try:
        yield store
    finally:
        store.close()


@dataclass
class Invocation:
    """One run of the command line: where its store is and the language it speaks."""

    lang: Lang
    store_url: str

    @contextmanager
    def store(self, *, create: bool = False) -> Iterator[Store]:
        """The store, closed when the block ends."""
        with opened(self.store_url, create=create) as store:
            yield store


def invocation(context: typer.Context) -> Invocation:
    """The run that a typer context belongs to."""
    found = context.find_root().obj
    assert isinstance(found, Invocation)
    return found


def remember_store(context: typer.Context, value: str | None) -> None:
    """Callback of ``--store``: keeps the URL for the run; without one the setting stays."""
    if value is not None:
        invocation(context).store_url = value


def remember_language(context: typer.Context, value: Any) -> None:
    """Callback of ``--lang``: keeps the language for the run; without one the locale's stays."""
    if value is not None:
        invocation(context).lang = value


def now() -> str:
    """The present moment in canonical form; the only place where the clock is read."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_as_of(text: str | None, written_as: str = "--as-of") -> AsOf:
    """The time a person means: now when absent, a date's last microsecond in SUYUAN_TIMEZONE, a moment as it stands.

    A date stands for its end, so that everything known on that day counts while the day itself stays the same: the next
    midnight would already belong to the day after, on which other assignments hold.
    Raises UsageError, naming the option as ``written_as``, when the text is neither a date nor a moment.
    """
    zone = settings().zone
    if text is None:
        present = now()
        return AsOf(present, local_day(present, zone))
    try:
        day = date_(text, zone)
        if day is None:
            raise BadValue(Text("是空的", "empty"))
        meant = text if ":" in text else datetime.combine(date.fromisoformat(day), time.max)
        stated = moment(meant, zone)
        day_start(days_before(day, _LOOKED_BACK), zone)
    except BadValue as error:
        raise UsageError(
            Text(f"{written_as}：{error.reason.zh}", f"{written_as}: {error.reason.en}"),
            Text(f"请写日期，例如 {written_as} 2026-03-01", f"Write a date, for example {written_as} 2026-03-01"),
        ) from None
    assert stated is not None  # the text is not blank, or it would hold no day
    return AsOf(stated, day)
