"""Masks personal data in free text: phones, identity cards, bank cards, e-mail, addresses and names after a cue.

Rules for mainland China, by shape: a number is only personal when its form says so (mobile prefix, area code, province and
birth date, issuer and Luhn digit), so that order, ticket and contract numbers survive. Where a form is certain the rule errs
on the side of masking; where only a cue makes it personal (a bare landline, an unusual card number) the cue must be there.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_NAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛奚范彭郎鲁韦马苗凤方俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安乐于时傅皮卞齐康伍余元卜顾孟黄穆萧尹姚邵湛汪祁毛禹狄米贝臧计伏成戴谈宋茅庞熊纪舒屈项"
    "祝董梁杜阮蓝闵席季麻贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣邓郁单杭洪包诸左石"
    "崔吉钮龚程嵇邢裴陆荣翁荀羊惠甄曲封储靳井段富巫乌焦巴谷车侯全班仰秋仲伊宫宁仇栾甘厉祖武符刘景詹束龙叶幸司韶黎薄印宿白怀蒲"
    "赖卓蔺屠蒙池乔阴胥苍双闻莘党翟谭贡劳申扶堵冉宰雍桑桂濮牛寿边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习艾鱼容向古易慎戈廖庾终"
    "居衡步都耿满匡国文寇广禄阙东欧沃利蔚越隆师巩聂晁勾敖融冷辛阚那简饶曾关查游竺权盖益桓肖闫付涂覃"
)
"""Common surnames; a cue alone ("我叫了三次") does not make a name."""
_COMPOUND = "欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|端木|轩辕|长孙|宇文"
_SURNAME = f"(?:{_COMPOUND}|[{_NAMES}])"
_NOT_GIVEN = "的了是在和与也都就不没有我你他她这那您请要说来去到从把被给先女"
_GIVEN = rf"[^\W\d_a-zA-Z{_NOT_GIVEN}]"

_ORDER_CUE = re.compile(
    r"(?:(?:订单|工单|流水|运单|快递|合同|发票|交易|受理单|投诉单|凭证|设备|序列)(?:编号|号码|号)?|单号|编号|"
    r"\b(?:order|ticket|case|invoice|reference|ref|tracking|serial)(?:\s*(?:no\.?|number|id|#))?)\s*[:：#是为]?\s*\Z",
    re.IGNORECASE,
)
_CARD_CUE = re.compile(
    r"(?:卡号|银行卡|信用卡|储蓄卡|账号|帐号|账户|card(?:\s*(?:no\.?|number))?|account)\s*(?:号码|尾号)?\s*[:：是为]?\s*\Z",
    re.IGNORECASE,
)
_PHONE_CUE = re.compile(
    r"(?:电话|座机|固话|致电|来电|联系方式|联系|传真|tel|phone|fax)\s*(?:号码)?\s*[:：是为]?\s*\Z", re.IGNORECASE
)

_PROVINCE = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_BIRTH = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_IDENTITY = re.compile(
    rf"(?<!\d){_PROVINCE}\d{{4}}(?:(?:19|20)\d{{2}}{_BIRTH}\d{{3}}[\dXx]|\d{{2}}{_BIRTH}\d{{3}})(?!\d)"
)
_CARD = re.compile(r"(?<!\d)(?:\d{12,19}|\d{4}(?P<gap>[ -])\d{4}(?P=gap)\d{4}(?:(?P=gap)\d{1,4}){0,2})(?!\d)")
_ISSUER = re.compile(r"(?:62|4\d|5[0-58]|6\d|3\d|9\d|22|2[3-7])")
_MOBILE = re.compile(r"(?<!\d)(?:\+?(?:00)?86[ -]?)?1[3-9]\d(?P<gap>[ -]?)\d{4}(?P=gap)\d{4}(?!\d)")
_LANDLINE = re.compile(
    r"(?<!\d)(?:\+?86[ -]?)?[(（]?0(?:10|2\d|[3-9]\d{2})[)） -]{1,2}\d{3,4}[ -]?\d{4}(?:-\d{1,6})?(?!\d)"
)
_PLAIN_LANDLINE = re.compile(r"(?<!\d)(?:0(?:10|2\d)\d{8}|0[3-9]\d{2}\d{7,8}|[2-8]\d{2,3}[ -]?\d{4})(?!\d)")

_EMAIL = re.compile(r"[A-Za-z0-9_.+-]{1,64}[@＠][A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
_ROOM = r"(?:\s*[0-9A-Za-z一二三四五六七八九十]{1,6}(?:号楼|号院|号|栋|幢|座|单元|层|楼|室|弄|户))"
_LAST = r"(?:\d{2,5}(?:室|房)?(?![\d元块天年月日兆GM]))?"
_ESTATE = r"(?:小区|花园|家园|公寓|大厦|新村|村|苑|城|庭|府)"
_ADDRESS_END = re.compile(
    rf"(?:大道|大街|街道|路|街|巷|弄|胡同|道)(?:[\u4e00-\u9fff]{{1,3}}段)?{_ROOM}{{1,6}}(?:[\u4e00-\u9fff]{{1,10}}{_ESTATE}{_ROOM}{{0,5}})?{_LAST}"
    rf"|{_ESTATE}\s*{_ROOM}{{2,6}}{_LAST}"
)
"""Where an address ends: street and house number, or an estate with building and room."""
_ADDRESS_RUN = re.compile(r"[\u4e00-\u9fff0-9A-Za-z]*\Z")
_ADDRESS_START = re.compile(
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海"
    "|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_LEAD_IN = re.compile(r".*(?:住在|住址|地址|位于|家住|家在|寄往|寄到|装在|[住在到去是为于的了我])")
_LOOK_BACK, _PLAIN_REACH = 40, 12
Gate = Callable[[str], bool]
Step = Callable[[str], tuple[str, int]]

_NAMED = re.compile(
    rf"(?P<cue>我叫|我的名字[叫是]|本人(?:姓名|叫)?|姓名|名字[叫是]|联系人|[投申]诉人|申请人|反映人|收件人|收货人|机主|户名|开户人|持卡人|经办人)(?P<gap>\s*[:：为是叫]?\s*)"
    rf"(?P<name>{_SURNAME}{_GIVEN}{{1,2}})"
)
_TITLED = re.compile(rf"(?P<name>{_SURNAME}{_GIVEN}{{0,2}})(?P<title>先生|女士|小姐)")
_ENGLISH_NAME = re.compile(r"(?P<cue>\b[Mm]y name is )(?P<name>[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2})")

_WIDE = {0xFF10 + digit: 0x30 + digit for digit in range(10)} | {0xFF0D: 0x2D, 0xFF0B: 0x2B}


def mask(text: str) -> tuple[str, int]:
    """The text with personal data replaced by labels such as 〔手机号〕, and how many pieces were replaced."""
    if not _may_hold_any(text):
        return text, 0
    kept, text = text, text.translate(_WIDE)
    count = 0
    for gate, step in _STEPS:
        if gate(text):
            text, found = step(text)
            count += found
    return (text, count) if count else (kept, 0)


def _substitute(pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str | None], text: str) -> tuple[str, int]:
    parts: list[str] = []
    count = done = 0
    for match in pattern.finditer(text):
        label = replace(match)
        if label is not None:
            parts += text[done : match.start()], label
            done = match.end()
            count += 1
    return ("".join((*parts, text[done:])), count) if count else (text, 0)


def _before(match: re.Match[str]) -> str:
    return match.string[max(0, match.start() - 16) : match.start()]


def _labelled(label: str) -> Callable[[re.Match[str]], str | None]:
    """A label for a number whose form is certain, unless an order or ticket cue stands before it."""
    return lambda match: None if _ORDER_CUE.search(_before(match)) else label


def _card(match: re.Match[str]) -> str | None:
    digits = re.sub(r"\D", "", match[0])
    before = _before(match)
    if _ORDER_CUE.search(before):
        return None
    return "〔卡号〕" if _CARD_CUE.search(before) or (_ISSUER.match(digits) and _luhn(digits)) else None


def _plain_landline(match: re.Match[str]) -> str | None:
    return "〔电话〕" if _PHONE_CUE.search(_before(match)) else None


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B: the check digit of a card number."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _mask_addresses(text: str) -> tuple[str, int]:
    """Find where addresses end, then look back to where each begins: at a province, behind a lead-in, or at most 12 characters before."""
    parts: list[str] = []
    count = done = 0
    for match in _ADDRESS_END.finditer(text):
        back = text[max(done, match.start() - _LOOK_BACK) : match.start()]
        run = _ADDRESS_RUN.search(back)
        assert run is not None  # an empty run always matches
        start = _ADDRESS_START.search(run[0])
        lead = _LEAD_IN.match(run[0])
        skip = start.start() if start else lead.end() if lead else max(0, len(run[0]) - _PLAIN_REACH)
        if skip == len(run[0]):
            continue  # a street without a name is none
        parts += text[done : match.start() - len(run[0]) + skip], "〔地址〕"
        done = match.end()
        count += 1
    return ("".join((*parts, text[done:])), count) if count else (text, 0)


def _holds(*words: str) -> Gate:
    """A gate that opens when the text holds one of the words: far cheaper than a pattern."""

    def gate(text: str) -> bool:
        for word in words:  # noqa: SIM110 - a generator here would double the cost of a clean text
            if word in text:
                return True
        return False

    return gate


def _step(pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str | None]) -> Step:
    return lambda text: _substitute(pattern, replace, text)


_DIGITS = re.compile(r"\d[\d \-()（）]{5}")
_CUES = (
    "我叫",
    "本人",
    "姓名",
    "名字",
    "系人",
    "件人",
    "货人",
    "诉人",
    "请人",
    "映人",
    "机主",
    "户名",
    "户人",
    "卡人",
    "办人",
)
_TITLES = ("先生", "女士", "小姐")
_HOUSES = ("号", "栋", "幢", "座", "弄", "室", "单元", "楼", "层")
_WAYS = (
    "路",
    "街",
    "道",
    "巷",
    "弄",
    "胡同",
    "小区",
    "花园",
    "家园",
    "公寓",
    "大厦",
    "新村",
    "村",
    "苑",
    "城",
    "庭",
    "府",
)


def _in_digits(text: str) -> bool:
    return _DIGITS.search(text) is not None


_has_house, _has_way = _holds(*_HOUSES), _holds(*_WAYS)
_STEPS: tuple[tuple[Gate, Step], ...] = (
    (_holds("@", "＠"), _step(_EMAIL, lambda match: "〔邮箱〕")),
    (_in_digits, _step(_IDENTITY, _labelled("〔证件号〕"))),
    (_in_digits, _step(_CARD, _card)),
    (_in_digits, _step(_MOBILE, _labelled("〔手机号〕"))),
    (_in_digits, _step(_LANDLINE, _labelled("〔电话〕"))),
    (_in_digits, _step(_PLAIN_LANDLINE, _plain_landline)),
    (_holds(*_CUES), _step(_NAMED, lambda match: f"{match['cue']}{match['gap']}〔姓名〕")),
    (_holds(*_TITLES), _step(_TITLED, lambda match: f"〔姓名〕{match['title']}")),
    (_holds("name is "), _step(_ENGLISH_NAME, lambda match: f"{match['cue']}〔姓名〕")),
    (lambda text: _has_house(text) and _has_way(text), _mask_addresses),
)
_TELL_TALE = re.compile(r"[\d@＠叫名人主先士姐号栋幢座弄室楼层]")
"""One of these stands in every text that a step could change, English names aside; one pass over the text decides."""
_ANY_WORD = _holds("@", "＠", *_CUES, *_TITLES)


def _may_hold_any(text: str) -> bool:
    if _TELL_TALE.search(text) is None:
        return "name is " in text
    return _ANY_WORD(text) or (_has_house(text) and _has_way(text)) or _in_digits(text) or "name is " in text
