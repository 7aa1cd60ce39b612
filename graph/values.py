"""The values a property may hold and how outside text becomes one of them, exactly and in one place.

A value is a string in NFC, a 64-bit integer, a finite float, a boolean or a tuple of strings; absent is None.
Moments are canonical strings ``YYYY-MM-DDTHH:MM:SS.ffffffZ`` (UTC, microseconds) and dates ``YYYY-MM-DD``:
both sort as text the way they follow in time, so that every store compares them alike.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache
from typing import Literal

from graph.text import Text

Value = str | int | float | bool | tuple[str, ...]
Props = Mapping[str, Value]
ValueType = Literal["string", "integer", "number", "boolean", "date", "moment", "strings"]

MAX_TEXT = 1_000_000
"""Longest string accepted, in characters: a longer cell is a broken export, not a value."""
_INT64 = 2**63
_HALF = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TRUE = {"true", "1", "yes", "y", "是", "真", "√"}
_FALSE = {"false", "0", "no", "n", "否", "假", "×"}
_TO_THE_SECOND = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}):([0-5][0-9])(?::([0-5][0-9]))?\Z")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\Z")
_DIGITS = re.compile(r"[+-]?\d+\Z")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
_MOMENT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|z|[+-]\d{2}:?\d{2})?\Z"
)
_CANONICAL = re.compile(r"\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):\d{2}:\d{2}\.\d{6}Z\Z", re.ASCII)


class BadValue(ValueError):
    """A text that is no value of the wanted type; carries the reason in both languages."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


def string(raw: object) -> str | None:
    """Text in NFC without surrounding blanks; empty is absent. Control characters other than tab and newline are refused."""
    text = raw if isinstance(raw, str) else str(raw)
    text = text.strip()
    if not text:
        return None
    if len(text) > MAX_TEXT:
        raise BadValue(
            Text(
                f"文本过长：{len(text)} 字，上限 {MAX_TEXT}",
                f"text too long: {len(text)} characters, at most {MAX_TEXT}",
            )
        )
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        if _HALF.search(text) is not None:
            raise BadValue(Text("文本含有残缺字符", "the text holds half a character (a lone surrogate)"))
    if not text.isprintable() and _CONTROL.search(text) is not None:
        raise BadValue(Text("文本含有控制字符", "the text holds control characters"))
    return text


def integer(raw: object) -> int | None:
    """A 64-bit whole number, exactly: an int, a float without a fraction (sheets and JSON write ``3.0``) or digits with a sign.

    Raises BadValue for a boolean, a fraction, a text that is not digits (``1.0``, ``1e3``) and a number beyond 64 bits.
    """
    if isinstance(raw, str):
        text = raw.strip()
        if not text:
            return None
        if _DIGITS.match(text) is None:
            raise _not_whole(raw)
        # Longer than any 64-bit number; Python itself refuses to read some thousands of digits.
        whole = int(text) if len(text.lstrip("+-0")) <= 19 else _INT64
    elif isinstance(raw, int) and not isinstance(raw, bool):
        whole = raw
    elif isinstance(raw, float) and raw.is_integer():
        whole = int(raw)
    else:
        raise _not_whole(raw)
    if not -_INT64 <= whole < _INT64:
        raise BadValue(Text(f"整数超出 64 位：{clip(raw)}", f"whole number beyond 64 bits: {clip(raw)}"))
    return whole


def number_(raw: object) -> float | None:
    """A finite float; ``12%`` and thousands separators are not guessed at."""
    if isinstance(raw, bool):
        raise BadValue(Text(f"不是数值：{raw}", f"not a number: {raw}"))
    try:
        if isinstance(raw, int | float):
            value = float(raw)
        else:
            text = str(raw).strip()
            if not text:
                return None
            if "_" in text:
                raise ValueError(text)
            value = float(text)
    except (ValueError, OverflowError):
        raise BadValue(Text(f"不是数值：{clip(raw)}", f"not a number: {clip(raw)}")) from None
    if not math.isfinite(value):
        raise BadValue(Text(f"数值不是有限数：{clip(raw)}", f"not a finite number: {clip(raw)}"))
    return value + 0.0  # one zero: -0.0 would be written as other bytes than the equal 0.0


def boolean(raw: object) -> bool | None:
    """true/false, 1/0, yes/no, 是/否."""
    if isinstance(raw, bool):
        return raw
    text = str(raw).strip().lower()
    if not text:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise BadValue(Text(f"不是是/否：{clip(raw)}", f"neither true nor false: {clip(raw)}"))


def date_(raw: object, zone: tzinfo) -> str | None:
    """A calendar date as ``YYYY-MM-DD``; a moment becomes the day it falls on in the given zone."""
    if isinstance(raw, datetime):
        return local_day(_canonical(raw, zone), zone)
    if isinstance(raw, date):
        return raw.isoformat()
    text = str(raw).strip()
    if not text:
        return None
    match = _DATE.match(text) or _COMPACT.match(text)
    if match is None:
        moment_text = moment(text, zone)
        assert moment_text is not None  # not blank, checked above
        return local_day(moment_text, zone)
    return _date_of(match, raw).isoformat()


def moment(raw: object, zone: tzinfo) -> str | None:
    """A point in time as canonical UTC text; without a zone of its own it is read in the given one, a bare date as its midnight."""
    if isinstance(raw, datetime):
        return _canonical(raw, zone)
    if isinstance(raw, date):
        return _canonical(datetime.combine(raw, time()), zone)
    text = str(raw).strip()
    if not text:
        return None
    plain = _TO_THE_SECOND.match(text)
    if plain is not None:
        hour = _whole_hour(plain[1], zone)
        if hour is not None:
            return f"{hour}:{plain[2]}:{plain[3] or '00'}.000000Z"
    return _moment_text(text, zone)


@lru_cache(maxsize=16384)
def _whole_hour(hour: str, zone: tzinfo) -> str | None:
    """The canonical hour of a local one (``YYYY-MM-DD HH``); None where its minutes are not those of UTC: then each moment is worked out."""
    try:
        first, last = _moment_text(f"{hour}:00:00", zone), _moment_text(f"{hour}:59:59", zone)
    except BadValue:
        return None
    return (
        first[:13]
        if (first[:13], last) == (last[:13], f"{first[:13]}:59:59.000000Z") and first[14:16] == "00"
        else None
    )


@lru_cache(maxsize=4096)
def _moment_text(text: str, zone: tzinfo) -> str:
    if _CANONICAL.match(text):  # by far the most frequent
        try:
            datetime.fromisoformat(text)
        except ValueError:
            raise _no_date(text) from None
        return _with_a_day(text, zone)
    match = _MOMENT.match(text)
    if match is None:
        day = _DATE.match(text) or _COMPACT.match(text)
        if day is None:
            raise _no_date(text)
        return _canonical(datetime.combine(_date_of(day, text), time()), zone)
    day_ = _date_of(match, text)
    fraction = ((match[7] or "") + "000000")[:6]
    offset = match[8]
    try:
        when = datetime.combine(day_, time(int(match[4]), int(match[5]), int(match[6] or 0), int(fraction)))
        if offset and offset not in "Zz":
            sign = offset[:3] + ":" + offset[-2:]
            when = datetime.fromisoformat(when.isoformat() + sign)
        elif offset:
            when = when.replace(tzinfo=UTC)
    except ValueError:
        raise _no_date(text) from None
    return _canonical(when, zone)


def strings(raw: object) -> tuple[str, ...] | None:
    """A list of strings; in a table cell they are separated by ``;`` or ``；``."""
    if isinstance(raw, str):
        parts: list[object] = list(re.split(r"[;；]", raw))
    elif isinstance(raw, list | tuple):
        if any(not isinstance(part, str) for part in raw):
            raise BadValue(Text("列表只能含文本", "a list may hold strings only"))
        parts = list(raw)
    else:
        parts = [raw]
    cleaned = tuple(text for part in parts if (text := string(part)) is not None)
    return cleaned or None


def reader(value_type: ValueType, zone: tzinfo) -> Callable[[object], Value | None]:
    """The function that turns an outside value into one of a type; the zone serves dates and moments."""
    if value_type == "date":
        return lambda raw: date_(raw, zone)
    if value_type == "moment":
        return lambda raw: moment(raw, zone)
    plain: dict[str, Callable[[object], Value | None]] = {
        "string": string, "integer": integer, "number": number_, "boolean": boolean, "strings": strings,
    }  # fmt: skip
    return plain[value_type]


def instant(canonical: str) -> datetime:
    """A canonical moment as an aware datetime in UTC."""
    return datetime.fromisoformat(canonical)


def local_day(canonical: str, zone: tzinfo) -> str:
    """The calendar day on which a canonical moment falls in a zone; BadValue where that day lies beyond the calendar."""
    return _day_of_hour(canonical[:13], zone) or _day(canonical, zone)


@lru_cache(maxsize=65536)
def _day_of_hour(hour: str, zone: tzinfo) -> str | None:
    """The day on which a whole hour of UTC falls in a zone; None where a day begins within it."""
    first, last = _day(f"{hour}:00:00.000000Z", zone), _day(f"{hour}:59:59.999999Z", zone)
    return first if first == last else None


def _day(canonical: str, zone: tzinfo) -> str:
    try:
        return datetime.fromisoformat(canonical).astimezone(zone).date().isoformat()
    except OverflowError:
        raise _no_date(canonical) from None


@lru_cache(maxsize=4096)
def day_start(day: str, zone: tzinfo) -> str:
    """The canonical moment at which a calendar day begins in a zone."""
    return _canonical(datetime.combine(date.fromisoformat(day), time()), zone)


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def days_before(day: str, days: int) -> str:
    """The date so many days before a date; the first date there is where there are not so many."""
    return date.fromordinal(max(1, date.fromisoformat(day).toordinal() - days)).isoformat()


def sheet_cell(text: str) -> str:
    """A text as a spreadsheet must be given it: what would begin a formula gets an apostrophe before it, a NUL is spelt out."""
    text = text.replace("\0", "\\0")
    return f"'{text}" if text.startswith(_FORMULA) else text


def clip(raw: object, length: int = 60) -> str:
    """A value as short text for a message."""
    text = str(raw)
    return text if len(text) <= length else text[: length - 1] + "…"


def _not_whole(raw: object) -> BadValue:
    return BadValue(Text(f"不是整数：{clip(raw)}", f"not a whole number: {clip(raw)}"))


def _canonical(when: datetime, zone: tzinfo) -> str:
    if when.tzinfo is None:
        when = when.replace(tzinfo=zone)
    try:
        canonical = when.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"
    except OverflowError:
        raise _no_date(when) from None
    return _with_a_day(canonical, zone)


def _with_a_day(canonical: str, zone: tzinfo) -> str:
    """The moment itself, refused where the zone has no calendar day for it: counts are kept by day."""
    if canonical[:4] in ("0001", "9999"):
        local_day(canonical, zone)
    return canonical


def _date_of(match: re.Match[str], raw: object) -> date:
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise _no_date(raw) from None


def _no_date(raw: object) -> BadValue:
    return BadValue(
        Text(f"不是日期或时间：{clip(raw)}（例：2026-03-01 或 2026-03-01 09:30）",
             f"not a date or time: {clip(raw)} (e.g. 2026-03-01 or 2026-03-01 09:30)")
    )  # fmt: skip
