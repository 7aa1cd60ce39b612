"""The versions of the numbers: the shipped one, a customer's own files and what was learned, each kept for good under its name.

A version is a file ``NAME.yaml`` of the layout of ``queries/parameters.yaml``. Those that the program writes are numbered on and
end in a digest of their content (``learned-v2-1a2b3c4d``): they are never written again, and one that was changed by hand is
refused. The newest of them is in force; SUYUAN_PARAMETERS_VERSION or ``--parameters`` choose another.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import yaml

from api.beside import beside
from graph.errors import InputError, UsageError, Where, nearest
from graph.settings import settings
from graph.text import Text
from queries.parameters import Parameters, load_parameters

_WRITTEN = re.compile(r"(?:assumed|learned)-v(?P<number>[1-9][0-9]{0,8})-(?P<digest>[0-9a-f]{8})\Z")
_SHIPPED = ""
_HEAD = "# 由 suyuan 写入，请勿改动；要用自己的数值，请另存为新文件并改名。Written by suyuan: never change it; for numbers of your own, copy it to another name.\n"


def folder_of(store_url: str) -> Path:
    """SUYUAN_PARAMETERS, else a folder beside the store."""
    return settings().parameters or beside(store_url, "parameters")


class Versions:
    """The versions in one folder, and the shipped one; may be used by many threads at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._held: dict[tuple[str, int], Parameters] = {}

    def names(self) -> list[str]:
        """Every name but the shipped one's: a customer's own files in name order, then the written ones, oldest first."""
        with suppress(FileNotFoundError):
            return sorted((path.stem for path in self.folder.glob("*.yaml")), key=lambda name: (_number(name), name))
        return []

    def written(self) -> Iterator[Parameters]:
        """The versions that the program wrote, newest first."""
        return (self.get(name) for name in reversed(self.names()) if _number(name))

    def in_force(self) -> Parameters:
        """The chosen one, else the newest written, else the shipped one."""
        chosen = settings().parameters_version
        return self.get(chosen) if chosen else next(self.written(), self.shipped)

    @property
    def shipped(self) -> Parameters:
        """The numbers that come with the program; always the same object, so that what is worked out from it is kept."""
        return self._hold(_SHIPPED, 0, None)

    def get(self, name: str) -> Parameters:
        """A version by name.

        Raises UsageError when there is none of the name, InputError when its file cannot be used or is not what was written.
        """
        if name == self.shipped.version:
            return self.shipped
        path = self.folder / f"{name}.yaml"
        try:
            stamp = path.stat().st_mtime_ns if name == path.stem and path.parent == self.folder else 0
        except (OSError, ValueError):
            stamp = 0
        if not stamp:
            raise self._unknown(name)
        return self._hold(name, stamp, path)

    def root_of(self, version: Parameters) -> Parameters:
        """The assumed version that a learned or calibrated one goes back to; learning always starts from it."""
        while version.learned is not None or version.calibrated is not None:
            parent = version.learned or version.calibrated
            assert parent is not None
            version = self.get(parent.parent)
        return version

    def keep(self, numbers: Parameters) -> Parameters:
        """Write numbers down as the next version, under a name of their own; returns them with it.

        Raises UsageError when the folder cannot be written to.
        """
        number = max((_number(name) for name in self.names()), default=0) + 1
        named = numbers.model_copy(update={"version": f"{numbers.status}-v{number}-{_digest(numbers)}"})
        text = _HEAD + yaml.safe_dump(named.model_dump(exclude_none=True), allow_unicode=True, sort_keys=False)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _create(self.folder / f"{named.version}.yaml", text.encode())
        except OSError as error:
            raise UsageError(
                Text(f"无法写入参数版本：{error}", f"the parameter version cannot be written: {error}"),
                Text("请检查 SUYUAN_PARAMETERS 所指文件夹及权限", "Check the folder that SUYUAN_PARAMETERS names, and its permissions"),
            ) from error  # fmt: skip
        return self.get(named.version)

    def _hold(self, name: str, stamp: int, path: Path | None) -> Parameters:
        held = self._held.get((name, stamp))
        if held is None:
            held = load_parameters(path)
            if path is not None:
                _check(held, name, path)
            held = self._held.setdefault((name, stamp), held)
        return held

    def _unknown(self, name: str) -> UsageError:
        known = [self.shipped.version, *self.names()]
        near = nearest(name, known)
        mend = (
            Text(f"您是不是想写 {near}？", f"Did you mean {near}?")
            if near
            else Text(f"可用：{'、'.join(known)}", f"It is one of: {', '.join(known)}")
        )
        return UsageError(Text(f"没有参数版本 {name}", f"there is no parameter version {name}"), mend)


def _number(name: str) -> int:
    """The running number of a written version; 0 for a customer's own."""
    match = _WRITTEN.match(name)
    return int(match["number"]) if match is not None else 0


def _digest(numbers: Parameters) -> str:
    """The beginning of the SHA-256 of everything but the name."""
    content = json.dumps(numbers.model_dump(exclude={"version"}), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:8]


def _check(held: Parameters, name: str, path: Path) -> None:
    match = _WRITTEN.match(name)
    if held.version != name:
        raise InputError(
            Text(f"参数版本名 {held.version} 与文件名不符", f"the version is called {held.version}, the file is not"),
            Text("请让文件名与其中的 version 一致", "Give the file the name that `version` in it says"),
            Where(file=str(path), field="version"),
        )
    if match is not None and match["digest"] != _digest(held):
        raise InputError(
            Text(f"参数版本 {name} 在写入后被改动过", f"parameter version {name} was changed after it was written"),
            Text("请从备份恢复该文件；要用自己的数值，请另起版本名", "Restore the file from a backup; numbers of your own need a name of their own"),
            Where(file=str(path)),
        )  # fmt: skip


def _create(path: Path, content: bytes) -> None:
    """Create a file with its whole content, or leave the one that is there: it holds the same, its name says so."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o444)
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        os.unlink(name)
