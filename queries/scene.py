"""What an owner is sought for, as a value that assignments and rules are compared with."""

from __future__ import annotations

from dataclasses import dataclass

from graph.case import Subject
from graph.records import Ref
from queries.answers import Via


@dataclass(frozen=True, slots=True)
class Scene:
    """What an owner is sought for: the place in the process, the subject with its unit, and how the complaint came in.

    ``units`` is u of trace.md: the home unit, else the runner of the subject.
    """

    point: str | None = None
    stage: str | None = None
    domain: str | None = None
    subject: Subject | None = None
    promoted: tuple[Subject, ...] = ()
    """The products a campaign promotes, for what is asked of its segment."""
    units: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    home_units: tuple[str, ...] | None = None
    """The home units of the complaint; None where no complaint is asked about."""
    handlers: tuple[str, ...] = ()
    """The units that received the complaint."""
    other: Ref | None = None
    """Something that stands at no stage: a gate, an indicator, a channel, …"""

    def places(self) -> tuple[tuple[Ref, Via, int], ...]:
        """What an assignment may be FOR to cover the scene, with how it is called and how near it is."""
        found: list[tuple[Ref, Via, int]] = []
        if self.subject is not None:
            found.append((self.subject.ref, "subject", 0))
        for kind, id_, via, near in (
            ("ControlPoint", self.point, "control_point", 3), ("Stage", self.stage, "stage", 2), ("Domain", self.domain, "domain", 1),
        ):  # fmt: skip
            if id_ is not None:
                found.append((Ref(kind, id_), via, near))  # type: ignore[arg-type]
        if self.other is not None:
            found.append((self.other, "subject", 0))
        return tuple(found)
