"""What the pages share in reading an address or a form: an empty field says nothing, a refusal is shown beside the form."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from fastapi import Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from graph.errors import StoreError, SuYuanError, UnknownId
from graph.text import Text

_DAY = r"^\d{4}-\d{2}-\d{2}$"


def _said(raw: object) -> object:
    return (raw.strip() or None) if isinstance(raw, str) else raw


Said = Annotated[Annotated[str, Field(max_length=512)] | None, BeforeValidator(_said)]
"""A field of a form; None where it was left empty."""
Day = Annotated[Annotated[str, Field(pattern=_DAY)] | None, BeforeValidator(_said)]
"""A date field of a form; None where it was left empty."""


class DatedPage(BaseModel):
    """The parameters that every dated page takes."""

    model_config = ConfigDict(extra="forbid")
    as_of: Day = None


class Refused(NamedTuple):
    """Why a form was not accepted, and how to mend it."""

    status: int
    what: Text
    mend: Text


def refused(error: SuYuanError) -> Refused:
    """A refusal to be shown on the page with the form; what the store says holds paths and stays with us."""
    if isinstance(error, StoreError):
        return Refused(
            503, Text("存储现在不能写入", "the store cannot be written just now"), Text("请稍后再提交一次", "Send it again in a moment")
        )  # fmt: skip
    return Refused(404 if isinstance(error, UnknownId) else 400, error.what, error.mend)


def by_htmx(request: Request) -> bool:
    """Whether a part of a page asks, which follows no redirect to another page by itself."""
    return request.headers.get("hx-request") == "true"
