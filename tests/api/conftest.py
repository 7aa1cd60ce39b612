"""A small world in a real store, and the real command line to ask it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from api.cli import run
from graph.settings import settings

ROOT = Path(__file__).resolve().parents[2]


class Result(NamedTuple):
    """What one run of the command line gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The answer read as JSON."""
        return json.loads(self.out)


Suyuan = Callable[..., Result]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Every test starts without settings of the machine, in a folder of its own."""
    for name in [name for name in os.environ if name.startswith("SUYUAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def suyuan(capfd: pytest.CaptureFixture[str]) -> Suyuan:
    """The command line in this process: ``suyuan("stats", "--json", store=url, lang="en")``."""

    def call(*arguments: str, store: str | None = None, lang: str | None = "en") -> Result:
        words = list(arguments)
        words += ["--store", store] if store is not None else []
        words += ["--lang", lang] if lang is not None else []
        capfd.readouterr()
        code = run(words)
        return Result(code, *capfd.readouterr())

    return call


@pytest.fixture
def process() -> Suyuan:
    """The command line as a process of its own."""

    def call(*arguments: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> Result:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **(env or {})}
        done = subprocess.run(
            [sys.executable, "-m", "api", *arguments],
            capture_output=True,
            env=environment,
            cwd=cwd,
            timeout=60,
            check=False,
        )
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    return call


def node(kind: str, id_: str, **props: object) -> dict[str, object]:
    """A line of the graph interchange format."""
    return {"type": "node", "id": f"{kind}:{id_}", "labels": [kind], "properties": {"id": id_, **props}}


def edge(label: str, start: str, end: str, **props: object) -> dict[str, object]:
    """A line of the graph interchange format."""
    ends = {side: {"id": ref, "labels": [ref.split(":")[0]]} for side, ref in (("start", start), ("end", end))}
    return {"type": "relationship", "label": label, **ends, "properties": props}


WORLD = [
    node("OrgUnit", "HQ", name="总部", tier="hq"),
    node("OrgUnit", "P1", name="甲省", name_en="Province One", tier="province"),
    node("OrgUnit", "P1-C1", name="甲省一市", tier="city"),
    edge("PART_OF", "OrgUnit:P1", "OrgUnit:HQ"),
    edge("PART_OF", "OrgUnit:P1-C1", "OrgUnit:P1"),
    node("Owner", "o1", name="岗位一", name_en="Post One", party="role"),
    node("Owner", "o2", name="岗位二", name_en="Post Two", party="role"),
    edge("BELONGS_TO", "Owner:o1", "OrgUnit:P1"),
    edge("BELONGS_TO", "Owner:o2", "OrgUnit:P1-C1"),
    node("Assignment", "a1", role="accountable"),
    edge("HELD_BY", "Assignment:a1", "Owner:o1", valid_to="2026-07-01"),
    edge("HELD_BY", "Assignment:a1", "Owner:o2", valid_from="2026-07-01"),
    edge("FOR", "Assignment:a1", "ControlPoint:CP37"),
    node("Campaign", "M1", name="夏季套餐", tier="provincial", starts="2026-01-01", ends="2026-12-31"),
    edge("RUN_BY", "Campaign:M1", "OrgUnit:P1"),
    node("Category", "K-fee", name="多收费", null_rate=0.01),
    edge("POINTS_TO", "Category:K-fee", "ControlPoint:CP37", weight=0.95),
    node("Category", "K-odd", name="说不清"),
]
"""A framework beside the plan's: three units, two holders of one duty, a campaign, two categories."""

FAILED_REVIEW = [
    node("Review", "r1", result="failed", mode="manual", event_at="2026-02-20T00:00:00.000000Z"),
    edge("OF", "Review:r1", "ControlPoint:CP37"),
    edge("ON", "Review:r1", "Campaign:M1"),
]


def complaint(id_: str, category: str | None, **props: object) -> list[dict[str, object]]:
    """A complaint about the campaign."""
    lines = [
        node("Complaint", id_, **{"text": "多扣了 <b>10</b> 元", "event_at": "2026-03-05T02:00:00.000000Z", **props}),
        edge("ABOUT", f"Complaint:{id_}", "Campaign:M1"),
        edge("HOME_UNIT", f"Complaint:{id_}", "OrgUnit:P1"),
    ]
    return lines + ([edge("IN_CATEGORY", f"Complaint:{id_}", f"Category:{category}")] if category else [])


def write_lines(path: Path, lines: list[dict[str, object]]) -> Path:
    """Write graph interchange lines."""
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a store with the plan, the small world and twelve complaints; only for reading."""
    folder = tmp_path_factory.mktemp("world")
    url = f"sqlite:///{folder / 'world.db'}"
    settings.cache_clear()
    assert run(["init", "--store", url, "--json"]) == 0
    lines = [*WORLD, *FAILED_REVIEW]
    for number in range(1, 11):
        lines += complaint(f"C{number:03}", "K-fee")
    lines += complaint("C011", None, text="<b>您好</b>") + complaint("区/1", "K-odd")
    file = write_lines(folder / "world.jsonl", lines)
    assert run(["ingest", str(file), "--store", url, "--json", "--source", "test"]) == 0
    return url


@pytest.fixture
def empty(tmp_path: Path, suyuan: Suyuan) -> str:
    """The URL of an initialised store without anything in it."""
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    assert suyuan("init", "--empty", store=url).code == 0
    return url
