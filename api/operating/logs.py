"""The service's log: one line an event on stderr, as JSON for machines or as text for a person."""

from __future__ import annotations

import logging
import os
import sys
from typing import Literal, TextIO

from pythonjsonlogger.json import JsonFormatter

from api.operating.observing import REQUEST_ID

Style = Literal["", "json", "text"]
"""How lines are written; empty: as text on a terminal, else as JSON."""
_JSON = "%(levelname)s %(name)s %(message)s"
_RENAMED = {"levelname": "level", "name": "logger"}
_TEXT = "%(asctime)s %(levelname)s %(name)s [%(worker)s %(request_id)s] %(message)s"


class _Told(logging.Filter):
    """Adds to every event which worker and which request it belongs to."""

    def __init__(self, worker: str) -> None:
        super().__init__()
        self._worker = worker

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every event."""
        record.worker, record.pid = self._worker, os.getpid()
        record.request_id = REQUEST_ID.get()
        return True


def set_up(worker: str, style: Style, level: str, stream: TextIO | None = None) -> None:
    """Write the events of this process from a level on (``info``, …), as those of a worker, to stderr or another stream.

    Replaces what was set up before. Web server and libraries log through the same handler; uvicorn's own access log, which
    would tell addresses as asked for, is switched off where the server is made.
    """
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.addFilter(_Told(worker))
    as_text = style == "text" or (style == "" and stream.isatty())
    handler.setFormatter(
        logging.Formatter(_TEXT) if as_text else JsonFormatter(
            _JSON, rename_fields=_RENAMED, timestamp="time", json_ensure_ascii=False, reserved_attrs=_reserved(),
        )
    )  # fmt: skip
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level.upper())
    for chatty in ("uvicorn.error", "httpx", "httpcore", "neo4j.notifications"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.root.level))


def _reserved() -> list[str]:
    """What a record has without being told: everything else is written."""
    return [*vars(logging.makeLogRecord({})), "message", "asctime", "color_message", "taskName"]
