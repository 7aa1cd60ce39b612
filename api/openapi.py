"""The OpenAPI document: what FastAPI derives from the routes, with an example and the needed role for every operation."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.roles import ROLES


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
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's own way to extend the document


def _complete(operation: dict[str, Any], method: str, path: str) -> None:
    operation["x-role"] = ROLES[method, path]
    example = examples().get(f"{method} {path}", {})
    for content in operation.get("requestBody", {}).get("content", {}).values():
        content["example"] = example.get("request")
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            for content in answer.get("content", {}).values():
                content["example"] = example.get("response")
