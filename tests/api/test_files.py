"""Answers reach files whole or not at all, under the names asked for."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from api.files import replacing, suffix_of
from graph.errors import UsageError


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "answer.jsonl"
    target.write_bytes(b"old")
    with replacing(target) as file:
        file.write(b"new")
        file.flush()
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["answer.jsonl"]


def test_an_error_leaves_no_trace(tmp_path: Path) -> None:
    target = tmp_path / "answer.jsonl"
    target.write_bytes(b"old")

    def interrupted() -> None:
        with replacing(target) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"answer.jsonl": b"old"}


def test_a_new_file_has_the_mode_others_get(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with replacing(tmp_path / "a"):
            pass
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


def test_an_existing_file_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "a").touch(mode=0o600)
    with replacing(tmp_path / "a"):
        pass
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["missing/answer.csv", "."])
def test_a_place_that_cannot_be_written_is_a_usage_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError) as caught, replacing(tmp_path / name):
        pass
    assert caught.value.what.zh
    assert caught.value.mend.en


def test_suffixes() -> None:
    assert suffix_of(Path("a.CSV"), ("csv", "json")) == "csv"
    with pytest.raises(UsageError, match="not a file type"):
        suffix_of(Path("a.doc"), ("csv", "json"))
