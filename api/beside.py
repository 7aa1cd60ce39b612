"""Where a store's companions live: a folder beside an embedded store, one of its own in the working folder for a server."""

from __future__ import annotations

import hashlib
from pathlib import Path

_SQLITE = "sqlite:///"


def beside(store_url: str, what: str) -> Path:
    """The folder for one sort of companion: ``suyuan.db`` → ``suyuan.WHAT``; for a server ``suyuan.WHAT/`` and a digest of its address."""
    if store_url.startswith(_SQLITE):
        path = Path(store_url.removeprefix(_SQLITE))
        return path.with_name(f"{path.name.removesuffix('.db')}.{what}")
    return Path(f"suyuan.{what}") / hashlib.sha256(store_url.partition("://")[2].encode()).hexdigest()[:12]
