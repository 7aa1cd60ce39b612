"""What the architecture tests look at: the repository's own packages, their modules, and every text file in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("graph", "ingest", "queries", "viz", "api")
_NOT_OURS = {".git", ".venv", "out", "dist", "build", "htmlcov", "node_modules", "secrets"}


class Module(NamedTuple):
    """One Python file of ours: its path from the root, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def dotted(self) -> str:
        """Its import name."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def within(self, *folders: str) -> bool:
        """Whether it lies in one of these folders (or is one of these files)."""
        return any(self.path == folder or self.path.startswith(folder + "/") for folder in folders)


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """The Python files under folders of the root, in path order."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    texts = [(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths]
    return tuple(Module(path, text, ast.parse(text, path)) for path, text in texts)


def product() -> tuple[Module, ...]:
    """Every module of the product's packages."""
    return modules(*PACKAGES)


def text_files() -> Iterator[tuple[str, str]]:
    """Every text file that belongs to the repository: path from the root and content."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        hidden = any(
            part.startswith(".") and part not in (".ci", ".github", ".gitignore", ".dockerignore") for part in parts
        )
        if hidden or parts[0] in _NOT_OURS or "__pycache__" in parts or not path.is_file():
            continue
        try:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def at(module: Module, node: ast.AST) -> str:
    """Where something stands, as ``path:line``."""
    return f"{module.path}:{getattr(node, 'lineno', 1)}"
