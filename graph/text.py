"""A sentence in the two languages every reader may ask for."""

from __future__ import annotations

from typing import Literal, NamedTuple

Lang = Literal["zh", "en"]


class Text(NamedTuple):
    """One message in Chinese and in English; serialises as ``{"zh": …, "en": …}`` through :meth:`as_dict`."""

    zh: str
    en: str

    def in_(self, lang: Lang) -> str:
        """The sentence in one language."""
        return self.zh if lang == "zh" else self.en

    def as_dict(self) -> dict[str, str]:
        """The form used in every JSON answer."""
        return {"zh": self.zh, "en": self.en}

    def __str__(self) -> str:
        return f"{self.zh} | {self.en}"
