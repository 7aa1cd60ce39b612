"""The program as a process of its own: pipes, encodings, signals, permissions, a full disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

import api.cli
from api.cli import PIPE_CLOSED, run

ROOT = Path(api.cli.__file__).resolve().parents[1]


def _said(text: str, *parts: str) -> None:
    assert "Traceback" not in text
    for part in parts:
        assert part in text


def test_a_reader_that_goes_away_is_no_error(world: str) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-m", "api", "breakpoints", "--json", "--store", world], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )  # fmt: skip
    assert writer.stdout is not None
    assert writer.stderr is not None
    writer.stdout.close()
    with writer.stderr:
        assert writer.stderr.read() == b""
    assert writer.wait(timeout=60) == PIPE_CLOSED


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_said_once(world: str) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
                [sys.executable, "-m", "api", "doctor", "--store", world, "--lang", "en"],
                cwd=ROOT, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False,
            )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.decode().splitlines()[0].startswith("the system refused to read or write")
    assert len(done.stderr.decode().splitlines()) == 2


def test_closed_streams_are_no_error(world: str) -> None:
    command = f'exec "{sys.executable}" -m api stats --store "{world}" >&- 2>&-'
    assert subprocess.run(["bash", "-c", command], cwd=ROOT, timeout=60, check=False).returncode == 0


@pytest.mark.parametrize("encoding", ["ascii", "gb18030"])
def test_answers_in_a_pipe_are_utf8_whatever_the_locale(process: Any, world: str, encoding: str) -> None:
    result = process("who", "CP37", "--json", "--store", world, env={"PYTHONIOENCODING": encoding, "LANG": "C"})
    assert result.code == 0
    assert "ControlPoint:CP37" in result.out
    assert "岗位" in result.out


def test_a_command_line_that_is_not_utf8(world: str) -> None:
    done = subprocess.run(
        [os.fsencode(sys.executable), b"-m", b"api", b"trace", b"C\xff\xfe", b"--store", world.encode()],
        capture_output=True, cwd=ROOT, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert done.stderr.decode()


def test_ctrl_c_stops_a_server_cleanly(world: str) -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "api", "serve", "--port", "0", "--store", world, "--lang", "en"],
        cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stderr is not None
    line = server.stderr.readline()
    assert "http://127.0.0.1:" in line
    time.sleep(0.5)
    server.send_signal(signal.SIGINT)
    out, err = server.communicate(timeout=20)
    assert server.returncode == 0
    assert out == ""
    _said(err, "Stopped.")


def test_main_is_the_process(process: Any) -> None:
    result = process("--version")
    assert result.code == 0
    assert result.out.startswith("suyuan ")
    assert run(["--version"]) == 0


def test_the_same_question_gets_the_same_bytes(process: Any, world: str, tmp_path: Path) -> None:
    found = []
    for seed in ("0", "1"):
        result = process(
            "trace",
            "C001",
            "--json",
            "--html",
            "t.html",
            "--as-of",
            "2026-03-31",
            "--store",
            world,
            env={"PYTHONHASHSEED": seed},
            cwd=tmp_path,
        )
        assert result.code == 0
        found.append((result.out, (tmp_path / "t.html").read_bytes()))
    assert found[0] == found[1]


UNPRIVILEGED = """
import os, sys
import api.cli, graph.stores.sqlite
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
sys.exit(api.cli.run(sys.argv[1:]))
"""
"""The command line, loaded and then run by somebody who owns nothing."""


@pytest.mark.parametrize("words", [["ingest", "x.jsonl", "--json"]])
def test_a_read_only_store_is_not_written(suyuan: Any, words: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to other users
        folder = Path(name)
        (folder / "x.jsonl").write_text('{"type":"node","id":"Owner:o","labels":["Owner"],"properties":{"id":"o"}}\n')
        url = f"sqlite:///{folder / 's.db'}"
        assert suyuan("init", "--empty", store=url).code == 0
        before = (folder / "s.db").read_bytes()
        (folder / "s.db").chmod(0o444)
        folder.chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", UNPRIVILEGED, *words, "--store", url, "--lang", "en"],
            cwd=folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        folder.chmod(0o755)
        assert (done.returncode, done.stdout) == (3, "")
        _said(done.stderr, "no right to write", "permissions")
        assert (folder / "s.db").read_bytes() == before
