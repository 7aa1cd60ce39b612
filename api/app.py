"""The HTTP face: an application that answers with the same models as the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from fastapi import FastAPI

from api import errors
from api.access import installing as access
from api.hosts import LOOPBACK_NAMES, OnlyHosts
from api.loading.imports import Imports
from api.operating import observing
from api.pages import (
    breakpoints,
    catalogue,
    chain,
    complaints,
    gates,
    imports,
    maps,
    matrices,
    names,
    overview,
    site,
    trace,
    who,
)
from api.routes import common, openapi
from api.routes import complaints as complaint_routes
from api.routes import imports as import_routes
from api.routes import lists as list_routes
from api.routes import operation as operation_routes
from api.routes import questions as question_routes
from api.serving import Serving
from api.version import program_version

DESCRIPTION = """\
从任意一条客户投诉，找到最先失守的控制点、该负责的人和受损的 KCI→KQI→KPI 链；从全图得到断点、盲点、风险清单。

From any customer complaint to the control point that failed first, the owner who answers for it and the KCI→KQI→KPI chain \
it damages; from the whole graph the list of places where that path breaks.

Errors are `application/problem+json` with a stable `code`. `ETag` is the revision: send it back as `If-None-Match`.
"""


def create_app(store_url: str, hosts: Collection[str] = LOOPBACK_NAMES, *, logins: bool = False) -> FastAPI:
    """An application over one store, which answers only for the given host names; ``logins``: whether it demands them.

    The store is opened on the first request; until it can be, answers are 503.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        app.state.imports.close()
        app.state.serving.close()
        app.state.books.close()

    app = FastAPI(
        title="SuYuan 溯源", version=program_version(), description=DESCRIPTION, lifespan=lifespan,
        openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None,
    )  # fmt: skip
    app.state.serving = Serving(store_url)
    app.state.imports = Imports(store_url)
    for routes in (common, list_routes, complaint_routes, question_routes, import_routes, operation_routes):
        app.include_router(routes.router)
    for shown in (
        complaints,
        trace,
        who,
        chain,
        gates,
        names,
        overview,
        breakpoints,
        maps,
        imports,
        catalogue,
        matrices,
    ):
        app.include_router(shown.router)
    site.install(app)
    openapi.install(app)
    access.install(app, store_url, logins=logins)
    app.add_middleware(OnlyHosts, hosts=hosts)
    errors.install(app)  # what it adds stands around everything before it
    observing.install(app)
    access.cover(app)
    return app
