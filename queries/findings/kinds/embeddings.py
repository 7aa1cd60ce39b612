"""policy_missing, process_missing, system_missing: a control point lacks one of the three embeddings 制度·流程·系统."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from graph.records import Ref
from graph.text import Text
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View


def _without_policy(policy_kind: str, what: Text) -> Callable[[View], Iterator[Found]]:
    def find(view: View) -> Iterator[Found]:
        def wanted(policy: Ref) -> bool:
            return view.nodes("Policy")[policy.id].props.get("policy_kind") == policy_kind

        for point in view.unlinked("ControlPoint", "GOVERNED_BY", wanted):
            yield _found(view, point, what)

    return find


def _without_system(view: View) -> Iterator[Found]:
    for point in view.unlinked("ControlPoint", "EMBEDDED_IN"):
        yield _found(view, point, Text("嵌入任何生产运营系统", "embedded in no production system"))


def _found(view: View, point: Ref, what: Text) -> Found:
    name = view.named(point)
    return Found(
        Text(f"控制点{name.zh}未{what.zh}", f"Control point {name.en} is {what.en}"),
        (point,),
        view.duties.acting(view.duties.places_of_point(point)),
    )


POLICY_MISSING = Predicate(
    kind="policy_missing",
    class_="breakpoint",
    title=Text("缺制度嵌入", "No regulation embedded"),
    rule=Text("控制点没有 GOVERNED_BY 指向的制度", "a control point not GOVERNED_BY a regulation"),
    clause="通过服务质量管理要求在生产运营过程各环节的制度嵌入、流程嵌入、系统嵌入等",
    base=2,
    measure=Text("嵌入制度", "Embed it in a regulation"),
    reads=("ControlPoint", "GOVERNED_BY", "Policy"),
    find=_without_policy("regulation", Text("嵌入任何制度", "governed by no regulation")),
)
PROCESS_MISSING = Predicate(
    kind="process_missing",
    class_="breakpoint",
    title=Text("缺流程嵌入", "No process embedded"),
    rule=Text("控制点没有 GOVERNED_BY 指向的流程", "a control point not GOVERNED_BY a process"),
    clause="通过服务质量管理要求在生产运营过程各环节的制度嵌入、流程嵌入、系统嵌入等",
    base=2,
    measure=Text("嵌入流程", "Embed it in a process"),
    reads=("ControlPoint", "GOVERNED_BY", "Policy"),
    find=_without_policy("process", Text("嵌入任何流程", "governed by no process")),
)
SYSTEM_MISSING = Predicate(
    kind="system_missing",
    class_="breakpoint",
    title=Text("缺系统嵌入", "No system embedded"),
    rule=Text("控制点没有 EMBEDDED_IN 指向的系统", "a control point EMBEDDED_IN no system"),
    clause="要将服务质量控制点和要求嵌入各产品生产运营系统",
    base=2,
    measure=Text("嵌入生产运营系统", "Embed it in a production system"),
    reads=("ControlPoint", "EMBEDDED_IN", "System"),
    find=_without_system,
)
