"""Reads the XML and JSON forms of OCEL 2.0."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graph.errors import InputError, Where
from graph.text import Text
from ingest.sources.ocel_log import LogObject, ObjectEvent
from ingest.sources.xes_xml import marks, open_binary

MAX_JSON_LOG = 64 * 1024 * 1024
"""Largest JSON log read, in bytes: JSON is read as a whole. The XML and SQLite forms have no such bound."""


class OcelXml:
    """The XML form."""

    def __init__(self, path: Path, where: Where) -> None:
        self._path, self._where = path, where

    def objects(self) -> Iterator[LogObject]:
        """The objects."""
        for id_, type_, _, attributes, _ in self._entries("object"):
            yield LogObject(id_, type_, attributes)

    def events(self) -> Iterator[ObjectEvent]:
        """The events."""
        for id_, type_, time, attributes, named in self._entries("event"):
            yield ObjectEvent(id_, type_, time, [(name, value) for name, _, value in attributes], named)

    def _entries(self, wanted: str) -> Iterator[tuple[str, str, str, list[tuple[str, str, str]], list[str]]]:
        """The elements of a name that have an id: id, type, time, attributes, objects named."""
        head: dict[str, str] | None = None
        attributes: list[tuple[str, str, str]] = []
        named: list[str] = []
        attribute: dict[str, str] = {}
        for mark in marks(self._path, self._where):
            if mark.name == wanted and not mark.ends and "id" in mark.attributes:
                head, attributes, named = mark.attributes, [], []
            elif head is None:
                continue
            elif mark.name == wanted and mark.ends:
                yield head["id"], head.get("type", ""), head.get("time", ""), attributes, named
                head = None
            elif mark.name == "attribute":
                if mark.ends:
                    attributes.append((attribute.get("name", ""), attribute.get("time", ""), mark.text.strip()))
                else:
                    attribute = mark.attributes
            elif mark.name in ("relationship", "relobj") and not mark.ends:
                named.append(mark.attributes.get("object-id", ""))


class OcelJson:
    """The JSON form.

    Raises:
        InputError: it is too large, no JSON, or holds no events.
    """

    def __init__(self, path: Path, where: Where) -> None:
        self._where = where
        try:
            with open_binary(path) as stream:
                raw = stream.read(MAX_JSON_LOG + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise self._broken(str(error)) from error
        if len(raw) > MAX_JSON_LOG:
            raise InputError(
                Text(f"JSON 日志超过 {MAX_JSON_LOG} 字节", f"a JSON log of more than {MAX_JSON_LOG} bytes"),
                Text("请导出为 OCEL 的 XML 或 SQLite 格式", "Export it in the XML or SQLite form of OCEL"), where,
            )  # fmt: skip
        try:
            said = json.loads(raw.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise self._broken(getattr(error, "msg", "") or type(error).__name__) from None
        if not isinstance(said, dict) or not isinstance(said.get("events"), list):
            raise self._broken("no events")
        self._said: dict[str, Any] = said

    def objects(self) -> Iterator[LogObject]:
        """The objects."""
        for part in self._parts(self._said, "objects"):
            attributes = [
                (_text(a, "name"), _text(a, "time"), _text(a, "value")) for a in self._parts(part, "attributes")
            ]
            yield LogObject(_text(part, "id"), _text(part, "type"), attributes)

    def events(self) -> Iterator[ObjectEvent]:
        """The events."""
        for part in self._parts(self._said, "events"):
            attributes = [(_text(a, "name"), _text(a, "value")) for a in self._parts(part, "attributes")]
            named = [_text(related, "objectId") for related in self._parts(part, "relationships")]
            yield ObjectEvent(_text(part, "id"), _text(part, "type"), _text(part, "time"), attributes, named)

    def _parts(self, part: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
        parts = part.get(name) or []
        if not isinstance(parts, list) or any(not isinstance(inner, dict) for inner in parts):
            raise self._broken(f"{name} is no list of objects")
        return iter(parts)

    def _broken(self, detail: str) -> InputError:
        return InputError(
            Text(f"不是 OCEL 2.0 的 JSON（{detail}）", f"no JSON of OCEL 2.0 ({detail})"),
            Text("请重新导出", "Export it again"), self._where,
        )  # fmt: skip


def _text(part: dict[str, Any], name: str) -> str:
    raw = part.get(name)
    if raw is None or isinstance(raw, dict | list):
        return ""
    return json.dumps(raw) if isinstance(raw, bool) else str(raw)
