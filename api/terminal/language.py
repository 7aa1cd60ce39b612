"""Which of the two languages a command line speaks, decided before its options are parsed so that help and errors speak it too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import typer

from graph.errors import UsageError
from graph.text import Lang, Text

SEPARATOR = " | "
"""Between the Chinese and the English half of a help text, as ``str(Text)`` writes it."""

_HEADINGS = {
    "argument": Text("参数", "Arguments"),
    "option": Text("选项", "Options"),
    "command": Text("命令", "Commands"),
}
_HELP = Text("显示本说明并退出", "Show this message and exit")


def of_environment(setting: str, environment: Mapping[str, str]) -> Lang:
    """The language of ``SUYUAN_LANG``, else of the locale (LC_ALL, LC_MESSAGES, LANG), else Chinese.

    Raises UsageError when the setting is neither empty nor a language we speak.
    """
    if setting:
        if setting not in ("zh", "en"):
            raise UsageError(
                Text(
                    f"环境变量 SUYUAN_LANG 的值不可用：{setting!r}", f"SUYUAN_LANG holds an unusable value: {setting!r}"
                ),
                Text("请设为 zh 或 en，或取消设置", "Set it to zh or en, or unset it"),
            )
        return "en" if setting == "en" else "zh"
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "en" if locale.lower().startswith("en") else "zh"


def of_arguments(arguments: Sequence[str]) -> Lang | None:
    """The language the last ``--lang`` of a command line asks for; None without one or with a value that is none."""
    found: Lang | None = None
    for position, argument in enumerate(arguments):
        if argument == "--":
            break
        name, given, value = argument.partition("=")
        if name == "--lang":
            asked = value if given else "".join(arguments[position + 1 : position + 2])
            found = "en" if asked == "en" else "zh" if asked == "zh" else found
    return found


def localise(command: Any, lang: Lang) -> None:
    """Keep one half of every help text of a typer command, its parameters and its sub-commands, and set the headings.

    ``command`` is what ``typer.main.get_command`` returns; typer vendors click, so the type has no public name.
    """
    for text in ("help", "short_help"):
        setattr(command, text, _half(getattr(command, text), lang))
    command.rich_help_panel = _HEADINGS["command"].in_(lang)
    help_option = command.get_help_option(typer.Context(command))
    help_option.help = _HELP.in_(lang)
    for parameter in (*command.params, help_option):
        parameter.help = _half(parameter.help, lang)
        parameter.rich_help_panel = _HEADINGS[parameter.param_type_name].in_(lang)
        if getattr(parameter, "is_flag", False):
            parameter.metavar = ""  # a flag takes no value; typer would write <bool>
    for child in getattr(command, "commands", {}).values():
        localise(child, lang)


def _half(text: str | None, lang: Lang) -> str | None:
    if text is None or SEPARATOR not in text:
        return text
    zh, en = text.split(SEPARATOR, 1)
    return zh if lang == "zh" else en
