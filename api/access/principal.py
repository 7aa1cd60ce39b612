"""Who a request comes from: a name, the role that says what they may do, and the unit whose complaints they may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, get_args

from api.roles import Role

if TYPE_CHECKING:
    from fastapi import Request

RANKS: dict[Role, int] = {role: rank for rank, role in enumerate(get_args(Role))}
"""Role → how much it may: each may do what those before it may."""


class Principal(NamedTuple):
    """Somebody who asks; ``unit`` is the id of the unit they are confined to, None: they see everything."""

    name: str
    role: Role
    unit: str | None

    def may(self, role: Role) -> bool:
        """Whether what needs a role is open to them."""
        return RANKS[self.role] >= RANKS[role]


LOCAL = Principal("local", "admin", None)
"""Everybody, on a service that answers this machine only and asks for no login."""
NOBODY = Principal("", "anyone", None)
"""Somebody who has not said who they are, where logins are demanded."""


def principal_of(request: Request) -> Principal:
    """Who a request comes from, as the guard found it. Raises AttributeError for a request that no guard has seen."""
    found: Principal = request.state.principal
    return found


def named(request: Request, stated: str | None) -> str | None:
    """Who a decision is signed by: whoever logged in, and only where nobody has to, whom the request states."""
    principal = principal_of(request)
    return stated if principal is LOCAL else principal.name


def lesser(one: Role, other: Role) -> Role:
    """The role of two that may less."""
    return min(one, other, key=RANKS.__getitem__)
