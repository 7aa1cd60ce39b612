"""Only callers who use a name of this service: keeps web pages of other names that resolve to it (DNS rebinding) out."""

from __future__ import annotations

from collections.abc import Collection

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import problem_response
from graph.text import Text

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


class OnlyHosts:
    """ASGI middleware that refuses a request whose ``Host`` header names another host, whatever the port."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, or refuse it."""
        if scope["type"] != "http" or _name(Request(scope).headers.get("host", "")) in self._hosts:
            await self._app(scope, receive, send)
            return
        response = problem_response(
            Request(scope), 421, "unknown_host", Text("这个主机名不由本服务应答", "this server does not answer for that host name"),
            Text("请用 127.0.0.1 或 localhost 访问；别的名字须由管理员写进 SUYUAN_HOSTS", "Use 127.0.0.1 or localhost; other names go into SUYUAN_HOSTS, which the administrator sets"),
        )  # fmt: skip
        await response(scope, receive, send)


def _name(host: str) -> str:
    """A ``Host`` header without its port; IPv6 addresses keep their brackets."""
    end = host.find("]") + 1 if host.startswith("[") else host.find(":") if ":" in host else len(host)
    return host[:end].lower()
