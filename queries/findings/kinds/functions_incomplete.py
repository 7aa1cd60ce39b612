"""functions_incomplete: one of the five functions 五位一体 of a product has nobody."""

from __future__ import annotations

from collections.abc import Iterator

from graph.records import Ref
from graph.text import Text
from queries.findings.facts import SubjectFacts
from queries.findings.predicate import Found, Predicate
from queries.findings.subjects import acting_for_subject, named_subject
from queries.findings.view import View

FUNCTIONS = {
    "development": Text("开发", "development"), "operation": Text("运营", "operation"), "support": Text("支撑", "support"),
    "sales": Text("销售", "sales"), "service": Text("服务", "service"),
}  # fmt: skip
ROLES = ("accountable", "responsible")


def functions_of(view: View, product: Ref) -> set[str | None]:
    """The functions for which somebody holds a duty FOR or WITHIN a product."""
    duties = view.duties.all
    refs = {ref for name in ("FOR", "WITHIN") for ref in view.sources(name, product) if ref.id in duties}
    return {duties[ref.id].function for ref in refs if ref.kind == "Assignment" and duties[ref.id].role in ROLES}


def _find(view: View, product: SubjectFacts) -> Iterator[Found]:
    if product.ref.kind != "Product":
        return
    held = functions_of(view, product.ref)
    lacking = [text for function, text in FUNCTIONS.items() if function not in held]
    if lacking:
        name = named_subject(product)
        yield Found(
            Text(
                f"{name.zh}的以下职能没有负责或执行的分配：{'、'.join(text.zh for text in lacking)}",
                f"{name.en} has nobody accountable or responsible for: {', '.join(text.en for text in lacking)}",
            ),
            (product.ref,),
            acting_for_subject(view, product),
            grave=product.key_business,
        )


FUNCTIONS_INCOMPLETE = Predicate(
    kind="functions_incomplete",
    class_="breakpoint",
    title=Text("五位一体不全", "Functions of a product incomplete"),
    rule=Text(
        "产品在开发、运营、支撑、销售、服务五种职能中，有一种没有负责或执行的分配",
        "product without an Assignment (accountable or responsible) for one of the functions development, operation, support, sales, service",
    ),
    clause="将服务质量管理嵌入开发、运营、支撑、销售、服务，形成“五位一体”产品管理体系",
    base=2,
    measure=Text("分配所缺职能", "Assign the missing functions"),
    reads=("Product", "Assignment", "FOR", "WITHIN", "HELD_BY"),
    find_on=_find,
)
