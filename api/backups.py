"""An embedded store and what lies beside it as one file, taken while others write, and put back whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from api import versions
from api.beside import beside
from api.context import opened
from api.health import StoreRevision
from api.listing import results
from api.version import program_version
from graph.errors import InputError, UsageError, Where
from graph.schema import SCHEMA_VERSION
from graph.stores.sqlite_snapshot import is_sqlite, prove, settle, snapshot, write_ahead
from graph.text import Text

STORE = "store.db"
_MANIFEST = "manifest.json"
_SQLITE = "sqlite:///"
_NAME = re.compile(r"(?:store\.db|(?:results|parameters|access)(?:/[^/\\\x00]+)+)\Z")
_LEFT_OUT = ("-wal", "-shm", "-journal", ".lock", ".part")
_CHUNK = 1 << 20


class BackedUpFile(BaseModel):
    """One file of a backup."""

    model_config = ConfigDict(frozen=True)
    name: str
    size: int
    mode: int
    """Its permissions, as chmod takes them."""
    sha256: str


class Manifest(BaseModel):
    """What a backup holds, and of which state of the store."""

    model_config = ConfigDict(frozen=True)
    format: Literal[1] = 1
    program: str
    schema_version: int
    created_at: str
    revision: StoreRevision
    nodes: dict[str, int]
    edges: dict[str, int]
    files: tuple[BackedUpFile, ...]


def path_of(store_url: str) -> Path:
    """The file of an embedded store. Raises UsageError for a server, which has its own tool."""
    if store_url.startswith(_SQLITE):
        return Path(store_url.removeprefix(_SQLITE))
    raise UsageError(
        Text("本命令只备份 SQLite 存储；Neo4j 由其自带工具备份", "this command backs up SQLite stores; Neo4j has a tool of its own"),
        Text("请用 neo4j-admin database dump，做法见 docs/operation.md", "Use `neo4j-admin database dump`; docs/operation.md says how"),
    )  # fmt: skip


def companions(store_url: str) -> dict[str, Path]:
    """The folders that belong to a store: the lists, the learned numbers, the accounts with the audit."""
    return {
        "results": results.folder_of(store_url),
        "parameters": versions.folder_of(store_url),
        "access": beside(store_url, "access"),
    }


def back_up(store_url: str, target: Path, at: str) -> Manifest:
    """Write a backup; whatever the store's writers do meanwhile, it is of one revision.

    Raises UsageError when the file cannot be written, StoreError when the store cannot be read.
    """
    source = path_of(store_url)
    if target.is_dir() or target.resolve() == source.resolve():
        raise UsageError(
            Text(f"不能写成备份：{target}", f"a backup cannot be written there: {target}"),
            Text("请写一个新文件名，例如 suyuan-backup.zip", "Name a new file, e.g. suyuan-backup.zip"),
        )
    with opened(store_url) as store:
        store.revision()  # says what is wrong with a store that cannot be used
    with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=f".{target.name}.") as name:
        stage = Path(name)
        snapshot(source, stage / STORE)
        shutil.copymode(source, stage / STORE)
        for part, folder in companions(store_url).items():
            _stage(folder, stage / part)
        manifest = _described(stage, at)
        _pack(stage, manifest, stage / "archive")
        os.replace(stage / "archive", target)
    _sync(target.absolute().parent)
    return manifest


def verify(archive: Path) -> Manifest:
    """Read a backup in full: every file against its checksum, the store's pages against each other.

    Raises InputError when it is no backup or not whole, StoreDamaged when the store in it is damaged.
    """
    with tempfile.TemporaryDirectory(dir=archive.absolute().parent, prefix=f".{archive.name}.") as name:
        manifest = _unpack(archive, Path(name))
        prove(Path(name) / STORE)
        return manifest


def restore(archive: Path, store_url: str, *, force: bool) -> Manifest:
    """Put a store and its companions back as they were.

    Everything is unpacked beside the store and checked first. Then what is there is moved aside and the new moved in, the store's
    file last: a restore that is killed leaves the old store, the new one, or for the moment of the moves none, never a mixture.

    Raises UsageError when a store or a companion is there and ``force`` is not given, StoreLocked when the store is in use,
    InputError when the archive is no whole backup.
    """
    target = path_of(store_url).absolute()
    places = companions(store_url) | {STORE: target}
    there = [place for place in places.values() if place.exists()]
    if there and not force:
        raise UsageError(
            Text(f"已经存在：{'、'.join(map(str, there))}", f"already there: {', '.join(map(str, there))}"),
            Text("要取代它们，请加 --force；先备份现有的更稳妥", "Add --force to replace them; back them up first to be safe"),
        )  # fmt: skip
    target.parent.mkdir(parents=True, exist_ok=True)
    stage = target.with_name(f".{target.name}.restoring")
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(mode=0o700)
    try:
        manifest = _unpack(archive, stage)
        prove(stage / STORE)
        write_ahead(stage / STORE)
        if target.exists():
            settle(target)
        _move_in(stage, places)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return manifest


# ── making ────────────────────────────────────────────────────────────────────────────────────────
def _stage(folder: Path, target: Path) -> None:
    """Copy a companion as it stands; files of SQLite as a snapshot. One that goes away meanwhile was superseded."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if not path.is_file() or path.name.endswith(_LEFT_OUT):
            continue
        copy = target / path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            if is_sqlite(path):
                snapshot(path, copy)
            else:
                shutil.copyfile(path, copy)
            shutil.copymode(path, copy)
        except FileNotFoundError:
            copy.unlink(missing_ok=True)


def _described(stage: Path, at: str) -> Manifest:
    with opened(f"{_SQLITE}{stage / STORE}") as store:
        revision, counts = store.revision(), store.counts()
    files = []
    for path in sorted(stage.rglob("*")):
        name = path.relative_to(stage).as_posix()
        if path.is_file() and _NAME.match(name):
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            found = path.stat()
            files.append(BackedUpFile(name=name, size=found.st_size, mode=found.st_mode & 0o777, sha256=digest))
    return Manifest(
        program=program_version(), schema_version=SCHEMA_VERSION, created_at=at, revision=StoreRevision(**revision._asdict()),
        nodes=dict(counts.nodes), edges=dict(counts.edges), files=tuple(files),
    )  # fmt: skip


def _pack(stage: Path, manifest: Manifest, target: Path) -> None:
    handle = os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)  # customers' words and accounts are in it
    with os.fdopen(handle, "r+b") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(_MANIFEST, manifest.model_dump_json(indent=1))
            for entry in manifest.files:
                archive.write(stage / entry.name, entry.name)
        file.flush()
        os.fsync(file.fileno())


# ── reading ───────────────────────────────────────────────────────────────────────────────────────
def _unpack(path: Path, stage: Path) -> Manifest:
    """Unpack exactly the files of the manifest, each checked while it is written and on the disk when this returns."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = Manifest.model_validate_json(archive.read(_MANIFEST))
            names = [entry.name for entry in manifest.files]
            if STORE not in names or not all(_NAME.match(name) and ".." not in name.split("/") for name in names):
                raise _not_whole(path, Text("清单不成立", "its list of files cannot be"))
            for entry in manifest.files:
                with archive.open(entry.name) as source:
                    _copy_checked(source, stage / entry.name, entry, path)
    except (zipfile.BadZipFile, KeyError, ValidationError, EOFError, OSError, ValueError) as error:
        raise _not_whole(path, Text(f"{error}", f"{error}")) from error
    return manifest


def _copy_checked(source: IO[bytes], target: Path, entry: BackedUpFile, archive: Path) -> None:
    target.parent.mkdir(mode=0o700 if entry.name.startswith("access/") else 0o777, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with target.open("xb") as file:
        for chunk in iter(lambda: source.read(_CHUNK), b""):
            size += len(chunk)
            if size > entry.size:
                break
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fchmod(file.fileno(), entry.mode & 0o777)
        os.fsync(file.fileno())
    if size != entry.size or digest.hexdigest() != entry.sha256:
        raise _not_whole(
            archive, Text(f"{entry.name} 的校验和不符", f"the checksum of {entry.name} is not the one noted")
        )


def _not_whole(path: Path, why: Text) -> InputError:
    return InputError(
        Text(f"不是完整的备份：{why.zh}", f"not a whole backup: {why.en}"),
        Text("请用 suyuan backup --verify 验过的文件", "Use a file that `suyuan backup --verify` has checked"),
        Where(file=str(path)),
    )


# ── moving in ─────────────────────────────────────────────────────────────────────────────────────
def _move_in(stage: Path, places: dict[str, Path]) -> None:
    """What is there goes aside, the store's file first; what is new comes in, the store's file last."""
    aside = stage / "aside"
    aside.mkdir()
    store = places[STORE]
    for number, place in enumerate((*_store_files(store), *(place for name, place in places.items() if name != STORE))):
        if place.exists():
            _move(place, aside / str(number))
    for name, place in places.items():
        if name != STORE and (stage / name).exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            _move(stage / name, place)
    _sync(stage)
    os.replace(stage / STORE, store)
    _sync(store.parent)


def _move(source: Path, target: Path) -> None:
    """Rename; where a companion lies on another file system, copy."""
    shutil.move(source, target)


def _store_files(store: Path) -> Iterator[Path]:
    yield store
    for suffix in ("-wal", "-shm", "-journal"):
        yield store.with_name(store.name + suffix)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
