"""The pages of maps, uploads, the catalogue and the matrices over HTTP: statuses, redirects, bounds and what they hold."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.cli import run
from api.loading import form_upload
from graph.schema import KINDS
from queries.matrices.registry import MATRICES
from tests.api.conftest import Suyuan, edge, node, write_lines
from tests.api.entry import Entry, copied, guarded, listening

HTML = {"Accept": "text/html", "Accept-Language": "zh-CN"}
DAY = "2026-03-10"


@pytest.fixture(scope="module")
def store(world: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The small world with a list of a day and an odd id."""
    folder = tmp_path_factory.mktemp("catalogue")
    store = copied(world, folder)
    lines = [
        node("Owner", "a/b?c#d", name="<i>斜</i>", party="role"),
        edge("BELONGS_TO", "Owner:a/b?c#d", "OrgUnit:P1"),
    ]
    file = write_lines(folder / "more.jsonl", lines)
    assert run(["ingest", str(file), "--store", store, "--json", "--source", "test"]) == 0
    assert run(["breakpoints", "--store", store, "--as-of", DAY, "--json"]) == 0
    return store


@pytest.fixture(scope="module")
def client(store: str) -> Iterator[httpx.Client]:
    with listening(create_app(store)) as base, httpx.Client(base_url=base, headers=HTML, timeout=60) as opened:
        yield opened


# ── catalogue ───────────────────────────────────────────────────────────────────────────────────────
def test_every_kind_has_a_table_or_says_it_has_none(client: httpx.Client) -> None:
    for name, kind in KINDS.items():
        answer = client.get(f"/catalogue/{name}")
        assert answer.status_code == (200 if kind.group in ("framework", "subject") else 404), name


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("Complaint/C001", "/complaints/C001"), ("Product/P", "/products/P"), ("Campaign/M1", "/campaigns/M1"),
        ("FindingCase/a%7CB:c", "/breakpoints/a%7CB%3Ac"), ("ControlPoint?words=", "/catalogue/ControlPoint"),
    ],
)  # fmt: skip
def test_what_has_a_page_of_its_own_is_shown_there(client: httpx.Client, path: str, place: str) -> None:
    answer = client.get(f"/catalogue/{path}")
    assert (answer.status_code, answer.headers["location"]) == (303, place)


@pytest.mark.parametrize("path", ["Nope/x", "ControlPoint/nope", "HandlingStep/x", "Verdict/x"])
def test_what_is_not_there_is_404(client: httpx.Client, path: str) -> None:
    assert client.get(f"/catalogue/{path}").status_code == 404


def test_a_node_shows_its_links_both_ways_with_their_basis(client: httpx.Client) -> None:
    page = client.get("/catalogue/ControlPoint/CP37").text
    for place in ("/catalogue/Stage/D2-S5", "/catalogue/Assignment/a1", "/catalogue/Category/K-fee"):
        assert f'href="{place}"' in page, place
    assert "方案原文" in page
    assert 'href="/maps?stage=D2-S5"' in page


def test_an_odd_id_is_reached_by_the_links_that_pages_write(client: httpx.Client) -> None:
    page = client.get("/catalogue/OrgUnit/P1").text
    assert 'href="/catalogue/Owner/a%2Fb%3Fc%23d"' in page
    found = client.get("/catalogue/Owner/a%2Fb%3Fc%23d")
    assert found.status_code == 200
    assert "&lt;i&gt;斜&lt;/i&gt;" in found.text
    assert "<i>" not in found.text


def test_a_day_decides_what_is_valid(client: httpx.Client) -> None:
    """The holder of a1 changes on 2026-07-01."""
    before, after = (client.get(f"/catalogue/Assignment/a1?as_of={day}").text for day in ("2026-06-30", "2026-07-01"))
    held = [page[page.index("HELD_BY") :] for page in (before, after)]
    assert [part.index("Owner/o1") < part.index("Owner/o2") for part in held] == [True, False], (
        "what holds stands first"
    )


def test_a_table_is_paged_and_searched(client: httpx.Client) -> None:
    first = client.get("/catalogue/Assignment").text
    assert "a1" in first
    assert 'rel="next"' not in first
    found = client.get("/catalogue/ControlPoint?words=计费准确").text
    assert found.count("/catalogue/ControlPoint/") == 1
    assert client.get("/catalogue/ControlPoint?after=CP37").text.count('href="/catalogue/ControlPoint/CP37"') == 0


# ── matrices ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", MATRICES)
def test_every_matrix_is_a_table(client: httpx.Client, name: str) -> None:
    answer = client.get(f"/matrices/{name}?show=true")
    assert answer.status_code == 200
    cells = client.get(f"/api/v1/matrices/{name}?as_of={DAY}", headers={"Accept": "application/json"}).json()
    shown = min(200, len(cells["rows"]))
    body = answer.text[answer.text.index("<tbody>") :]
    assert body.count("<tr>") == shown


def test_a_matrix_that_is_none(client: httpx.Client) -> None:
    assert client.get("/matrices/nope").status_code == 400


# ── maps ────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("query", "status"), [("unit=nope", 404), ("product=x&campaign=M1", 400), ("as_of=nope", 422), ("stage=D2-S5", 200), ("owner=岗位一", 200)],
)  # fmt: skip
def test_a_map_is_drawn_or_says_why_not(client: httpx.Client, query: str, status: int) -> None:
    answer = client.get(f"/maps?{query}")
    assert answer.status_code == status
    assert ("<iframe" in answer.text) == (status == 200)


def test_the_table_is_the_map(client: httpx.Client) -> None:
    picture = client.get(f"/api/v1/maps?stage=D2-S5&as_of={DAY}", headers={"Accept": "application/json"}).json()
    page = client.get("/maps?stage=D2-S5").text
    for box in picture["nodes"]:
        if box["column"] == "ControlPoint":
            assert f'<th scope="row"><a href="/catalogue/ControlPoint/{box["id"].partition(":")[2]}"' in page
    file = client.get("/api/v1/maps?stage=D2-S5&format=html", headers={"Accept": "*/*"})
    assert file.text.startswith("<!DOCTYPE html>")
    plain = client.get("/api/v1/maps?stage=D2-S5&format=html", headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in plain.headers
    assert plain.text == file.text
    assert file.num_bytes_downloaded < plain.num_bytes_downloaded / 2


# ── uploads ─────────────────────────────────────────────────────────────────────────────────────────
def test_an_upload_by_form_is_loaded(store: str, tmp_path: Path, suyuan: Suyuan) -> None:
    own = copied(store, tmp_path)
    before = suyuan("stats", "--json", store=own).json["nodes"]["Channel"]
    with listening(create_app(own)) as base, httpx.Client(base_url=base, headers=HTML, timeout=60) as client:
        rows = "id,name\n" + "".join(f"CH{number},渠道\n" for number in range(3))
        answer = client.post(
            "/imports", files={"file": ("Channel.csv", rows.encode())}, data={"source": "表单", "mapping": ""}
        )
        assert answer.status_code == 303, answer.text
        place = answer.headers["location"]
        until = time.monotonic() + 60
        while 'hx-trigger="every 1s"' in (page := client.get(place).text):
            assert time.monotonic() < until
            time.sleep(0.1)
        assert "全部行已装入" in page
        assert "表单" in page
        assert place in client.get("/imports").text
    assert suyuan("stats", "--json", store=own).json["nodes"]["Channel"] == before + 3


@pytest.mark.parametrize(
    ("files", "data", "status"),
    [
        ({}, {"source": "x"}, 400), ({"file": ("", b"id\n")}, {}, 400), ({"file": ("a.csv", b"")}, {}, 400),
        ({"file": ("../a.csv", b"id\n")}, {}, 400), ({"file": ("a.csv", b"id\n")}, {"mapping": "nope"}, 400),
    ],
)  # fmt: skip
def test_what_is_no_upload_is_refused_with_the_form(client: httpx.Client, files: dict[str, tuple[str, bytes]], data: dict[str, str], status: int) -> None:  # fmt: skip
    answer = client.post("/imports", files=files, data=data)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert "<form" in answer.text


def test_bodies_that_are_no_form(client: httpx.Client) -> None:
    for kind in ("text/plain", "multipart/form-data", "multipart/form-data; boundary=x"):
        assert client.post("/imports", content=b"--y\r\n", headers={"Content-Type": kind}).status_code == 400, kind


def test_an_upload_is_bounded(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too large is not kept, whatever its length is said to be."""
    monkeypatch.setattr(form_upload, "MAX_UPLOAD", 1000)
    own = copied(store, tmp_path)

    def endless() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        for _ in range(100):
            yield b"x" * 10_000

    with listening(create_app(own)) as base, httpx.Client(base_url=base, headers=HTML, timeout=60) as client:
        answer = client.post("/imports", content=endless(), headers={"Content-Type": "multipart/form-data; boundary=b"})
        assert answer.status_code == 413
        assert "还没有上传过" in answer.text


def test_only_an_admin_uploads(store: str, tmp_path: Path) -> None:
    own = copied(store, tmp_path)
    with guarded(own) as entry:
        assert _told(entry, "manager") == (403, False)
        assert _told(entry, "admin") == (200, True)


def _told(entry: Entry, user: str) -> tuple[int, bool]:
    answer = entry.client(user)
    return answer.get("/imports", headers=HTML).status_code, 'href="/imports"' in answer.get("/", headers=HTML).text
