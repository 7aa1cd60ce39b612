"""Whether a request that changes something comes from a page of ours, told by what the browser itself says of it."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers

from api.access.route_table import SAFE


def is_foreign(method: str, headers: Headers) -> bool:
    """Whether another site's page sent an unsafe request.

    As Go's ``net/http.CrossOriginProtection``: ``Sec-Fetch-Site`` says so; a browser too old for it sends ``Origin``, which must
    name the host addressed; what sends neither is no browser and carries no cookie that somebody else could ride on.
    """
    if method in SAFE:
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and (not origin or _authority(origin) != headers.get("host", "").lower())


def _authority(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None
