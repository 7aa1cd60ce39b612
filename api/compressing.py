"""Answers that are large and of text go over the wire compressed, to who can read that."""

from __future__ import annotations

import gzip

from fastapi import Request, Response

_LEVEL = 5


def compressed(request: Request, response: Response) -> Response:
    """The answer gzipped where the caller accepts it (RFC 9110, 12.5.3), else as it is; the same bytes every time."""
    accepted = [part.partition(";") for part in request.headers.get("accept-encoding", "").lower().split(",")]
    if any(
        name.strip() == "gzip" and quality.replace(" ", "") not in ("q=0", "q=0.0") for name, _, quality in accepted
    ):
        response.body = gzip.compress(bytes(response.body), _LEVEL, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.body))
    response.headers["Vary"] = "Accept, Accept-Language, Accept-Encoding"
    return response
