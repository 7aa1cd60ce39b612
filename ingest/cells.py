"""Makes the text of one cell what its column wants, as a person would read it, and counts by name everything it changed (docs/tables.md)."""

from __future__ import annotations

import re
import string as letters
import unicodedata
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Literal

from graph.schema import KINDS
from graph.text import Text
from graph.values import BadValue, ValueType, clip
from ingest.cell_dates import tidy_date

Role = Literal["text", "code", "codes", "number", "integer", "share", "boolean", "choice", "date"]
"""What a column wants: free text, one code, several codes, a number, a whole number, a per cent figure, yes or no, one of a list, a date or time."""
Clean = Callable[[str], str]

DONE: dict[str, Text] = {
    "trimmed": Text("首尾空白已去除", "blanks at the ends removed"),
    "invisible": Text("不可见字符已去除", "invisible characters removed"),
    "narrowed": Text("全角字符改为半角", "full-width characters made plain"),
    "quoted": Text("编号前的撇号或 =\"…\" 已去除", "an apostrophe before the code, or =\"…\" around it, removed"),
    "decimal": Text("整数后的 .0 已去除", "the .0 after whole numbers removed"),
    "absent": Text("“-”“NULL”“无”之类按空白处理", "“-”, “NULL” and the like taken as empty"),
    "separated": Text("顿号、逗号、竖线或换行分隔的编号已拆开", "codes separated by 、, a comma, a bar or a line break told apart"),
    "thousands": Text("千分位分隔符已去除", "thousands separators removed"),
    "currency": Text("货币符号或单位“元”已去除", "currency signs removed"),
    "percent": Text("百分数换算为小数（12% 即 0.12）", "percentages turned into numbers (12% is 0.12)"),
    "share": Text("列名带 %，数值已除以 100", "the heading says %: numbers divided by 100"),
    "serial": Text("Excel 日期序号换算为日期", "Excel serial numbers turned into dates"),
    "notation": Text("日期写法已统一", "dates written in other ways brought into one form"),
    "tick": Text("勾叉符号读作是/否", "ticks and crosses read as yes and no"),
    "merged": Text("合并单元格的值已填入各行", "values of merged cells filled into their rows"),
    "formula": Text("公式取其已存的结果", "formulas: their stored results were read"),
    "padded": Text("按数字格式补足前导零", "leading zeros taken over from the number format"),
}  # fmt: skip
"""What may be done to a cell, by the name under which it is counted."""

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad"))  # fmt: skip
_PLAIN = {ord(ch) + 0xFEE0: ch for ch in letters.digits + letters.ascii_letters + "-_./"}
_ABSENT = frozenset(("-", "--", "—", "——", "/", "\\N", "NULL", "null", "(null)", "NaN", "nan", "N/A", "n/a", "<NA>", "无"))  # fmt: skip
_TICKS = {"✓": "是", "✔": "是", "☑": "是", "✗": "否", "✘": "否", "✕": "否", "☒": "否"}
_SAFE_CODE = re.compile(r"[A-Za-z0-9_#][A-Za-z0-9_:/#-]*\Z")
_WRAPPED = re.compile(r'="([A-Za-z0-9_.:/#-]*)"\Z|\'(\d[A-Za-z0-9_.:/#-]*)\Z')
_FLOAT_CODE = re.compile(r"\d{3,}\.0+\Z")
_LOST_DIGITS = re.compile(r"\d(\.\d+)?[eE]\+\d{2,3}\Z|\d\.\d+[eE]\d{2,3}\Z")
_BETWEEN = re.compile(r"[、，,|｜]")
_CODE_LIKE = re.compile(r"[A-Za-z0-9_.:/#-]+\Z")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?\Z")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?\Z")
_LONGEST = 100
"""Characters beyond which a text is no amount."""
_CURRENCY = re.compile(r"[¥￥$]\s*(.+)\Z|(.+?)\s*元\Z")
_PERCENT = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*%\Z")
_WHOLE = re.compile(r"([+-]?\d+)\.0+\Z")


def role_of(value_type: ValueType, *, choices: bool = False) -> Role:
    """The role of a column that holds a property of a type."""
    roles: dict[ValueType, Role] = {
        "integer": "integer", "number": "number", "boolean": "boolean", "date": "date", "moment": "date",
    }  # fmt: skip
    return "choice" if choices else roles.get(value_type, "text")


def cleaner(role: Role, counts: Counter[str], *, epoch_1904: bool = False) -> Clean:
    """The function that makes a cell what a role wants; it counts what it does in ``counts``, by the names of ``DONE``.

    It raises BadValue for a code whose digits a spreadsheet has thrown away.
    """
    if role == "text":
        return lambda cell: _trimmed(cell, counts)
    if role == "code":
        return lambda cell: _code(cell, counts)
    if role == "codes":
        return lambda cell: _codes(cell, counts)
    if role == "date":
        return lambda cell: _date(cell, counts, epoch_1904)
    steps: dict[str, Clean] = {
        "number": lambda text: _number(text, counts),
        "integer": lambda text: _integer(text, counts),
        "share": lambda text: _share(text, counts),
        "boolean": lambda text: _boolean(text, counts),
        "choice": lambda text: text,
    }
    step = steps[role]
    return lambda cell: step(_word(cell, counts)) if cell else cell


def as_code(text: str) -> str:
    """What an id becomes on the way in; an export asks whether it comes back as it is."""
    try:
        return _code(text, Counter())
    except BadValue:
        return ""


def as_codes(text: str) -> str:
    """What a cell of a link column becomes on the way in."""
    try:
        return _codes(text, Counter())
    except BadValue:
        return ""


def _trimmed(cell: str, counts: Counter[str]) -> str:
    """Without blanks at the ends."""
    text = cell.strip()
    if len(text) != len(cell):
        counts["trimmed"] += 1
    return text


def _seen(text: str, counts: Counter[str]) -> str:
    """Without invisible characters."""
    seen = text.translate(_INVISIBLE).strip()
    if seen != text:
        counts["invisible"] += 1
    return seen


def _word(cell: str, counts: Counter[str]) -> str:
    """A short cell that is no free text: no blanks around it, nothing invisible in it, no full-width letters; words for nothing are nothing."""
    text = _trimmed(cell, counts)
    if not text.isascii():
        seen = _seen(text, counts)
        text = unicodedata.normalize("NFKC", seen)
        if text != seen:
            counts["narrowed"] += 1
    return _present(text, counts)


def _present(text: str, counts: Counter[str]) -> str:
    if text in _ABSENT:
        counts["absent"] += 1
        return ""
    return text


def _code(cell: str, counts: Counter[str]) -> str:
    if not cell or _SAFE_CODE.match(cell):
        return _present(cell, counts)
    text = _trimmed(cell, counts)
    if not text.isascii():
        seen = _seen(text, counts)
        text = seen.translate(_PLAIN)
        kind, colon, rest = text.partition("：")
        if colon and kind in KINDS:
            text = f"{kind}:{rest}"
        if text != seen:
            counts["narrowed"] += 1
    wrapped = _WRAPPED.match(text)
    if wrapped is not None:
        counts["quoted"] += 1
        text = (wrapped[1] or wrapped[2] or "").strip()
    if _FLOAT_CODE.match(text):
        counts["decimal"] += 1
        return text[: text.index(".")]
    if _LOST_DIGITS.match(text):
        raise BadValue(
            Text(
                f"编号 {clip(text)} 被电子表格改成了科学计数法，部分数字已丢失；请把该列设为文本后重新导出",
                f"the code {clip(text)} was turned into scientific notation by a spreadsheet and lost digits; export it again as text",
            )
        )
    return _present(text, counts)


def _codes(cell: str, counts: Counter[str]) -> str:
    if not cell or _SAFE_CODE.match(cell):
        return _present(cell, counts)
    if ";" not in cell and "；" not in cell and "\n" not in cell and _BETWEEN.search(cell) is None:
        return _code(cell, counts)
    found: list[str] = []
    for part in re.split(r"[;；]", _trimmed(cell, counts)):
        lines = [_code(line, counts) for line in part.split("\n")]
        if len(lines) > 1 and any(lines[1:]):
            counts["separated"] += 1
        for line in lines:
            pieces = [_code(piece, counts) for piece in _BETWEEN.split(line)]
            if len(pieces) > 1 and all(_CODE_LIKE.match(piece) for piece in pieces if piece):
                counts["separated"] += 1
                found += pieces
            else:
                found.append(line)
    return ";".join(piece for piece in found if piece)


def _date(cell: str, counts: Counter[str], epoch_1904: bool) -> str:
    if not cell:
        return cell
    text, done = tidy_date(cell, epoch_1904=epoch_1904)
    if done is None:
        return text
    text = _word(cell, counts)
    text, done = tidy_date(text, epoch_1904=epoch_1904)
    if done:
        counts["absent" if not text else done] += 1
    return text


def _number(text: str, counts: Counter[str]) -> str:
    if not text or _NUMBER.match(text):
        return text
    text = _amount(text, counts)
    share = _PERCENT.match(text)
    if share is not None:
        counts["percent"] += 1
        return _hundredth(share[1])
    return text


def _integer(text: str, counts: Counter[str]) -> str:
    if not text or text.isdigit():
        return text
    text = _amount(text, counts)
    whole = _WHOLE.match(text)
    if whole is not None:
        counts["decimal"] += 1
        return whole[1]
    return text


def _share(text: str, counts: Counter[str]) -> str:
    text = _amount(text, counts)
    if text.endswith("%"):
        return _number(text, counts)
    if _NUMBER.match(text):
        counts["share"] += 1
        return _hundredth(text)
    return text


def _amount(text: str, counts: Counter[str]) -> str:
    """Without currency and thousands separators; ``万元`` stays and will be refused: it is another scale."""
    if len(text) > _LONGEST:
        return text
    money = _CURRENCY.match(text)
    bare = (money[1] or money[2]) if money is not None else text
    if money is not None and (_NUMBER.match(bare) or _THOUSANDS.match(bare)):
        counts["currency"] += 1
        text = bare
    if _THOUSANDS.match(text):
        counts["thousands"] += 1
        return text.replace(",", "")
    return text


def _boolean(text: str, counts: Counter[str]) -> str:
    if text in _TICKS:
        counts["tick"] += 1
        return _TICKS[text]
    return _integer(text, counts) if text in ("1.0", "0.0") else text


def _hundredth(digits: str) -> str:
    return format(Decimal(digits).scaleb(-2), "f")


def bare(cell: str) -> str:
    """A heading's text: no invisible characters, every run of blanks and line breaks one blank."""
    return " ".join(cell.translate(_INVISIBLE).split()) if cell else ""
