"""Uploads: a job that can be watched, an account of every row, bounds, and no trace of the file afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import api.loading.imports
from api.loading.imports import Imports
from api.loading.jobs import ImportJob
from ingest.unchanged import UNCHANGED
from tests.api.test_http import _copied, _problem, served

CSV = "id,name\nX1,甲\nX2,乙\n,无编号\n".encode()


@pytest.fixture
def store(world: str, tmp_path: Path) -> str:
    return _copied(world, tmp_path)


@pytest.fixture
def client(store: str) -> Iterator[httpx.Client]:
    with served(store) as opened:
        yield opened


def jobs_in(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir()]


def ended(client: httpx.Client, id_: str) -> dict[str, Any]:
    for _ in range(400):
        job: dict[str, Any] = client.get(f"/api/v1/imports/{id_}").json()
        if job["state"] in ("done", "failed"):
            return job
        time.sleep(0.05)
    raise AssertionError(job)


def sent(client: httpx.Client, content: bytes = CSV, **query: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/imports", params={"name": "Product.csv", **query}, content=content)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/api/v1/imports/{answer.json()['id']}"
    return ended(client, answer.json()["id"])


def test_a_file_with_bad_rows_is_loaded_and_accounted_for(
    client: httpx.Client, suyuan: Any, store: str, tmp_path: Path
) -> None:
    job = sent(client, source="upload")
    assert job["state"] == "done"
    assert job["report"]["total"] == {"read": 3, "added": 2, "changed": 0, "unchanged": 0, "refused": 1}
    assert job["report"]["sources"] == ["upload"]
    assert job["rejects"] is True
    rejects = client.get(f"/api/v1/imports/{job['id']}/rejects")
    assert rejects.headers["content-type"] == "text/csv; charset=utf-8"
    assert "无编号" in rejects.text
    assert "Product.csv,,4,id" in rejects.text
    assert suyuan("stats", "--json", store=store).json["nodes"]["Product"] == 2
    assert [path for path in (tmp_path / "copy.imports").rglob("*") if path.name == "upload"] == []
    assert sent(client, source="upload")["report"]["total"]["unchanged"] == 2


def test_the_same_file_sent_twice_is_recognised(client: httpx.Client) -> None:
    content = "id,name\nX91,甲\nX92,乙\n".encode()
    reports = [sent(client, content, source="upload")["report"] for _ in range(2)]
    assert [report["total"]["added"] for report in reports] == [2, 0]
    assert [note["en"] for note in reports[1]["notes"]] == [UNCHANGED.en]
    assert reports[1]["total"]["unchanged"] == 2


def test_a_check_writes_nothing(client: httpx.Client, suyuan: Any, store: str) -> None:
    job = sent(client, dry_run=True)
    assert (job["dry_run"], job["report"]["total"]["added"]) == (True, 2)
    assert "Product" not in suyuan("stats", "--json", store=store).json["nodes"]


def test_answers_move_with_the_load(client: httpx.Client) -> None:
    tag = client.get("/api/v1/complaints").headers["etag"]
    sent(client)
    assert client.get("/api/v1/complaints", headers={"If-None-Match": tag}).status_code == 200


def test_a_file_that_cannot_be_read_says_why(client: httpx.Client) -> None:
    job = sent(client, b"\x00\x01\x02nothing of ours", name="x.bin")
    assert job["state"] == "failed"
    assert job["report"] is None
    assert all(job[name]["zh"] and job[name]["en"] for name in ("problem", "mend"))
    assert client.get(f"/api/v1/imports/{job['id']}/rejects").status_code == 204


@pytest.mark.parametrize(
    ("query", "content", "status", "code"),
    [
        ({"name": "../../etc/x.csv"}, CSV, 400, "bad_request"),
        ({"name": ".hidden"}, CSV, 400, "bad_request"),
        ({"name": "a\\b.csv"}, CSV, 400, "bad_request"),
        ({"name": "Product.csv", "source": "\x00"}, CSV, 400, "bad_request"),
        ({"name": "Product.csv"}, b"", 400, "bad_request"),
        ({"name": "Product.csv", "mapping": "/etc/passwd"}, CSV, 404, "unknown_id"),
        ({}, CSV, 422, "invalid_parameters"),
        ({"name": "Product.csv", "path": "x"}, CSV, 422, "invalid_parameters"),
    ],
)
def test_uploads_that_are_refused_leave_nothing(
    client: httpx.Client, tmp_path: Path, query: dict[str, str], content: bytes, status: int, code: str
) -> None:
    _problem(client.post("/api/v1/imports", params=query, content=content), status, code)
    folder = tmp_path / "copy.imports"
    assert not folder.exists() or jobs_in(folder) == []


def test_too_large_is_refused_while_it_arrives(
    client: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.loading.imports, "MAX_UPLOAD", 1000)

    def endless() -> Iterator[bytes]:
        for _ in range(50):
            yield b"x" * 100

    _problem(client.post("/api/v1/imports", params={"name": "x.csv"}, content=endless()), 413, "too_large")
    assert jobs_in(tmp_path / "copy.imports") == []


def test_too_many_are_refused(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.loading.imports, "MOST_WAITING", 0)
    _problem(client.post("/api/v1/imports", params={"name": "Product.csv"}, content=CSV), 429, "too_many_imports")


@pytest.mark.parametrize("id_", ["0" * 32, "nothing", "..%2F..%2Fetc"])
def test_jobs_that_are_not_there(client: httpx.Client, id_: str) -> None:
    assert client.get(f"/api/v1/imports/{id_}").status_code == 404


def test_a_job_whose_process_is_gone_has_failed(client: httpx.Client, tmp_path: Path) -> None:
    job = sent(client)
    state = tmp_path / "copy.imports" / job["id"] / "job.json"
    stopped = ImportJob.model_validate(job).model_copy(update={"state": "running"})
    state.write_text(stopped.model_dump_json(), encoding="utf-8")
    found = ended(client, job["id"])  # once the process that loaded it is gone
    assert found["state"] == "failed"
    assert "stopped" in found["problem"]["en"]


def test_old_jobs_are_forgotten(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.loading.imports, "KEPT", 2)
    jobs = [sent(client)["id"] for _ in range(4)]
    for _ in range(100):
        if [client.get(f"/api/v1/imports/{id_}").status_code for id_ in jobs] == [404, 404, 200, 200]:
            return
        time.sleep(0.05)
    raise AssertionError


def test_another_process_can_tell_how_far_a_job_is(client: httpx.Client, store: str) -> None:
    job = sent(client)
    other = Imports(store)
    assert other.get(job["id"]).state == "done"
    other.close()
