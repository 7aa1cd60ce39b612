"""A relay before a server: it cuts every connection after some bytes, delays what passes, or lets it drip; no tool of the system is needed."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self


class Relay:
    """Passes TCP on to a port of this machine.

    Args:
        port: where the server listens.
        cut_after: bytes of both directions after which a connection is cut; None: never.
        delay: seconds that each piece waits.
        rate: bytes a second that come back from the server; None: as they come.
    """

    def __init__(self, port: int, *, cut_after: int | None = None, delay: float = 0.0, rate: int | None = None) -> None:
        self._target = ("127.0.0.1", port)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.cut_after, self.delay, self.rate = cut_after, delay, rate
        self.cuts = 0
        """Connections that were cut."""
        self.passed = 0
        """Bytes that passed in all."""
        self._open: list[socket.socket] = []

    @property
    def url(self) -> str:
        """Its address; without routing, or the driver would go round it."""
        return f"bolt://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for end in self._open:
            end.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
                server = socket.create_connection(self._target)
            except OSError:
                return
            self._open += [client, server]
            left = [self.cut_after]
            for one, other, back in ((client, server, False), (server, client, True)):
                threading.Thread(target=self._pass, args=(one, other, left, back), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, left: list[int | None], back: bool) -> None:
        with suppress(OSError):
            while data := one.recv(16384):
                if left[0] is not None:
                    data, left[0] = data[: left[0]], max(0, left[0] - len(data))
                time.sleep(self.delay + (len(data) / self.rate if back and self.rate else 0.0))
                other.sendall(data)
                self.passed += len(data)
                if left[0] == 0:
                    self.cuts += 1
                    break
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
