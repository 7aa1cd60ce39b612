"""What goes wrong with a Neo4j server, through the command line as a process: a clear message within ten seconds, exit code 3, nothing half written."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from graph.stores import open_store
from tests.contract.notation import record
from tests.graph.test_neo4j_store import T0, complaints
from tests.neo4j.fixtures import Address, NewServer, entered, environment

ROOT = Path(__file__).parents[2]
PATIENCE = 10.0
ONE_TRACE = ("trace", "T1")
MANY = 12_000


def fails(
    server: Address, *words: str, saying: str, zh: str, meanwhile: Callable[[], None] | None = None, **set_to: str
) -> None:
    """A command fails as it should, in English and where nothing happens meanwhile in Chinese too."""
    for lang, said in (("en", saying), ("zh", zh)) if meanwhile is None else (("en", saying),):
        command = [sys.executable, "-m", "api", *words, "--store", server.url, "--lang", lang]
        settings = {"PATH": os.environ["PATH"], **environment(server), **set_to}
        with subprocess.Popen(
            command, cwd=ROOT, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            if meanwhile is not None:
                meanwhile()
            started = time.monotonic()
            out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (3, ""), err
        assert time.monotonic() - started < PATIENCE
        assert said in err
        assert "Traceback" not in err
        assert len(err.splitlines()) == 2, err


def test_a_wrong_password_is_said(neo4j_url: str, neo4j_server: Address) -> None:
    fails(
        neo4j_server,
        *ONE_TRACE,
        saying="wrong Neo4j account or password",
        zh="账号或密码不对",
        SUYUAN_NEO4J_PASSWORD="not this one",
    )


@pytest.mark.slow
def test_own_server_full_hung_killed_and_stopped_is_said(new_neo4j_server: NewServer, tmp_path: Path) -> None:
    server = new_neo4j_server(heap="512m", config={"db.memory.transaction.max": "8m"})
    with entered(server), closing(open_store(server.url, create=True)) as store:
        store.initialise()
        with store.session() as session:
            session.write([record({"node": "Campaign:M1"})])
            many = complaints(MANY)
            for at in range(0, MANY, 1000):
                session.write(many[at : at + 1000])
        before = store.counts()

        rows = "".join(f"L{n},{T0},{'办理套餐' * 150}\n" for n in range(5_000))
        (tmp_path / "Complaint.csv").write_text("id,event_at,text\n" + rows, encoding="utf-8")
        ingest = ("ingest", str(tmp_path / "Complaint.csv"))
        fails(server, *ingest, saying="db.memory.transaction.max", zh="事务内存不足")
        assert store.counts() == before

        server.freeze()
        fails(server, *ONE_TRACE, saying="does not answer", zh="没有回应")
        server.thaw()

        whole = tmp_path / "all.jsonl"
        partial = whole.with_name("all.jsonl.partial")

        def killed_once_some_is_written() -> None:
            while not (partial.exists() and partial.stat().st_size):
                time.sleep(0.005)
            server.kill()

        fails(server, "export", str(whole), saying="cannot be reached", zh="", meanwhile=killed_once_some_is_written)
        assert not whole.exists()
        assert not partial.exists()
        fails(server, *ONE_TRACE, saying="cannot be reached", zh="无法连接 Neo4j")
