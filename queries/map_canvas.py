"""A responsibility map while it grows: boxes and lines in the order in which they were first needed, then marked and folded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from graph.framework import Framework
from graph.records import Ref
from graph.schema import KINDS as KINDS_OF_NODES
from graph.subgraph import Band, Column, Label, Mark, Subgraph, SubgraphEdge, SubgraphNode
from graph.text import Text
from queries.answers import label
from queries.finding import Finding
from queries.findings.registry import KINDS

GRAVE = 3
"""Severity from which a finding marks its box, as in the picture of a trace: with lesser ones hardly a box would be left without."""
_MANY = 5
"""Nodes that must have a kind of finding before it can be called common."""
_ROLES_TOLD = 3
"""How many different roles the label of one line tells."""


class Box:
    """A node while the map grows."""

    def __init__(self, name: Text, column: Column, band: str | None) -> None:
        self.name = name
        self.column = column
        self.band = band
        self.marks: dict[Mark, None] = {}
        self.detail: dict[Text, None] = {}


class Line:
    """A link while the map grows; what it stands for is told once each."""

    def __init__(self, basis: str) -> None:
        self.basis = basis
        self.texts: dict[Text, None] = {}


class Canvas:
    """Boxes by reference, lines by type and ends."""

    def __init__(self, framework: Framework) -> None:
        self.framework = framework
        self.boxes: dict[Ref, Box] = {}
        self.lines: dict[tuple[str, Ref, Ref], Line] = {}

    def box(self, ref: Ref, column: Column, *, band: str | None = None, name: Text | None = None) -> Box:
        """The node's box, made when first asked for."""
        found = self.boxes.get(ref)
        if found is None:
            own = name or Text(self.framework.name(ref, "zh"), self.framework.name(ref, "en"))
            found = self.boxes[ref] = Box(own, column, band)
        return found

    def edge(self, type_: str, source: Ref, target: Ref, *, basis: str = "customer", text: Text | None = None) -> None:
        """A line between two boxes; the same one again adds what it is told to stand for."""
        line = self.lines.setdefault((type_, source, target), Line(basis))
        if text is not None:
            line.texts[text] = None

    def mark(self, findings: Iterable[Finding]) -> tuple[Text, ...]:
        """Grave findings mark the boxes they name and are told there with their keys; how many lesser ones there are is one line.

        A kind that holds at more than half of all nodes of a kind in the framework would mark so many boxes that none stands out, on
        this map and on every other: it is told in the boxes, and returned in a line to tell above the map.
        """
        named = [(finding, ref) for finding in findings for ref in map(Ref.parse, finding.nodes)]
        grave = [(finding, ref) for finding, ref in named if finding.severity >= GRAVE]
        having = Counter((kind, ref.kind) for kind, ref in dict.fromkeys((finding.kind, ref) for finding, ref in grave))
        common: dict[tuple[str, str], int] = {}
        for (kind, of), n in sorted(having.items()):
            total = len(self.framework.nodes(of)) if KINDS_OF_NODES[of].group == "framework" else 0
            if n >= _MANY and 2 * n > total > 0:
                common[kind, of] = total
        drawn = [(finding, self.boxes[ref], (finding.kind, ref.kind)) for finding, ref in grave if ref in self.boxes]
        for finding, box, place in drawn:
            if place not in common:
                box.marks["gap"] = None
            said = finding.message
            box.detail[Text(f"断点：{said.zh}（{finding.key}）", f"Finding: {said.en} ({finding.key})")] = None
        lesser = Counter(ref for finding, ref in named if finding.severity < GRAVE and ref in self.boxes)
        for ref, n in lesser.items():
            many = "" if n == 1 else "s"
            self.boxes[ref].detail[
                Text(f"断点清单另有 {n} 条涉及此处", f"{n} lesser finding{many} of the breakpoint list here")
            ] = None
        met = dict.fromkeys(place for _, _, place in drawn if place in common)
        return _common([(place[0], having[place], common[place]) for place in sorted(met)])

    def settle(self) -> None:
        """Put every KCI into the band of the stage most of whose drawn points it measures; of equals into the first."""
        stages: dict[Ref, Counter[str]] = {}
        for type_, source, target in self.lines:
            if type_ == "MEASURED_BY" and self.boxes[target].column == "KCI" and (stage := self.boxes[source].band):
                stages.setdefault(target, Counter())[stage] += 1
        ranks = self.framework.stage_rank
        for kci, counts in stages.items():
            self.boxes[kci].band = min(counts, key=lambda stage: (-counts[stage], ranks[stage]))

    def folded(self, into: Mapping[Ref, Ref], members: Text) -> Canvas:
        """The map with boxes put into others: marks come along, lines are joined, lines within one box go; a box tells how many it holds."""
        folded, counts = Canvas(self.framework), Counter(into[ref] for ref in self.boxes if into.get(ref, ref) != ref)
        for ref, box in self.boxes.items():
            home = into.get(ref, ref)
            there = folded.boxes.get(home)
            if there is None:
                own = self.boxes.get(home)
                there = folded.box(
                    home, own.column if own is not None else box.column, band=own.band if own is not None else box.band
                )
                if own is not None:
                    there.name, there.detail = own.name, dict(own.detail)
            there.marks |= box.marks
        for home, n in counts.items():
            folded.boxes[home].detail[Text(f"含{members.zh} {n} 个", f"holds {n} {members.en}")] = None
        for (type_, source, target), line in self.lines.items():
            ends = into.get(source, source), into.get(target, target)
            if ends[0] != ends[1]:
                folded.lines.setdefault((type_, *ends), Line(line.basis)).texts.update(line.texts)
        return folded

    def subgraph(self, title: Text, lead: Iterable[Text]) -> Subgraph:
        """The finished value: stages become bands, in their order."""
        ranks = self.framework.stage_rank
        stages = sorted(
            {box.band for box in self.boxes.values() if box.band is not None}, key=lambda stage: ranks[stage]
        )
        return Subgraph(
            title=label(title),
            lead=tuple(label(line) for line in lead),
            nodes=tuple(
                SubgraphNode(
                    id=str(ref), kind=ref.kind, label=label(box.name), column=box.column, band=box.band,
                    marks=tuple(box.marks), detail=tuple(label(line) for line in box.detail),
                )
                for ref, box in self.boxes.items()
            ),
            edges=tuple(
                SubgraphEdge(type=type_, source=str(source), target=str(target), label=_told(line), basis=line.basis)
                for (type_, source, target), line in self.lines.items()
            ),
            bands=tuple(
                Band(id=stage, label=label(Text(*(self.framework.name(Ref("Stage", stage), lang) for lang in ("zh", "en")))), rank=ranks[stage])
                for stage in stages
            ),
        )  # fmt: skip


def _common(found: Sequence[tuple[str, int, int]]) -> tuple[Text, ...]:
    if not found:
        return ()
    zh = "、".join(f"{KINDS[kind].title.zh} {n}/{of}" for kind, n, of in found)
    en = ", ".join(f"{KINDS[kind].title.en} {n}/{of}" for kind, n, of in found)
    return (
        Text(
            f"以下断点在全框架中过半，写在各框的说明里，不逐个标记：{zh}",
            f"Found at more than half of the whole framework, told in each box and not marked: {en}",
        ),
    )


def _told(line: Line) -> Label | None:
    texts = list(line.texts)
    if not texts:
        return None
    zh, en = ("、".join(text.zh for text in texts[:_ROLES_TOLD]), ", ".join(text.en for text in texts[:_ROLES_TOLD]))
    more = len(texts) - _ROLES_TOLD
    return Label(zh=f"{zh} 等 {len(texts)} 项", en=f"{en} and {more} more") if more > 0 else Label(zh=zh, en=en)
