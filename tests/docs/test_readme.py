"""What the two README files say is so: commands exist, the first steps work as written, both say the same."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from api.cli import run
from graph.settings import settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "README.zh.md")
GROUPS = ("case", "mapping", "token", "user")
"""Commands that have commands of their own."""


def read(page: str) -> str:
    """The text of a page."""
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", read(page), re.M | re.S)


def command_lines(page: str) -> list[str]:
    """Every line of the shell blocks, without its comment."""
    return [
        line.split("#")[0].rstrip()
        for block in blocks(page, "sh")
        for line in block.splitlines()
        if line.split("#")[0].strip()
    ]


def quoted(page: str) -> list[str]:
    """Every ``suyuan …`` that a page quotes, in blocks and in running text."""
    inline = re.findall(r"`(suyuan [^`\n]+)`", re.sub(r"^```.*?^```$", "", read(page), flags=re.M | re.S))
    return [line for line in command_lines(page) if line.startswith("suyuan ")] + inline


def test_both_pages_have_the_same_parts_commands_and_links() -> None:
    english, chinese = map(read, PAGES)
    assert len(re.findall(r"^#+ ", english, re.M)) == len(re.findall(r"^#+ ", chinese, re.M))
    assert len(re.findall(r"^\| ", english, re.M)) == len(re.findall(r"^\| ", chinese, re.M))
    assert len(re.findall(r"^- ", english, re.M)) == len(re.findall(r"^- ", chinese, re.M))
    assert command_lines(PAGES[0]) == command_lines(PAGES[1])
    assert quoted(PAGES[0]) == quoted(PAGES[1])
    link = re.compile(r"\]\((?!README)([^)]+)\)")
    assert link.findall(english) == link.findall(chinese)
    assert [len(block.splitlines()) for block in blocks(PAGES[0], "csv")] == [
        len(block.splitlines()) for block in blocks(PAGES[1], "csv")
    ]


def test_every_make_target_named_exists() -> None:
    targets = re.findall(r"^(\w+):.*## ", read("Makefile"), re.M)
    named = {name for page in PAGES for name in re.findall(r"(?:^|`)make (\w+)", read(page), re.M)}
    assert {"demo", "test"} <= named <= set(targets)


def test_every_command_and_option_named_exists(capsys: pytest.CaptureFixture[str]) -> None:
    commands: dict[tuple[str, ...], set[str]] = {}
    for line in quoted(PAGES[0]):
        words = shlex.split(line)
        command = tuple(words[1:3] if words[1] in GROUPS else words[1:2])
        commands.setdefault(command, set()).update(word for word in words if word.startswith("--"))
    assert {("init",), ("ingest",), ("trace",), ("who",), ("user", "add"), ("serve",)} <= commands.keys()
    for command, options in commands.items():
        assert run([*command, "--help"]) == 0, command
        shown = capsys.readouterr().out
        assert {option for option in options if option not in shown} == set(), command


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_the_first_steps_work_as_written(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tables are saved where the line above each says, then every ``suyuan`` line is run in order, in a folder with its default store there."""
    for name in [name for name in os.environ if name.startswith("SUYUAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    tables = re.findall(r"^`([^`]+\.csv)`[^\n]*\n\n```csv\n(.*?)^```$", read(page), re.M | re.S)
    assert len(tables) == 2
    for name, content in tables:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    ran = {}
    for line in command_lines(page):
        words = shlex.split(line)
        if words[0] == "suyuan" and words[1] != "serve":
            settings.cache_clear()  # every line begins as a process does
            code = run(words[1:])
            ran[line] = capsys.readouterr().out
            assert code == 0, line
    settings.cache_clear()
    assert (tmp_path / "T-0001.html").stat().st_size > 10_000
    assert len((tmp_path / "traces.jsonl").read_text(encoding="utf-8").splitlines()) == 2
    assert "O06" in ran["suyuan who CP37"] or "市场" in ran["suyuan who CP37"]


@pytest.mark.parametrize("page", PAGES)
def test_every_share_it_quotes_is_a_figure_of_the_bench_page(page: str) -> None:
    measured = [
        float(number)
        for number in re.findall(r"(\d+(?:\.\d+)?) %", (ROOT / "docs" / "bench.md").read_text(encoding="utf-8"))
    ]
    quoted = re.findall(r"(\d+(?:\.(\d+))?) ?%", read(page))
    assert len(quoted) >= 7
    strange = [
        share for share, decimals in quoted if float(share) not in {round(number, len(decimals)) for number in measured}
    ]
    assert not strange, "not on docs/bench.md"
