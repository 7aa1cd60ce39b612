"""key_flow_missing: nothing says how complaints about a key business are to be handled."""

from __future__ import annotations

from collections.abc import Iterator

from graph.text import Text
from queries.findings.facts import SubjectFacts
from queries.findings.predicate import Found, Predicate
from queries.findings.subjects import acting_for_subject, named_subject
from queries.findings.view import View


def _find(view: View, product: SubjectFacts) -> Iterator[Found]:
    if product.ref.kind == "Product" and product.key_business and not any(map(view.stands, product.ruled_by)):
        name = named_subject(product)
        yield Found(
            Text(
                f"{name.zh}是重点业务，却没有适用的投诉处理流程或规范",
                f"{name.en} is a key business, but no policy says how its complaints are handled",
            ),
            (product.ref,),
            acting_for_subject(view, product),
            grave=True,
        )


KEY_FLOW_MISSING = Predicate(
    kind="key_flow_missing",
    class_="breakpoint",
    title=Text("重点业务缺处理流程", "Key business without a handling policy"),
    rule=Text(
        "重点业务（三大品牌、5G 业务、携号转网）的产品没有 RULED_BY 指向的现行规范",
        "a key business (three brands, 5G, number portability) without a handling policy: no RULED_BY to a Policy valid on the day",
    ),
    clause="明确三大品牌、5G业务、携号转网等重点业务投诉处理流程、标准等",
    base=2,
    measure=Text("编制处理流程", "Write it"),
    reads=("Product", "RULED_BY", "Policy"),
    find_on=_find,
)
