"""Everything a store answers, by name, so that two stores can be compared byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from graph.case import Case
from graph.framework import Framework
from graph.records import Ref
from graph.schema import EDGES
from graph.store import Store
from ingest.export import export
from queries.breakpoints import breakpoints
from queries.chain import chain
from queries.parameters import load_parameters
from queries.trace import trace
from queries.who import who

MOMENT, DAY = "2026-01-01T00:00:00.000000Z", "2026-01-01"
QUESTIONS = ("退费", "套餐 扣费", "宽带", "5g", "费用")


def compare(store: Store, reference: Store, folder: Path) -> None:
    """Ask two stores everything; fails with the name of the first answer that differs."""
    for (what, here), (_, there) in zip(_said(store, folder / "a"), _said(reference, folder / "b"), strict=True):
        assert here == there, what


def _said(store: Store, folder: Path) -> Iterator[tuple[str, object]]:
    folder.mkdir(exist_ok=True)
    export(store, folder / "all.jsonl")
    yield "export", (folder / "all.jsonl").read_bytes()
    revision, framework, parameters = store.revision(), store.framework(), load_parameters()
    yield "revision", revision
    cases = list(store.cases())
    yield "cases", cases
    some = [case.id for case in cases[::-7]]
    yield "named cases", list(store.cases([*some, "nobody"]))
    yield (
        "traces",
        [
            trace(framework, case, revision=revision, as_of=MOMENT, parameters=parameters).model_dump_json()
            for case in cases
        ],
    )
    yield "owners", list(_owners(framework, cases))
    yield (
        "chains",
        [chain(framework, id_, as_of=DAY).model_dump_json() for id_ in sorted(framework.nodes("ControlPoint"))],
    )
    yield "tallies", list(store.tallies())
    yield "months", list(store.tallies(per="month"))
    yield "months of a quarter", list(store.tallies("2025-04", "2025-07", per="month"))
    yield "tallies of a quarter", list(store.tallies("2025-04-01", "2025-07-01"))
    found = breakpoints(framework, store.tallies(), revision=revision, as_of=DAY, computed_at=MOMENT)
    yield "breakpoints", found.model_dump_json()
    yield "counts", store.counts()
    yield "found", [row.id for question in QUESTIONS for row in store.nodes("Complaint", text=question)]


def _owners(framework: Framework, cases: list[Case]) -> Iterator[str]:
    """Who answers for some of every kind that has duties, for what was complained of, and for that at some control points."""
    for kind in sorted(set(EDGES["FOR"].targets("Assignment")) - {"Product", "Campaign"}):
        for id_ in sorted(framework.nodes(kind))[:40]:
            yield who(framework, Ref(kind, id_), as_of=DAY).model_dump_json()
    points = sorted(framework.nodes("ControlPoint"))[::9]
    for case in cases[:: len(cases) // 40 + 1]:
        for ref, subject in sorted(case.subjects.items()):
            if ref.kind != "OrgUnit":
                yield who(framework, ref, as_of=DAY, subject=subject).model_dump_json()
            for id_ in points:
                yield who(framework, Ref("ControlPoint", id_), as_of=DAY, subject=subject).model_dump_json()
