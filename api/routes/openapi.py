"""The OpenAPI document: what FastAPI derives from the routes, with an example and the needed role for every operation."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.errors import MEDIA_TYPE
from api.roles import ROLES

_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "suyuan token create"},
    "session": {"type": "apiKey", "in": "cookie", "name": "suyuan_session", "description": "POST /login"},
}
_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_ALWAYS = {
    "400": "问题不成立 · Not a question that can be asked",
    "422": "参数不可用 · Unusable parameters",
    "429": "请求太频繁 · Too many requests",
}
"""What any operation may answer beside its own: status → why."""
_GUARDED = {
    "401": "需要登录（本机免登录时不会出现） · A login is needed (never where none is demanded)",
    "403": "角色不够，或请求来自别的网站 · The role is not enough, or the request comes from another site",
}


@lru_cache(maxsize=1)
def examples() -> dict[str, dict[str, Any]]:
    """``"METHOD /address"`` → ``request`` (where there is a body) and ``response``, real answers with their lists cut short."""
    found: dict[str, dict[str, Any]] = json.loads((files("api") / "examples.json").read_text(encoding="utf-8"))
    return found


def install(app: FastAPI) -> None:
    """Let an application describe itself with these."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            for path, methods in schema["paths"].items():
                for method, operation in methods.items():
                    _complete(operation, method.upper(), path)
            schema["components"]["securitySchemes"] = _SCHEMES
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's own way to extend the document


def _complete(operation: dict[str, Any], method: str, path: str) -> None:
    operation["x-role"] = role = ROLES[method, path]
    operation["security"] = [] if role == "anyone" else [{name: []} for name in _SCHEMES]
    for status, text in (_ALWAYS if role == "anyone" else _ALWAYS | _GUARDED).items():
        operation["responses"].setdefault(status, {"description": text})["content"] = _PROBLEM
    example = examples().get(f"{method} {path}", {})
    for content in operation.get("requestBody", {}).get("content", {}).values():
        content["example"] = example.get("request")
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            for media, content in answer.get("content", {}).items():
                content["example"] = example.get(media, example.get("response"))
