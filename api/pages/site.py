"""What belongs to the site and to no page: the choice of language and the files that pages bring with them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from api.speaking import LANGUAGE_COOKIE

router = APIRouter(include_in_schema=False)
_YEAR = 365 * 24 * 3600


@router.get("/language/{lang}")
def speak(request: Request, lang: Literal["zh", "en"], next: Annotated[str, Query(max_length=2000)] = "/") -> Response:
    """Keep the language in a cookie and go back to where the reader was."""
    response = RedirectResponse(local(next), 303)
    response.set_cookie(LANGUAGE_COOKIE, lang, max_age=_YEAR, samesite="lax", httponly=True)
    return response


def local(address: str) -> str:
    """An address of this site as given, or the first page instead of any other: nobody is sent elsewhere through us."""
    inside = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if inside and "\\" not in address else "/"


class _Kept(StaticFiles):
    """Files whose address changes with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            versioned = scope["query_string"].startswith(b"v=")
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if versioned else "no-cache"
        return response


def install(app: FastAPI) -> None:
    """Give an application the language switch and the static files."""
    app.include_router(router)
    app.mount("/static", _Kept(packages=[("api", "static")]), name="static")
