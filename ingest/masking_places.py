"""Finds postal addresses in running Chinese text: a street with a house number, or an estate with building and room."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ROOM = r"(?:\s*[0-9A-Za-z一二三四五六七八九十]{1,6}(?:号楼|号院|号|栋|幢|座|单元|层|楼|室|弄|户))"
_LAST = r"(?:之[一二三四五六]|[A-Z]?\d{2,5}(?:室|房)?(?![\d元块天年月日兆GM个次]))?"
_ESTATE = r"(?:小区|花园|家园|公寓|大厦|大楼|广场|新村|村|苑|城|庭|府|宿舍|学校)"
_STREET = r"(?:大道|大街|街道|路|街|巷|弄|胡同|道)"
_ADDRESS_END = re.compile(
    rf"{_STREET}(?:[\u4e00-\u9fff]{{1,3}}段)?{_ROOM}{{1,6}}(?:[\u4e00-\u9fff]{{1,10}}{_ESTATE}{_ROOM}{{0,5}})?{_LAST}"
    rf"|{_ESTATE}\s*(?:{_ROOM}{{2,6}}{_LAST}|{_ROOM}\d{{3,4}}(?:室|房)?(?![\d元块天年月日兆GM个次]))"
)
"""Where an address ends."""
_RUN = re.compile(r"[\u4e00-\u9fff0-9A-Za-z]*\Z")
_PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海"
    "|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_LEADS = "住在到去是为于的了我寄说装从"
_START = re.compile(
    rf"(?:(?<![\u4e00-\u9fff])(?:{_PROVINCES})|(?:{_PROVINCES})(?=[省市]|自治区)|(?![{_LEADS}])[\u4e00-\u9fff]{{2,3}}市)"
)
_LEAD_IN = re.compile(rf".*(?:住址|地址|位于|家住|师傅说|家里|[{_LEADS}])")
_LOOK_BACK, _PLAIN_REACH = 40, 12
_HOUSE = re.compile("[号栋幢座弄室楼层]|单元")
_WAY = re.compile("[路街道巷弄村苑城庭府]|胡同|小区|花园|家园|公寓|大厦|大楼|广场")
Span = tuple[int, int]


def may_hold(text: str) -> bool:
    """A cheap look whether an address can be there at all."""
    return _HOUSE.search(text) is not None and _WAY.search(text) is not None


def addresses(text: str) -> Iterator[Span]:
    """Find where addresses end, then look back to where each begins: at a province, behind a lead-in, or at most 12 characters before."""
    done = 0
    for match in _ADDRESS_END.finditer(text):
        back = text[max(done, match.start() - _LOOK_BACK) : match.start()]
        run = _RUN.search(back)
        assert run is not None  # an empty run always matches
        first = _START.search(run[0])
        lead = _LEAD_IN.match(run[0])
        skip = first.start() if first else lead.end() if lead else max(0, len(run[0]) - _PLAIN_REACH)
        if skip < len(run[0]):  # a street without a name is none
            yield match.start() - len(run[0]) + skip, match.end()
            done = match.end()
