"""Brings dates and times as people and spreadsheets write them into the form that values are read from: serial numbers, 下午3点, 20260301093000."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_PLAIN = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?\Z")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?\Z")
_FIRST_SERIAL, _END_SERIAL = 20_000, 80_000
"""Serial numbers taken for dates: from 1954 to 2119 (1900 system). Eight digits are a compact date, four a year."""
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})[ T_]?(\d{2}):?(\d{2})(?::?(\d{2}))?\Z")
_ZERO = re.compile(r"0{4}-0{2}-0{2}(?: 0{2}:0{2}(?::0{2}(?:\.0+)?)?)?\Z")
_WEEKDAY = re.compile(r"\s*[(（]?(?:星期|周|礼拜)[一二三四五六日天][)）]?\s*")
_SPOKEN = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?"
    r"(?:[T\s]*(上午|下午|凌晨|早上|中午|晚上|傍晚|[AaPp][Mm])?\s*(\d{1,2})\s*(?:[:时点]\s*(?:(\d{1,2})\s*(?:[:分]\s*(?:(\d{1,2})\s*秒?)?)?)?)\s*([AaPp][Mm])?)?\Z"
)
_READ_ANYWAY = re.compile(
    r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)?\Z|\d{8}\Z"
)
_LONGEST = 60
"""Characters beyond which a text is no date."""
_AFTERNOON = ("下午", "晚上", "傍晚", "pm")
_MORNING = ("上午", "凌晨", "早上", "am")


def tidy_date(text: str, *, epoch_1904: bool) -> tuple[str, str | None]:
    """The text in a form that is read as a date or time, and what was done: ``serial``, ``notation``, '' for nothing.

    None instead of the latter says that the text is fine as it stands. A text that is no date comes back unchanged.
    MySQL's zero date is no date: it comes back empty.
    """
    if _PLAIN.match(text) and not text.startswith("0000"):
        return text, None
    if len(text) > _LONGEST:
        return text, ""
    if _ZERO.match(text):
        return "", "notation"
    if _SERIAL.match(text) and _FIRST_SERIAL <= float(text) < _END_SERIAL:
        return _of_serial(float(text), epoch_1904), "serial"
    if _READ_ANYWAY.match(text):
        return text, ""
    compact = _COMPACT.match(text)
    if compact is not None:
        year, month, day, hour, minute, second = compact.groups()
        return f"{year}-{month}-{day} {hour}:{minute}:{second or '00'}", "notation"
    spoken = _SPOKEN.match(_WEEKDAY.sub(" ", text).strip())
    return (_of_words(spoken), "notation") if spoken is not None else (text, "")


def _of_serial(number: float, epoch_1904: bool) -> str:
    """An Excel serial number as a local date or time, to the second."""
    start = datetime(1904, 1, 1) if epoch_1904 else datetime(1899, 12, 30)
    when = start + timedelta(seconds=round(number * 86_400))
    return when.date().isoformat() if when.time() == datetime.min.time() else when.isoformat(" ")


def _of_words(match: re.Match[str]) -> str:
    year, month, day, before, hour, minute, second, after = match.groups()
    date = f"{year}-{int(month):02}-{int(day):02}"
    if hour is None:
        return date
    part, at = (before or after or "").lower(), int(hour)
    if (part in _AFTERNOON and at < 12) or (part == "中午" and at < 3):
        at += 12
    elif part in _MORNING and at == 12:
        at = 0
    return f"{date} {at:02}:{int(minute or 0):02}:{int(second or 0):02}"
