"""Whether a store is of this version, on any engine: its schema, its parts, and the rules by which its derived data were made.

A store notes, for everything it derives from the facts, the version of the rule that made it. ``initialise`` makes anew what another version made. So whoever
changes a rule, or how an engine keeps what follows from it, moves the rule's number on, and ``suyuan init`` brings older stores up to date.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from graph.errors import Shortcoming, StoreError, StoreOutdated, StoreTooNew
from graph.schema import SCHEMA_VERSION
from graph.segments import PIECES_VERSION
from graph.settings import settings
from graph.stores.tallying import DERIVED_VERSION
from graph.text import Text

RULES: dict[str, int] = {"derived": DERIVED_VERSION, "search": PIECES_VERSION, "digest": 1}
"""What stores derive → the version of its rule: of ``tallying.py`` and ``by_month.py``, ``graph/segments.py``, ``neo4j_digest.py``. Not every engine keeps all of it."""
NAMES: dict[str, Text] = {
    "derived": Text(
        "每日投诉量、每月投诉量与指标值序列",
        "the daily counts of complaints, the monthly ones and the series of measured values",
    ),
    "search": Text("全文检索", "the full text"),
    "digest": Text("记录摘要", "the digests of records"),
}
INIT = Text(
    "请运行 suyuan init 升级并更新目录，或 suyuan init --empty 只升级",
    "Run `suyuan init` to upgrade it and its catalogue, or `suyuan init --empty` to upgrade alone",
)


class Kept(NamedTuple):
    """What a store says of itself."""

    where: str
    """Its path or address."""
    version: int
    """The schema's version it was last brought up to."""
    timezone: str
    """The zone its days are counted in."""
    rules: Mapping[str, int]
    """What it derives → the version of the rule by which that was made."""


def stale(rules: Mapping[str, int], kept: Collection[str]) -> list[str]:
    """Of what an engine keeps, what was made by another version of its rule, in the order of :data:`RULES`."""
    return [name for name, version in RULES.items() if name in kept and rules.get(name) != version]


def refuse_newer(kept: Kept) -> None:
    """Raise StoreTooNew where a newer program made the store, or keeps in it what this one would not maintain."""
    unknown = sorted(name for name, version in kept.rules.items() if version > RULES.get(name, 0))
    if kept.version > SCHEMA_VERSION or unknown:
        said = f"{kept.version} > {SCHEMA_VERSION}" if kept.version > SCHEMA_VERSION else ", ".join(unknown)
        raise StoreTooNew(
            Text(f"存储由更新的版本写入（{said}）：{kept.where}", f"written by a newer version ({said}): {kept.where}"),
            Text("请升级 suyuan 再打开", "Upgrade suyuan, then open it again"),
        )


def refuse_outdated(kept: Kept, lacking: Collection[Shortcoming]) -> None:
    """Raise StoreOutdated, with all that the store lacks, where it is older than this program or incomplete."""
    found = list(lacking)
    if kept.version < SCHEMA_VERSION:
        older = Text(
            f"结构版本 {kept.version}，需要 {SCHEMA_VERSION}",
            f"schema version {kept.version}, {SCHEMA_VERSION} is needed",
        )
        found.insert(0, Shortcoming(older, INIT))  # fmt: skip
    if found:
        what = Text(
            f"存储由较旧的版本写入，或不完整：{kept.where}", f"written by an older version, or incomplete: {kept.where}"
        )
        raise StoreOutdated(what, INIT, found)


def refuse_other_zone(kept: Kept) -> None:
    """Raise StoreError where days were counted in another zone than the setting's."""
    if kept.timezone != settings().timezone:
        raise StoreError(
            Text(f"存储按时区 {kept.timezone} 计日，当前设置为 {settings().timezone}",
                 f"the store counts days in {kept.timezone}, the setting says {settings().timezone}"),
            Text(f"请设置 SUYUAN_TIMEZONE={kept.timezone}，或新建存储", f"Set SUYUAN_TIMEZONE={kept.timezone} or make a new store"),
        )  # fmt: skip


def of_rules(names: Collection[str]) -> Iterator[Shortcoming]:
    """Derived data of another version, as shortcomings."""
    for name in names:
        said = NAMES[name]
        yield Shortcoming(
            Text(f"{said.zh}由另一版本的规则得出", f"{said.en} were made by another version of their rule"), INIT
        )


def of_parts(names: Collection[str]) -> Iterator[Shortcoming]:
    """Missing tables, columns, constraints or indexes, as one shortcoming."""
    if names:
        yield Shortcoming(Text(f"缺少：{'、'.join(names)}", f"missing: {', '.join(names)}"), INIT)
