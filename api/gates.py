"""Asks the gates about a product or campaign as a person names it."""

from __future__ import annotations

from api.context import AsOf
from api.serving import Serving
from queries.gate import SUBJECT_KINDS, GateAnswer, gate_state


def check_gates(desk: Serving, subject: str, as_of: AsOf, stage: str | None = None) -> GateAnswer:
    """The state of every gate that applies, at the end of the day.

    Args:
        desk: the store.
        subject: product or campaign, written as id, ``Kind:id`` or name.
        as_of: the day.
        stage: the stage it is about to enter, by id or name; None: the launch and the stages reached.

    Raises UnknownId, UsageError: the subject or the stage is not one.
    """
    ref = desk.find(subject, SUBJECT_KINDS)
    entering = desk.find(stage, ("Stage",)).id if stage is not None else None
    return gate_state(desk.snapshot().framework, desk.store, ref, as_of=as_of.day, stage=entering)
