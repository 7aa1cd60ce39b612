"""What verdicts teach: how failures travel, where they begin, how often there is no cause inside, and how sharp the scores are.

Learning starts from the assumed numbers each time and counts every complaint whose verdict was given by a moment, once, by its
latest verdict. ``queries/learned.py`` applies the counts, ``queries/learning_fit.py`` fits λ and T.

How a verdict votes. With A(a) the anchors of the complaint under the assumed numbers and π_a(v) the probability that a failure
seen at a began at v, a verdict that names v was seen at a with probability r_a = A(a) π_a(v) / Σ_b A(b) π_b(v). It came along
the most probable way from a to v: each edge x → y of that way gets n_xy += r_a; each point x before v did not stop it
(stop of x: misses += r_a), and v did (stop of v: hits += r_a; a point without causes has no stop to learn). A v that no anchor leads
to votes for *unmodelled* and teaches no way. So one verdict spreads one vote over ways, and n_u = Σ_v n_uv.

Rates are of complaints: a null rate gets one vote, shared among the complaint's categories; the floor of *unmodelled* gets one
where it is that floor which decides ν_u. Rates, λ and T leave out complaints that were judged in a dispute only: what is disputed
is not what usually happens. The ways upstream use every verdict: they say how failures travel, given that there was one.

λ and T are fitted to halves that have not seen each other: a complaint's priors come from the votes of the other half, as
otherwise every verdict would find itself confirmed and T would promise too much.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import fsum
from typing import NamedTuple

from graph.case import Case
from graph.framework import Framework
from queries.learned import unmodelled_floor
from queries.learning_fit import Example, fit
from queries.parameters import Learned, Parameters, Votes
from queries.scoring import Scored, score
from queries.verdicts import Judged

_DIGITS = 9


class Lesson(NamedTuple):
    """A complaint with what was found."""

    case: Case
    found: Judged


class Ballot:
    """The votes of some lessons, under the assumed numbers."""

    def __init__(self) -> None:
        self.causes: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        self.stop: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
        self.no_cause: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
        self.unmodelled: tuple[list[float], list[float]] = ([], [])

    def cast(self, scored: Scored, found: Judged, parameters: Parameters) -> None:
        """Add what one verdict says; see the head of this module."""
        conclusion, place = found.verdict.conclusion, scored.view.index.get(found.verdict.control_point)
        led_to = place is not None and self._ways(scored, place)
        if found.disputed:
            return
        case, view = scored.concerned.case, scored.view
        categories = [id_ for id_ in case.categories if id_ in view.categories] or [""]
        for category in categories:
            self.no_cause[category][conclusion != "no_internal_cause"].append(1 / len(categories))
        if scored.anchors.unmodelled <= unmodelled_floor(parameters):
            self.unmodelled[led_to or conclusion == "no_internal_cause"].append(1.0)

    def _ways(self, scored: Scored, root: int) -> bool:
        """The votes along the ways to a root; False where no anchor leads to it."""
        upstream, points = scored.model.upstream, scored.view.points
        seen = [
            (anchor.point, anchor.probability * dict(upstream.row(anchor.point)).get(root, 0.0))
            for anchor in scored.anchors.anchors
        ]
        total = fsum(share for _, share in seen)
        if total <= 0:
            return False
        for anchor, share in seen:
            if share > 0:
                vote = share / total
                for effect, cause in pairwise(upstream.path(anchor, root)):
                    self.causes[points[effect].id][points[cause].id].append(vote)
                    self.stop[points[effect].id][1].append(vote)
                if scored.view.causes[root]:
                    self.stop[points[root].id][0].append(vote)
        return True

    def learned(self, until: str, last: str, parent: str, verdicts: Mapping[str, int]) -> Learned:
        """The counts as a version keeps them, in id order; sums are exact, so that the order of verdicts does not show."""
        return Learned(
            until=until, last=last, parent=parent, verdicts=dict(verdicts),
            causes={
                effect: {cause: _sum(votes) for cause, votes in sorted(of.items())} for effect, of in sorted(self.causes.items())
            },
            stop={point: _votes(votes) for point, votes in sorted(self.stop.items())},
            no_internal_cause={category: _votes(votes) for category, votes in sorted(self.no_cause.items())},
            unmodelled=_votes(self.unmodelled),
        )  # fmt: skip


def learn(framework: Framework, lessons: Sequence[Lesson], assumed: Parameters, until: str) -> Parameters:
    """The assumed numbers as the lessons move them, under the assumed version's name: whoever keeps them names them.

    Args:
        framework: the framework of one revision.
        lessons: complaints with verdicts no later than ``until``.
        assumed: the numbers before any learning.
        until: the last moment of a verdict looked at, canonical.
    """
    usable = [lesson for lesson in lessons if lesson.found.verdict.conclusion is not None]
    usable.sort(key=lambda lesson: (lesson.found.verdict.event_at, lesson.found.verdict.id))
    whole, halves = Ballot(), (Ballot(), Ballot())
    for number, lesson in enumerate(usable):
        scored = score(framework, lesson.case, assumed)
        for ballot in (whole, halves[number % 2]):
            ballot.cast(scored, lesson.found, assumed)
    last = max((lesson.found.verdict.event_at for lesson in lessons), default="")
    plain = assumed.evidence.model_copy(update={"review": 1.0, "kci": 1.0, "temperature": 1.0})
    examples: list[Example] = []
    for half, other in ((0, halves[1]), (1, halves[0])):
        unseen = assumed.model_copy(
            update={"evidence": plain, "learned": other.learned(until, "", assumed.version, {})}
        )
        examples += (
            example_of(score(framework, lesson.case, unseen), lesson.found)
            for lesson in usable[half::2]
            if not lesson.found.disputed
        )
    return assumed.model_copy(
        update={
            "status": "learned",
            "calibrated": None,
            "evidence": fit(examples, assumed.evidence, assumed.learning),
            "learned": whole.learned(until, last, assumed.version, _tell(lessons)),
        }
    )


def example_of(scored: Scored, found: Judged) -> Example:
    """A complaint's hypotheses with what the verdict found true of them, scored with λ = T = 1.

    A root that is not among them counts as unmodelled; without a subject, a point is true on any.
    """
    true = true_of(scored, found)
    terms = [(one.prior, one.review.value, one.kci.value) for one in scored.hypotheses]
    terms += [(null.score, 0.0, 0.0) for null in (scored.no_internal_cause, scored.unmodelled)]
    return Example(tuple(terms), true)


def true_of(scored: Scored, found: Judged) -> tuple[bool, ...]:
    """Which hypotheses a verdict found true: the points in their order, then no_internal_cause and unmodelled."""
    verdict = found.verdict
    points = [
        one.point.id == verdict.control_point and verdict.subject in (None, one.subject_ref)
        for one in scored.hypotheses
    ]
    no_cause = verdict.conclusion == "no_internal_cause"
    return (*points, no_cause, not no_cause and not any(points))


def _tell(lessons: Sequence[Lesson]) -> dict[str, int]:
    """Complaints by what was concluded and by how they came to be judged."""
    told: Counter[str] = Counter()
    for _, found in lessons:
        told[found.verdict.conclusion or "not_usable"] += 1
        told["random" if found.random else "dispute" if found.disputed else "routine"] += 1
    return dict(sorted(told.items()))


def _sum(votes: Sequence[float]) -> float:
    return round(fsum(votes), _DIGITS)


def _votes(votes: tuple[Sequence[float], Sequence[float]]) -> Votes:
    return Votes(hits=_sum(votes[0]), misses=_sum(votes[1]))
