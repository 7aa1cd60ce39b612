"""Failed logins, counted for all processes together: after some, an account or an address has to wait ever longer."""

from __future__ import annotations

from collections.abc import Mapping

from api.access.clock import later, seconds_until
from api.access.database import Database

FREE_BY_ACCOUNT, FREE_BY_ADDRESS = 5, 20
"""Failures before waiting begins."""
LONGEST_WAIT = 900.0
_FORGOTTEN_AFTER = 86400.0


def keys_of(account: str, address: str) -> dict[str, int]:
    """What a login is counted under → how many failures are free."""
    return {f"account {account.casefold()[:200]}": FREE_BY_ACCOUNT, f"address {address}": FREE_BY_ADDRESS}


class Attempts:
    """The counts in a file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, keys: Mapping[str, int], at: str) -> float:
        """Count an attempt as failed until it is known to be good; seconds to wait where there were too many: then it may not be made.

        Counting comes first, so that many at once cannot all slip through before any has failed.
        """
        with self._database.writing() as db:
            db.execute("DELETE FROM attempts WHERE last_at < ?", (later(at, -_FORGOTTEN_AFTER),))
            counts = {}
            for key in keys:
                row = db.execute("SELECT failures, until FROM attempts WHERE key = ?", (key,)).fetchone()
                failures, until = row if row is not None else (0, "")
                if at < until <= later(at, LONGEST_WAIT):  # later still: by a clock that was set back since
                    return seconds_until(at, until)
                counts[key] = failures + 1
            for key, failures in counts.items():
                over = failures - keys[key]
                until = later(at, min(2.0 ** min(over, 10), LONGEST_WAIT)) if over >= 0 else ""
                db.execute("INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?)", (key, failures, at, until))
        return 0.0

    def succeeded(self, keys: Mapping[str, int]) -> None:
        """Forget the failures of the account, and take the attempt back from the address's."""
        with self._database.writing() as db:
            for key in keys:
                if key.startswith("account "):
                    db.execute("DELETE FROM attempts WHERE key = ?", (key,))
                else:
                    db.execute("UPDATE attempts SET failures = max(failures - 1, 0), until = '' WHERE key = ?", (key,))
