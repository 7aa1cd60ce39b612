"""Looks at a workbook's archive before anything unfolds it: that it is one, and that it does not grow beyond bounds."""

from __future__ import annotations

import zipfile
from pathlib import Path

from graph.errors import InputError, Where
from graph.text import Text
from ingest.sources.xls_records import is_compound

MAX_ENTRIES = 10_000
MAX_UNFOLDED = 200 * 1024 * 1024
"""Bytes of all parts together."""
MAX_RATIO = 200
"""Unfolded to packed; sheets of ours reach 30."""
_SMALL = 10 * 1024 * 1024
"""Below so many unfolded bytes the ratio does not matter."""
_SIGNATURE = b"PK\x03\x04"
_NEEDED = ("[Content_Types].xml", "xl/workbook.xml")


def looks_like_archive(path: Path) -> bool:
    """Whether a file begins as a zip archive does; False where it cannot be read, which its own reader will say."""
    try:
        with path.open("rb") as stream:
            return stream.read(len(_SIGNATURE)) == _SIGNATURE
    except OSError:
        return False


def looks_like_old_workbook(path: Path) -> bool:
    """Whether a file begins as an old Excel workbook (.xls), or one with a password, does."""
    try:
        with path.open("rb") as stream:
            return is_compound(stream.read(8))
    except OSError:
        return False


def old_size(path: Path, where: Where) -> int:
    """The bytes of an old workbook, which is not packed.

    Raises:
        InputError: it is beyond bounds.
    """
    size = path.stat().st_size
    if size > MAX_UNFOLDED:
        raise _too_big(where, f"{_mb(size)} MB", f"{_mb(size)} MB", f"{_mb(MAX_UNFOLDED)} MB")
    return size


def unfolded_size(path: Path, where: Where) -> int:
    """The bytes a workbook unfolds to.

    Raises:
        InputError: it is no .xlsx workbook, damaged, encrypted, or unfolds beyond bounds.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise damaged(where, str(error)) from error
    names = {entry.filename for entry in entries}
    if not names.issuperset(_NEEDED):
        raise InputError(
            Text("这是压缩包，但不是 .xlsx 工作簿", "this is an archive, but no .xlsx workbook"),
            Text("请解压后导入其中的文件，或在 Excel 中另存为 .xlsx", "Unpack it and load what it holds, or save it as .xlsx in Excel"),
            where,
        )  # fmt: skip
    unfolded = sum(entry.file_size for entry in entries)
    ratio = unfolded / max(1, path.stat().st_size)
    if len(entries) > MAX_ENTRIES:
        raise _too_big(where, f"{len(entries)} 个部件", f"{len(entries)} parts", f"{MAX_ENTRIES}")
    if unfolded > MAX_UNFOLDED:
        raise _too_big(where, f"展开后 {_mb(unfolded)} MB", f"{_mb(unfolded)} MB unfolded", f"{_mb(MAX_UNFOLDED)} MB")
    if ratio > MAX_RATIO and unfolded > _SMALL:
        raise _too_big(where, f"压缩比 {ratio:.0f}", f"a compression ratio of {ratio:.0f}", str(MAX_RATIO))
    if len(names) != len(entries):
        raise damaged(where, "two parts of one name")
    return unfolded


def damaged(where: Where, detail: str) -> InputError:
    """The workbook cannot be read."""
    return InputError(
        Text(f"工作簿已损坏，读不出来（{detail}）", f"the workbook is damaged and cannot be read ({detail})"),
        Text("请在 Excel 中打开并重新另存为 .xlsx", "Open it in Excel and save it as .xlsx again"),
        where,
    )


def _mb(size: int) -> int:
    return size // (1024 * 1024)


def _too_big(where: Where, zh: str, en: str, most: str) -> InputError:
    return InputError(
        Text(f"工作簿过大：{zh}，上限 {most}", f"the workbook is too large: {en}, at most {most}"),
        Text("请把数据拆成几个文件，或另存为 CSV", "Split the data over several files, or save it as CSV"),
        where,
    )
