"""A short id for an error nobody foresaw, the same for the same fault, so that two reports of it can be matched."""

from __future__ import annotations

import hashlib
import traceback


def trouble_id(error: BaseException) -> str:
    """Eight hexadecimal digits from the error's type and the functions it passed through (no values, no paths)."""
    frames = "/".join(f"{frame.f_code.co_name}" for frame, _ in traceback.walk_tb(error.__traceback__))
    return hashlib.sha256(f"{type(error).__name__}@{frames}".encode()).hexdigest()[:8]
