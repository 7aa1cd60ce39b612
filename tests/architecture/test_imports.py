"""Imports run one way and in no circle, and starting the command line loads nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator, Sequence

import networkx as nx

from tests.architecture.house import ROOT, product


def fresh(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the interpreter anew, at the root of the repository."""
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_import_contracts_hold() -> None:
    """api → ingest | queries | viz → graph; questions know no store (the contracts stand in pyproject.toml)."""
    done = fresh("-c", "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_no_modules_import_each_other_in_a_circle() -> None:
    """A circle works until somebody imports the other end first; what a function or a type checker imports makes none."""
    modules = {module.dotted: module for module in product()}
    graph = nx.DiGraph()
    for name, module in modules.items():
        for source, part in imported(module.tree.body):
            target = f"{source}.{part}" if f"{source}.{part}" in modules else source
            if target in modules and target != name:
                graph.add_edge(name, target)
    assert graph.number_of_edges() > 1000
    assert [sorted(circle) for circle in nx.strongly_connected_components(graph) if len(circle) > 1] == []


def imported(body: Sequence[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Every module that statements import as soon as they run, with the name taken from it (empty: none)."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from imported(node.orelse)
        elif isinstance(node, ast.If | ast.Try | ast.With | ast.ClassDef):
            yield from imported(node.body)


def test_the_command_line_starts_without_what_only_some_commands_need() -> None:
    """A question on the command line takes a tenth of a second; drawing and serving bring libraries that take a second."""
    done = fresh(
        "-c",
        "import sys, api.cli; print(*sorted({'pyvis', 'IPython', 'fastapi', 'uvicorn', 'neo4j'} & sys.modules.keys()))",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
