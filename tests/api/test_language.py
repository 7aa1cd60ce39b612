"""Which language a command line speaks, before anything else is read from it."""

from __future__ import annotations

import pytest
from typer.main import get_command

from api.cli import app, build
from api.terminal.language import SEPARATOR, of_arguments, of_environment
from graph.errors import UsageError


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--lang", "en", "stats"], "en"),
        (["stats", "--lang=zh"], "zh"),
        (["--lang", "en", "stats", "--lang", "zh"], "zh"),
        (["stats"], None),
        (["--lang"], None),
        (["--lang", "fr"], None),
        (["who", "--", "--lang", "en"], None),
    ],
)
def test_arguments_choose(arguments: list[str], expected: str | None) -> None:
    assert of_arguments(arguments) == expected


@pytest.mark.parametrize(
    ("setting", "environment", "expected"),
    [
        ("", {}, "zh"),
        ("", {"LANG": "C.UTF-8"}, "zh"),
        ("", {"LANG": "en_GB.UTF-8"}, "en"),
        ("", {"LANG": "en_GB.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ("", {"LANG": "zh_CN", "LC_MESSAGES": "en_US"}, "en"),
        ("en", {"LANG": "zh_CN"}, "en"),
        ("zh", {"LANG": "en_GB"}, "zh"),
    ],
)
def test_environment_chooses(setting: str, environment: dict[str, str], expected: str) -> None:
    assert of_environment(setting, environment) == expected


def test_a_language_nobody_speaks_is_refused() -> None:
    with pytest.raises(UsageError, match="SUYUAN_LANG"):
        of_environment("fr", {})


def _texts(command: object) -> list[str]:
    children = list(getattr(command, "commands", {}).values())
    found = [command.help, *(p.help for p in command.params)]  # type: ignore[attr-defined]
    return [str(text) for text in found] + [text for child in children for text in _texts(child)]


def test_every_help_text_exists_in_both_languages() -> None:
    missing = [text for text in _texts(get_command(app)) if SEPARATOR not in text]
    assert missing == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_built_command_line_speaks_one_language(lang: str) -> None:
    texts = _texts(build(lang))  # type: ignore[arg-type]
    chinese = [text for text in texts if any("\u4e00" <= ch <= "\u9fff" for ch in text)]
    assert not [text for text in texts if SEPARATOR in text]
    assert chinese == (texts if lang == "zh" else [])
