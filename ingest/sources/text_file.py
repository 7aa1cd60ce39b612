"""Opens a text file of unknown encoding: BOM, else strict UTF-8, else strict GB18030, else a request to name it; .gz is unpacked on the way."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from graph.errors import InputError, Where
from graph.text import Text

MAX_LINE = 64 * 1024 * 1024
"""Longest line read, in characters: what is longer is no table and would fill the memory."""
_CHUNK = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ZIP = b"PK\x03\x04"
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|table|meta|\?xml|head|div)\b", re.IGNORECASE)
"""What web systems export as .xls is often a page or Excel's XML of 2003."""
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class TextFile:
    """A readable text file: where it is, what messages call it, how it is encoded."""

    path: Path
    shown: str
    encoding: str

    @property
    def where(self) -> Where:
        """The file as a place."""
        return Where(self.shown)

    @contextmanager
    def open(self) -> Iterator[TextIO]:
        """The decoded text, line ends untouched.

        Raises:
            InputError: the file changed or broke since it was looked at.
        """
        try:
            with _binary(self.path) as stream, io.TextIOWrapper(stream, encoding=self.encoding, newline="") as text:
                yield text
        except (OSError, EOFError, zlib.error, UnicodeError) as error:
            raise _unreadable(self.where, error) from error


def open_text(path: Path, shown: str, encoding: str | None = None) -> TextFile:
    """Look through a whole file once and settle its encoding.

    Args:
        path: the file; a name that ends in .gz is unpacked.
        shown: what messages call it.
        encoding: the encoding if it is known (a mapping may name it).

    Raises:
        InputError: it is empty, binary, a spreadsheet, unreadable or in no encoding that fits.
    """
    where = Where(shown)
    try:
        with _binary(path) as stream:
            start = stream.read(_CHUNK)
        _refuse_binary(start, where)
        if encoding is not None:
            return _checked(path, where, [_known(encoding, where)])
        for bom, name in _BOMS:
            if start.startswith(bom):
                return _checked(path, where, [name])
        return _checked(path, where, ["utf-8", "gb18030"])
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(where, error) from error


def lines(stream: TextIO, where: Where) -> Iterator[str]:
    """The lines of a text, each of bounded length.

    Raises:
        InputError: a line is longer than 64 million characters.
    """
    number = 0
    while line := stream.readline(MAX_LINE):
        number += 1
        if len(line) == MAX_LINE:
            raise InputError(
                Text(f"第 {number} 行超过 {MAX_LINE} 字", f"line {number} is longer than {MAX_LINE} characters"),
                Text("请检查是否缺少换行或引号未闭合", "Look for missing line breaks or a quote that is never closed"),
                where,
            )
        yield line


def _binary(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path, "rb")) if path.name.lower().endswith(".gz") else path.open("rb")


def _refuse_binary(start: bytes, where: Where) -> None:
    if start.startswith((_ZIP, _OLD_EXCEL)):
        raise InputError(
            Text("这是压缩包或 Excel 工作簿，不是文本文件", "this is an archive or an Excel workbook, not a text file"),
            Text(
                "请在 Excel 中另存为 .xlsx（不带密码），或先解压",
                "Save it as .xlsx in Excel, without a password, or unpack it first",
            ),
            where,
        )
    if _MARKUP.match(start) is not None:
        raise InputError(
            Text("这是网页（HTML）或 XML 格式的表格，不是 CSV，尽管后缀可能是 .xls", "this is a table in HTML or XML, not CSV, though its name may end in .xls"),
            Text("请用 Excel 或 WPS 打开，另存为 .xlsx", "Open it in a spreadsheet program and save it as .xlsx"), where,
        )  # fmt: skip
    if not start.lstrip(b"\xef\xbb\xbf \t\r\n"):
        raise InputError(
            Text("文件是空的", "the file is empty"),
            Text("请检查导出是否成功", "Check whether the export went through"),
            where,
        )


def _known(encoding: str, where: Where) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise InputError(
            Text(f"未知编码 {encoding}", f"unknown encoding {encoding}"),
            Text("请写 utf-8、gb18030、latin-1 等", "Write utf-8, gb18030, latin-1 or the like"),
            where,
        ) from None


def _checked(path: Path, where: Where, encodings: list[str]) -> TextFile:
    """The first encoding in which the whole file reads, without NUL characters."""
    position = 0
    for encoding in encodings:
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        position = 0
        try:
            with _binary(path) as stream:
                while chunk := stream.read(_CHUNK):
                    if "\0" in decoder.decode(chunk):
                        raise _with_nul(where, position)
                    position += len(chunk)
                decoder.decode(b"", final=True)
        except UnicodeError as error:
            position += getattr(error, "start", 0)
            continue
        return TextFile(path, where.file, encoding)
    tried = "、".join(encodings)
    raise InputError(
        Text(
            f"文件不是 {tried} 编码（约第 {position} 字节处读不通）",
            f"the file is not in {', '.join(encodings)} (unreadable near byte {position})",
        ),
        Text("请另存为 UTF-8，或在映射文件中写明 encoding", "Save it as UTF-8, or name its encoding in a mapping file"),
        where,
    )


def _with_nul(where: Where, position: int) -> InputError:
    return InputError(
        Text(
            f"文件含有 NUL 字节（约第 {position} 字节后），像是二进制文件",
            f"the file holds NUL bytes (after byte {position}): it looks binary",
        ),
        Text("请重新导出为文本（CSV 或 .jsonl）", "Export it again as text (CSV or .jsonl)"),
        where,
    )


def _unreadable(where: Where, error: Exception) -> InputError:
    detail = getattr(error, "strerror", None) or str(error)
    return InputError(
        Text(f"文件读不出来：{detail}", f"the file cannot be read: {detail}"),
        Text(
            "请检查权限，或文件是否损坏、是否传完", "Check its permissions, and whether it is damaged or was cut short"
        ),
        where,
    )
