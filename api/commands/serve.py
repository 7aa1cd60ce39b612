"""``suyuan serve``: the HTTP face, on this machine or, with logins, on others."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, Annotated

import typer

from api.context import invocation
from api.terminal import output
from graph.errors import UsageError
from graph.settings import settings
from graph.text import Text

if TYPE_CHECKING:
    from fastapi import FastAPI

NAME = "serve"
HELP = Text("在本机提供 HTTP 接口", "Serve the HTTP API on this machine")


def run(
    context: typer.Context,
    host: Annotated[str, typer.Option("--host", help=str(Text("监听地址；本机以外的须登录", "Address to listen on; any but loopback demands logins")))] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help=str(Text("端口；0 为任意空闲端口", "Port; 0 takes any free one")))
    ] = 8321,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=64, help=str(Text("工作进程数；服务器上宜为核数", "Worker processes; on a server as many as cores")))
    ] = 1,
) -> None:  # fmt: skip
    """Serve until interrupted."""
    call = invocation(context)
    family, address = _address(host)
    with call.store():
        pass  # a store that cannot be used is reported here, not on the first request
    from api.access.gatekeeping import check_entry, demanded, host_names
    from api.hosts import LOOPBACK_NAMES
    from api.operating.processes import serve, warmed

    def application() -> FastAPI:
        from api.app import create_app

        return warmed(create_app(call.store_url, (*LOOPBACK_NAMES, shown, *host_names()), logins=demanded(host)))

    check_entry(call.store_url, host)

    with _listening(family, address, port) as listener:
        shown = f"[{address}]" if family == socket.AF_INET6 else address
        url = f"http://{shown}:{listener.getsockname()[1]}/api/v1"
        told = Text(f"正在服务 {url}（按 Ctrl-C 停止）", f"Serving {url} (Ctrl-C stops it)").in_(call.lang)
        serve(listener, application, workers, settings(), lambda: output.say(told))
        output.say(Text("已停止。", "Stopped.").in_(call.lang))


def _address(host: str) -> tuple[socket.AddressFamily, str]:
    """The family of an address to listen on, and the address itself. Raises UsageError for what is none."""
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        raise UsageError(
            Text(f"不是可监听的地址：{host}", f"not an address to listen on: {host}"),
            Text("请写本机的一个 IP 地址，例如 127.0.0.1 或 0.0.0.0；对外的名字写在 SUYUAN_HOSTS", "Write an IP address of this machine, such as 127.0.0.1 or 0.0.0.0; names go into SUYUAN_HOSTS"),
        ) from None  # fmt: skip
    return (socket.AF_INET6 if address.version == 6 else socket.AF_INET), str(address)


def _listening(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    # Named TCP, or asyncio leaves Nagle's algorithm on, and every answer waits 40 ms for the acknowledgement of its head.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise UsageError(
            Text(f"端口 {port} 不能用：{error.strerror}", f"port {port} cannot be used: {error.strerror}"),
            Text("请用 --port 换一个，或 --port 0", "Choose another with --port, or --port 0"),
        ) from None
    return listener
