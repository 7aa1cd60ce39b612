"""Everything that is kept about access to one store: users, sessions, tokens, failed logins and the audit."""

from __future__ import annotations

from api.access.accounts import Accounts
from api.access.attempts import Attempts
from api.access.audit_log import AuditLog
from api.access.database import Database, access_path
from api.access.sessions import Sessions
from api.access.tokens import Tokens


class Books:
    """The books of a store; the file behind them is opened, and made, when first needed."""

    def __init__(self, store_url: str) -> None:
        self.database = Database(access_path(store_url))
        self.users = Accounts(self.database)
        self.sessions = Sessions(self.database)
        self.tokens = Tokens(self.database)
        self.attempts = Attempts(self.database)
        self.audit = AuditLog(self.database)

    def close(self) -> None:
        """Let go of the file."""
        self.database.close()
