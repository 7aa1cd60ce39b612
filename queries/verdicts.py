"""Verdicts as values: what a person concluded about a complaint, read from Verdict nodes and their edges, and the seal on it.

A verdict is written once and never changed: a later one of the same complaint stands beside it, and the latest counts. Its id
ends in a seal, the beginning of the SHA-256 of everything it says, the frozen answer included; so the same verdict given twice
is one, two different ones never meet in one id, and a property changed afterwards no longer fits the id. Only the answer's
counter of facts is not sealed: it moves with every write, this verdict's own among them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from graph.records import EdgeRow, NodeRow, Ref
from graph.values import Value

Conclusion = Literal["named", "no_internal_cause", "unmodelled", "unknown"]
"""A control point; no cause inside; a cause inside that the framework does not lead to; the person cannot tell."""
CONCLUSIONS: tuple[str, ...] = get_args(Conclusion)
Sampled = Literal["random", "dispute", "routine"]
Seal = Literal["intact", "broken", "none"]
VERDICT_EDGES = ("OF", "NAMES", "ON", "BY")
_SEALED = re.compile(r"V-(?P<complaint>.+)-(?P<seal>[0-9a-f]{16})\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Ruling:
    """One verdict: ``control_point`` is an id, empty unless ``outcome`` is ``named``; absent texts are empty."""

    id: str
    complaint: str
    outcome: str
    control_point: str
    subject: Ref | None
    by: str
    sampled: str
    event_at: str
    reason: str
    answer: str

    @property
    def conclusion(self) -> Conclusion | None:
        """What can be learned from it; None where it says less or other than a cause (a stage, a customer's own word)."""
        if self.control_point:
            return "named"
        known: dict[str, Conclusion] = {"no_internal_cause": "no_internal_cause", "unmodelled": "unmodelled"}
        return known.get(self.outcome)

    @property
    def seal(self) -> Seal:
        """Whether everything it says is as it was when it was given; ``none``: loaded from elsewhere, with an id of its own."""
        match = _SEALED.match(self.id)
        if match is None or not self.answer:
            return "none"
        return "intact" if sealed_id(self.complaint, self.says()) == self.id else "broken"

    def says(self) -> dict[str, str]:
        """All that it says beside the complaint, as it is sealed."""
        return {
            "outcome": self.outcome, "control_point": self.control_point, "subject": str(self.subject or ""), "by": self.by,
            "sampled": self.sampled, "event_at": self.event_at, "reason": self.reason, "answer": self.answer,
        }  # fmt: skip


def sealed_id(complaint: str, says: Mapping[str, str]) -> str:
    """The id of a verdict: V-, the complaint and the first 16 hexadecimal digits of the SHA-256 of what it says."""
    said = {"complaint": complaint, **says, "answer": _uncounted(says["answer"])}
    content = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"V-{complaint}-{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def _uncounted(answer: str) -> object:
    """An answer without its counter of facts; what is no answer of ours stays as it is."""
    try:
        said = json.loads(answer)
        del said["revision"]["facts"]
    except (ValueError, KeyError, TypeError):
        return answer
    return said


def ruling(complaint: str, **says: str) -> Ruling:
    """A verdict as it is to be stored; ``says`` are the texts of :meth:`Ruling.says`."""
    subject = Ref.parse(says["subject"]) if says["subject"] else None
    return Ruling(sealed_id(complaint, says), complaint, **{**says, "subject": subject})  # type: ignore[arg-type]


def rows_of(given: Ruling) -> tuple[NodeRow, tuple[EdgeRow, ...]]:
    """A verdict as a node and its edges, sources left out."""
    ref = Ref("Verdict", given.id)
    props: dict[str, Value] = {
        name: value
        for name, value in given.says().items()
        if value and name in ("outcome", "sampled", "event_at", "reason", "answer")
    }
    ends = {
        "OF": Ref("Complaint", given.complaint),
        "NAMES": Ref("ControlPoint", given.control_point) if given.control_point else None,
        "ON": given.subject,
        "BY": Ref("Owner", given.by) if given.by else None,
    }
    return NodeRow("Verdict", given.id, props), tuple(
        EdgeRow(name, ref, end, {}) for name, end in ends.items() if end is not None
    )


class _Ends(NamedTuple):
    complaints: list[str]
    points: list[str]
    subjects: list[Ref]
    owners: list[str]


def rulings(nodes: Iterable[NodeRow], edges: Iterable[EdgeRow]) -> tuple[Ruling, ...]:
    """Every verdict that is about a complaint, oldest first, of equally old ones in id order.

    One that was loaded with several complaints, points or subjects says nothing definite: of these it has none.

    Args:
        nodes: the Verdict nodes.
        edges: the edges that start at them, in any order.
    """
    ends: dict[str, _Ends] = {}
    for edge in edges:
        found = ends.setdefault(edge.source.id, _Ends([], [], [], []))
        if edge.type == "OF":
            found.complaints.append(edge.target.id)
        elif edge.type == "NAMES":
            found.points.append(edge.target.id)
        elif edge.type == "ON":
            found.subjects.append(edge.target)
        elif edge.type == "BY":
            found.owners.append(edge.target.id)
    read = []
    for node in nodes:
        of = ends.get(node.id)
        if of is None or len(of.complaints) != 1:
            continue
        texts = {name: str(node.props.get(name, "")) for name in ("outcome", "sampled", "event_at", "reason", "answer")}
        read.append(
            Ruling(
                node.id, of.complaints[0], control_point=of.points[0] if len(of.points) == 1 else "",
                subject=of.subjects[0] if len(of.subjects) == 1 else None, by=min(of.owners, default=""), **texts,
            )
        )  # fmt: skip
    return tuple(sorted(read, key=lambda one: (one.event_at, one.id)))


class Judged(NamedTuple):
    """A complaint's verdicts up to a moment: the one that counts, and how the complaint came to be judged.

    ``random`` is the moment of its first randomly sampled verdict, else empty: a dispute that corrects a sampled complaint does
    not take it out of the sample. ``disputed``: no verdict of it was anything but a dispute. ``first`` is the oldest's moment.
    """

    verdict: Ruling
    first: str
    random: str
    disputed: bool


def judged(verdicts: Iterable[Ruling], until: str) -> tuple[Judged, ...]:
    """The complaints that have a verdict no later than a moment, in the order of the ones that count.

    A verdict without a moment cannot be said to be known by then and is not looked at.

    Args:
        verdicts: all verdicts, oldest first.
        until: the last moment looked at, canonical.
    """
    of: dict[str, list[Ruling]] = {}
    for verdict in verdicts:
        if verdict.event_at and verdict.event_at <= until:
            of.setdefault(verdict.complaint, []).append(verdict)
    found = [
        Judged(
            several[-1], several[0].event_at, next((one.event_at for one in several if one.sampled == "random"), ""),
            all(one.sampled == "dispute" for one in several),
        )
        for several in of.values()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.verdict.event_at, one.verdict.id)))
