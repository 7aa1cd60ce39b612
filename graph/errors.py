"""The one exception tree: what is wrong, where, and how to mend it, in Chinese and English.

    SuYuanError
    ├── UsageError            exit 2   an argument or option that cannot be meant
    │   └── UnknownId         exit 2   an id that is not in the store (names near ones)
    ├── InputError            exit 2   a file, sheet or mapping that cannot be read at all
    └── StoreError            exit 3   the store cannot be reached or used
        ├── StoreMissing               not there or not initialised
        ├── StoreLocked                another process is writing
        ├── StoreReadOnly              no right to write
        ├── StoreTooNew                written by a newer version of this program
        ├── StoreOutdated              written by an older one: run ``suyuan init``
        └── StoreDamaged               not a store of ours, or its file is broken

A single bad *row* is not an exception: it is a value, :class:`graph.records.Refusal`, so that the
rest of the file still loads and every refused row is reported.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple

from graph.text import Lang, Text


class Where(NamedTuple):
    """The place in the input something is about; unknown parts are empty."""

    file: str = ""
    sheet: str = ""
    row: int = 0
    field: str = ""

    def text(self) -> Text:
        """The place as words, e.g. ``文件 a.csv，第 3 行，字段 weight``."""
        zh, en = [], []
        for value, name_zh, name_en in (
            (self.file, "文件 {}", "file {}"),
            (self.sheet, "工作表 {}", "sheet {}"),
            (self.row, "第 {} 行", "row {}"),
            (self.field, "字段 {}", "field {}"),
        ):
            if value:
                zh.append(name_zh.format(value))
                en.append(name_en.format(value))
        return Text("，".join(zh), ", ".join(en))


class SuYuanError(Exception):
    """Base of everything a user may see; carries what, where and how to mend it."""

    exit_code = 2

    def __init__(self, what: Text, mend: Text, where: Where | None = None) -> None:
        super().__init__(what.en)
        self.what = what
        self.mend = mend
        self.where = where or Where()

    def message(self, lang: Lang) -> str:
        """One or two lines for a person: what (where), then the mend."""
        place = self.where.text().in_(lang)
        if lang == "zh":
            return f"{self.what.zh}" + (f"（{place}）" if place else "") + f"\n怎么办：{self.mend.zh}"
        return f"{self.what.en}" + (f" ({place})" if place else "") + f"\nHow to mend it: {self.mend.en}"


class UsageError(SuYuanError):
    """An argument or option that cannot be meant."""


class DiskFull(UsageError):
    """A file could not be written for want of room; what was there before is unchanged."""


class UnknownId(UsageError):
    """An id that is not in the store."""

    def __init__(self, ref: str, known: Iterable[str] = ()) -> None:
        near = nearest(ref, known)
        self.ref = ref
        super().__init__(
            Text(f"没有找到 {ref}", f"{ref} was not found"),
            Text(f"您是不是想找 {near}？", f"Did you mean {near}?")
            if near
            else Text(
                "请核对编号；suyuan stats 可查看库中有什么", "Check the id; `suyuan stats` shows what the store holds"
            ),
        )


class InputError(SuYuanError):
    """A file, sheet or mapping that cannot be read at all."""


class StoreError(SuYuanError):
    """The store cannot be reached or used."""

    exit_code = 3


class StoreMissing(StoreError):
    """Nothing is there, or it was never initialised."""


class StoreLocked(StoreError):
    """Another process holds the write lock."""


class StoreReadOnly(StoreError):
    """We have no right to write there."""


class StoreTooNew(StoreError):
    """Written by a newer version of this program."""


class Shortcoming(NamedTuple):
    """Something that a store lacks compared with this version of the program, and how to mend it."""

    what: Text
    mend: Text


class StoreOutdated(StoreError):
    """Written by an older version of this program, or incomplete; ``lacking`` lists what is wrong."""

    def __init__(self, what: Text, mend: Text, lacking: Iterable[Shortcoming] = ()) -> None:
        super().__init__(what, mend)
        self.lacking = tuple(lacking)


class StoreDamaged(StoreError):
    """Not a store of ours, or broken."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word closest to a misspelt one, or None when nothing is near (ratio below 0.6)."""
    lowered = {k.lower(): k for k in sorted(known)}
    found = get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found else None
