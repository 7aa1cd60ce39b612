"""No digits of a phone number get anywhere: store files, rejects, reports, logs, exports and pages are searched for them."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli import run
from graph.settings import settings
from ingest.masking import Masker
from tests.api.test_http import served

PHONES = ("13812345678", "15987654321", "19911223344", "17755667788", "13698765432")
SPELT = ("13812345678", "159-8765-4321", "+86 199 1122 3344", "１７７５５６６７７８８", "136 9876 5432")
KEY = "a key for this test"


def traces(data: bytes) -> list[str]:
    """Which phones can be found in bytes, in any of the ways they may be written; archives are opened."""
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [found for name in archive.namelist() for found in traces(archive.read(name))]
    seen = []
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        text = data.decode(encoding, errors="ignore").translate({0xFF10 + digit: 0x30 + digit for digit in range(10)})
        digits = re.sub(r"(?<=\d)[ -](?=\d)", "", text)
        seen += [phone for phone in PHONES if phone in text or phone in digits or phone[3:] in digits]
    return seen


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SUYUAN_MASK_KEY", KEY)
    settings.cache_clear()
    folder = tmp_path / "input"
    folder.mkdir()
    (folder / "Category.csv").write_text("id,name\nK1,乱扣费\n", encoding="utf-8")
    complaints = ["id,event_at,text,customer,IN_CATEGORY"]
    complaints += [f"C{n},2026-03-0{n + 1},请回电{spelt}谢谢,{spelt},K1" for n, spelt in enumerate(SPELT)]
    complaints += [f"bad{n},not a date,联系{spelt},{spelt},K1" for n, spelt in enumerate(SPELT)]
    (folder / "Complaint.csv").write_text("\n".join(complaints) + "\n", encoding="utf-8")
    steps = ["id,event_at,step,reason,OF"]
    steps += [f"H{n},2026-03-08,handled,已致电{spelt}无人接听,C{n}" for n, spelt in enumerate(SPELT)]
    (folder / "HandlingStep.csv").write_text("\n".join(steps) + "\n", encoding="utf-8")
    yield tmp_path
    settings.cache_clear()


def test_a_search_that_would_find_them(world: Path) -> None:
    assert set(traces((world / "input" / "Complaint.csv").read_bytes())) == set(PHONES)


def test_no_phone_reaches_store_rejects_report_logs_exports_or_pages(
    world: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    store = ["--store", f"sqlite:///{world}/store.db", "--lang", "zh"]
    assert run(["init", *store]) == 0
    assert run(["ingest", "input", *store, "--json"]) == 1
    for name in ("all.jsonl", "all.xlsx", "all.graphml"):
        assert run(["export", name, *store]) == 0
    assert run(["trace", "C1", *store, "--json"]) == 0
    assert run(["trace", "C1", *store, "--html", "page.html"]) == 0
    assert run(["trace", "--all", "--out", "traces.jsonl", *store]) == 0
    assert run(["ingest", "input/absent-13812345678.csv", *store]) == 2
    out, err = capfd.readouterr()
    assert "C1" in out
    written = [path for path in world.rglob("*") if path.is_file() and "input" not in path.parts]
    assert {"store.db", "input.rejects.csv", "all.jsonl", "all.xlsx", "page.html"} <= {path.name for path in written}
    assert {path.name: found for path in written if (found := traces(path.read_bytes()))} == {}
    err = err.replace("absent-13812345678", "")
    assert traces(out.encode()) == traces(err.encode()) == []


def test_no_phone_reaches_an_answer_over_http(world: Path, capfd: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{world}/store.db"
    run(["init", "--store", url])
    run(["ingest", "input", "--store", url])
    capfd.readouterr()
    day = {"as_of": "2026-03-31"}
    bodies: dict[str, bytes] = {}
    with served(url) as client:

        def get(path: str, **query: str) -> bytes:
            answer = client.get(path, params=query)
            assert answer.status_code == 200, (path, answer.text)
            bodies[path] = answer.content + str(answer.headers).encode()
            return answer.content

        for number in range(len(SPELT)):
            assert f"Complaint:C{number}" in get(f"/api/v1/complaints/C{number}/trace", **day).decode()
        finding = json.loads(get("/api/v1/breakpoints", **day))["findings"][0]
        for path in ("/api/v1/breakpoints.csv", "/api/v1/breakpoints.xlsx", "/health"):
            get(path, **({} if path == "/health" else day))
        for matrix in json.loads(get("/api/v1/matrices")):
            get(f"/api/v1/matrices/{matrix['name']}", **day)
        case = f"/api/v1/breakpoints/{finding['key']}"
        noted = {"status": "accepted", "due": "2026-12-31", "reason": f"已致电{SPELT[0]}", "note": f"联系{SPELT[1]}", "measures": [{"name": f"回访{SPELT[2]}"}]}  # fmt: skip
        changed = client.patch(case, json=noted, params=day)
        assert changed.status_code == 200, changed.text
        bodies["changed"] = changed.content
        assert "accepted" in get(case, **day).decode()
    assert {path: found for path, body in bodies.items() if (found := traces(body))} == {}
    written = [path for path in world.rglob("*") if path.is_file() and "input" not in path.parts]
    assert {path.name: found for path in written if (found := traces(path.read_bytes()))} == {}
    out, err = capfd.readouterr()
    assert traces((out + err).encode()) == []


def test_one_customer_stays_one_under_a_pseudonym_and_the_report_counts_by_kind(
    world: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    store = ["--store", f"sqlite:///{world}/store.db", "--lang", "zh"]
    run(["init", *store])
    capfd.readouterr()
    run(["ingest", "input", *store, "--json"])
    report = capfd.readouterr().out
    assert "已脱敏：手机号" in report
    run(["export", "all.jsonl", *store])
    label = Masker(KEY.encode()).pseudonym("mobile", PHONES[1])
    line = next(line for line in (world / "all.jsonl").read_text(encoding="utf-8").splitlines() if '"C1"' in line)
    assert line.count(f"〔手机号{label}〕") == 2


def test_without_a_key_a_customer_known_by_a_phone_is_left_out(
    world: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SUYUAN_MASK_KEY")
    settings.cache_clear()
    store = ["--store", f"sqlite:///{world}/store.db", "--lang", "zh"]
    run(["init", *store])
    capfd.readouterr()
    run(["ingest", "input", *store, "--json"])
    assert "已略去" in capfd.readouterr().out
    run(["export", "all.jsonl", *store])
    assert '"customer"' not in (world / "all.jsonl").read_text(encoding="utf-8")
