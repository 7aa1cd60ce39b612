"""Five in one 五位一体: who develops, operates, supports, sells and services each product."""

from __future__ import annotations

from graph.records import Ref
from graph.text import Text
from queries.answers import label
from queries.findings.duties import Duty
from queries.findings.kinds.functions_incomplete import FUNCTIONS, ROLES
from queries.findings.view import View
from queries.matrices.matrix import Column, Content, Material, MatrixKind, Row, ratio


def _build(material: Material) -> Content:
    view = material.view
    duties = _by_product(view)
    columns = [Column(id=name, title=label(title), form="refs") for name, title in FUNCTIONS.items()]
    rows = []
    for subject in view.facts.subjects():
        if subject.ref.kind != "Product":
            continue
        found = duties.get(subject.ref, {})
        holders = [sorted(found.get(column.id, ())) for column in columns]
        name = str(subject.props.get("name", subject.ref.id))
        rows.append(
            Row(
                id=str(subject.ref),
                title=label(Text(name, str(subject.props.get("name_en", name)))),
                cells=(
                    *(" ".join(map(str, refs)) or None for refs in holders),
                    ratio(sum(map(bool, holders)), len(columns)),
                ),
            )
        )
    return Content([*columns, Column(id="covered", title=label(Text("覆盖率", "Covered")), form="coverage")], rows)


def _by_product(view: View) -> dict[Ref, dict[str, set[Ref]]]:
    """Product → function → who holds a duty of it for the product, or within it."""
    found: dict[Ref, dict[str, set[Ref]]] = {}
    for duty in view.duties.all.values():
        if duty.function is None or duty.role not in ROLES:
            continue
        for product in _products_of(view, duty):
            found.setdefault(product, {}).setdefault(duty.function, set()).update(duty.holders)
    return found


def _products_of(view: View, duty: Duty) -> list[Ref]:
    within = view.framework.targets("WITHIN", duty.ref)
    return [ref for ref in (*duty.targets, *within) if ref.kind == "Product"]


FIVE_IN_ONE = MatrixKind(
    name="five_in_one",
    title=Text("五位一体：产品 × 职能", "Five in one: products × functions"),
    about=Text(
        "单元格：当日对该产品（FOR 或 WITHIN）承担该职能的负责或执行分配的承担者；空白即缺位。覆盖率：五项职能中有承担者的比例。",
        "A cell names who holds, on the day, an accountable or responsible Assignment of the function FOR the product or WITHIN it; "
        "an empty one is a gap. Covered: the share of the five functions that somebody holds.",
    ),
    clause="将服务质量管理嵌入开发、运营、支撑、销售、服务，形成“五位一体”产品管理体系",
    build=_build,
)
