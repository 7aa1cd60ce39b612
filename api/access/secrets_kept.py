"""Random secrets that are handed out once and kept only as digests."""

from __future__ import annotations

import hashlib
import secrets


def new_secret() -> str:
    """256 random bits as text that fits an address, a cookie and a header."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """What is kept of a secret; a fast digest is enough for one that nobody chose."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
