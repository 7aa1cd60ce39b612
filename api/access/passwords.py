"""Passwords: which are good enough, and how they are kept — as argon2id hashes that say by themselves how they were made."""

from __future__ import annotations

import threading
from functools import lru_cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from graph.errors import UsageError
from graph.text import Text

SHORTEST, LONGEST = 10, 256
_HASHER = PasswordHasher()
_AT_ONCE = threading.BoundedSemaphore(2)
"""A hash takes 64 MB while it is made: a flood of logins must not take the machine's memory."""


def check_password(name: str, password: str) -> None:
    """Refuse a password that is too short, too long, the user's own name or one of the commonest. Raises UsageError."""
    plain = password.casefold()
    if not SHORTEST <= len(password) <= LONGEST:
        raise _refused(f"密码须有 {SHORTEST} 到 {LONGEST} 个字符", f"a password has {SHORTEST} to {LONGEST} characters")
    if name.casefold() in (plain, plain[::-1]) or plain in (name.casefold() * 2, name.casefold() + "1234567890"):
        raise _refused("密码不能由用户名构成", "a password is not made of the user's name")
    if plain in _common() or len(set(plain)) < 4:
        raise _refused("这个密码太常见", "the password is one of the commonest")


def hash_password(password: str) -> str:
    """The hash to keep."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def fits(kept: str | None, password: str) -> bool:
    """Whether a password is the one that was hashed; takes as long where nothing is kept, so that time tells no names."""
    with _AT_ONCE:
        try:
            return _HASHER.verify(kept if kept is not None else _of_nobody(), password[:LONGEST]) and kept is not None
        except (Argon2Error, InvalidHashError):
            return False


def is_dated(kept: str) -> bool:
    """Whether a hash was made with other parameters than are used now, and should be made anew at the next login."""
    return _HASHER.check_needs_rehash(kept)


@lru_cache(maxsize=1)
def _of_nobody() -> str:
    return _HASHER.hash("nobody has this password, and it opens nothing")


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset((files("api") / "access" / "common_passwords.txt").read_text(encoding="utf-8").split())


def _refused(zh: str, en: str) -> UsageError:
    return UsageError(
        Text(zh, en), Text("请另选一个密码，一句话就很好", "Choose another; a whole sentence is a good one")
    )
