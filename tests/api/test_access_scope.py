"""A user confined to a unit sees its complaints and findings and those of units below, and cannot tell that there are others."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.cli import run
from api.roles import ROLES
from tests.api.conftest import complaint, edge, node, write_lines
from tests.api.entry import Entry, copied, guarded

AS_OF = "2026-03-31"
ROW = {"event_at": "2026-03-05T10:00:00+08:00", "text": "多扣了 10 元", "ABOUT": ["M1"], "IN_CATEGORY": "K-fee"}


def _moved(id_: str, unit: str, **props: object) -> list[dict[str, object]]:
    lines = complaint(id_, "K-fee", text=f"投诉{id_}多扣费", **props)
    return [line for line in lines if line.get("label") != "HOME_UNIT"] + [edge("HOME_UNIT", f"Complaint:{id_}", f"OrgUnit:{unit}")]  # fmt: skip


@pytest.fixture(scope="module")
def entry(world: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Entry]:
    """The small world with complaints in a city, in headquarters and nowhere; a city that was the province's until 2026."""
    folder = tmp_path_factory.mktemp("scope")
    store = copied(world, folder)
    lines = [
        *_moved("C900", "P1-C1"), *_moved("C901", "HQ"), *_moved("C903", "GONE"),
        node("OrgUnit", "GONE", name="旧市", tier="city"),
        edge("PART_OF", "OrgUnit:GONE", "OrgUnit:P1", valid_to="2026-01-01"),
        *(line for line in complaint("C902", "K-fee") if line.get("label") != "HOME_UNIT"),
        node("Campaign", "M9", name="市公司活动", tier="provincial", starts="2026-01-01", ends="2026-12-31"),
        edge("RUN_BY", "Campaign:M9", "OrgUnit:P1-C1"),
    ]  # fmt: skip
    assert run(["ingest", str(write_lines(folder / "more.jsonl", lines)), "--store", store, "--json"]) == 0
    with guarded(store) as made:
        yield made


def ids(client: httpx.Client, **query: str) -> set[str]:
    answer = client.get("/api/v1/complaints", params={"as_of": AS_OF, "limit": "1000", **query})
    assert answer.status_code == 200, answer.text
    return {line["complaint"].partition(":")[2] for line in answer.json()["complaints"]}


EVERYBODY = {f"C{n:03}" for n in range(1, 12)} | {"区/1", "C900", "C901", "C902", "C903"}


def test_search_shows_the_own_complaints_only(entry: Entry) -> None:
    assert ids(entry.client("manager")) == EVERYBODY
    assert ids(entry.client("city")) == {"C900"}
    assert ids(entry.client("province")) == EVERYBODY - {"C901", "C902", "C903"}
    assert ids(entry.client("city"), unit="P1-C1") == {"C900"}
    assert ids(entry.client("city"), outcome="named") <= {"C900"}
    assert ids(entry.client("city"), text="多扣") == {"C900"}
    assert ids(entry.client("province"), unit="P1-C1") == {"C900"}
    assert ids(entry.client("city"), unit="HQ") == {"C900"}, "a unit above: what is one's own of it"


def test_pages_of_a_search_hold_no_gaps_that_tell_of_others(entry: Entry) -> None:
    answer = entry.client("city").get("/api/v1/complaints", params={"limit": 1}).json()
    assert [line["complaint"] for line in answer["complaints"]] == ["Complaint:C900"]
    assert answer["next"] is None


@pytest.mark.parametrize("path", ["/api/v1/complaints/{}/trace", "/api/v1/maps?complaint={}", "/api/v1/complaints/{}/trace?as_of=2025-06-01"])  # fmt: skip
@pytest.mark.parametrize("hidden", ["C001", "C901", "C902", "C903", "Complaint:C001"])
def test_a_complaint_elsewhere_is_answered_as_one_that_is_nowhere(entry: Entry, path: str, hidden: str) -> None:
    client = entry.client("city")
    there, nowhere = client.get(path.format(hidden)), client.get(path.format("X404"))
    assert there.status_code == nowhere.status_code == 404
    assert there.text.replace(hidden, "ID") == nowhere.text.replace("X404", "ID")
    assert client.get(path.format("C900")).status_code == 200
    assert entry.client("manager").get(path.format(hidden)).status_code == 200


def test_what_was_below_once_is_not_below_now(entry: Entry) -> None:
    for as_of in ("2025-06-01", AS_OF):
        answer = entry.client("province").get("/api/v1/complaints/C903/trace", params={"as_of": as_of})
        assert answer.status_code == 404
        assert "C903" not in ids(entry.client("province"), as_of=as_of)


def test_names_near_a_misspelt_one_are_not_told(entry: Entry) -> None:
    assert "C001" in entry.client("manager").get("/api/v1/complaints/C0011/trace").text
    assert "C001" not in entry.client("city").get("/api/v1/complaints/C0011/trace").text.replace("C0011", "")


def test_verdicts_are_given_on_the_own_complaints_only(entry: Entry) -> None:
    hidden = entry.client("city").post("/api/v1/complaints/C001/verdict", json={"confirm": True})
    nowhere = entry.client("city").post("/api/v1/complaints/X404/verdict", json={"confirm": True})
    assert hidden.status_code == nowhere.status_code == 404
    assert hidden.text.replace("C001", "ID") == nowhere.text.replace("X404", "ID")
    assert entry.client("city").post("/api/v1/complaints/C900/verdict", json={"confirm": True}).status_code == 201


@pytest.mark.parametrize(
    ("units", "status"),
    [
        ("P1-C1", 200),
        (["P1-C1", "P1"], 404),
        ("P1", 404),
        ("HQ", 404),
        ("X404", 404),
        ([], 400),
        ("甲省", 404),
        ("甲省一市", 200),
    ],
)
def test_a_row_is_traced_for_the_own_unit_only(entry: Entry, units: object, status: int) -> None:
    answer = entry.client("city").post("/api/v1/trace", json=ROW | {"HOME_UNIT": units})
    assert answer.status_code == status, answer.text


def test_a_row_cannot_ask_whether_another_complaint_exists(entry: Entry) -> None:
    def told(id_: str) -> tuple[int, str]:
        answer = entry.client("city").post("/api/v1/trace", json=ROW | {"HOME_UNIT": "P1-C1", "REPEATS": [id_]})
        return answer.status_code, answer.text.replace(id_, "ID")

    assert told("C001") == told("X404")
    assert told("C001")[0] == 404
    assert told("C900")[0] == 200


def findings(client: httpx.Client, **query: str) -> dict[str, str | None]:
    answer = client.get("/api/v1/breakpoints", params={"as_of": AS_OF, "limit": "1000", **query})
    assert answer.status_code == 200, answer.text
    return {finding["key"]: finding["unit"] for finding in answer.json()["findings"]}


def test_findings_of_other_units_are_not_there(entry: Entry) -> None:
    everything = findings(entry.client("manager"))
    own = {key: unit for key, unit in everything.items() if unit == "OrgUnit:P1-C1"}
    assert own
    assert len(own) < len(everything)
    assert findings(entry.client("city")) == own
    assert findings(entry.client("city"), unit="P1-C1") == own
    counts = entry.client("city").get("/api/v1/breakpoints", params={"as_of": AS_OF}).json()["counts"]["class"]
    assert sum(counts.values()) == len(own)
    hidden, seen = next(key for key, unit in everything.items() if unit != "OrgUnit:P1-C1"), next(iter(own))
    sheet = entry.client("city").get("/api/v1/breakpoints.csv", params={"as_of": AS_OF}).text
    assert seen in sheet
    assert hidden not in sheet
    book = entry.client("city").get("/api/v1/breakpoints.xlsx", params={"as_of": AS_OF}).content
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        texts = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert seen in texts
    assert hidden not in texts


def test_the_case_of_another_units_finding_is_not_there(entry: Entry) -> None:
    everything = findings(entry.client("manager"))
    hidden = next(key for key, unit in everything.items() if unit != "OrgUnit:P1-C1")
    own = [key for key, unit in everything.items() if unit == "OrgUnit:P1-C1"]
    assert entry.client("manager").patch(f"/api/v1/breakpoints/{hidden}", json={"note": "ours"}).status_code == 200
    client = entry.client("city")
    for method, body in (("GET", None), ("PATCH", {"note": "mine now"})):
        there = client.request(method, f"/api/v1/breakpoints/{hidden}", json=body)
        assert (there.status_code, there.json()["code"]) == (404, "unknown_id")
        told = there.json()["mend"]["en"]
        assert not told.startswith("Did you mean") or told[len("Did you mean ") : -1] in own, (
            "only own ones are offered"
        )
        assert client.request(method, f"/api/v1/breakpoints/{own[0]}", json=body).status_code == 200
    note = entry.client("manager").get(f"/api/v1/breakpoints/{hidden}").json()["note"]
    assert note == "ours"


def test_tags_of_one_unit_do_not_serve_another(entry: Entry) -> None:
    for path in ("/api/v1/breakpoints", "/api/v1/complaints", "/api/v1/complaints/C900/trace", "/api/v1/matrices/leakage", "/api/v1/maps"):  # fmt: skip
        query = {"as_of": AS_OF}
        tag = entry.client("manager").get(path, params=query).headers["etag"]
        own = entry.client("city").get(path, params=query, headers={"If-None-Match": tag})
        assert own.status_code == 200, path
        again = entry.client("city").get(path, params=query, headers={"If-None-Match": own.headers["etag"]})
        assert again.status_code == 304, path
        assert own.headers["cache-control"].startswith("private")


def _counted(matrix: dict[str, list[dict[str, object]]]) -> float:
    """The sum of a matrix's numbers."""
    numbers = [column["form"] in ("number", "count") for column in matrix["columns"]]
    return sum(
        cell
        for row in matrix["rows"]
        for cell, is_number in zip(row["cells"], numbers, strict=True)  # type: ignore[call-overload]
        if is_number and isinstance(cell, int | float)
    )


def test_maps_and_matrices_are_narrowed(entry: Entry) -> None:
    whole = entry.client("manager").get("/api/v1/maps", params={"as_of": AS_OF})
    own = entry.client("city").get("/api/v1/maps", params={"as_of": AS_OF})
    asked = entry.client("city").get("/api/v1/maps", params={"as_of": AS_OF, "unit": "P1-C1"})
    assert own.json() == asked.json()
    assert len(own.json()["nodes"]) < len(whole.json()["nodes"])
    assert entry.client("city").get("/api/v1/maps", params={"unit": "GONE"}).status_code == 404
    all_, mine = (
        entry.client(user).get("/api/v1/matrices/leakage", params={"as_of": AS_OF}).json()
        for user in ("manager", "city")
    )
    assert 0 < _counted(mine) < _counted(all_)


def test_the_monthly_counts_are_of_the_own_complaints(world: str, tmp_path: Path) -> None:
    """Up to a day after which something happened in its month, too: then the daily counts are read, and narrowed alike."""
    store = copied(world, tmp_path)
    later = {"event_at": "2026-03-20T02:00:00.000000Z"}
    lines = [*_moved("C900", "P1-C1"), *_moved("C901", "HQ"), *_moved("C910", "P1-C1", **later), *_moved("C911", "HQ", **later)]  # fmt: skip
    assert run(["ingest", str(write_lines(tmp_path / "more.jsonl", lines)), "--store", store, "--json"]) == 0
    with guarded(store) as made:
        for day, numbers in (("2026-03-10", (14, 13, 1)), (AS_OF, (16, 14, 2)), ("2026-02-28", (0, 0, 0))):
            for user, number in zip(("manager", "province", "city"), numbers, strict=True):
                answer = made.client(user).get("/api/v1/matrices/monthly_complaints", params={"as_of": day})
                *rows, every = answer.json()["rows"]
                assert (every["id"], every["cells"][2]) == ("all", number), (day, user)
                units = {row["cells"][1]["zh"] for row in rows}
                assert user != "city" or units <= {"甲省一市"}


def test_a_decision_is_signed_by_who_logged_in(entry: Entry) -> None:
    key = next(iter(findings(entry.client("manager"))))
    answer = entry.client("manager").patch(f"/api/v1/breakpoints/{key}", json={"note": "x", "by": "somebody else"})
    assert answer.json()["history"][-1]["by"] == "manager"


LOOKING = sorted(path for (method, path), role in ROLES.items() if method == "GET" and role == "viewer")


@pytest.mark.parametrize("path", LOOKING)
def test_no_address_shows_the_complaints_of_others(entry: Entry, path: str) -> None:
    """Asked in turn for an own complaint and for a hidden one: neither answer tells of what was not asked for."""
    for id_ in ("C900", "C001"):
        places = {"{id}": id_, "{key}": "x", "{kind}": "Complaint", "{name}": "leakage", "{lang}": "en"}
        asked = path
        for place, value in places.items():
            asked = asked.replace(place, value)
        answer = entry.client("city").get(asked, headers={"Accept": "text/html" if "/api/" not in asked else "*/*"})
        assert answer.status_code != 500
        for hidden in ("C901", "C902", "C903", "C003", "多扣了", "您好"):
            assert hidden not in answer.text, asked


def test_the_folder_of_the_store_is_not_served(entry: Entry) -> None:
    folder = Path(entry.store.removeprefix("sqlite:///")).parent
    assert (folder / "copy.access" / "access.db").is_file()
    for path in ("/copy.access/access.db", "/static/../copy.access/access.db"):
        assert entry.client("admin").get(path).status_code == 404
