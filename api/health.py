"""Is everything in order here? What a monitor asks by HTTP and what ``suyuan doctor`` tells a person."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from api.deep import look_deep
from api.version import program_version
from graph.errors import StoreError, StoreOutdated, SuYuanError
from graph.records import Revision
from graph.schema import SCHEMA_VERSION
from graph.store import Store
from graph.stores import open_store
from graph.stores.faults import Step
from graph.subgraph import Label
from graph.text import Text

_FROZEN = ConfigDict(frozen=True)
_NEEDED: tuple[tuple[str, Literal["problem", "hint"], Text, Text], ...] = (
    (
        "ControlPoint", "problem", Text("没有控制点：框架是空的", "no control points: the framework is empty"),
        Text("运行 suyuan init 装入方案，或用 suyuan ingest 装入自己的框架", "Run `suyuan init`, or `suyuan ingest` a framework of your own"),
    ),
    (
        "POINTS_TO", "hint", Text("没有投诉类目到控制点的映射：溯源没有起点", "no map from categories to control points: traces have no start"),
        Text("运行 suyuan init 装入默认映射，或装入 POINTS_TO 表", "Run `suyuan init` for the default maps, or ingest a POINTS_TO table"),
    ),
    (
        "CAUSED_BY", "hint", Text("没有成因关系：溯源停在痛点本身", "no causes: traces stay where it hurts"),
        Text("运行 suyuan init 装入默认映射，或装入 CAUSED_BY 表", "Run `suyuan init` for the default maps, or ingest a CAUSED_BY table"),
    ),
    (
        "HELD_BY", "hint", Text("没有责任分配：找不到负责人", "no assignments are held: owners cannot be named"),
        Text("装入 Owner、Assignment 表", "Ingest tables of Owner and Assignment"),
    ),
    (
        "Complaint", "hint", Text("还没有投诉", "no complaints yet"),
        Text("用 suyuan ingest 装入投诉", "Load complaints with `suyuan ingest`"),
    ),
)  # fmt: skip
"""Kind or edge → how grave it is that there is none, what that means, how to mend it."""
_MASK_AGAIN = Text(
    "若非本意，请去掉 --no-mask，重新装入一个新库；旧库即使重装，文件中也可能留有残余，此记录不会消失",
    "If not meant, load these sources without --no-mask into a new store: remains may stay in this one, and so does the note",
)


class StoreRevision(BaseModel):
    """The two counters of a store."""

    model_config = _FROZEN
    framework: int
    facts: int


class Health(BaseModel):
    """The store answers, and at which revision."""

    model_config = _FROZEN
    status: Literal["ok"] = "ok"
    version: str
    revision: StoreRevision

    @classmethod
    def of(cls, revision: Revision) -> Self:
        """Health at a revision."""
        return cls(version=program_version(), revision=StoreRevision(**revision._asdict()))


class Remark(BaseModel):
    """Something that is missing or wrong, and how to mend it; a hint may be meant, a problem hardly."""

    model_config = _FROZEN
    level: Literal["problem", "hint"]
    what: Label
    mend: Label
    check: str | None = Field(default=None, description="深入检查的项目 · The check of the deep look that found it")


class Diagnosis(BaseModel):
    """What ``suyuan doctor`` found; everything about the store is null when it cannot be reached."""

    model_config = _FROZEN
    version: str
    python: str
    store: str
    reachable: bool
    schema_version: int | None = None
    revision: StoreRevision | None = None
    nodes: dict[str, int] | None = Field(default=None, description="节点数 · Nodes by kind")
    edges: dict[str, int] | None = Field(default=None, description="关系数 · Edges by type")
    unmasked: dict[str, str] | None = Field(
        default=None,
        description="未脱敏装入的来源与首次时间 · Sources loaded unmasked and when first; an empty time was not told",
    )
    remarks: tuple[Remark, ...] = ()
    deep: bool = Field(default=False, description="是否作过深入检查 · Whether the deep look was taken")

    @property
    def exit_code(self) -> int:
        """0: in order (hints aside) · 1: something is missing · 3: the store cannot be used."""
        if not self.reachable:
            return StoreError.exit_code
        return int(any(remark.level == "problem" for remark in self.remarks))


def diagnose(store_url: str) -> Diagnosis:
    """Look at the program and at the store behind a URL; a store that cannot be used is a finding, not an error."""
    try:
        store = open_store(store_url)
        try:
            return _of_store(store_url, store)
        finally:
            store.close()
    except StoreOutdated as error:
        remarks = [_remark("problem", *lacking) for lacking in error.lacking]
    except SuYuanError as error:
        remarks = [_remark("problem", error.what, error.mend)]
    return Diagnosis(
        version=program_version(), python=platform.python_version(), store=store_url, reachable=False, remarks=tuple(remarks)
    )  # fmt: skip


def diagnose_deep(store_url: str, step: Step) -> Diagnosis:
    """The same, and everything of a store that can be used looked at in full: minutes for millions of complaints.

    ``step`` is told what is looked at next.
    """
    found = diagnose(store_url)
    if not found.reachable:
        return found
    deep: list[Remark] = []
    try:
        for check, what, mend in look_deep(store_url, step):
            level: Literal["problem", "hint"] = "hint" if check == "left over" else "problem"
            deep.append(_remark(level, what, mend, check))
    except SuYuanError as error:
        deep.append(_remark("problem", error.what, error.mend))
        return found.model_copy(update={"reachable": False, "remarks": (*found.remarks, *deep)})
    return found.model_copy(update={"deep": True, "remarks": (*found.remarks, *deep)})


def _of_store(store_url: str, store: Store) -> Diagnosis:
    revision, counts = store.revision(), store.counts()
    present = counts.nodes | counts.edges
    remarks = [_remark(level, what, mend) for name, level, what, mend in _NEEDED if not present.get(name)]
    unmasked = dict(store.unmasked)
    if unmasked:
        remarks.append(_remark("hint", unmasked_text(unmasked), _MASK_AGAIN))
    return Diagnosis(
        version=program_version(), python=platform.python_version(), store=store_url, reachable=True,
        schema_version=SCHEMA_VERSION, revision=StoreRevision(**revision._asdict()), nodes=counts.nodes, edges=counts.edges,
        unmasked=unmasked, remarks=tuple(remarks),
    )  # fmt: skip


def unmasked_text(unmasked: Mapping[str, str]) -> Text:
    """Which sources brought personal data unmasked, and when each first did."""
    told = [(source, moment[:16].replace("T", " ") + "Z" if moment else "") for source, moment in unmasked.items()]
    zh = "、".join(f"{source}（{moment or '时间未知'}）" for source, moment in told)
    en = ", ".join(f"{source} ({moment or 'time unknown'})" for source, moment in told)
    return Text(f"以下来源的个人信息曾未经脱敏装入：{zh}", f"personal data of these sources was loaded unmasked: {en}")


def _remark(level: Literal["problem", "hint"], what: Text, mend: Text, check: str | None = None) -> Remark:
    return Remark(level=level, what=Label(**what.as_dict()), mend=Label(**mend.as_dict()), check=check)
