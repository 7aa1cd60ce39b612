"""The locks pin everything by hash, name no index and no place, and agree with pyproject.toml and with each other."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.house import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUN, DEVELOP = ((ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "requirements-dev.lock"))


def pinned(lock: str) -> dict[str, list[Requirement]]:
    """Canonical name → its pins (several where they differ by Python version)."""
    found: dict[str, list[Requirement]] = {}
    for line in re.findall(r"^(\w[^\\\n]*?) \\$", lock, re.M):
        requirement = Requirement(line)
        found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def test_every_line_is_an_exact_version_with_hashes_or_a_comment() -> None:
    for lock in (RUN, DEVELOP):
        blocks = re.split(r"\n(?=\w)", re.sub(r"(?m)^ *#.*\n?", "", lock).strip())
        assert len(blocks) > 20
        wrong = [
            b
            for b in blocks
            if not re.fullmatch(
                r"[\w.\-]+(\[[\w.,\-]+\])?==[\w.]+( ; [^\n\\]+)? (\\\n    --hash=sha256:[0-9a-f]{64} ?)+", b + " "
            )
        ]
        assert wrong == []


def test_no_index_no_host_no_path_is_named() -> None:
    """Which registry serves a reader is the reader's own set-up; the hash says whether it served the right file."""
    for lock in (RUN, DEVELOP):
        assert re.findall(r"https?:|file:|--(?:extra-)?index|--find-links|--trusted|(?<!\w)/\w| @ ", lock) == []


def test_every_declared_dependency_and_the_build_back_end_is_pinned_within_its_bounds() -> None:
    runtime = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
    for lock, requirements in (
        (RUN, runtime),
        (DEVELOP, [*runtime, *PROJECT["project"]["optional-dependencies"]["dev"]]),
    ):
        pins = pinned(lock)
        for requirement in map(Requirement, requirements):
            versions = [next(iter(pin.specifier)).version for pin in pins.get(canonicalize_name(requirement.name), [])]
            assert versions, f"{requirement} is not locked: run `make lock`"
            assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_a_package_that_another_wants_with_extras_is_pinned_with_them() -> None:
    """Else pip looks for the newest release with the extra, and refuses it for want of a hash."""
    pins = pinned(DEVELOP)
    wanted = [
        requirement
        for name in pins
        if _installed(name)
        for requirement in map(Requirement, importlib.metadata.requires(name) or ())
        if requirement.extras and (requirement.marker is None or requirement.marker.evaluate({"extra": ""}))
    ]
    assert wanted, "pytest-cov wants coverage[toml]"
    for requirement in wanted:
        for pin in pins[canonicalize_name(requirement.name)]:
            assert requirement.extras <= pin.extras, f"{requirement}: run `make lock`"


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def test_what_runs_is_what_was_tested() -> None:
    run, develop = pinned(RUN), pinned(DEVELOP)
    assert {
        name: pins for name, pins in run.items() if list(map(str, develop.get(name, []))) != list(map(str, pins))
    } == {}
    assert "pytest" not in run
