"""Moments a while apart, as the canonical strings that everything here compares."""

from __future__ import annotations

from datetime import UTC, timedelta

from graph.values import instant


def later(at: str, seconds: float) -> str:
    """The moment some seconds after (before, where negative) another."""
    return (instant(at) + timedelta(seconds=seconds)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def seconds_until(at: str, until: str) -> float:
    """How many seconds lie between two moments; negative when the second is past."""
    return (instant(until) - instant(at)).total_seconds()
