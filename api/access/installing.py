"""Puts access around an application: the guard inside, the headers outside everything."""

from __future__ import annotations

from fastapi import FastAPI

from api.access import account_page, pages
from api.access.books import Books
from api.access.guard import Guard
from api.access.headers import SecurityHeaders
from api.access.oidc import Oidc
from api.access.rates import Rates
from graph.settings import settings


def install(app: FastAPI, store_url: str, *, logins: bool) -> None:
    """Guard an application over a store; ``logins``: whether they are demanded (see ``api.access.gatekeeping.demanded``)."""
    app.state.books = books = Books(store_url)
    app.state.logins = logins
    app.state.oidc = Oidc(settings(), books.database) if settings().oidc_issuer else None
    for routes in (pages, account_page):
        app.include_router(routes.router)
    rates = Rates(settings().rate_limit, settings().rate_limit_anonymous)
    app.add_middleware(Guard, owner=app, books=books, rates=rates, logins=logins)


def cover(app: FastAPI) -> None:
    """Add the headers to every answer, of whatever middleware; to be called last."""
    app.add_middleware(SecurityHeaders)
