"""Text from outside cannot steer the terminal; tables lose nothing on their way into a pipe."""

from __future__ import annotations

import pytest

from api.terminal import output
from graph.text import Text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("计费\tok\n", "计费\tok\n"),
        ("\x1b]0;title\x07red\x1b[31m", "�]0;title�red�[31m"),
        ("c1 \x9b31m", "c1 �31m"),
        ("a\rb", "a�b"),
        ("safe‮gpj.exe", "safe�gpj.exe"),
        ("👍 family 👨‍👩‍👧", "👍 family 👨‍👩‍👧"),
    ],
)
def test_controls_become_visible(text: str, shown: str) -> None:
    assert output.plain(text) == shown


def test_a_table_keeps_long_and_hostile_cells(capsys: pytest.CaptureFixture[str]) -> None:
    long = "甲" * 300
    output.print_table(
        Text("题", "T"), (Text("甲", "A"), Text("乙", "B")), [(long, "[red]x[/red]"), ("\x1b[2J", None)], "zh"
    )
    shown = capsys.readouterr().out
    assert shown.count("甲") == 300 + 1
    assert "[red]x[/red]" in shown
    assert "\x1b" not in shown
    assert "—" in shown


def test_progress_is_silent_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with output.progress(Text("读", "Read"), "zh", 10) as advance:
        advance(5)
    assert capsys.readouterr() == ("", "")
