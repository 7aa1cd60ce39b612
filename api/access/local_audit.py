"""What the command line writes into the audit: changes of users and tokens, in the name of the account of this machine."""

from __future__ import annotations

import getpass
from collections.abc import Mapping

from api.access.audit_log import Event
from api.access.books import Books
from api.context import now


def note_here(books: Books, action: str, target: str, detail: Mapping[str, str] | None = None) -> None:
    """Write down what somebody at this machine did."""
    told = {name: value for name, value in (detail or {}).items() if value}
    books.audit.add(Event(now(), f"cli:{_account()}", action, target, told, "", ""))


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"  # an account without a name, as in some containers
