"""What is kept between traces changes none: any order, any number, and a world in which facts come between complaints."""

from __future__ import annotations

import random

import pytest

from graph.case import Subject
from graph.records import Revision
from queries.trace import trace
from tests.queries import random_world

AS_OF = "2026-06-30T00:00:00.000000Z"


@pytest.mark.parametrize("seed", range(10))
def test_a_trace_among_many_is_the_trace_alone(new_world, parameters, seed):
    rnd = random.Random(seed)
    world = random_world.fill(new_world(), seed)
    days = [random_world.day(n) for n in range(0, 230, 6)]
    known = {"revision": Revision(1, 1), "as_of": AS_OF, "parameters": parameters}
    about = [world.asked["about"], ["Campaign:M"], ["Campaign:M", "Product:X"], []]
    asked = [
        {**world.asked, "day": day, "about": rnd.choice(about), "home": rnd.choice([(), world.asked["home"]])}
        for day in days
    ]
    shared = world.framework()
    cases = [world.case(f"C{n}", **one) for n, one in enumerate(asked)]
    subjects: dict[object, Subject] = {}
    for case in cases:  # as a store hands them out: one object a subject, one tuple a series
        for ref, subject in case.subjects.items():
            case.subjects[ref] = subjects.setdefault(ref, subject)
        for key, values in case.series.items():
            case.series[key] = cases[0].series.get(key, values)
    alone = {case.id: trace(world.framework(), case, **known) for case in cases}
    rnd.shuffle(cases)
    for case in [*cases, *reversed(cases)]:
        assert trace(shared, case, **known) == alone[case.id], case.id
    assert len({a.candidates[0].probability for a in alone.values()}) > 1, "the days must differ in what was known"


def test_a_subject_read_anew_is_not_answered_from_the_old_one(world, parameters):
    world.stage("S1").point("V", "S1").points_to("K", {"V": 0.8}).subject("Campaign:M")
    framework, known = world.framework(), {"revision": Revision(1, 1), "as_of": AS_OF, "parameters": parameters}
    before = trace(framework, world.case(about=["Campaign:M"]), **known)
    world.review("Campaign:M", "ControlPoint:V", "failed", "2026-03-01").kci("V", "I")
    after = trace(framework, world.case(about=["Campaign:M"]), **known)
    assert (before.candidates[0].terms[1].value, after.candidates[0].terms[1].value > 0) == (0, True)
