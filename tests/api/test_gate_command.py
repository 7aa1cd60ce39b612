"""``suyuan gate`` and POST …/gates/ID/check say the same: allowed or not, with what is unmet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.conftest import edge, node, write_lines
from tests.api.test_http import _copied, served

AS_OF = "2026-03-31"
CHECKED = ("CP20", "CP21", "CP22", "CP23", "CP24")


def passed_everything() -> list[dict[str, object]]:
    lines: list[dict[str, object]] = []
    for point in CHECKED:
        for mode in ("automatic", "manual"):
            id_ = f"{point}-{mode}"
            lines += [
                node("Review", id_, result="passed", mode=mode, event_at="2026-01-05T00:00:00.000000Z"),
                edge("OF", f"Review:{id_}", f"ControlPoint:{point}"),
                edge("ON", f"Review:{id_}", "Campaign:M1"),
            ]
    return lines


@pytest.fixture
def client(world: str) -> Iterator[httpx.Client]:
    with served(world) as opened:
        yield opened


def test_not_met_is_exit_1_and_409_with_the_unmet_list(suyuan: Any, world: str, client: httpx.Client) -> None:
    said = suyuan("gate", "M1", "--as-of", AS_OF, "--json", store=world)
    assert said.code == 1
    assert said.json["allowed"] is False
    (launch,) = [gate for gate in said.json["gates"] if gate["gate_kind"] == "pre_launch"]
    assert {(one["of"], one["mode"], one["state"]) for one in launch["unmet"]} == {
        (f"ControlPoint:{point}", mode, "missing") for point in CHECKED for mode in ("automatic", "manual")
    }
    answer = client.post("/api/v1/gates/M1/check", params={"as_of": AS_OF})
    assert answer.status_code == 409
    assert answer.headers["etag"]
    assert answer.json() == said.json


def test_met_is_exit_0_and_200(suyuan: Any, world: str, tmp_path: Path) -> None:
    url = _copied(world, tmp_path)
    assert suyuan("ingest", str(write_lines(tmp_path / "reviews.jsonl", passed_everything())), store=url).code == 0
    said = suyuan("gate", "夏季套餐", "--as-of", AS_OF, "--json", store=url)
    assert (said.code, said.json["allowed"]) == (0, True)
    with served(url) as client:
        answer = client.post("/api/v1/gates/Campaign:M1/check", params={"as_of": AS_OF})
        assert (answer.status_code, answer.json()) == (200, said.json)


@pytest.mark.parametrize(("lang", "word"), [("zh", "不能放行"), ("en", "may not go on")])
def test_for_a_person(suyuan: Any, world: str, lang: str, word: str) -> None:
    said = suyuan("gate", "M1", "--as-of", AS_OF, store=world, lang=lang)
    assert said.code == 1
    assert word in said.out
    assert "CP23" in said.out


def test_a_stage_can_be_asked_about(suyuan: Any, world: str) -> None:
    said = suyuan("gate", "M1", "--stage", "D2-S2", "--as-of", AS_OF, "--json", store=world)
    assert said.json["stage"] == "Stage:D2-S2"
    assert {gate["gate"] for gate in said.json["gates"] if gate["due"]} == {"Gate:RG-09"}


@pytest.mark.parametrize(
    ("words", "code", "status"), [(["M99"], 2, 404), (["M1", "--stage", "nowhere"], 2, 404), (["Stage:D2-S1"], 2, 400)]
)
def test_refusals(suyuan: Any, world: str, client: httpx.Client, words: list[str], code: int, status: int) -> None:
    assert suyuan("gate", *words, store=world).code == code
    query = {"stage": words[2]} if len(words) > 2 else {}
    assert client.post(f"/api/v1/gates/{words[0]}/check", params=query).status_code == status
