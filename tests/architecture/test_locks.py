"""The locks pin everything by hash, name no index and no place, and agree with pyproject.toml and with each other."""

from __future__ import annotations

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
            if not re.fullmatch(r"[\w.\-]+==[\w.]+( ; [^\n\\]+)? (\\\n    --hash=sha256:[0-9a-f]{64} ?)+", b + " ")
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


def test_what_runs_is_what_was_tested() -> None:
    run, develop = pinned(RUN), pinned(DEVELOP)
    assert {
        name: pins for name, pins in run.items() if list(map(str, develop.get(name, []))) != list(map(str, pins))
    } == {}
    assert "pytest" not in run
