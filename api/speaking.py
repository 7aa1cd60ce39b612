"""Which of the two languages an HTTP request is answered in: what the reader chose, else what the browser prefers."""

from __future__ import annotations

from fastapi import Request

from graph.text import Lang

LANGUAGE_COOKIE = "suyuan_lang"
"""Holds the language a reader chose on a page."""


def language(accept_language: str) -> Lang:
    """The language of an ``Accept-Language`` header: the first of ours it names, in the order written; none is Chinese."""
    for part in accept_language.split(","):
        tag = part.split(";")[0].strip().lower()
        if tag.startswith(("zh", "en")):
            return "en" if tag.startswith("en") else "zh"
    return "zh"


def spoken(request: Request) -> Lang:
    """The language of the cookie that the language switch sets, else of the header."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in ("zh", "en"):
        return "en" if chosen == "en" else "zh"
    return language(request.headers.get("accept-language", ""))
