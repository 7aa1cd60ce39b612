"""Imports run one way, every module stands on its own, and starting the command line loads nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tests.architecture.house import PACKAGES, ROOT, product

ALONE = """
import importlib, os, sys, traceback
foreign, ours = sys.argv[1].split(","), sys.argv[2].split(",")
for name in foreign:
    importlib.import_module(name)
failed = []
for name in ours:
    child = os.fork()
    if child == 0:
        try:
            importlib.import_module(name)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        failed.append(name)
sys.exit("cannot be imported alone: " + ", ".join(failed) if failed else 0)
"""


def fresh(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the interpreter anew, at the root of the repository."""
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_import_contracts_hold() -> None:
    """api → ingest | queries | viz → graph; questions know no store (the contracts stand in pyproject.toml)."""
    done = fresh("-c", "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.slow
def test_every_module_can_be_imported_first() -> None:
    """A circle of imports hides until somebody imports the other end first.

    What others wrote is loaded once; each module of ours is then imported in a child process of its own.
    """
    foreign = set()
    for module in product():
        for node in module.tree.body:
            if isinstance(node, ast.Import):
                foreign |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                foreign.add(node.module)
    foreign = {name for name in foreign if name.split(".")[0] not in (*PACKAGES, "__future__")}
    ours = [module.dotted for module in product() if not module.path.endswith("__main__.py")]
    done = fresh("-c", ALONE, ",".join(sorted(foreign)), ",".join(ours))
    assert done.returncode == 0, done.stderr


def test_the_command_line_starts_without_what_only_some_commands_need() -> None:
    """A question on the command line takes a tenth of a second; drawing and serving bring libraries that take a second."""
    done = fresh(
        "-c",
        "import sys, api.cli; print(*sorted({'pyvis', 'IPython', 'fastapi', 'uvicorn', 'neo4j'} & sys.modules.keys()))",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
