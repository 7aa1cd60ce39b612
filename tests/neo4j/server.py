"""A real Neo4j Community server for the tests: started from its jars in a temporary home, on free ports, with a password of its own."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from neo4j import GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

ROOT = Path(__file__).resolve().parents[2]
JARS = ROOT / "out" / "neo4j" / "lib"
USER = "neo4j"
PATIENCE = 120.0
"""Seconds to wait for an answer: after a SIGKILL the server first replays its log, and a minute has been seen."""
_OPENED = ("java.base/java.nio=ALL-UNNAMED", "java.base/java.io=ALL-UNNAMED", "java.base/sun.nio.ch=ALL-UNNAMED")
_SETTINGS = {
    "server.bolt.tls_level": "DISABLED",
    "server.http.enabled": "false",
    "server.https.enabled": "false",
    "server.memory.pagecache.size": "128m",
    "server.directories.import": "import",
    "db.tx_log.preallocate": "false",
    "db.tx_log.rotation.retention_policy": "keep_none",
    "dbms.security.auth_max_failed_attempts": "0",
    "dbms.usage_report.enabled": "false",
    "dbms.cypher.min_replan_interval": "1d",
    "dbms.cypher.statistics_divergence_threshold": "1.0",
    "internal.dbms.bolt.netty_server_shutdown_quiet_period": "0",
}
"""What every server of ours is set to; plans are kept from test to test; no lock-out after wrong passwords, for the tests try some on purpose, and no ten seconds of waiting at every stop."""
_QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""What halves the work of a start (measured), and makes a long load slower."""


class Neo4jServer:
    """A server that can be stopped, killed, frozen and started again; its data and its address stay the same."""

    def __init__(
        self, home: Path, *, heap: str = "768m", config: Mapping[str, str] | None = None, quick: bool = False
    ) -> None:
        """Prepare a home and a password; nothing runs yet.

        Args:
            home: an empty folder for data, configuration and logs.
            heap: the Java heap.
            config: settings of neo4j.conf beside or instead of ours.
            quick: whether it is to be up soon rather than to work fast: for one that is started again and again.
        """
        self.home = home
        self.user = USER
        self.password = secrets.token_hex(12)  # neo4j-admin would take a leading hyphen for an option
        self.port = _free_port()
        self._heap = heap
        self._quick = quick
        self._supervisor: subprocess.Popen[str] | None = None
        self._pid = 0
        for name in ("conf", "import"):
            (home / name).mkdir(parents=True)
        address = f"127.0.0.1:{self.port}"
        settings = {
            **_SETTINGS,
            "server.bolt.listen_address": address,
            "server.bolt.advertised_address": address,
            **(config or {}),
        }
        lines = "".join(f"{name}={value}\n" for name, value in settings.items())
        (home / "conf" / "neo4j.conf").write_text(lines, encoding="utf-8")
        self.administer("dbms", "set-initial-password", self.password)

    # ── where it is ───────────────────────────────────────────────────────────────────────────────
    @property
    def url(self) -> str:
        """Its address with routing, as the product is given it."""
        return f"neo4j://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process id of the server itself."""
        assert self.running, "the server does not run"
        return self._pid

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self._supervisor is not None and self._supervisor.poll() is None

    # ── life ──────────────────────────────────────────────────────────────────────────────────────
    def start(self, *, wait: bool = True) -> None:
        """Start the server, and wait until it answers unless told not to."""
        assert not self.running
        self._reap()  # one that ended by itself
        command = [
            _java(),
            f"-Xms{self._heap}",
            f"-Xmx{self._heap}",
            *(_QUICK if self._quick else ()),
            *(f"--add-opens={opened}" for opened in _OPENED),
            "-cp",
            f"{JARS}/*",
            "org.neo4j.server.CommunityEntryPoint",
            f"--home-dir={self.home}",
            f"--config-dir={self.home / 'conf'}",
        ]
        with (self.home / "console.log").open("a", encoding="utf-8") as log:
            self._supervisor = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("supervise.py")), *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._supervisor.stdout is not None
        self._pid = int(self._supervisor.stdout.readline())
        if wait:
            self.wait_until_it_answers()

    def wait_until_it_answers(self, patience: float = PATIENCE) -> None:
        """Ask until the server answers a query; fails with the end of its log when it does not within some seconds."""
        deadline = time.monotonic() + patience
        while True:
            try:
                with (
                    GraphDatabase.driver(
                        self.url.replace("neo4j:", "bolt:"), auth=(self.user, self.password), connection_timeout=5.0
                    ) as driver,
                    driver.session() as session,
                ):
                    session.run("RETURN 1").consume()  # by itself, not through the driver's retries
                return
            except (DriverError, Neo4jError) as error:
                if not self.running or time.monotonic() > deadline:
                    raise AssertionError(f"the Neo4j server does not answer: {error}\n{self.log_end()}") from error
            time.sleep(0.1)

    def stop(self) -> None:
        """Shut the server down in order."""
        os.kill(self.pid, signal.SIGTERM)
        self._reap()

    def kill(self) -> None:
        """Kill the server as a power cut would (SIGKILL)."""
        os.kill(self.pid, signal.SIGKILL)
        self._reap()

    def restart(self) -> None:
        """Start again, after an orderly stop if it still runs; the address and the data stay."""
        if self.running:
            self.stop()
        self.start()

    def freeze(self) -> None:
        """Let the server hang: its sockets stay open and nothing answers (SIGSTOP)."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a hanging server go on."""
        os.kill(self.pid, signal.SIGCONT)

    def remove(self) -> None:
        """End the server if it runs, and delete its home."""
        if self.running:
            os.kill(self.pid, signal.SIGKILL)
        self._reap()
        shutil.rmtree(self.home, ignore_errors=True)

    def _reap(self) -> None:
        if self._supervisor is None:
            return
        self._supervisor.wait(timeout=60)
        for stream in (self._supervisor.stdin, self._supervisor.stdout):
            assert stream is not None
            stream.close()
        self._supervisor = None

    # ── administration ────────────────────────────────────────────────────────────────────────────
    def administer(self, *arguments: str, folder: Path | None = None) -> str:
        """Run ``neo4j-admin`` of the same jars on this home, in a folder, e.g. ``administer("database", "check", "neo4j")``; gives what it prints."""
        done = subprocess.run(
            [_java(), "-Xmx512m", "-cp", f"{JARS}/*", "org.neo4j.cli.AdminTool", *arguments],
            env={**os.environ, "NEO4J_HOME": str(self.home), "NEO4J_CONF": str(self.home / "conf")},
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"neo4j-admin {' '.join(arguments[:2])}: {done.stdout}{done.stderr}"
        return done.stdout

    def log_end(self, lines: int = 60) -> str:
        """The last lines of what Java and then the server said."""
        logs = [log for log in (self.home / "console.log", self.home / "logs" / "neo4j.log") if log.exists()]
        said = [line for log in logs for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
        return "\n".join(said[-lines:])


def _java() -> str:
    java = shutil.which("java")
    assert java is not None, "Java is not installed"
    return java


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
