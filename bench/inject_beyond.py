"""``python -m bench.inject_beyond --seed N [--seeds 10]``: does anything beyond the page come closer to the joint ceiling?

Two trials, in the bench only: joint inference over a subject's earlier complaints (inject_history) and learning stop, weights
and null rates from verdicts first (inject_learning). Verdicts are drawn before ``CUT``; every way is scored on the complaints after it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np

from bench.inject import table
from bench.inject_bayes import one_complaint
from bench.inject_guesses import Guess, ceiling, traced
from bench.inject_history import by_history, said
from bench.inject_joint import joint
from bench.inject_learning import Shares, assumed, learned, relabelled, true_shares
from bench.inject_scores import Counted, count, difference, families, figures
from bench.inject_trace import answers, stored
from bench.inject_truth import Floats
from bench.inject_world import PRODUCTS, World, draw_world
from graph.store import Store
from queries.answers import TraceAnswer
from queries.parameters import load_parameters

CUT = 220.0
"""Day before which verdicts are given."""
VERDICTS = 200
CAUTIOUS = 0.7
"""Probability from which the history names without more false accusations than the trace: chosen on seeds 101–106."""
TRACE = "the trace"


def guesses(world: World) -> dict[str, Guess]:
    """Every way over all complaints of a world."""
    parameters = load_parameters()
    before = assumed(world, parameters)
    heard = said(world, before, parameters)
    rng = np.random.default_rng([world.seed, 23])
    early = [n for n, complaint in enumerate(world.complaints) if complaint.day < CUT]
    sample = sorted(int(n) for n in rng.permutation(early)[:VERDICTS])
    after = learned(world, before, heard.felt, sample)
    with stored(world) as store:
        plain = list(answers(store))
        relearnt = _traced_with(store, world, after)
        knowing = _traced_with(store, world, true_shares(world, before))
    evidence, evidence_after = evidence_of(world, plain), evidence_of(world, relearnt)
    own = by_history(world, heard, evidence, family=False)
    return {
        TRACE: traced(world, plain),
        "history": ceiling(own),
        f"history, named from {CAUTIOUS}": ceiling(own, CAUTIOUS),
        "history of the family": ceiling(by_history(world, heard, evidence, family=True)),
        "learned": traced(world, relearnt),
        f"learned + history, {CAUTIOUS}": ceiling(
            by_history(world, said(world, after, parameters), evidence_after, family=False), CAUTIOUS
        ),
        "true stop and W": traced(world, knowing),
        "Bayes, one complaint": ceiling(one_complaint(world)),
        "Bayes, all of subject's": ceiling(joint(world)),
    }


def _traced_with(store: Store, world: World, shares: Shares) -> list[TraceAnswer]:
    return list(answers(store, relabelled(store, world, shares)))


def evidence_of(world: World, plain: Sequence[TraceAnswer]) -> Floats:
    """Complaints × points: the review and indicator terms of the answers; −inf where a point is no hypothesis."""
    place = {f"ControlPoint:{id_}": n for n, id_ in enumerate(world.frame.points)}
    by_id = {answer.complaint.removeprefix("Complaint:"): answer for answer in plain}
    found = np.full((len(world.complaints), len(place)), -np.inf)
    for n, complaint in enumerate(world.complaints):
        for candidate in by_id[complaint.id].candidates:
            if candidate.control_point is not None:
                terms = sum(term.value for term in candidate.terms if term.name != "prior")
                found[n, place[candidate.control_point]] = terms
    return found


def trial(seeds: Sequence[int], products: int = PRODUCTS) -> dict[str, list[Counted]]:
    """Each way counted in every world, on the complaints after the cut."""
    counted: dict[str, list[Counted]] = {}
    for seed in seeds:
        world = draw_world(seed, products)
        late = np.array([complaint.day >= CUT for complaint in world.complaints])
        family = families(world, late)
        for name, guess in guesses(world).items():
            counted.setdefault(name, []).append(count(world, guess, family))
    return counted


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        prog="bench.inject_beyond", description="Trials beyond the page on injected worlds."
    )
    parser.add_argument("--seed", type=int, required=True, help="first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds")
    arguments = parser.parse_args()
    counted = trial(range(arguments.seed, arguments.seed + arguments.seeds))
    print(table({name: figures(of) for name, of in counted.items()}))
    for name in counted:
        if name != TRACE:
            for metric in ("AC@1", "false accusations"):
                mean, low, high = difference(counted[name], counted[TRACE], metric)
                print(f"{name:<26} {metric:<18} − the trace's: {mean:+.3f} [{low:+.3f}, {high:+.3f}]")


if __name__ == "__main__":
    main()
