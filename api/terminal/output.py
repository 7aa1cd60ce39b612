"""How answers, warnings and progress reach a person or a pipe: stdout holds the answer, stderr everything else."""

from __future__ import annotations

import io
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from pydantic import BaseModel
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text as RichText

from graph.text import Lang, Text

PIPE_WIDTH = 200
"""Columns of a table that goes to a pipe or file, where no terminal says how wide it is."""
_UNSAFE_FORMATS = {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
"""Bidirectional controls, which make a line read differently from what it says."""


def prepare_streams() -> None:
    """Make both streams able to write every character: UTF-8 towards pipes and files, the terminal's own encoding with escapes.

    A stream that the caller closed is replaced by one that leads nowhere.
    """
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 — stays open as long as the program
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 — stays open as long as the program
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def abandon_stdout() -> None:
    """After a failed write, throw away what stdout still holds where it cannot be written, so that the interpreter's last flush stays quiet."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def plain(text: str) -> str:
    """Text from outside without terminal controls: tab and newline stay, every other control becomes ``�``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        "�" if (unicodedata.category(ch) == "Cc" and ch not in "\t\n") or ch in _UNSAFE_FORMATS else ch for ch in text
    )


def print_json(answer: BaseModel) -> None:
    """An answer as indented JSON on stdout."""
    sys.stdout.write(answer.model_dump_json(indent=2, by_alias=True) + "\n")


def print_text(text: str = "") -> None:
    """A line of the answer on stdout."""
    sys.stdout.write(plain(text) + "\n")


def print_table(title: Text, headings: Sequence[Text], rows: Sequence[Sequence[object]], lang: Lang) -> None:
    """A table of the answer on stdout; numbers stand to the right with at most three decimals, None is a dash, nothing is cut off."""
    table = Table()
    for index, heading in enumerate(headings):
        numeric = bool(rows) and all(isinstance(row[index], int | float) or row[index] is None for row in rows)
        table.add_column(RichText(heading.in_(lang)), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(RichText(_cell(value)) for value in row))
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    console = Console(file=sys.stdout, width=width, markup=False, highlight=False, emoji=False)
    console.print(RichText(plain(title.in_(lang)), style="bold"))
    console.print(table)


def _cell(value: object) -> str:
    if value is None or value == "":
        return "—"
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else plain(str(value))


def say(text: str) -> None:
    """A warning, notice or error on stderr."""
    sys.stderr.write(plain(text) + "\n")


@contextmanager
def progress(title: Text, lang: Lang, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr while the block runs, shown only when stderr is a terminal.

    Yields a function that takes how many items are done so far.
    """
    console = Console(file=sys.stderr, markup=False, highlight=False)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(title.in_(lang), total=total)
        yield lambda done: bar.update(task, completed=done)
