"""The pages of the matrices: each as a table with coloured cells, what a cell means, and the same as a sheet."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.context import read_as_of
from api.listing.matrices import kind_of, matrix
from api.pages.asking import DatedPage
from api.pages.render import page
from api.routes.common import Asked
from api.serving import Serving
from queries.matrices.registry import MATRICES

router = APIRouter(include_in_schema=False)
ROWS, COLUMNS = 200, 60
"""Rows and columns of a table on a page; the sheet has all."""


class MatrixQuery(DatedPage):
    """A day, and whether one that takes a while shall be made at once."""

    show: bool = False


@router.get("/matrices")
def matrices(request: Request) -> Response:
    """Every matrix with what it is for."""
    return page(request, "pages/matrices.html.j2", {"matrices": MATRICES})


@router.get("/matrices/{name}")
def one(
    request: Request, name: Annotated[str, Path(max_length=60)], asked: Annotated[MatrixQuery, Query()], desk: Asked
) -> Response:
    """One matrix of the newest list's day; one that needs traces comes after the page, or by its link."""
    kind = kind_of(name)
    as_of = read_as_of(asked.as_of or _day(desk), "as_of")
    now = asked.show or not kind.traced
    context = {
        "kind": kind, "day": as_of.day, "matrix": matrix(desk, name, as_of) if now else None, "rows": ROWS, "columns": COLUMNS,
    }  # fmt: skip
    return page(request, "pages/matrix.html.j2", context)


def _day(desk: Serving) -> str | None:
    kept = desk.listing.last()
    return kept.answer.as_of if kept is not None else None
