"""review_unrecorded: a gate was waived, and nobody wrote down why or who did it."""

from __future__ import annotations

from collections.abc import Iterator

from graph.text import Text
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View


def _find(view: View) -> Iterator[Found]:
    for row, ends in view.facts.past("Review", "OF", "BY"):
        gates = [of for of in ends["OF"] if of.kind == "Gate"]
        if row.props.get("result") != "waived" or not gates:
            continue
        lacking = [
            text
            for text, there in (
                (Text("豁免原因", "the reason"), "reason" in row.props), (Text("经办人", "who did it"), bool(ends["BY"])),
            )
            if not there
        ]  # fmt: skip
        if lacking:
            gate = view.named(gates[0])
            yield Found(
                Text(
                    f"评审记录 {row.id} 豁免了评审点{gate.zh}，却没有记录：{'、'.join(text.zh for text in lacking)}",
                    f"Review {row.id} waived gate {gate.en} without recording {' or '.join(text.en for text in lacking)}",
                ),
                (row.ref,),
                view.duties.acting_for(*gates),
                complaints=view.through.expected.get(gates[0], 0.0),
            )


REVIEW_UNRECORDED = Predicate(
    kind="review_unrecorded",
    class_="breakpoint",
    title=Text("豁免未留痕", "Waiver not recorded"),
    rule=Text(
        "评审点的豁免记录没有原因，或没有经办人（BY）", "a `waived` review of a gate without reason or without BY"
    ),
    clause="实现服务质量全程可视可管可控可追溯",
    base=2,
    measure=Text("补记原因与经办人", "Record it"),
    reads=("Review", "OF", "BY", "Gate"),
    find=_find,
)
