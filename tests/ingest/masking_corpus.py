"""Reads the masking corpus: marked texts become plain ones with the places of their personal data; numbers come from a seed."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

CORPUS = Path(__file__).parents[1] / "data" / "texts" / "masking.txt"
_MARK = re.compile(r"\{(\w+)(?:\|([^}]*))?\}")
_KINDS = {
    "phone": "mobile",
    "phonegap": "mobile",
    "phonewide": "mobile",
    "idcard": "identity",
    "idcard15": "identity",
    "card": "card",
    "email": "email",
    "plate": "plate",
    "landline": "landline",
    "name": "name",
    "addr": "address",
}


class Marked(NamedTuple):
    text: str
    pieces: tuple[tuple[str, int, int], ...]


def corpus(seed: int, path: Path = CORPUS) -> Iterator[Marked]:
    chance = random.Random(seed)
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith(("#", "--")):
            yield _filled(line, chance)


def _filled(line: str, chance: random.Random) -> Marked:
    text, pieces, done = "", [], 0
    for mark in _MARK.finditer(line):
        text += line[done : mark.start()]
        value = mark[2] if mark[2] is not None else number(mark[1], chance)
        pieces.append((_KINDS[mark[1]], len(text), len(text) + len(value)))
        text += value
        done = mark.end()
    return Marked(text + line[done:], tuple(pieces))


def number(kind: str, chance: random.Random) -> str:
    def digits(count: int) -> str:
        return "".join(chance.choice("0123456789") for _ in range(count))

    if kind in ("phone", "phonegap", "phonewide"):
        plain = chance.choice("3456789").join(("1", "")) + digits(9)
        if kind == "phonegap":
            gap = chance.choice("- ")
            return gap.join((plain[:3], plain[3:7], plain[7:]))
        return plain if kind == "phone" else plain.translate({ord("0") + d: 0xFF10 + d for d in range(10)})
    if kind == "landline":
        return chance.choice(("010", "021", "0571", "0755", "0311")) + "-" + chance.choice("2345678") + digits(7)
    if kind == "idcard":
        return identity(chance.choice(("110101", "330106", "510107", "440305", "320102")), chance)
    if kind == "idcard15":
        return (
            chance.choice(("110101", "330106"))
            + f"{chance.randint(40, 79)}0{chance.randint(1, 9)}1{chance.randint(0, 9)}"
            + digits(3)
        )
    if kind == "card":
        return card(chance.choice(("622202", "621700", "436742", "955880", "544210")) + digits(chance.choice((9, 12))))
    if kind == "email":
        name = chance.choice(("zhang.wei", "li_na88", "wang2020", "chen-jg", "1395551")) + digits(2)
        return f"{name}@{chance.choice(('qq.com', '163.com', 'example.com.cn', 'mail.example.org'))}"
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    place = chance.choice("京沪浙粤苏川鲁豫") + chance.choice(letters)
    if chance.random() < 0.3:
        return place + chance.choice("DF") + digits(5)
    return place + chance.choice(letters) + digits(3) + chance.choice(letters + "0123456789")


def identity(region: str, chance: random.Random) -> str:
    body = f"{region}{chance.randint(1940, 2008)}{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}{chance.randint(0, 999):03d}"
    total = sum(int(digit) * (2 ** (17 - at) % 11) for at, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def card(body: str) -> str:
    for last in "0123456789":
        if sum(sum(divmod(int(d) * (1 + at % 2), 10)) for at, d in enumerate(reversed(body + last))) % 10 == 0:
            return body + last
    raise AssertionError("one of ten digits always fits")
