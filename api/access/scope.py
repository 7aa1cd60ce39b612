"""The one place where a unit-scoped user's questions are narrowed to their unit and those below it."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import Request

from api.access.principal import principal_of
from api.access.scoped_desk import ScopedDesk, units_within
from api.serving import Serving
from graph.errors import UnknownId, UsageError
from graph.text import Text


def scope_of(request: Request) -> str | None:
    """The id of the unit that the asker is confined to; None: they see everything."""
    return principal_of(request).unit


def desk_of(request: Request) -> Serving:
    """The questions over the store as the asker may put them: every complaint and finding outside their unit is not there."""
    desk: Serving = request.app.state.serving
    unit = scope_of(request)
    return desk if unit is None else ScopedDesk(desk, unit)


def scoped_unit(request: Request, asked_unit: str | None) -> str | None:
    """The narrower of the unit asked for and the asker's own; None: all units.

    Raises UnknownId for a unit that is not stored, or lies beside the asker's own: it has nothing for them.
    """
    scope = scope_of(request)
    if scope is None or asked_unit is None:
        return scope if asked_unit is None else asked_unit
    desk: Serving = request.app.state.serving
    asked = desk.find(asked_unit, ("OrgUnit",)).id
    framework = desk.snapshot().framework
    if asked in units_within(framework, scope):
        return asked
    if scope in units_within(framework, asked):
        return scope
    raise UnknownId(asked_unit)


def check_units(request: Request, units: Iterable[str]) -> None:
    """Refuse a complaint that is not one of the asker's units: all its home units must be, and there must be one.

    Raises UsageError where there is none, UnknownId for one that is not stored or not theirs.
    """
    scope, named = scope_of(request), list(units)
    if scope is None:
        return
    if not named:
        raise UsageError(
            Text("请写明归属单位（HOME_UNIT）", "the home unit (HOME_UNIT) is needed"),
            Text(f"请写 {scope} 或其下级单位", f"Write {scope} or a unit below it"),
        )
    desk: Serving = request.app.state.serving
    own = units_within(desk.snapshot().framework, scope)
    for unit in named:
        if desk.find(unit, ("OrgUnit",)).id not in own:
            raise UnknownId(unit)
