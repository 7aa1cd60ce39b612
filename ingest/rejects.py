"""The rejects file: every refused row with its place, the reason and what it said, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from graph.errors import UsageError
from graph.records import Refusal
from graph.text import Text
from graph.values import sheet_cell
from ingest.items import shorten
from ingest.masking import mask

HEADER = ("file", "sheet", "row", "field", "reason", "content")


class Rejects:
    """Writes refused rows to a CSV file (UTF-8 with BOM); the file comes into being with the first one.

    When nothing was refused, a rejects file that an earlier run left under the same name is removed: the file always
    speaks of the last run. Without a path nothing is written. Personal data is masked here, too, unless ``masked`` is off.
    """

    def __init__(self, path: Path | None, *, masked: bool) -> None:
        self._path = path
        self._masked = masked
        self._stream: TextIO | None = None
        if path is not None and (path.is_dir() or not path.parent.is_dir()):
            raise _unwritable(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._stream.close()
        elif kind is None and self._path is not None and _is_ours(self._path):
            self._path.unlink()

    def write(self, refusal: Refusal) -> None:
        """Add one refused row.

        Raises:
            UsageError: the file cannot be written.
        """
        if self._path is None:
            return
        try:
            if self._stream is None:
                self._stream = self._path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="")
                csv.writer(self._stream).writerow(HEADER)
            csv.writer(self._stream).writerow([sheet_cell(cell) for cell in self._cells(refusal)])
        except OSError as error:
            raise _unwritable(self._path) from error

    def _cells(self, refusal: Refusal) -> tuple[str, ...]:
        place = refusal.where
        reason, content = str(refusal.reason), shorten(refusal.content)
        if self._masked:
            reason, content = mask(reason)[0], mask(content)[0]
        return (place.file, place.sheet, str(place.row or ""), place.field, reason, content)


def _is_ours(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(64).removeprefix(b"\xef\xbb\xbf").startswith(",".join(HEADER).encode())
    except OSError:
        return False


def _unwritable(path: Path) -> UsageError:
    return UsageError(
        Text(f"无法写拒收文件 {path.name}", f"the rejects file {path.name} cannot be written"),
        Text("请用 --rejects 指定一个可写文件夹中的文件", "Name a file in a folder you may write to with --rejects"),
    )
