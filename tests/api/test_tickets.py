"""``suyuan ticket``: complaints as TMF621 tickets with their trace, out and in again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import FAILED_REVIEW, WORLD, Suyuan, complaint, edge, node, write_lines

DATA = Path(__file__).parents[1] / "data" / "tmf621"
FIELDS = json.loads((DATA / "fields.json").read_text(encoding="utf-8"))
CAMPAIGN = {
    "role": "complained",
    "@type": "RelatedEntity",
    "entity": {"id": "M1", "@type": "EntityRef", "@referredType": "Campaign"},
}


@pytest.fixture
def desk(suyuan: Suyuan, tmp_path: Path) -> str:
    """A store with the plan, the small world and the example ticket 3180 about its campaign; steps and a native complaint beside."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    assert suyuan("init", store=url).code == 0
    steps = [
        node("HandlingStep", f"s{n}", step=step, seq=n, event_at=f"2026-03-0{n + 5}T00:00:00Z")
        for n, step in enumerate(("received", "routed", "closed"), 1)
    ]
    lines = [*WORLD, *FAILED_REVIEW, *complaint("C1", "K-fee", customer="u1", severity="2"), *steps]
    lines += [edge("OF", f"HandlingStep:s{n}", "Complaint:C1") for n in (1, 2, 3)]
    assert suyuan("ingest", str(write_lines(tmp_path / "world.jsonl", lines)), "--source", "world", store=url).code == 0
    assert suyuan("ingest", str(_ticket_file(tmp_path)), "--source", "tmf", store=url).code == 0
    return url


def _ticket_file(folder: Path) -> Path:
    said = json.loads((DATA / "v5_retrieve.json").read_text(encoding="utf-8"))
    said |= {"ticketType": "K-fee", "creationDate": "2026-03-05T02:00:00Z", "x-own": {"kept": True}}
    said["relatedEntity"].append(CAMPAIGN)
    path = folder / "in.json"
    path.write_text(json.dumps([said]), encoding="utf-8")
    return path


def characteristics(ticket: dict[str, Any]) -> dict[str, Any]:
    return {part["name"]: part["value"] for part in ticket["troubleTicketCharacteristic"]}


def test_a_ticket_carries_the_trace(suyuan: Suyuan, desk: str) -> None:
    ticket = suyuan("ticket", "3180", "--as-of", "2026-03-10", store=desk).json
    answer = suyuan("trace", "3180", "--as-of", "2026-03-10", "--json", store=desk).json
    said = characteristics(ticket)
    assert answer["root"]["control_point"] is not None
    for name, value in (
        ("outcome", answer["outcome"]), ("controlPoint", answer["root"]["control_point"]), ("stage", answer["root"]["stage"]),
        ("domain", answer["root"]["domain"]), ("probability", answer["root"]["probability"]), ("subject", answer["root"]["subject"]),
        ("explanation", answer["explanation"]["zh"]), ("explanationEn", answer["explanation"]["en"]), ("asOf", answer["as_of"]),
    ):  # fmt: skip
        assert said[f"suyuan.{name}"] == value
    assert said["disputeAmount"] == 40
    assert ticket["x-own"] == {"kept": True}
    roles = {part["role"]: part["partyOrPartyRole"] for part in ticket["relatedParty"]}
    assert roles["suyuan.rootOwner"]["id"] == answer["parties"]["root_owner"].partition(":")[2]
    assert roles["suyuan.rootOwner"]["name"] == "岗位一"
    assert set(FIELDS["v5"]["required"]) <= ticket.keys()
    assert all(set(FIELDS["v5"]["characteristic"]) <= part.keys() for part in ticket["troubleTicketCharacteristic"])
    assert all(set(FIELDS["v5"]["relatedParty"]) <= part.keys() for part in ticket["relatedParty"])


def test_in_traced_out_and_in_again_changes_nothing(suyuan: Suyuan, desk: str, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert suyuan("ticket", "--all", "--out", str(out), "--as-of", "2026-03-10", store=desk).code == 0
    assert [ticket["id"] for ticket in json.loads(out.read_text(encoding="utf-8"))] == ["3180", "C1"]
    only = tmp_path / "3180.json"
    assert suyuan("ticket", "3180", "--out", str(only), "--as-of", "2026-03-10", store=desk).code == 0
    report = suyuan("ingest", str(only), "--source", "tmf", "--json", store=desk).json
    assert (report["total"]["added"], report["total"]["changed"], report["total"]["refused"]) == (0, 0, 0)
    assert (
        suyuan("ticket", "3180", "--as-of", "2026-03-10", store=desk).json["relatedParty"]
        == json.loads(only.read_text(encoding="utf-8"))["relatedParty"]
    )


def test_as_version_4(suyuan: Suyuan, desk: str) -> None:
    ticket = suyuan("ticket", "3180", "--api", "v4", store=desk).json
    assert set(FIELDS["v4"]["required"]) <= ticket.keys()
    assert all(set(FIELDS["v4"]["relatedParty"]) <= part.keys() for part in ticket["relatedParty"])
    assert all(set(FIELDS["v4"]["relatedEntity"]) <= part.keys() for part in ticket["relatedEntity"])
    assert ("suyuan.rootOwner", "o1") in {(part["role"], part["id"]) for part in ticket["relatedParty"]}
    assert ticket["externalId"] == "3331234"
    assert ticket["statusChange"][0]["changeReason"] == "trouble ticket created"


@pytest.mark.parametrize("api", ["v4", "v5"])
def test_a_complaint_that_was_no_ticket(api: str, suyuan: Suyuan, desk: str) -> None:
    ticket = suyuan("ticket", "C1", "--api", api, store=desk).json
    assert set(FIELDS[api]["required"]) <= ticket.keys()
    assert (ticket["ticketType"], ticket["severity"]) == ("多收费", "2")
    history = ticket["statusChange" if api == "v4" else "statusChangeHistory"]
    assert [change["status"] for change in history] == ["acknowledged", "inProgress", "closed"]
    customer = ticket["relatedParty"][0] if api == "v4" else ticket["relatedParty"][0]["partyOrPartyRole"]
    assert (customer["id"], customer["@referredType"]) == ("u1", "Customer")
    assert ("@baseType" in ticket) == (api == "v4")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 2),
        (("C1", "--all"), 2),
        (("--all",), 2),
        (("C1", "--out", "x.csv"), 2),
        (("nobody",), 2),
        (("C1", "--api", "v3"), 2),
    ],
)
def test_what_cannot_be_meant(words: tuple[str, ...], code: int, suyuan: Suyuan, desk: str) -> None:
    result = suyuan("ticket", *words, store=desk)
    assert (result.code, result.out) == (code, "")
    assert "How to mend it" in result.err
