"""Random worlds for property tests: everything the trace looks at, with cycles, several subjects and silent places."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from graph.case import Counted, EpisodeFact, Episodes
from graph.records import Ref

_START = date(2025, 10, 1)


def day(offset: int) -> str:
    return (_START + timedelta(days=offset)).isoformat()


def _episodes(world: Any, rnd: random.Random, points: list[str]) -> Episodes:
    """Counts of earlier complaints in three categories that share the points, and sometimes one that the complaint repeats."""
    for n in range(3):
        world.points_to(f"K{n}", {p: rnd.random() / 4 for p in rnd.sample(points, rnd.randrange(1, 3))})
    sets = [(), ("K",), ("K0",), ("K1",), ("K0", "K2")]
    about = {key: rnd.randrange(1, 9) for key in sets if rnd.random() < 0.5}
    everything = {key: about.get(key, 0) + rnd.randrange(1, 40) for key in sets}
    own = ()
    if about and rnd.random() < 0.3:
        key = rnd.choice(sorted(about))
        subject = Ref.parse(rnd.choice(["Campaign:M", "Campaign:N", "Product:X"]))
        own = (EpisodeFact("C0", f"{day(rnd.choice([20, 100, 149]))}T04:00:00.000000Z", (subject,), key),)
    return Episodes(day(60), day(150), Counted(about), Counted(everything), own)


def fill(world: Any, seed: int, prefix: str = "") -> Any:
    """Fill a world; ``prefix`` renames control points, stages, gates, indicators and units without changing anything else.

    Ids under a prefix sort in the opposite order, so that any rule that leans on ids shows.
    """
    rnd = random.Random(seed)

    def name(kind: str, n: int) -> str:
        return f"{prefix}{kind}{99 - n:02}" if prefix else f"{kind}{n:02}"

    stages = [name("S", i) for i in range(4)]
    for i, stage in enumerate(stages):
        world.stage(stage, name("D", i // 2), i)
    for d in range(2):
        world.node(f"Domain:{name('D', d)}", order=d)
    size = rnd.randrange(3, 9)
    points = [name("V", i) for i in range(size)]
    for point in points:
        kind = rnd.choice(["campaign", "campaign", "product", "handling", None])
        extra = {"stop": rnd.random()} if rnd.random() < 0.3 else {}
        world.point(point, rnd.choice([*stages, None]), kind, **extra)
    for effect in points:
        for cause in rnd.sample(points, rnd.randrange(0, 3)):
            world.caused_by(effect, {cause: rnd.random()})
    world.points_to("K", {p: rnd.random() / size for p in rnd.sample(points, rnd.randrange(1, 4))})
    if rnd.random() < 0.5:
        world.node("Category:K", null_rate=round(rnd.random() * 0.3, 3))
    for g in range(3):
        world.gate(name("G", g), rnd.choice([None, *stages]), rnd.sample(points, rnd.randrange(1, 3)))
    world.edge("PART_OF", f"OrgUnit:{name('U', 0)}", f"OrgUnit:{name('U', 1)}")
    for k in range(4):
        indicator = name("I", k)
        world.kci(rnd.choice(points), indicator, target=95, warning=rnd.choice([None, 90]))
        world.edge("MEASURED_BY", f"ControlPoint:{rnd.choice(points)}", f"Indicator:{indicator}")
    subjects = ["Campaign:M", "Campaign:N", "Product:X", f"OrgUnit:{name('U', 0)}"]
    for subject in subjects:
        world.subject(subject, run_by=(name("U", 0),) if rnd.random() < 0.8 else ())
        for _ in range(rnd.randrange(0, 5)):
            source = rnd.choice([f"ControlPoint:{rnd.choice(points)}", f"Gate:{name('G', rnd.randrange(3))}"])
            when = rnd.randrange(200)
            world.review(
                subject,
                source,
                rnd.choice(["failed", "waived", "conditional", "passed"]),
                day(when),
                day(when + rnd.choice([0, 30])),
            )
        for _ in range(rnd.randrange(0, 3)):
            when = rnd.randrange(200)
            world.entry(subject, rnd.choice(stages), day(when), day(when + rnd.choice([0, 40])))
    for k in range(4):
        for _ in range(rnd.randrange(0, 5)):
            end = rnd.randrange(200)
            world.value(
                name("I", k), rnd.choice([80, 92, 99]), day(end - 30), day(end), on=rnd.choice([None, "Campaign:M", "Product:X"]),
                unit=rnd.choice(["", name("U", 0), name("U", 1)]), recorded=day(end + rnd.randrange(20)),
            )  # fmt: skip
    world.asked = {
        "day": day(150), "about": rnd.sample(["Campaign:M", "Campaign:N", "Product:X"], rnd.randrange(0, 4)),
        "home": rnd.choice([(), (name("U", 0),)]), "received_by": rnd.choice([(), (f"OrgUnit:{name('U', 0)}",)]),
        "names": rnd.choice([(), (), (points[0],)]), "episodes": _episodes(world, rnd, points),
    }  # fmt: skip
    world.points, world.renamed = points, {name(k, n): f"{k}{n}" for k in "SDVGIU" for n in range(10)}
    return world
