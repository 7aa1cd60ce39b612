"""An injected world: hosts in trouble and a quiet background, and the complaints that customers make of both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.inject_evidence import Evidence, draw_evidence
from bench.inject_filing import EXTERNAL, UNMODELLED, Filing, draw_filing
from bench.inject_frame import CITIES, Frame, draw_frame
from bench.inject_hosts import DAYS, Host, draw_hosts, shares
from bench.inject_truth import SIZES, Floats, Truth, draw_truth

PRODUCTS = 60
"""Products of a world of full size; with their campaigns some 180 subjects and about 1,000 to 2,000 complaints."""


@dataclass(frozen=True)
class Complaint:
    """What a customer said and, unknown to the tracer, its cause (a point, EXTERNAL or UNMODELLED) and the host at fault."""

    id: str
    day: float
    about: int
    """Host index, −1 when it names nothing."""
    home: int
    """City, −1 when unknown."""
    category: int
    code: int
    """Point of its cause code, −1 without one."""
    cause: int
    episode: int
    """Index of the complaint that began the chain: its own when it repeats none."""


@dataclass(frozen=True)
class Background:
    """Complaints a day that a host's customers make anyway, in proportion to its popularity."""

    slips: float
    causeless: float
    unmodelled: float


@dataclass(frozen=True)
class World:
    """Everything about one seed; complaints in order of time."""

    seed: int
    truth: Truth
    frame: Frame
    filing: Filing
    hosts: tuple[Host, ...]
    evidence: tuple[Evidence, ...]
    background: Background
    complaints: tuple[Complaint, ...]

    def slip_odds(self, about: int, day: float) -> Floats:
        """Which points slip in what a customer of a host meets on a day; sums to 1."""
        host = self.hosts[about]
        entered = {**self.hosts[host.product].entered, **host.entered}
        at = [entered.get(stage, DAYS) <= day for stage in self.frame.stage_of]
        odds = self.frame.base * np.array(at)
        return np.asarray(odds / odds.sum())


def draw_world(seed: int, products: int = PRODUCTS) -> World:
    """The world of a seed. Nothing in it comes from the tracer or its numbers."""
    rng = np.random.default_rng([seed, 20_260_111])
    truth = draw_truth(rng)
    frame = draw_frame(rng, truth)
    filing = draw_filing(rng, truth, frame)
    hosts = draw_hosts(rng, truth, frame, products)
    evidence = draw_evidence(rng, truth, frame, hosts)
    background = _background(truth, hosts)
    world = World(seed, truth, frame, filing, hosts, evidence, background, ())
    made = sorted(_troubled(rng, world) + _quiet(rng, world))
    return World(seed, truth, frame, filing, hosts, evidence, background, _filed(rng, world, made))


def _background(truth: Truth, hosts: tuple[Host, ...]) -> Background:
    """Rates that bring the expected shares of causeless, unmodelled and slips to what the truth says, surges counted in."""
    size = {EXTERNAL: 0.0, UNMODELLED: 0.0, 0: 0.0}
    for host in hosts:
        for place, level in host.faults:
            size[min(0, host.sources[place])] += float(SIZES[level])
    shares_ = truth["causeless"], truth["unmodelled"], truth["slips"]
    total = size[0] / (1 - sum(shares_))
    exposure = sum(host.popularity * (host.end - host.launch) for host in hosts)
    causeless = max(0.3 * shares_[0] * total, shares_[0] * total - size[EXTERNAL])
    unmodelled = max(0.3 * shares_[1] * total, shares_[1] * total - size[UNMODELLED])
    return Background(shares_[2] * total / exposure, causeless / exposure, unmodelled / exposure)


Made = tuple[float, int, int, int]
"""Day, host it is about, cause, point where it is felt (−1: none)."""


def _troubled(rng: np.random.Generator, world: World) -> list[Made]:
    """The complaints that lasting trouble causes."""
    made = []
    for at, host in enumerate(world.hosts):
        for place, level in host.faults:
            start = host.begins(place, world.frame.stage_of)
            whole = 1 - np.exp(-(host.end - start) / host.fade)
            for _ in range(int(rng.poisson(SIZES[level]))):
                day = float(start - host.fade * np.log(1 - rng.random() * whole))
                felt = _felt(rng, world, host.sources[place])
                where = 2 if felt < 0 else int(world.filing.of_campaign[felt])
                heard = shares(world.hosts, world.truth, at, day)
                about = int(rng.choice(list(heard), p=[share[where] for share in heard.values()]))
                made.append((day, about, host.sources[place], felt))
    return made


def _felt(rng: np.random.Generator, world: World, cause: int) -> int:
    return int(rng.choice(len(world.frame.points), p=world.filing.surfaces[cause])) if cause >= 0 else -1


def _quiet(rng: np.random.Generator, world: World) -> list[Made]:
    """The background: slips, causeless and unmodelled complaints spread evenly over a host's life."""
    made = []
    rates = world.background
    for at, host in enumerate(world.hosts):
        exposure = host.popularity * (host.end - host.launch)
        for rate, cause in ((rates.slips, 0), (rates.causeless, EXTERNAL), (rates.unmodelled, UNMODELLED)):
            for _ in range(int(rng.poisson(rate * exposure))):
                day = float(rng.uniform(host.launch, host.end))
                slipped = int(rng.choice(len(world.frame.points), p=world.slip_odds(at, day))) if cause == 0 else cause
                made.append((day, at, slipped, _felt(rng, world, slipped)))
    return made


def _filed(rng: np.random.Generator, world: World, made: list[Made]) -> tuple[Complaint, ...]:
    """The complaints as somebody filed them, with the repetitions that follow some."""
    truth = world.truth
    drafts: list[tuple[float, int, int, int, int, int]] = []  # the last two: home, draft of the first of its chain
    for day, about, cause, felt in made:
        named = about if rng.random() >= truth["about_lost"] else -1
        drafts.append((day, named, cause, felt, _home(rng, world.hosts[about]), len(drafts)))
        again = day + float(rng.uniform(3, 20))
        if rng.random() < truth["repeated"] and again < DAYS:
            drafts.append((again, named, cause, _felt(rng, world, cause), *drafts[-1][4:]))
    order = sorted(range(len(drafts)), key=lambda n: drafts[n][0])
    place = {draft: n for n, draft in enumerate(order)}
    names = rng.permutation(10 * len(drafts))
    found = []
    for n, draft in enumerate(order):
        day, named, cause, felt, home, first = drafts[draft]
        category, code = _category_and_code(rng, world, cause, felt)
        found.append(Complaint(f"T{names[n]:06}", day, named, home, category, code, cause, place[first]))
    return tuple(found)


def _home(rng: np.random.Generator, host: Host) -> int:
    """The customer's city: mostly that of a campaign, any for a product, sometimes unknown."""
    if rng.random() < 0.1:
        return -1
    return host.unit if host.campaign and rng.random() < 0.9 else int(rng.integers(0, CITIES))


def _category_and_code(rng: np.random.Generator, world: World, cause: int, felt: int) -> tuple[int, int]:
    filing, points = world.filing, len(world.frame.points)
    if cause < 0:
        category = int(rng.choice(filing.leaves, p=filing.external if cause == EXTERNAL else filing.unmodelled))
        stray = rng.random() < filing.stray_code * points
        return category, int(rng.integers(0, points)) if stray else -1
    category = int(rng.choice(filing.leaves, p=filing.filed[felt]))
    odds = np.append(filing.code[felt], 1 - filing.code[felt].sum())
    code = int(rng.choice(points + 1, p=odds))
    return category, code if code < points else -1
