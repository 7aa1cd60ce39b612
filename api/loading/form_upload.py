"""A file sent by a form: its parts are read as they come, the file to disk, and no more than an upload may hold."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from api.loading.imports import MAX_UPLOAD
from graph.errors import UsageError
from graph.text import Text

_BESIDE = 64 * 1024
"""Bytes that the other fields and the boundaries may take."""
_CHUNK = 1024 * 1024


class Sent(NamedTuple):
    """What a form sent: the name and the bytes of its file, in pieces, and its other fields."""

    name: str
    chunks: AsyncIterator[bytes]
    fields: Mapping[str, str]


@asynccontextmanager
async def sent(request: Request) -> AsyncGenerator[Sent | None, None]:
    """The file and fields of a multipart form; None when it is larger than an upload may be. The file is there while the block runs.

    Raises UsageError for a body that is no such form, or one without a file.
    """
    bounded = _Bounded(request, MAX_UPLOAD + _BESIDE)
    parser = MultiPartParser(request.headers, bounded.stream(), max_files=1, max_fields=10, max_part_size=_BESIDE)
    try:
        form = await parser.parse() if _is_multipart(request) else FormData()
    except MultiPartException:
        if bounded.over:
            yield None
            return
        form = FormData()
    try:
        file = next((value for _, value in form.multi_items() if isinstance(value, UploadFile)), None)
        if file is None or not file.filename:
            raise UsageError(Text("没有选文件", "no file was chosen"), Text("请先选一个文件", "Choose a file first"))
        fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
        yield Sent(file.filename, _chunks(file), fields)
    finally:
        await form.close()


class _Bounded:
    """The body of a request up to so many bytes."""

    def __init__(self, request: Request, most: int) -> None:
        self._request, self._most = request, most
        self.over = False

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The pieces of the body. Raises MultiPartException, which ends the reading, where there are too many bytes."""
        size = 0
        async for chunk in self._request.stream():
            size += len(chunk)
            if size > self._most:
                self.over = True
                raise MultiPartException("too large")
            yield chunk


def _is_multipart(request: Request) -> bool:
    media, _, rest = request.headers.get("content-type", "").partition(";")
    return media.strip().lower() == "multipart/form-data" and "boundary=" in rest


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(_CHUNK):
        yield chunk
