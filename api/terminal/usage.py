"""What typer finds wrong with a command line, said in both languages and with the nearest thing that exists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import typer

from graph.errors import UsageError, nearest
from graph.text import Text


def explain(error: typer.TyperException) -> UsageError:
    """A typer usage error as one of ours.

    typer vendors click and gives its exceptions no public name; they are told apart by their class names, which are
    click's documented ones.
    """
    context = getattr(error, "ctx", None)
    parameter = getattr(error, "param", None)
    name = type(error).__name__
    if name == "NoSuchOption":
        return _unknown_option(str(getattr(error, "option_name", "")), context)
    if name == "MissingParameter" and parameter is not None:
        what = _written(parameter)
        return UsageError(Text(f"缺少 {what}", f"{what} is missing"), _see_help(context))
    if name == "BadParameter" and parameter is not None:
        what = _written(parameter)
        choices = getattr(parameter.type_descriptor, "choices", None) or ()
        allowed = [str(getattr(choice, "value", choice)) for choice in choices]
        mend = (
            Text(f"可取：{'、'.join(allowed)}", f"It is one of: {', '.join(allowed)}")
            if allowed
            else _see_help(context)
        )
        return UsageError(
            Text(f"{what} 的值不可用：{error.message}", f"{what} has an unusable value: {error.message}"), mend
        )
    if name == "BadOptionUsage":
        option = getattr(error, "option_name", "")
        return UsageError(
            Text(f"选项 {option} 用法不对：{error.message}", f"option {option} is misused: {error.message}"),
            _see_help(context),
        )
    return UsageError(Text(f"命令行看不懂：{error.format_message()}", error.format_message()), _see_help(context))


def unknown_command(word: str, known: Iterable[str]) -> UsageError:
    """The error for a command that does not exist."""
    names = sorted(known)
    near = nearest(word, names)
    mend = (
        Text(f"您是不是想用 {near}？", f"Did you mean {near}?")
        if near
        else Text(f"可用命令：{'、'.join(names)}", f"Commands: {', '.join(names)}")
    )
    return UsageError(Text(f"没有命令 {word}", f"there is no command {word}"), mend)


def _unknown_option(option: str, context: Any) -> UsageError:
    command = context.command if context is not None else None
    own = _options(command)
    what = Text(f"没有选项 {option}", f"there is no option {option}")
    for name, child in sorted(getattr(command, "commands", {}).items()):
        if option in _options(child) - own:
            return UsageError(
                what,
                Text(
                    f"请写在命令之后，例如 suyuan {name} {option}",
                    f"Write it after the command, e.g. suyuan {name} {option}",
                ),
            )
    near = nearest(option, own)
    return UsageError(what, Text(f"您是不是想写 {near}？", f"Did you mean {near}?") if near else _see_help(context))


def _options(command: Any) -> set[str]:
    """The long options of a command, ``--help`` among them."""
    parameters = getattr(command, "params", ())
    return {name for p in parameters for name in (*p.opts, *p.secondary_opts) if name.startswith("--")} | {"--help"}


def _written(parameter: Any) -> str:
    """A parameter as it is written on a command line."""
    longest: str = max((*parameter.opts, parameter.metavar or ""), key=lambda name: (name.startswith("--"), len(name)))
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name.upper())
    return longest


def _see_help(context: Any) -> Text:
    path = context.command_path if context is not None else "suyuan"
    return Text(f"用法见 {path} --help", f"See {path} --help")
