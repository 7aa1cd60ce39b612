"""One page: a template with the words of the reader's language and what every page shows around its own content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache, partial
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.access.principal import NOBODY, principal_of
from api.pages import showing
from api.pages.messages import translations
from api.speaking import spoken
from api.version import program_version
from graph.text import Lang

_HTML_LANG: dict[Lang, str] = {"zh": "zh-CN", "en": "en"}
_IN_LANGUAGE = ("said", "percent", "number", "moment", "kind_title")
"""Filters that need to know the language."""


def page(
    request: Request, template: str, context: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:  # fmt: skip
    """A template of ``api/templates`` drawn for this reader; it may use what :func:`environment` offers and the context.

    The answer varies by cookie and language and is never kept by a shared cache.
    """
    lang = spoken(request)
    principal = principal_of(request) if hasattr(request.state, "principal") else NOBODY
    html = environment(lang).get_template(template).render(
        **context, lang=lang, html_lang=_HTML_LANG[lang], principal=principal, version=program_version(),
        path=request.url.path, here=_here(request), may=principal.may, query=partial(_query, request),
    )  # fmt: skip
    said = {"Content-Language": lang, "Cache-Control": "private, no-cache", "Vary": "Accept-Language, Cookie"}
    return Response(html, status, said | dict(headers or {}), "text/html; charset=utf-8")


@lru_cache(maxsize=2)
def environment(lang: Lang) -> Environment:
    """The templates with the filters ``said percent number moment address id_of`` and the function ``static``, in one language."""
    made = Environment(
        loader=PackageLoader("api", "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    made.install_gettext_translations(translations(lang), newstyle=True)  # type: ignore[attr-defined]  # given by the extension
    made.policies["ext.i18n.trimmed"] = True
    for name in _IN_LANGUAGE:
        made.filters[name] = partial(_in_language, getattr(showing, name), lang)
    made.filters["address"], made.filters["id_of"] = showing.address, showing.id_of
    made.tests["nodelike"] = showing.nodelike
    made.globals["static"] = static
    return made


@lru_cache(maxsize=32)
def static(name: str) -> str:
    """The address of one of our files, which changes with its content, so that a browser may keep it for good."""
    content = files("api").joinpath("static", *name.split("/")).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def _in_language(write: Any, lang: Lang, value: Any) -> str:
    return str(write(value, lang))


def _here(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _query(request: Request, **changes: str | int | None) -> str:
    """This page's address with some parameters changed (None takes one out), for links to another page of the same selection."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in changes]
    kept += [(name, str(value)) for name, value in changes.items() if value is not None]
    return request.url.path + (f"?{urlencode(kept)}" if kept else "")
