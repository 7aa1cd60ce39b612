"""``suyuan serve``: the HTTP face on this machine."""

from __future__ import annotations

import ipaddress
import socket
from typing import Annotated

import typer

from api import output
from api.context import invocation
from graph.errors import UsageError
from graph.text import Text

NAME = "serve"
HELP = Text("在本机提供 HTTP 接口", "Serve the HTTP API on this machine")


def run(
    context: typer.Context,
    host: Annotated[str, typer.Option("--host", help=str(Text("监听地址，只能是本机", "Address to listen on; this machine only")))] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help=str(Text("端口；0 为任意空闲端口", "Port; 0 takes any free one")))
    ] = 8321,
) -> None:  # fmt: skip
    """Serve until interrupted."""
    call = invocation(context)
    family, address = _loopback(host)
    with call.store():
        pass  # a store that cannot be used is reported here, not on the first request
    import uvicorn

    from api.app import create_app
    from api.hosts import LOOPBACK_NAMES

    with _listening(family, address, port) as listener:
        shown = f"[{address}]" if family == socket.AF_INET6 else address
        url = f"http://{shown}:{listener.getsockname()[1]}/api/v1"
        output.say(Text(f"正在服务 {url}（按 Ctrl-C 停止）", f"Serving {url} (Ctrl-C stops it)").in_(call.lang))
        server = uvicorn.Server(
            uvicorn.Config(create_app(call.store_url, (*LOOPBACK_NAMES, shown)), log_config=None, server_header=False)
        )
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:
            output.say(Text("已停止。", "Stopped.").in_(call.lang))


def _loopback(host: str) -> tuple[socket.AddressFamily, str]:
    """The family and address of a loopback host.

    Raises UsageError for every other host: answers hold customers' words, and there are no logins yet.
    """
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise UsageError(
            Text(
                f"不能监听 {host}：本版本没有登录，只在本机服务",
                f"cannot listen on {host}: without logins this version serves this machine only",
            ),
            Text(
                "请用 --host 127.0.0.1；远程访问请经带认证的反向代理",
                "Use --host 127.0.0.1; for remote access put an authenticating proxy before it",
            ),
        )
    return (socket.AF_INET6 if address.version == 6 else socket.AF_INET), str(address)


def _listening(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
    except OSError as error:
        listener.close()
        raise UsageError(
            Text(f"端口 {port} 不能用：{error.strerror}", f"port {port} cannot be used: {error.strerror}"),
            Text("请用 --port 换一个，或 --port 0", "Choose another with --port, or --port 0"),
        ) from None
    return listener
