"""How much one user, or one address without a login, may ask of a worker process in a while."""

from __future__ import annotations

import math
import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from graph.errors import UsageError
from graph.text import Text


class Rates:
    """The bounds of one process."""

    def __init__(self, of_users: str, of_addresses: str) -> None:
        self._storage = MemoryStorage()
        self._limiter = FixedWindowRateLimiter(self._storage)
        self._last = time.time()
        self._of_users = _bound("SUYUAN_RATE_LIMIT", of_users)
        self._of_addresses = _bound("SUYUAN_RATE_LIMIT_ANONYMOUS", of_addresses)

    def wait(self, user: str, address: str) -> int:
        """Count a request of a user (empty: of nobody, then by address); seconds to wait where there were too many, else 0."""
        self._begin_anew_after_a_jump()
        bound, key = (self._of_users, f"user {user}") if user else (self._of_addresses, f"address {address}")
        if bound is None or self._limiter.hit(bound, key):
            return 0
        until = self._limiter.get_window_stats(bound, key).reset_time
        return max(1, math.ceil(until - time.time()))

    def _begin_anew_after_a_jump(self) -> None:
        """Forget the counts when the clock was set back: their windows would end that much later."""
        present = time.time()
        if present < self._last:
            self._storage.reset()
        self._last = present


def _bound(name: str, written: str) -> RateLimitItem | None:
    if not written.strip():
        return None
    try:
        return parse(written)
    except ValueError:
        raise UsageError(
            Text(f"{name} 的值不可用：{written!r}", f"{name} holds an unusable value: {written!r}"),
            Text("例如 6000/minute；留空为不限", "For example 6000/minute; empty is no bound"),
        ) from None
