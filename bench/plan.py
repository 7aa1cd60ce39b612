"""What a run of the bench is asked for: the seed of its worlds, how large they are, and whether it may take its time."""

from __future__ import annotations

from dataclasses import dataclass

SIZES = {"10k": 10_000, "100k": 100_000, "1M": 1_000_000, "10M": 10_000_000}
"""Name → complaints of a world."""


@dataclass(frozen=True)
class Plan:
    """One run.

    Args:
        seed: of every world.
        complaints: of the largest world; None: what each area takes by itself.
        full: whether areas take the sizes of the acceptance list instead of those that fit ten minutes.
    """

    seed: int = 2025
    complaints: int | None = None
    full: bool = False

    def largest(self, short: int, full: int) -> int:
        """Complaints of an area's largest world, given what it takes in a short and in a full run."""
        return self.complaints or (full if self.full else short)

    def rounds(self, short: int, full: int) -> int:
        """Repetitions, given those of a short and of a full run."""
        return full if self.full else short
