"""The description of the API as one HTML page for people: no script, nothing fetched, the same content as the OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from graph.text import Lang

_HTML_LANG: dict[Lang, str] = {"zh": "zh-CN", "en": "en"}


def describe(openapi: Mapping[str, Any], lang: Lang) -> bytes:
    """The page of an OpenAPI document; its texts are in both languages, ``lang`` is only what it declares.

    The same document gives the same bytes.
    """
    operations = list(_operations(openapi))
    return _template().render(html_lang=_HTML_LANG[lang], info=openapi["info"], operations=operations).encode()


def _operations(openapi: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {})
            yield {
                "method": method.upper(),
                "path": path,
                "summary": operation["summary"],
                "description": operation["description"],
                "role": operation.get("x-role", ""),
                "parameters": operation.get("parameters", []),
                "bodies": [(media, _shown(content)) for media, content in body.items()],
                "responses": [
                    (status, answer["description"], [(media, _shown(content)) for media, content in answer.get("content", {}).items()])
                    for status, answer in operation["responses"].items()
                ],
            }  # fmt: skip


def _shown(content: Mapping[str, Any]) -> str:
    example = content.get("example")
    if example is None:
        return ""
    return example if isinstance(example, str) else json.dumps(example, ensure_ascii=False, indent=2)


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("api", "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )  # fmt: skip
    return environment.get_template("docs.html.j2")
