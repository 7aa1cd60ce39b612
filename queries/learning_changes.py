"""What a version says differently from the one before it, share by share, the largest change first."""

from __future__ import annotations

from collections.abc import Iterator

from queries.answers import Part, shown
from queries.learned import causes_of, null_rate, stops_of, unmodelled_floor
from queries.parameters import Parameters
from queries.upstream import stop_of
from queries.view import View


class Change(Part):
    """One number before and after; ``of`` is what it is a share of, ``to`` the cause of a cause's weight."""

    what: str
    of: str | None
    to: str | None
    before: float
    after: float


def changes(view: View, before: Parameters, after: Parameters) -> tuple[Change, ...]:
    """Every number that two versions give another value on a framework, by |after − before|, then by what it is about."""
    found = [
        change
        for change in (*_sharpness(before, after), *_shares(view, before, after))
        if change.before != change.after
    ]
    return tuple(sorted(found, key=lambda c: (-round(abs(c.after - c.before), 9), c.what, c.of or "", c.to or "")))


def _sharpness(before: Parameters, after: Parameters) -> Iterator[Change]:
    for name in ("review", "kci", "temperature"):
        yield _change(name, None, None, getattr(before.evidence, name), getattr(after.evidence, name))
    yield _change("unmodelled", None, None, unmodelled_floor(before), unmodelled_floor(after))


def _shares(view: View, before: Parameters, after: Parameters) -> Iterator[Change]:
    old_stops, new_stops = stops_of(view, before), stops_of(view, after)
    rows = zip(causes_of(view, before), causes_of(view, after), strict=True)
    for place, (old, new) in enumerate(rows):
        point = view.points[place]
        totals = sum(weight for _, weight in old) or 1.0, sum(weight for _, weight in new) or 1.0
        for (cause, was), (_, now) in zip(old, new, strict=True):
            yield _change("cause", point.text, view.points[cause].text, was / totals[0], now / totals[1])
        was, now = (
            stop_of(own[place], old, numbers.stop) for own, numbers in ((old_stops, before), (new_stops, after))
        )
        yield _change("stop", point.text, None, was, now)
    for category in ("", *view.categories):
        stated = view.categories[category].null_rate if category else None
        was, now = (null_rate(category, stated, numbers) for numbers in (before, after))
        yield _change("no_internal_cause", f"Category:{category}" if category else None, None, was, now)


def _change(what: str, of: str | None, to: str | None, before: float, after: float) -> Change:
    return Change(what=what, of=of, to=to, before=shown(before), after=shown(after))
