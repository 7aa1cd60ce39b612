"""Finds personal numbers in a text by their form — phones, identity and bank cards, number plates — and e-mail addresses.

Rules for mainland China. A number is only personal when its form says so (mobile prefix, area code, birth date with check
digit, issuer with Luhn digit), so that order, ticket and contract numbers survive. Where the form is certain the rule errs on
the side of masking; where only a cue makes it personal (a bare landline, an unusual card number) the cue must be there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_REACH = 16
"""How many characters before a number its cue may begin."""
_ORDER_CUE = re.compile(
    r"(?:(?:订单|工单|流水|运单|快递|合同|发票|交易|受理单|受理单据|投诉单|凭证|设备|序列|批次|串码|端口|宽带)(?:编号|编码|号码|号)?|单号|编号|编码|"
    r"\b(?:imei|imsi|iccid|meid|sn|mac)|"
    r"\b(?:order|ticket|case|invoice|reference|ref|tracking|serial)(?:\s*(?:no\.?|number|id|#))?)\s*[:：#是为]?\s*\Z",
    re.IGNORECASE,
)
_CARD_CUE = re.compile(
    r"(?:卡号|银行卡|信用卡|储蓄卡|借记卡|账号|帐号|账户|card(?:\s*(?:no\.?|number))?|account)\s*(?:号码|尾号)?\s*[:：是为]?\s*\Z",
    re.IGNORECASE,
)
_PHONE_CUE = re.compile(
    r"(?:电话|座机|固话|致电|来电|联系方式|联系|传真|拨打|回电|tel|phone|fax)\s*(?:号码)?\s*[:：是为]?\s*\Z",
    re.IGNORECASE,
)
_IDENTITY_CUE = re.compile(r"(?:身份证|证件|证)(?:号码|号)?\s*[:：是为]?\s*\Z")

_PROVINCE = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_BIRTH = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_IDENTITY = re.compile(rf"(?<!\d){_PROVINCE}\d{{4}}(?:19|20)\d{{2}}{_BIRTH}\d{{3}}[\dXx](?![\dXx])")
_OLD_IDENTITY = re.compile(rf"(?<!\d){_PROVINCE}\d{{4}}\d{{2}}{_BIRTH}\d{{3}}(?!\d)")
_CARD = re.compile(r"(?<!\d)(?:\d{12,19}|\d{4}(?P<gap>[ -])\d{4}(?P=gap)\d{4}(?:(?P=gap)\d{1,4}){0,2})(?!\d)")
_ISSUER = re.compile(r"(?:62|4\d|5[0-58]|6\d|3[0-68]|9\d|22|2[3-7])")
_AMEX = re.compile(r"3[47]")
_MOBILE = re.compile(r"(?<!\d)(?:\+?(?:00)?86[ -]{0,2}|0)?1[3-9]\d(?P<gap>[ -]?)\d{4}(?P=gap)\d{4}(?!\d)")
_LANDLINE = re.compile(
    r"(?<!\d)(?:\+?86[ -]?)?[(（]?0(?:10|2\d|[3-9]\d{2})[)） -]{1,2}\d{3,4}[ -]?\d{4}(?:-\d{1,6})?(?!\d)"
)
_PLAIN_LANDLINE = re.compile(r"(?<!\d)(?:0(?:10|2\d)\d{8}|0[3-9]\d{2}\d{7,8}|[2-8]\d{2,3}[ -]?\d{4})(?!\d)")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·. -]?"
    r"(?=[A-HJ-NP-Z]{0,5}\d)(?:[DF][A-HJ-NP-Z0-9]\d{4}|\d{5}[DF]|[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳])(?![A-Za-z0-9])"
)
_EMAIL = re.compile(r"[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
_DIGITS = re.compile(r"\d[\d \-()（）]{5}|[A-Z0-9]{4}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
Span = tuple[int, int]


def may_hold(text: str) -> bool:
    """A cheap look whether any of these numbers can be there at all."""
    return "@" in text or _DIGITS.search(text) is not None


def emails(text: str) -> Iterator[Span]:
    """E-mail addresses."""
    if "@" in text:
        yield from (match.span() for match in _EMAIL.finditer(text))


def identities(text: str) -> Iterator[Span]:
    """Identity cards of 18 places, of 15 where they are called one.

    Region and birth date make the form; a mistyped one is personal, too. So the check character (GB 11643-1999) decides only
    where the number is called an order or contract number: if it holds, it is an identity number all the same.
    """
    for match in _IDENTITY.finditer(text):
        if _checked(match[0]) or not _ORDER_CUE.search(_before(match)):
            yield match.span()
    for match in _OLD_IDENTITY.finditer(text):
        if _IDENTITY_CUE.search(_before(match)):
            yield match.span()


def cards(text: str) -> Iterator[Span]:
    """Bank cards: an issuer's prefix with a valid Luhn digit, or a number that is called one."""
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        before = _before(match)
        issuer = _AMEX if len(digits) == 15 else _ISSUER
        if _CARD_CUE.search(before) or (
            len(digits) > 12 and issuer.match(digits) and _luhn(digits) and not _ORDER_CUE.search(before)
        ):
            yield match.span()


def mobiles(text: str) -> Iterator[Span]:
    """Mobile phones, with or without country code and separators."""
    for match in _MOBILE.finditer(text):
        if not _ORDER_CUE.search(_before(match)):
            yield match.span()


def landlines(text: str) -> Iterator[Span]:
    """Landlines: area code and separator, or a number that is called a phone."""
    for match in _LANDLINE.finditer(text):
        if not _ORDER_CUE.search(_before(match)):
            yield match.span()
    for match in _PLAIN_LANDLINE.finditer(text):
        if _PHONE_CUE.search(_before(match)) and not _LANDLINE.match(text, match.start()):
            yield match.span()


def plates(text: str) -> Iterator[Span]:
    """Number plates (GA 36): province, letter, five places, or six for new-energy cars; at least one is a digit."""
    yield from (match.span() for match in _PLATE.finditer(text))


def _before(match: re.Match[str]) -> str:
    return match.string[max(0, match.start() - _REACH) : match.start()]


def _checked(number: str) -> bool:
    """GB 11643-1999: the check character of an 18-place identity number (ISO 7064 MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number[:17], strict=True))
    return _CHECKS[total % 11] == number[17].upper()


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B: the check digit of a card number."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
