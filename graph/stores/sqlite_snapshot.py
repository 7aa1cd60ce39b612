"""A file of SQLite copied whole at one moment while others write to it, and put aside only when nobody has it open."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from graph.errors import StoreDamaged, StoreError, StoreLocked
from graph.settings import settings
from graph.text import Text

_MAGIC = b"SQLite format 3\x00"
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_sqlite(path: Path) -> bool:
    """Whether a file begins as those of SQLite do."""
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def snapshot(source: Path, target: Path) -> None:
    """Copy what is committed at the moment of the call into a new file; writers go on meanwhile.

    SQLite's online backup in a single step: one read transaction, so the copy is of one revision.
    Raises StoreError when either file cannot be read or written, StoreDamaged when the source is damaged.
    """
    try:
        with closing(_open(source)) as read, closing(sqlite3.connect(target)) as written:
            read.backup(written, pages=-1)
            written.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
    except sqlite3.Error as error:
        if _is_damaged(error):
            raise _damaged(source, str(error)) from error
        raise StoreError(
            Text(f"无法复制 {source}：{error}", f"{source} cannot be copied: {error}"),
            Text("请检查磁盘空间和权限", "Check the space on the disk and the permissions"),
        ) from error


def prove(path: Path) -> None:
    """Read every page of a file and check it against the others. Raises StoreDamaged with the first fault."""
    try:
        with closing(_open(path)) as connection:
            (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        raise _damaged(path, str(error)) from error
    if found != "ok":
        raise _damaged(path, str(found))


def write_ahead(path: Path) -> None:
    """Let a copied file be written as a store is: readers never wait for the writer."""
    with closing(_open(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")


def settle(path: Path) -> None:
    """Bring everything that was written to a file into that one file, so that it can be put aside.

    A damaged file stays as it is. Raises StoreLocked when any process has it open.
    """
    try:
        with closing(_open(path)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")  # refused while another connection is there
    except sqlite3.Error as error:
        if _is_damaged(error):
            return
        raise StoreLocked(
            Text(f"存储正在使用中：{path}", f"the store is in use: {path}"),
            Text("请先停止 suyuan serve 和其他使用它的程序", "Stop `suyuan serve` and whatever else uses it first"),
        ) from error


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=settings().busy_timeout, isolation_level=None)


def _is_damaged(error: sqlite3.Error) -> bool:
    return ((getattr(error, "sqlite_errorcode", None) or 0) & 0xFF) in _DAMAGED


def _damaged(path: Path, what: str) -> StoreDamaged:
    return StoreDamaged(
        Text(f"文件损坏：{path}（{what}）", f"the file is damaged: {path} ({what})"),
        Text("请从更早的备份恢复", "Restore an earlier backup"),
    )
