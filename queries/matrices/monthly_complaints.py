"""Complaints by control point, unit and month: where it hurts, in whose area, and whether it grows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from graph.records import Ref
from graph.subgraph import Label
from graph.text import Text
from queries.answers import label
from queries.findings.view import View
from queries.matrices.matrix import Column, Content, Material, MatrixKind, Row, named, points_in_order, stage_label
from queries.monthly import Number, Place, by_point, months_until, pointing

MONTHS = 12
"""Months shown, that of the day included: a year, in which each time of the year comes once."""
_NONE = Number(0, 0)
_NO_POINT, _NO_UNIT = Text("无控制点", "No control point"), Text("无单位", "No unit")
_ALL = Text("全部投诉", "All complaints")


def _build(material: Material) -> Content:
    view = View(material.framework, material.as_of)
    months = months_until(material.as_of, MONTHS)
    counts = list(material.months(months[-1]))
    sums = by_point(pointing(material.framework, material.as_of), counts)
    rows = list(_rows(view, sums, months))
    whole = by_point({}, (tally._replace(unit="") for tally in counts))
    numbers = [whole.get(Place("", month, ""), _NONE) for month in months]
    rows.append(Row(id="all", title=label(_ALL), cells=(None, None, *_figures(numbers))))
    return Content(_columns(months), rows)


def _rows(view: View, sums: Mapping[Place, Number], months: Sequence[str]) -> Iterator[Row]:
    """A row for each point and unit with complaints: points in the order of the process, at each the units by id; no point, no unit last."""
    units: dict[str, set[str]] = {}
    for place in sums:
        units.setdefault(place.point, set()).add(place.unit)
    for point in (*(ref.id for ref in points_in_order(view)), ""):
        ref = Ref("ControlPoint", point)
        title = named(view, ref) if point else label(_NO_POINT)
        for unit in sorted(units.get(point, ()), key=lambda unit: (not unit, unit)):
            numbers = [sums.get(Place(point, month, unit), _NONE) for month in months]
            yield Row(
                id=f"{point or 'no_point'}-IN->{unit}", title=title, group=stage_label(view, ref) if point else None,
                cells=(str(ref) if point else None, _unit(view, unit), *_figures(numbers)),
            )  # fmt: skip


def _unit(view: View, unit: str) -> Label:
    return named(view, Ref("OrgUnit", unit)) if unit else label(_NO_UNIT)


def _figures(numbers: Sequence[Number]) -> tuple[int, ...]:
    """All months together, of these the first complaints, then each month."""
    each = [number.complaints for number in numbers]
    return sum(each), sum(number.episodes for number in numbers), *each


def _columns(months: Sequence[str]) -> list[Column]:
    return [
        Column(id="point", title=label(Text("控制点", "Control point")), form="refs"),
        Column(id="unit", title=label(Text("归属单位", "Home unit")), form="words"),
        Column(id="complaints", title=label(Text("12 个月合计", "12 months")), form="count"),
        Column(id="first", title=label(Text("其中首次", "Of these, first ones")), form="count"),
        *(Column(id=month, title=label(Text(month, month)), form="count") for month in months),
    ]


MONTHLY_COMPLAINTS = MatrixKind(
    name="monthly_complaints",
    title=Text("每月投诉：控制点 × 单位 × 月", "Complaints by month: control points × units × months"),
    about=Text(
        "数值：该月（按存储时区计日）归属于该单位的投诉中，其分类当日指向该控制点（POINTS_TO，自身没有时取最近的有指向的上级分类）的条数；"
        "各月都按所选日期的框架解读，因此各月可比。一条投诉在它指向的每个控制点各计一次，所以各行之和可大于末行；末行为全部投诉，每条计一次。"
        "单位为投诉自身的归属单位（HOME_UNIT，多个时取编号最小者），不含下级单位的投诉。没有分类、或分类不指向任何控制点的投诉归入“无控制点”。"
        "所选日期所在月只计到该日；最新的月在前。首次：不重复其他投诉（REPEATS）的投诉。",
        "Figures: the complaints of the month (days in the store's zone) at home in the unit whose categories point to the control point (POINTS_TO, "
        "or that of the nearest category above that points anywhere). Every month is read with the framework of the day asked for, so that months "
        "compare. A complaint counts once at each point it leads to, so that rows may add up to more than the last one, which has every complaint "
        "once. The unit is the complaint's own HOME_UNIT (of several the first by id); complaints of units below are not in it. Complaints without a "
        "category, or whose categories lead nowhere, stand at no control point. The month of the day counts up to that day; the newest month comes "
        "first. First ones repeat no other complaint (REPEATS).",
    ),
    clause="加强客户投诉溯源，定位问题根因根源并及时优化",
    build=_build,
)
