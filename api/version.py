"""The version of the installed program."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def program_version() -> str:
    """The version of the ``suyuan`` distribution, or ``source`` when it runs from an uninstalled source tree."""
    try:
        return version("suyuan")
    except PackageNotFoundError:
        return "source"
