"""What things are called in a sentence, in both languages: framework nodes by the framework, subjects by the complaint's own case."""

from __future__ import annotations

from collections.abc import Iterable

from graph.case import Case
from graph.framework import Framework, basis_of, row_name
from graph.records import NodeRow, Ref
from graph.schema import KINDS
from graph.text import Text
from queries.per_framework import PerFramework


class Names:
    """Names as texts, with the id where it says more than the name."""

    def __init__(self, framework: Framework, case: Case | None = None) -> None:
        self._framework = framework
        self._known = _known(framework)
        self._subjects = case.subjects if case is not None else {}

    def bare(self, ref: Ref) -> Text:
        """The name alone, else the id."""
        return self._both(ref)[0]

    def full(self, ref: Ref) -> Text:
        """The name with its id: “计费准确性”（CP37）."""
        return self._both(ref)[1]

    def _both(self, ref: Ref) -> tuple[Text, Text]:
        known = self._known.get(ref)
        if known is None:
            row = self._framework.get(ref)
            if row is not None:
                known = self._known[ref] = _named(row)
            else:
                subject = self._subjects.get(ref)
                known = _named(NodeRow(ref.kind, ref.id, subject.props if subject is not None else {}))
        return known

    def word(self, ref: Ref) -> tuple[str, str]:
        """On whose word a node of the framework rests, and the plan's words it quotes (empty: none)."""
        row = self._framework.get(ref)
        return (basis_of(row), str(row.props.get("clause", ""))) if row is not None else ("customer", "")

    def kind_and_name(self, ref: Ref) -> Text:
        """The kind before the full name: 营销案“校园套餐”（M1）."""
        name = self.full(ref)
        return Text(f"{KINDS[ref.kind].zh}{name.zh}", f"{KIND_EN.get(ref.kind, ref.kind.lower())} {name.en}")


_known: PerFramework[dict[Ref, tuple[Text, Text]]] = PerFramework(lambda _: {})


def _named(row: NodeRow) -> tuple[Text, Text]:
    zh, en = row_name(row, "zh"), row_name(row, "en")
    full_zh, full_en = (f"“{name}”" if name == row.id else None for name in (zh, en))
    return Text(zh, en), Text(full_zh or f"“{zh}”（{row.id}）", full_en or f"“{en}” ({row.id})")


KIND_EN = {"OrgUnit": "unit", "ControlPoint": "control point"}
"""English names of kinds in a sentence, where they differ from the kind in lower case."""


def joined(texts: Iterable[Text]) -> Text:
    """Several texts as an enumeration."""
    parts = list(texts)
    return Text("、".join(part.zh for part in parts), ", ".join(part.en for part in parts))


def percent(share: float) -> str:
    """A share with one decimal, as both languages write it."""
    return f"{share * 100:.1f}%"


def figure(value: float) -> str:
    """A measured figure as a person says it: four significant digits, whole from a thousand on."""
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
