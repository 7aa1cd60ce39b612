"""What a person meets who mistypes, points at the wrong store or interrupts: a clear line, the right exit code, no traceback."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

import api.cli
import api.commands.stats
from api.cli import INTERNAL, INTERRUPTED
from graph.settings import settings


def _said(text: str, *parts: str) -> None:
    assert "Traceback" not in text
    for part in parts:
        assert part in text


# ── command lines that cannot be meant ──────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("words", "lang", "parts"),
    [
        (["stast"], "en", ["no command stast", "Did you mean stats?"]),
        (["stast"], "zh", ["没有命令 stast", "您是不是想用 stats？"]),
        (["xyzzy"], "en", ["no command xyzzy", "doctor", "trace"]),
        (["stats", "--jsn"], "en", ["no option --jsn", "Did you mean --json?"]),
        (["stats", "--jsn"], "zh", ["没有选项 --jsn", "您是不是想写 --json？"]),
        (["ingest", "x.csv", "--reject", "r.csv"], "en", ["Did you mean --rejects?"]),
        (["stats", "-x"], "en", ["no option -x", "suyuan stats --help"]),
        (["--json", "stats"], "en", ["no option --json", "after the command"]),
        (["--json", "stats"], "zh", ["请写在命令之后"]),
        (["who"], "en", ["TARGET is missing"]),
        (["who"], "zh", ["缺少 TARGET"]),
        (["stats", "extra"], "en", ["extra"]),
        (["breakpoints", "--class", "brekpoint"], "en", ["brekpoint", "Did you mean breakpoint?"]),
        (["breakpoints", "--class", "brekpoint"], "zh", ["brekpoint", "您是不是想写 breakpoint？"]),
        (["breakpoints", "--severity", "5"], "en", ["--severity"]),
        (["stats", "--store"], "en", ["--store"]),
        (["trace"], "en", ["id is missing"]),
        (["trace", "--all"], "en", ["--out FILE.jsonl"]),
        (["trace", "C1", "--out", "x.jsonl"], "en", ["--all"]),
        (["trace", "--all", "--out", "x.xls"], "en", ["x.xls", ".jsonl", ".csv"]),
        (["init", "--empty", "--plan-only"], "en", ["exclude each other"]),
        (["trace", "C1", "--as-of", "yesterday"], "en", ["--as-of", "yesterday", "2026-03-01"]),
        (["trace", "C1", "--as-of", "2026-02-30"], "zh", ["--as-of", "2026-02-30"]),
        (["trace", "C1", "--as-of", ""], "en", ["--as-of: empty"]),
    ],
)
def test_usage_errors(suyuan: Any, words: list[str], lang: str, parts: list[str]) -> None:
    result = suyuan(*words, lang=None) if words[-1] == "--store" else suyuan(*words, lang=lang)
    assert result.code == 2
    assert result.out == ""
    if words[-1] == "--store":
        parts = ["--store"]
    _said(result.err, *parts)


def test_a_language_nobody_speaks(suyuan: Any) -> None:
    result = suyuan("stats", "--lang", "fr", lang=None)
    assert result.code == 2
    _said(result.err, "--lang", "zh", "en")


@pytest.mark.parametrize("name", ["SUYUAN_TIMEZONE", "SUYUAN_LANG", "SUYUAN_BUSY_TIMEOUT"])
def test_an_unusable_setting_names_itself(suyuan: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "Mars")
    result = suyuan("stats", lang=None)
    assert result.code == 2
    _said(result.err, name)


def test_without_a_command_the_help_is_shown(suyuan: Any) -> None:
    result = suyuan()
    assert result.code == 2
    _said(result.out, "ingest", "doctor", "--store")


@pytest.mark.parametrize(("lang", "word"), [("zh", "选项"), ("en", "Options")])
def test_help_speaks_the_language(suyuan: Any, lang: str, word: str) -> None:
    for words in ([], ["trace"], ["ingest"]):
        result = suyuan(*words, "--help", lang=lang)
        assert result.code == 0
        _said(result.out, word, "--lang", "--store")


def test_shared_options_stand_before_or_after_the_command(suyuan: Any, world: str) -> None:
    before = suyuan("--store", world, "--lang", "zh", "stats", "--json", lang=None)
    after = suyuan("stats", "--json", "--store", world, "--lang", "zh", lang=None)
    assert before == after
    assert before.code == 0


def test_the_last_store_named_counts(suyuan: Any, world: str, tmp_path: Path) -> None:
    assert suyuan("--store", f"sqlite:///{tmp_path}/none.db", "stats", "--json", store=world).code == 0


def test_the_store_of_the_environment(suyuan: Any, world: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUYUAN_STORE", world)
    assert suyuan("stats", "--json").code == 0


# ── stores that cannot be used ──────────────────────────────────────────────────────────────────────
def _newer(path: Path, suyuan: Any) -> None:
    assert suyuan("init", "--empty", store=f"sqlite:///{path}").code == 0
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = '999' WHERE key = 'schema_version'")
    connection.close()


@pytest.mark.parametrize(
    "words",
    [["stats"], ["trace", "C1"], ["who", "CP37"], ["breakpoints"], ["chain", "CP37"], ["ingest", "x.jsonl"], ["serve"]],
)
@pytest.mark.parametrize("kind", ["missing", "directory", "text", "empty file", "newer"])
def test_stores_that_cannot_be_used(suyuan: Any, tmp_path: Path, kind: str, words: list[str]) -> None:
    path = tmp_path / "s.db"
    (tmp_path / "x.jsonl").write_text("")
    if kind == "directory":
        path.mkdir()
    elif kind == "text":
        path.write_text("This is a text file, not a store.\n" * 200)
    elif kind == "empty file":
        path.touch()
    elif kind == "newer":
        _newer(path, suyuan)
    before = path.read_bytes() if path.is_file() else None
    for lang, mend in (("zh", "怎么办"), ("en", "How to mend it")):
        result = suyuan(*words, store=f"sqlite:///{path}", lang=lang)
        assert result.code == 3
        assert result.out == ""
        _said(result.err, str(path), mend)
    assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "mysql://x", "sqlite:///"])
def test_an_address_that_is_none(suyuan: Any, url: str) -> None:
    result = suyuan("stats", store=url)
    assert result.code == 2
    _said(result.err, "sqlite:///")


def test_a_store_somebody_writes_to(suyuan: Any, empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUYUAN_BUSY_TIMEOUT", "0.05")
    settings.cache_clear()
    writer = sqlite3.connect(empty.removeprefix("sqlite:///"), isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        assert suyuan("stats", "--json", store=empty).code == 0
        result = suyuan("init", store=empty)
        assert result.code == 3
        _said(result.err, "another process")
    finally:
        writer.close()


# ── what nobody foresaw ─────────────────────────────────────────────────────────────────────────────
def _break(monkeypatch: pytest.MonkeyPatch, error: type[BaseException], *arguments: object) -> None:
    def broken(_: object) -> None:
        raise error(*arguments)

    monkeypatch.setattr(api.commands.stats, "stats", broken)


@pytest.mark.parametrize(("lang", "words"), [("zh", "内部错误"), ("en", "Internal error")])
def test_an_internal_error_has_an_id_and_no_traceback(
    suyuan: Any, world: str, monkeypatch: pytest.MonkeyPatch, lang: str, words: str
) -> None:
    _break(monkeypatch, ZeroDivisionError, "secret")
    first, second = (suyuan("stats", store=world, lang=lang) for _ in range(2))
    assert first == second
    assert first.code == INTERNAL
    _said(first.err, words, "SUYUAN_DEBUG=1")
    assert "secret" not in first.err
    monkeypatch.setenv("SUYUAN_DEBUG", "1")
    assert "Traceback" in suyuan("stats", store=world, lang=lang).err


def test_an_error_of_the_system(suyuan: Any, world: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _break(monkeypatch, OSError, 28, "No space left on device", "/disk/x")
    result = suyuan("stats", store=world)
    assert result.code == 2
    _said(result.err, "/disk/x", "No space left")


def test_an_interrupt(suyuan: Any, world: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _break(monkeypatch, KeyboardInterrupt)
    result = suyuan("stats", store=world)
    assert result.code == INTERRUPTED
    _said(result.err, "Interrupted")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.1", "::", "example.org"])
def test_a_host_that_others_can_reach_is_refused(suyuan: Any, world: str, host: str) -> None:
    result = suyuan("serve", "--host", host, store=world)
    assert result.code == 2
    _said(result.err, host, "127.0.0.1")


def test_a_port_in_use(suyuan: Any, world: str) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = suyuan("serve", "--port", str(taken.getsockname()[1]), store=world)
    assert result.code == 2
    _said(result.err, "--port")
