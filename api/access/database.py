"""The file that accounts, sessions, tokens and the audit share: beside the store, for the service's own account alone."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.beside import beside
from graph.errors import StoreReadOnly
from graph.text import Text

_SCHEMA = """
CREATE TABLE IF NOT EXISTS users (
    name TEXT PRIMARY KEY, password TEXT, role TEXT NOT NULL, unit TEXT, active INTEGER NOT NULL, created_at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS sessions (
    digest TEXT PRIMARY KEY, user TEXT NOT NULL REFERENCES users (name), issued_at TEXT NOT NULL, seen_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS sessions_by_user ON sessions (user);
CREATE TABLE IF NOT EXISTS tokens (
    id TEXT PRIMARY KEY, digest TEXT NOT NULL, user TEXT NOT NULL REFERENCES users (name), role TEXT NOT NULL,
    label TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT NOT NULL, used_at TEXT, revoked_at TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS tokens_by_user ON tokens (user);
CREATE TABLE IF NOT EXISTS attempts (
    key TEXT PRIMARY KEY, failures INTEGER NOT NULL, last_at TEXT NOT NULL, until TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS flows (
    digest TEXT PRIMARY KEY, nonce TEXT NOT NULL, verifier TEXT NOT NULL, next TEXT NOT NULL, expires_at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, target TEXT NOT NULL,
    detail TEXT NOT NULL, request TEXT NOT NULL, address TEXT NOT NULL, chain TEXT NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER IF NOT EXISTS audit_keeps BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
"""
_BUSY_SECONDS = 10.0


def access_path(store_url: str) -> Path:
    """Where the file of a store is: ``suyuan.db`` → ``suyuan.access/access.db``."""
    return beside(store_url, "access") / "access.db"


class Database:
    """One file, opened when it is first needed; may be used by many threads, and by several processes at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock, self._read_lock = threading.RLock(), threading.RLock()
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for reading, for this thread alone while the block runs; never waits for a writer of another process."""
        with self._read_lock:
            if self._reader is None:
                self._reader = self._open()
            yield self._reader

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that sees nothing change beneath it: written whole when the block ends, not at all when it raises.

        Raises StoreReadOnly when the file cannot be written.
        """
        with self._lock:
            if self._writer is None:
                self._writer = self._open()
            try:
                self._writer.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                raise _unusable(self.path, error) from error
            try:
                yield self._writer
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock, self._read_lock:
            for connection in (self._reader, self._writer):
                if connection is not None:
                    connection.close()
            self._reader = self._writer = None

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(
                os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600)
            )  # SQLite gives its side files the rights of this one
            connection = sqlite3.connect(
                self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise _unusable(self.path, error) from error
        return connection


def _unusable(path: Path, error: Exception) -> StoreReadOnly:
    return StoreReadOnly(
        Text(f"账户与审计文件不能写入：{path}（{error}）", f"the file of accounts and audit cannot be written: {path} ({error})"),
        Text("请检查该文件夹的权限和磁盘空间", "Check the rights of its folder and the space on the disk"),
    )  # fmt: skip
