"""Reviews and indicators of an injected world: what was recorded, and how likely it is under every set of faults."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.inject_frame import Frame, KciPlan
from bench.inject_hosts import Host
from bench.inject_truth import LATEST, RESULTS, TWO, Floats, Truth

SKIPPED = RESULTS.index("skipped")


@dataclass(frozen=True)
class ReviewSeen:
    """A review that was due: of a gate or a point, the places in the host's sources it looks at, when, and what was recorded."""

    of: str
    gate: bool
    looks_at: tuple[int, ...]
    day: float
    result: int
    """Place in RESULTS; SKIPPED when it did not take place."""
    recorded: float
    """Day; infinite when nobody recorded it."""
    recording: float
    """Share of such reviews that are recorded at all."""


@dataclass(frozen=True)
class KciSeen:
    """The state that an indicator shows month after month for a host's source; ``others``: probability that another host of the unit moves it."""

    plan: KciPlan
    place: int
    state: int
    known: float
    """Day from which a value is known."""
    others: float


@dataclass(frozen=True)
class Evidence:
    """All evidence about one host."""

    reviews: tuple[ReviewSeen, ...]
    kcis: tuple[KciSeen, ...]

    def log_likelihood(self, sets: tuple[tuple[int, ...], ...], truth: Truth, day: float) -> Floats:
        """ln P(what is known of the host by a day | set of sources that go on), for every set; exact but for shared unit indicators."""
        faulty = np.zeros((len(sets), 1 + max(max(s, default=0) for s in sets)), bool)
        for n, members in enumerate(sets):
            faulty[n, list(members)] = True
        total = np.zeros(len(sets))
        for review in self.reviews:
            if review.day < day:
                moved = faulty[:, list(review.looks_at)].any(1)
                total += np.log(_seen(review, truth, day))[moved.astype(int)]
        for kci in self.kcis:
            if kci.known < day:
                sound, faulted = truth.kci[:, kci.state]
                total += np.log(
                    np.where(faulty[:, kci.place], faulted, kci.others * faulted + (1 - kci.others) * sound)
                )
        return total


def _seen(review: ReviewSeen, truth: Truth, day: float) -> Floats:
    """P(what is known of a review by a day | sound, faulty): its result, or that there is none (yet)."""
    if review.recorded < day:
        return truth.review[:, review.result]
    still_late = truth["late"] * max(0.0, 1 - (day - review.day) / LATEST)
    silent = 1 - review.recording + review.recording * still_late
    skipped = truth.review[:, SKIPPED]
    return np.asarray(skipped + (1 - skipped) * silent)


def draw_evidence(
    rng: np.random.Generator, truth: Truth, frame: Frame, hosts: tuple[Host, ...]
) -> tuple[Evidence, ...]:
    """What is recorded of every host, given what goes on at it."""
    units = _unit_states(rng, truth, frame, hosts)
    return tuple(
        Evidence(
            tuple(_reviews(rng, truth, frame, host)), tuple(_kcis(rng, truth, frame, hosts, host, units))
        )
        for host in hosts
    )  # fmt: skip


def _reviews(rng: np.random.Generator, truth: Truth, frame: Frame, host: Host) -> list[ReviewSeen]:
    place = {source: n for n, source in enumerate(host.sources)}
    due = [(g.id, True, g.stage, tuple(place[p] for p in g.checks)) for g in frame.gates if g.checks[0] in place]
    due += [(frame.points[p], False, frame.stage_of[p], (place[p],)) for p in frame.reviewed if p in place]
    going_on = {n for n, _ in host.faults}
    recording = frame.recording[host.unit]
    found = []
    for of, gate, stage, looks_at in due:
        day = host.entered[stage] + 3
        if day >= host.end:
            continue
        result = int(rng.choice(len(RESULTS), p=_normal(truth.review[int(not going_on.isdisjoint(looks_at))])))
        recorded = day + (float(rng.uniform(0, LATEST)) if rng.random() < truth["late"] else 0.0)
        if result == SKIPPED or rng.random() >= recording:
            recorded = np.inf
        found.append(ReviewSeen(of, gate, looks_at, day, result, recorded, recording))
    return found


def _unit_states(
    rng: np.random.Generator, truth: Truth, frame: Frame, hosts: tuple[Host, ...]
) -> dict[tuple[int, int], int]:
    """(point, unit) → state of an indicator that exists for the unit: moved when any of its campaigns has the fault."""
    moved = {(host.sources[n], host.unit) for host in hosts if host.campaign for n, _ in host.faults}
    units = sorted({host.unit for host in hosts if host.campaign})
    return {
        (kci.point, unit): int(rng.choice(3, p=_normal(truth.kci[int((kci.point, unit) in moved)])))
        for kci in frame.kcis if kci.per_unit for unit in units
    }  # fmt: skip


def _kcis(
    rng: np.random.Generator, truth: Truth, frame: Frame, hosts: tuple[Host, ...], host: Host,
    units: dict[tuple[int, int], int],
) -> list[KciSeen]:  # fmt: skip
    place = {source: n for n, source in enumerate(host.sources)}
    going_on = {n for n, _ in host.faults}
    found = []
    for plan in frame.kcis:
        if plan.point not in place:
            continue
        n = place[plan.point]
        if plan.per_unit:
            others = sum(other.campaign and other.unit == host.unit for other in hosts) - 1
            rate = 1 - (1 - host.troubled * (1 + TWO) * float(host.odds[n])) ** others
            found.append(KciSeen(plan, n, units[plan.point, host.unit], 31.0, rate))
        elif rng.random() >= truth["kci_absent"]:
            state = int(rng.choice(3, p=_normal(truth.kci[int(n in going_on)])))
            entered = host.entered[frame.stage_of[plan.point]]
            found.append(KciSeen(plan, n, state, _month_after(entered), 0.0))
    return found


def _month_after(day: float) -> float:
    """The first month's end after a day, months of thirty days."""
    return 30.0 * (day // 30 + 1) + 1


def _normal(odds: Floats) -> Floats:
    return np.asarray(odds / odds.sum())
