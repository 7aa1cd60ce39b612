"""The rival of ``bench/http.py``: a FastAPI route that does nothing, served as the program serves its own."""

from __future__ import annotations

import socket
import sys

from fastapi import FastAPI

from api.operating.processes import serve
from graph.settings import settings


def application() -> FastAPI:
    """An application with one route, a plain function like those of the program."""
    app = FastAPI()

    @app.get("/nothing")
    def nothing() -> dict[str, str]:
        return {}

    return app


if __name__ == "__main__":
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        serve(listener, application, int(sys.argv[1]), settings(), lambda: print(url, file=sys.stderr, flush=True))
