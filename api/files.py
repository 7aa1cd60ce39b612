"""Answers written to files: whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from graph.errors import DiskFull, UsageError
from graph.text import Text

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says where no more can be written."""


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A binary file that takes the place of ``path`` when the block ends well; on an error nothing is changed.

    The bytes go to a temporary file in the same folder, reach the disk and are then renamed over the old file.
    Raises UsageError when the folder is missing or may not be written, or ``path`` is a folder; DiskFull when there is no room.
    """
    if path.is_dir():
        raise _unwritable(path, Text("这是一个文件夹", "it is a folder"))
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        raise _unwritable(path, _reason(error)) from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, _mode(path))
        os.replace(name, path)
    except BaseException as error:
        with suppress(FileNotFoundError):
            os.unlink(name)
        if isinstance(error, OSError) and error.errno in FULL:
            raise DiskFull(
                Text(f"磁盘已满，未写入 {path}", f"the disk is full; {path} was not written"),
                Text("请腾出空间后重新运行；原有内容未变", "Make room and run again; what was there is unchanged"),
            ) from error
        raise


def suffix_of(path: Path, known: tuple[str, ...]) -> str:
    """The file name's suffix, one of the known ones. Raises UsageError for any other."""
    suffix = path.suffix.lower().removeprefix(".")
    if suffix in known:
        return suffix
    options_zh, options_en = " 或 ".join(f".{k}" for k in known), " or ".join(f".{k}" for k in known)
    mend = Text(f"请写成 {options_zh}", f"Write {options_en}")
    raise UsageError(Text(f"不认识的文件类型：{path}", f"not a file type that can be written: {path}"), mend)


def _mode(path: Path) -> int:
    """The mode the new file gets: the old one's, else what the umask leaves of rw-rw-rw-."""
    with suppress(FileNotFoundError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _reason(error: OSError) -> Text:
    system = error.strerror or str(error)
    return Text(f"系统报告：{system}", f"the system says: {system}")


def _unwritable(path: Path, reason: Text) -> UsageError:
    return UsageError(
        Text(f"无法写入 {path}：{reason.zh}", f"cannot write {path}: {reason.en}"),
        Text(
            "请检查文件夹是否存在、是否可写，或换一个位置",
            "Check that the folder exists and may be written, or choose another place",
        ),
    )
