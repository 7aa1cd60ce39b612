"""The wheel carries the five packages with their data and nothing else, and runs without the repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGES, ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.Path:
    """The wheel, built by the project's own back end."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return zipfile.Path(built)


def test_every_file_of_the_packages_is_in_the_wheel_and_no_other(wheel: zipfile.Path) -> None:
    carried = {name for name in wheel.root.namelist() if ".dist-info/" not in name and not name.endswith("/")}
    ours = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert carried == ours


def test_metadata_names_the_command_the_licence_and_the_oldest_python(wheel: zipfile.Path) -> None:
    (info,) = {name.split("/")[0] for name in wheel.root.namelist() if ".dist-info/" in name}
    metadata = wheel.root.read(f"{info}/METADATA").decode()
    assert "License-Expression: Apache-2.0" in metadata
    assert "Requires-Python: >=3.11" in metadata
    assert wheel.root.read(f"{info}/entry_points.txt").decode().split() == [
        "[console_scripts]",
        "suyuan",
        "=",
        "api.cli:main",
    ]
    assert f"{info}/licenses/LICENSE" in wheel.root.namelist()


def test_the_unpacked_wheel_makes_a_store_far_from_the_repository(wheel: zipfile.Path, tmp_path: Path) -> None:
    """Data files (catalogue, mappings, parameters, templates) are found in the package, not in a working copy."""
    site, work = tmp_path / "site", tmp_path / "work"
    with zipfile.ZipFile(str(wheel.root.filename)) as archive:  # a zipfile.Path lists folders that no entry stands for
        archive.extractall(site)
    work.mkdir()
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SUYUAN_", "PYTHON"))}
    where = "import api, sys; from api.cli import main; print(api.__file__, file=sys.stderr); main()"
    for arguments, code in ((["init", "--json"], 0), (["stats", "--json"], 0), (["trace", "none-such"], 2)):
        done = subprocess.run(
            [sys.executable, "-c", where, *arguments], cwd=work, env=clean | {"PYTHONPATH": str(site)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert str(site) in done.stderr
        assert done.returncode == code, done.stderr
        if arguments[0] == "stats":
            assert json.loads(done.stdout)["nodes"]["ControlPoint"] >= 43
