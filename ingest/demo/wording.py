"""Short Chinese complaint texts, put together from the demo's own phrases; no number in them could be anybody's."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from graph.records import Ref
from ingest.demo.catalogue import own_rows
from ingest.demo.complaints import Draft


class Wording:
    """Writes one text per complaint.

    Args:
        rng: source of chance.
        names: names of products, campaigns and units by id.
        channels: names of channels by id.
    """

    def __init__(self, rng: Random, names: dict[str, str], channels: dict[str, str]) -> None:
        self._rng, self._names, self._channels = rng, names, channels
        self._phrases: dict[str, list[str]] = {}
        for row in own_rows("phrases"):
            self._phrases.setdefault(row["category"], []).append(row["text"])
        self._parts: dict[str, list[str]] = {}
        for row in own_rows("fillers"):
            self._parts.setdefault(row["part"], []).append(row["text"])

    def text(self, draft: Draft) -> str:
        """The complaint in a customer's or a clerk's words."""
        parts = [self._pick("again" if draft.repeats is not None else "opener")]
        named = self._named(draft.about)
        if named and self._rng.random() < 0.6:
            parts.append(self._pick("about_campaign" if named[0] == "campaign" else "about_product"))
        parts.append(self._rng.choice(self._phrases[draft.category]))
        parts.append(self._pick("detail"))
        if draft.cause == "none" and self._rng.random() < 0.3:
            parts.append(self._pick("doubt"))
        parts.append(self._pick("demand"))
        return "".join(parts).format(**self._values(draft), **dict([named] if named else []))

    def _pick(self, part: str) -> str:
        return self._rng.choice(self._parts[part])

    def _named(self, about: tuple[Ref, ...]) -> tuple[str, str] | None:
        if not about:
            return None
        return ("campaign" if about[0].kind == "Campaign" else "product"), self._names[about[0].id]

    def _values(self, draft: Draft) -> dict[str, str | int]:
        rng, day = self._rng, draft.moment.date()
        earlier = day - timedelta(days=rng.randint(1, min(9, max(1, day.timetuple().tm_yday - 1))))
        return {
            "small": rng.choice((5, 8, 10, 15, 18, 20, 25, 30, 36, 45, 58)),
            "yuan": rng.choice((19, 29, 39, 59, 79, 99, 129)),
            "more": rng.choice((88, 120, 138, 158, 199, 236, 268, 300, 420, 560)),
            "days": rng.randint(2, 15), "times": rng.randint(2, 6), "mins": rng.randint(10, 50), "gb": rng.randint(2, 40),
            "month": f"{day.month}月", "date": f"{earlier.month}月{earlier.day}日", "city": self._names.get(draft.city, "外省").removesuffix("分公司"),
            "channel": self._channels[draft.channel],
        }  # fmt: skip
