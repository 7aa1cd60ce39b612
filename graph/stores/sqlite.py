"""The embedded store: one SQLite file in WAL mode; one writer at a time, any number of readers in any process."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from graph.case import Case
from graph.errors import StoreDamaged, StoreError, StoreLocked, StoreMissing, StoreReadOnly
from graph.framework import Framework
from graph.records import Counts, EdgeRow, NodeRow, Period, Ref, Revision, Tally
from graph.segments import asked
from graph.settings import settings
from graph.stores.faults import Fault, Step
from graph.stores.sqlite_cases import CaseReader
from graph.stores.sqlite_integrity import faults
from graph.stores.sqlite_read import Reader, Shared
from graph.stores.sqlite_tables import APPLICATION_ID
from graph.stores.sqlite_upkeep import bring_up_to_date, kept, lacking
from graph.stores.sqlite_write import SqliteSession
from graph.stores.unmasked import read_note
from graph.stores.upkeep import refuse_newer, refuse_other_zone, refuse_outdated
from graph.text import Text

_NETWORK_FILE_SYSTEMS = frozenset(
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "afs",
        "afpfs",
        "ncpfs",
        "ceph",
        "glusterfs",
        "lustre",
        "gpfs",
        "fuse.sshfs",
        "fuse.glusterfs",
        "fuse.s3fs",
        "fuse.rclone",
        "davfs",
    ]
)
_UNREADABLE = (UnicodeDecodeError, json.JSONDecodeError)
"""What a file that was damaged in the middle of a text makes of it; nothing else in here reads texts."""
_ROOM = 128 * 1024
"""Bytes without which nothing can be opened."""
_FEW = 100
"""Complaints asked for at once that are read in turn with those of other threads."""
_INIT = Text("请先运行 suyuan init", "Run `suyuan init` first")


class SqliteStore:
    """The store protocol over one file; see ``graph/store.py`` for what each method answers."""

    def __init__(self, path: str, *, create: bool = False) -> None:
        self.path = path
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._opened_lock = threading.Lock()
        self._shared = Shared()
        self._few = threading.Lock()
        self._few_reader: CaseReader | None = None
        _refuse_unusable(path, create)
        exists = Path(path).exists()
        if exists:
            with self._translated():
                self._check(self._connect(), create)

    # ── opening ───────────────────────────────────────────────────────────────────────────────────
    def _connect(self) -> sqlite3.Connection:
        """This thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._open()
        return connection

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=settings().busy_timeout, isolation_level=None, check_same_thread=False,
            cached_statements=1024,
        )  # fmt: skip
        with self._opened_lock:
            self._opened.append(connection)
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA cache_size=-65536")
        return connection

    def _check(self, connection: sqlite3.Connection, create: bool) -> None:
        """Refuse a file that is not ours or not of a version we can use."""
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
        if empty:
            if not create:
                raise StoreMissing(
                    Text(f"存储尚未初始化：{self.path}", f"the store is not initialised: {self.path}"), _INIT
                )
            return
        if application != APPLICATION_ID:
            raise StoreDamaged(
                Text(f"不是溯源的存储文件：{self.path}", f"not a SuYuan store: {self.path}"),
                Text("请换一个路径；该文件未被改动", "Choose another path; the file was left as it is"),
            )
        try:
            found = kept(connection, self.path)
            Reader(connection, self._shared).revision()
        except (KeyError, ValueError) as error:
            raise _of_damage(self.path) from error
        refuse_newer(found)
        if not create:
            refuse_outdated(found, lacking(connection, found))
        refuse_other_zone(found)

    def initialise(self) -> bool:
        """Create what is not there and bring an older file up to date; True when anything was done."""
        with self._translated():
            connection = self._connect()
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("BEGIN IMMEDIATE")
            try:
                done = bring_up_to_date(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
            return done

    # ── reading ───────────────────────────────────────────────────────────────────────────────────
    def _reader(self) -> Reader:
        reader: Reader | None = getattr(self._local, "reader", None)
        if reader is None:
            reader = self._local.reader = Reader(self._connect(), self._shared)
        return reader

    def revision(self) -> Revision:
        """The two counters."""
        with self._translated():
            return self._reader().revision()

    def framework(self) -> Framework:
        """The whole framework at one revision."""
        with self._translated():
            return self._reader().framework()

    def cases(self, ids: Sequence[str] | None = None) -> Iterator[Case]:
        """The named complaints in the order given, or all in id order."""
        with self._translated():
            if ids is not None and len(ids) <= _FEW:
                yield from self._few_cases(ids)
                return
            cases: CaseReader | None = getattr(self._local, "cases", None)
            if cases is None:
                cases = self._local.cases = CaseReader(self._connect(), self._reader())
            yield from cases.cases(ids)

    def _few_cases(self, ids: Sequence[str]) -> list[Case]:
        """Read by one reader for all threads, in turn: what it remembers is worked out and kept once, not once a thread."""
        with self._few:
            if self._few_reader is None:
                connection = self._open()
                self._few_reader = CaseReader(connection, Reader(connection, self._shared))
            return list(self._few_reader.cases(ids))

    def nodes(self, kind: str, ids: Sequence[str] | None = None, *, text: str | None = None) -> Iterator[NodeRow]:
        """Nodes of a kind in id order: all, the named ones, those whose full text answers a question."""
        question = asked(kind, text)
        with self._translated():
            yield from self._reader().nodes(kind, ids, question)

    def edges(
        self, edge_type: str, source_kind: str | None = None, *, at: Sequence[Ref] | None = None
    ) -> Iterator[EdgeRow]:
        """Edges of a type, all, those from one kind, those at some nodes, in a stable order."""
        with self._translated():
            yield from self._reader().edges(edge_type, source_kind, at)

    def counts(self) -> Counts:
        """Nodes by kind and edges by type."""
        with self._translated():
            return self._reader().counts()

    @property
    def unmasked(self) -> Mapping[str, str]:
        """Sources loaded unmasked, with the moment of the first such load."""
        with self._translated():
            return read_note(self._reader().unmasked())

    @property
    def loads(self) -> Mapping[str, str]:
        """Loads that would change nothing as the store stands, with their reports."""
        with self._translated():
            return self._reader().loads().known

    def tallies(self, since: str = "", until: str = "9999-12-31", *, per: Period = "day") -> Iterator[Tally]:
        """Daily or monthly complaint counts for since ≤ day or month < until."""
        with self._translated():
            yield from self._reader().tallies(since, until, per)

    def faults(self, step: Step) -> Iterator[Fault]:
        """What is wrong with the file, looked at in full; ``step`` is told what is looked at next."""
        connection = self._open()
        try:
            yield from faults(connection, step)
        except _UNREADABLE as error:
            yield Fault("pages", self.path, 1, (str(error),))
        except sqlite3.DatabaseError as error:
            if not _damaged(error):
                raise _translate(error, self.path) from error
            yield Fault("pages", self.path, 1, (str(error),))
        finally:
            connection.close()

    def forget_derived(self) -> None:
        """Let the next ``initialise`` make anew everything that is derived."""
        with self._translated():
            self._connect().execute("DELETE FROM meta WHERE key LIKE 'rule.%'")

    # ── writing ───────────────────────────────────────────────────────────────────────────────────
    def session(
        self, *, replacing: bool = False, rehearse: bool = False, unmasked: Mapping[str, str] | None = None
    ) -> SqliteSession:
        """Begin a run of writes, on a connection of its own so that this thread can go on reading."""
        with self._translated():
            return SqliteSession(
                self._open(), self._translated, replacing=replacing, rehearse=rehearse, unmasked=unmasked or {}
            )

    def close(self) -> None:
        """Close every connection of every thread."""
        with self._opened_lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
            self._few_reader = None
        self._local = threading.local()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """SQLite's errors as ours, with what to do about them."""
        try:
            yield
        except sqlite3.Error as error:
            raise _translate(error, self.path) from error
        except _UNREADABLE as error:  # bytes that are no text, or no list where one was written
            raise _of_damage(self.path) from error


def _refuse_unusable(path: str, create: bool) -> None:
    """Refuse, before SQLite touches anything, a path that can be no store."""
    target = Path(path)
    if target.is_dir():
        raise StoreMissing(
            Text(f"存储路径是一个目录：{path}", f"the store path is a directory: {path}"),
            Text(f"请写文件路径，例如 sqlite:///{path.rstrip('/')}/suyuan.db", f"Name a file, e.g. sqlite:///{path.rstrip('/')}/suyuan.db"),
        )  # fmt: skip
    if not target.exists() and not create:
        raise StoreMissing(Text(f"存储不存在：{path}", f"there is no store at {path}"), _INIT)
    folder = target.absolute().parent
    if not folder.is_dir():
        raise StoreMissing(
            Text(f"存储所在目录不存在：{folder}", f"the folder of the store does not exist: {folder}"),
            Text("请先建立该目录", "Create the folder first"),
        )
    if target.exists() and not os.access(target, os.R_OK):
        raise StoreReadOnly(
            Text(f"无权读取存储：{path}", f"no right to read the store: {path}"),
            Text("请检查文件权限", "Check the file's permissions"),
        )
    kind = file_system(folder, _mounts())
    if kind in _NETWORK_FILE_SYSTEMS:
        raise StoreError(
            Text(
                f"存储位于网络文件系统（{kind}）：{path}", f"the store lies on a network file system ({kind}): {path}"
            ),
            Text(
                "SQLite 在网络盘上会损坏数据，请放到本机磁盘，或改用 Neo4j",
                "SQLite can lose data there: use a local disk, or Neo4j",
            ),
        )


def _mounts() -> str:
    mounts = Path("/proc/mounts")
    return mounts.read_text(encoding="utf-8", errors="replace") if mounts.exists() else ""


def file_system(folder: Path, mounts: str) -> str:
    """The file system type that a folder lies on, by the longest mount point that holds it.

    Args:
        folder: an absolute path.
        mounts: text in the format of ``/proc/mounts``.
    """
    resolved = folder.resolve()
    best, kind = -1, ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = Path(fields[1].replace("\\040", " "))
        if (resolved == point or point in resolved.parents) and len(point.parts) >= best:
            best, kind = len(point.parts), fields[2]
    return kind


def _damaged(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", None) or 0
    return (code & 0xFF) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "decode to UTF-8" in str(error)


def _of_damage(path: str) -> StoreDamaged:
    return StoreDamaged(
        Text(f"存储文件损坏或不是 SQLite 文件：{path}", f"the file is damaged or no SQLite file: {path}"),
        Text("请换一个路径，或从备份恢复", "Choose another path, or restore a backup"),
    )


def _nothing_left(error: sqlite3.Error, path: str) -> bool:
    """Whether an input or output error comes from a full disk: also a reader needs 32 KB beside the file, and is told less plainly."""
    if error.sqlite_errorcode == sqlite3.SQLITE_IOERR_SHMSIZE:
        return True
    try:
        found = os.statvfs(Path(path).absolute().parent)
    except OSError:
        return False
    return found.f_bavail * found.f_frsize < _ROOM


def _translate(error: sqlite3.Error, path: str) -> StoreError:
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreLocked(
            Text(f"存储正被另一进程写入：{path}", f"another process is writing to the store: {path}"),
            Text(
                "请稍后重试，或调大 SUYUAN_BUSY_TIMEOUT（秒）",
                "Try again later, or raise SUYUAN_BUSY_TIMEOUT (seconds)",
            ),
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM) or (
        code == sqlite3.SQLITE_CANTOPEN and Path(path).exists()
    ):
        return StoreReadOnly(
            Text(f"无权写入存储：{path}", f"no right to write to the store: {path}"),
            Text(
                "请检查文件及其目录的权限；读取也需要在旁边写 -shm 文件",
                "Check the permissions of the file and its folder; reading, too, writes a -shm file beside it",
            ),
        )
    if _damaged(error):
        return _of_damage(path)
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _nothing_left(error, path)):
        return StoreError(
            Text(f"磁盘已满：{path}", f"the disk is full: {path}"),
            Text("请腾出空间后重新运行；已提交的批次不会丢失", "Make room and run again; committed batches are kept"),
        )
    return StoreError(
        Text(f"存储读写失败：{path}（{error}）", f"reading or writing the store failed: {path} ({error})"),
        Text("请运行 suyuan doctor 检查", "Run `suyuan doctor`"),
    )
