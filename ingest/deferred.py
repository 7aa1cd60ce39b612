"""Rows whose ends were not there yet, kept for a last attempt: in memory while few, then in a temporary file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import IO, Self

from ingest.items import Bundle, decode, encode

IN_MEMORY = 20_000
"""Rows held in memory, and the size of one attempt; up to this many may name each other in circles."""


class Deferred:
    """A queue of bundles, first in first out, that spills to disk; closing it removes the file."""

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self._limit = in_memory
        self._rows: list[Bundle] = []
        self._spill: IO[str] | None = None
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._spill is not None:
            self._spill.close()

    def add(self, bundle: Bundle) -> None:
        """Put a row at the end."""
        self.count += 1
        if len(self._rows) < self._limit:
            self._rows.append(bundle)
            return
        if self._spill is None:
            self._spill = tempfile.TemporaryFile("w+", encoding="ascii")  # noqa: SIM115 - closed with the queue
        self._spill.write(encode(bundle) + "\n")

    def chunks(self) -> Iterator[list[Bundle]]:
        """Everything, in order, in chunks of at most the number held in memory."""
        if self._rows:
            yield self._rows
        if self._spill is None:
            return
        self._spill.seek(0)
        chunk: list[Bundle] = []
        for line in self._spill:
            chunk.append(decode(line))
            if len(chunk) == self._limit:
                yield chunk
                chunk = []
        if chunk:
            yield chunk
