"""Verdicts, learning, sampling and calibration through the command line on a real store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from graph.settings import settings
from graph.stores import open_store
from tests.api.conftest import complaint, edge, node, write_lines
from tests.api.test_http import served

AT = ("--at", "2026-03-20")
UNTIL = ("--until", "2026-03-31")


@pytest.fixture
def ours(world: str, tmp_path: Path) -> str:
    """A copy of the small world to write into."""
    copy = tmp_path / "ours.db"
    copy.write_bytes(Path(world.removeprefix("sqlite:///")).read_bytes())
    return f"sqlite:///{copy}"


@pytest.fixture
def judged(ours: str, tmp_path: Path, suyuan: Any) -> str:
    """Our copy with 240 more complaints, each with a random verdict loaded from a file: four in five on CP37."""
    lines = []
    for number in range(240):
        lines += complaint(f"R{number:03}", "K-fee")
        verdict = f"Verdict:v{number:03}"
        day = f"2026-03-{10 + number % 2 * 10}T00:00:00.000000Z"
        lines.append(node("Verdict", f"v{number:03}", outcome="named", sampled="random", event_at=day))
        lines.append(edge("OF", verdict, f"Complaint:R{number:03}"))
        lines.append(edge("NAMES", verdict, "ControlPoint:CP37" if number % 5 else "ControlPoint:CP23"))
    assert suyuan("ingest", str(write_lines(tmp_path / "judged.jsonl", lines)), store=ours).code == 0
    return ours


def versions(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "ours.parameters").glob("*"))}


# ── verdict ─────────────────────────────────────────────────────────────────────────────────────────
def test_a_correction_is_kept_with_the_answer_it_corrects(suyuan: Any, ours: str) -> None:
    words = ("--control-point", "CP23", "--subject", "Campaign:M1", "--by", "岗位一", "--reason", "核对 13812345678", "--sampled", "dispute")  # fmt: skip
    given = suyuan("verdict", "C002", *words, *AT, "--json", store=ours).json
    assert given["answered"]["control_point"] == "ControlPoint:CP37"
    assert given["answered"]["parameters"] == "assumed-1"
    assert (given["agrees"], given["seal"], given["stored"], given["by"]) == (False, "intact", "added", "Owner:o1")
    assert "13812345678" not in given["reason"]
    store = open_store(ours)
    (row,) = store.nodes("Verdict")
    frozen = json.loads(str(row.props["answer"]))
    assert frozen["complaint"] == "Complaint:C002"
    assert frozen["as_of"] == row.props["event_at"] == given["event_at"]
    assert row.sources == ("verdict",)
    found = {name: [str(e.target) for e in store.edges(name, "Verdict")] for name in ("OF", "NAMES", "ON", "BY")}
    assert found == {
        "OF": ["Complaint:C002"], "NAMES": ["ControlPoint:CP23"], "ON": ["Campaign:M1"], "BY": ["Owner:o1"],
    }  # fmt: skip
    assert {e.source.kind for e in store.edges("OF")} > {"Verdict"}
    store.close()


def test_a_confirmation_takes_over_what_the_answer_names(suyuan: Any, ours: str) -> None:
    given = suyuan("verdict", "C001", "--confirm", *AT, "--json", store=ours).json
    assert (given["outcome"], given["control_point"], given["subject"]) == ("named", "ControlPoint:CP37", "Campaign:M1")
    assert (given["agrees"], given["sampled"]) == (True, "routine")
    unknown = suyuan("verdict", "C011", "--confirm", *AT, "--json", store=ours).json
    assert (unknown["outcome"], unknown["control_point"], unknown["agrees"]) == ("unknown", None, True)


def test_the_same_verdict_again_changes_nothing_and_another_stands_beside_it(suyuan: Any, ours: str) -> None:
    words = ("verdict", "C003", "--outcome", "no_internal_cause", *AT, "--json")
    first = suyuan(*words, store=ours).json
    store = open_store(ours)
    revision, rows = store.revision(), list(store.nodes("Verdict"))
    again = suyuan(*words, store=ours).json
    assert (again["verdict"], again["stored"]) == (first["verdict"], "unchanged")
    assert (store.revision(), list(store.nodes("Verdict"))) == (revision, rows)
    suyuan("verdict", "C003", "--control-point", "CP37", "--at", "2026-03-21", store=ours)
    assert rows[0] in list(store.nodes("Verdict"))
    store.close()
    listed = suyuan("verdicts", "C003", "--json", store=ours).json["verdicts"]
    assert [one["outcome"] for one in listed] == ["no_internal_cause", "named"]
    assert suyuan("verdicts", "C001", "--json", store=ours).json == {"verdicts": [], "broken": 0}


@pytest.mark.parametrize("complaint_id", ["C004", "区/1"])
def test_a_verdict_is_never_evidence(suyuan: Any, ours: str, complaint_id: str) -> None:
    def traces() -> list[Any]:
        found = [
            suyuan("trace", id_, "--as-of", "2026-03-31", "--json", store=ours).json for id_ in (complaint_id, "C005")
        ]
        facts = [answer["revision"].pop("facts") for answer in found]
        return [json.dumps(found), facts]

    before = traces()
    given = suyuan("verdict", complaint_id, "--control-point", "CP23", "--subject", "M1", *AT, store=ours)
    assert given.code == 0
    after = traces()
    assert after[0] == before[0]
    assert after[1] > before[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["C001"], "--confirm"), (["C001", "--confirm", "--control-point", "CP23"], "--confirm"), (["C001", "--outcome", "named"], "--control-point"),
        (["C001", "--outcome", "no_internal_cause", "--control-point", "CP23"], "named"), (["C001", "--confirm", "--subject", "M1"], "--confirm"),
        (["C001", "--outcome", "unknown", "--subject", "M1"], "--subject"), (["C999", "--confirm"], "C999"), (["C001", "--control-point", "CP999"], "CP999"),
        (["C001", "--control-point", "CP23", "--subject", "Campaign:M9"], "M9"), (["C001", "--control-point", "CP23", "--subject", "Category:K-fee"], "Category"),
        (["C001", "--confirm", "--by", "o9"], "o9"), (["C001", "--confirm", "--at", "2026-03-01"], "2026-03-01"), (["C001", "--confirm", "--at", "soon"], "--at"),
        (["C001", "--confirm", "--sampled", "lucky"], "--sampled"), (["C001", "--outcome", "guilty"], "--outcome"), (["C001", "--confirm", "--reason", "a\x07b"], "control"),
        (["C001", "--confirm", "--parameters", "assumed-2"], "assumed-1"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_and_nothing_is_stored(suyuan: Any, ours: str, words: list[str], said: str) -> None:  # fmt: skip
    at = [] if "--at" in words else AT
    result = suyuan("verdict", *words, *at, store=ours)
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert suyuan("verdicts", "--json", store=ours).json["verdicts"] == []


def test_a_verdict_that_was_changed_is_told(suyuan: Any, ours: str, tmp_path: Path) -> None:
    given = suyuan("verdict", "C002", "--control-point", "CP23", *AT, "--json", store=ours).json
    assert suyuan("verdicts", store=ours).code == 0
    id_ = given["verdict"].removeprefix("Verdict:")
    file = write_lines(tmp_path / "forged.jsonl", [node("Verdict", id_, reason="改口")])
    assert suyuan("ingest", str(file), store=ours).code == 0
    result = suyuan("verdicts", "--json", store=ours)
    assert (result.code, result.json["broken"]) == (1, 1)
    assert result.json["verdicts"][0]["seal"] == "broken"


@pytest.mark.parametrize(("lang", "words"), [("zh", ["裁定", "不能判定", "计费准确性"]), ("en", ["Verdict", "Agrees", "Charging accuracy"])])  # fmt: skip
def test_verdicts_read_in_both_languages(suyuan: Any, ours: str, lang: str, words: list[str]) -> None:
    first = suyuan("verdict", "C001", "--outcome", "unknown", *AT, store=ours, lang=lang)
    listed = suyuan("verdicts", store=ours, lang=lang)
    shown = first.out + listed.out + suyuan("verdict", "C001", "--outcome", "unknown", *AT, store=ours, lang=lang).err
    assert [word for word in words if word not in shown] == []


# ── learn ───────────────────────────────────────────────────────────────────────────────────────────
def test_learning_writes_a_version_once_and_old_ones_answer_as_before(suyuan: Any, judged: str, tmp_path: Path) -> None:
    words = ("trace", "C001", "--as-of", "2026-03-31", "--json")
    before = suyuan(*words, store=judged)
    learned = suyuan("learn", *UNTIL, "--json", store=judged).json
    assert (learned["written"], learned["parent"]) == (True, "assumed-1")
    assert learned["verdicts"] == {"named": 240, "random": 240}
    assert any(one["what"] == "cause" and one["to"] == "ControlPoint:CP23" for one in learned["changes"])
    first = versions(tmp_path)
    assert list(first) == [f"{learned['version']}.yaml"]
    after = suyuan(*words, store=judged)
    assert after.json["revision"]["parameters"] == learned["version"]
    assert after.json["candidates"] != before.json["candidates"]
    assert suyuan(*words, "--parameters", "assumed-1", store=judged) == before
    again = suyuan("learn", *UNTIL, "--json", store=judged)
    assert (again.json["written"], again.json["version"]) == (False, learned["version"])
    assert "Nothing new" in again.err
    assert versions(tmp_path) == first
    suyuan("verdict", "C001", "--outcome", "no_internal_cause", *AT, store=judged)
    assert suyuan("learn", "--until", "2026-03-19", "--json", store=judged).json["written"]
    assert not suyuan("learn", "--until", "2026-03-18", "--json", store=judged).json["written"]
    second = suyuan("learn", *UNTIL, "--json", store=judged).json
    assert (second["written"], second["parent"]) == (True, "assumed-1")
    assert versions(tmp_path).items() > first.items()
    assert (
        suyuan(*words, "--parameters", learned["version"], store=judged).json["candidates"] == after.json["candidates"]
    )
    assert suyuan(*words, store=judged).json["revision"]["parameters"] == second["version"]


def test_a_version_can_be_chosen_over_http(suyuan: Any, judged: str) -> None:
    where = "/api/v1/complaints/C001/trace?as_of=2026-03-31"
    with served(judged) as client:
        before = client.get(where)
        learned = suyuan("learn", *UNTIL, "--json", store=judged).json["version"]
        after = client.get(where)
        assert [answer.json()["revision"]["parameters"] for answer in (before, after)] == ["assumed-1", learned]
        assert before.headers["etag"] != after.headers["etag"]
        again = client.get(f"{where}&parameters=assumed-1")
        assert (again.content, again.headers["etag"]) == (before.content, before.headers["etag"])
        assert client.get(f"{where}&parameters=none").status_code == 400


def test_verdicts_after_the_day_are_not_looked_at(suyuan: Any, judged: str, tmp_path: Path) -> None:
    early = suyuan("learn", "--until", "2026-03-15", "--json", store=judged).json
    assert early["verdicts"] == {"named": 120, "random": 120}
    none = suyuan("learn", "--until", "2026-03-01", "--json", store=judged)
    assert (none.json["written"], none.json["verdicts"]) == (False, {})
    assert len(versions(tmp_path)) == 1


def test_the_same_verdicts_give_the_same_bytes(suyuan: Any, judged: str, tmp_path: Path, process: Any) -> None:
    suyuan("learn", *UNTIL, store=judged)
    first = versions(tmp_path)
    for path in (tmp_path / "ours.parameters").iterdir():
        path.unlink()
    process("learn", *UNTIL, "--store", judged, env={"PYTHONHASHSEED": "77"})
    assert versions(tmp_path) == first


def test_a_version_of_ones_own_can_be_put_in_force(suyuan: Any, judged: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    numbers = yaml.safe_load(Path(__file__, "../../../queries/parameters.yaml").resolve().read_text(encoding="utf-8"))
    numbers["version"] = "ours-7"
    numbers["stop"]["usual"] = 0.9
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "ours-7.yaml").write_text(yaml.safe_dump(numbers), encoding="utf-8")
    monkeypatch.setenv("SUYUAN_PARAMETERS", str(folder))
    settings.cache_clear()
    assert suyuan("trace", "C001", "--json", store=judged).json["revision"]["parameters"] == "assumed-1"
    monkeypatch.setenv("SUYUAN_PARAMETERS_VERSION", "ours-7")
    settings.cache_clear()
    assert suyuan("trace", "C001", "--json", store=judged).json["revision"]["parameters"] == "ours-7"
    result = suyuan("learn", *UNTIL, "--json", store=judged)
    assert "ours-7 stays in force" in result.err
    learned = result.json
    assert learned["parent"] == "ours-7"
    assert (folder / f"{learned['version']}.yaml").exists()
    assert suyuan("trace", "C001", "--json", store=judged).json["revision"]["parameters"] == "ours-7"


@pytest.mark.parametrize("change", ["review: 2.5", "version: other"])
def test_a_learned_version_that_was_changed_is_refused(suyuan: Any, judged: str, tmp_path: Path, change: str) -> None:
    version = suyuan("learn", *UNTIL, "--json", store=judged).json["version"]
    file = tmp_path / "ours.parameters" / f"{version}.yaml"
    old = next(line.strip() for line in file.read_text().splitlines() if line.strip().startswith(change.split(":")[0] + ": "))  # fmt: skip
    text = file.read_text().replace(old, change)
    file.chmod(0o644)
    file.write_text(text)
    result = suyuan("trace", "C001", store=judged)
    assert (result.code, result.out) == (2, "")
    assert version in result.err
    assert suyuan("trace", "C001", "--parameters", "assumed-1", store=judged).code == 0


@pytest.mark.parametrize("name", ["nothing", "../world", "", "a\x00b"])
def test_an_unknown_version_is_refused(suyuan: Any, world: str, name: str) -> None:
    result = suyuan("trace", "C001", "--parameters", name, store=world)
    assert result.code == 2
    assert "assumed-1" in result.err


def test_a_folder_that_cannot_be_written_is_told(suyuan: Any, judged: str, tmp_path: Path) -> None:
    (tmp_path / "ours.parameters").write_text("a file stands in the way")
    result = suyuan("learn", *UNTIL, store=judged)
    assert result.code == 2
    assert "SUYUAN_PARAMETERS" in result.err


# ── calibration ─────────────────────────────────────────────────────────────────────────────────────
def test_calibration_is_claimed_on_a_later_slice_only(suyuan: Any, judged: str, tmp_path: Path) -> None:
    whole = suyuan("calibration", *UNTIL, "--json", store=judged).json
    assert (whole["n"], whole["calibration"], whole["reason"]) == (240, "calibrated", None)
    assert len(whole["bands"]) == 10
    suyuan("learn", "--until", "2026-03-15", store=judged)
    later = suyuan("calibration", *UNTIL, "--json", "--write", store=judged)
    assert (later.code, later.json["n"], later.json["reason"], later.json["written"]) == (1, 120, "too_few", None)
    assert len(versions(tmp_path)) == 1
    assert suyuan("trace", "C001", "--json", store=judged).json["calibration"] == "uncalibrated"


def test_a_claim_is_a_version_of_its_own(suyuan: Any, judged: str, tmp_path: Path) -> None:
    plain = suyuan("trace", "C001", "--as-of", "2026-03-31", "--json", store=judged).json
    written = suyuan("calibration", *UNTIL, "--write", "--json", store=judged).json["written"]
    again = suyuan("calibration", *UNTIL, "--write", "--json", store=judged).json["written"]
    assert written == again
    assert list(versions(tmp_path)) == [f"{written}.yaml"]
    claimed = suyuan("trace", "C001", "--as-of", "2026-03-31", "--json", store=judged).json
    assert (plain["calibration"], claimed["calibration"]) == ("uncalibrated", "calibrated")
    assert claimed["revision"]["parameters"] == written
    assert claimed["candidates"] == plain["candidates"]
    assert "not calibrated" in plain["explanation"]["en"]
    assert "240" in claimed["explanation"]["en"]
    assert "240" in claimed["explanation"]["zh"]
    learned = suyuan("learn", *UNTIL, "--json", store=judged).json
    assert (learned["written"], learned["parent"]) == (True, "assumed-1")
    assert suyuan("trace", "C001", "--json", store=judged).json["calibration"] == "uncalibrated"


@pytest.mark.parametrize(("lang", "words"), [("zh", ["未校准", "不足", "可靠性"]), ("en", ["uncalibrated", "too few", "Reliability"])])  # fmt: skip
def test_the_report_reads_in_both_languages(suyuan: Any, ours: str, lang: str, words: list[str]) -> None:
    result = suyuan("calibration", store=ours, lang=lang)
    assert result.code == 0
    assert [word for word in words if word not in result.out] == []


# ── sample ──────────────────────────────────────────────────────────────────────────────────────────
def test_a_sample_leaves_out_what_is_decided(suyuan: Any, ours: str) -> None:
    words = ("sample", "--n", "11", "--seed", "5")
    drawn = suyuan(*words, store=ours)
    assert suyuan(*words, store=ours) == drawn
    ids = drawn.out.split()
    assert len(set(ids)) == 11
    suyuan("verdict", ids[0], "--outcome", "unknown", *AT, store=ours)
    rest = suyuan(*words, "--by", "unit", "--json", store=ours).json
    assert rest["population"] == 11
    assert f"Complaint:{ids[0]}" not in [one["complaint"] for one in rest["complaints"]]
    assert {one["unit"] for one in rest["complaints"]} == {"OrgUnit:P1"}
    few = suyuan("sample", "--n", "99", "--seed", "5", store=ours)
    assert len(few.out.split()) == 11
    assert "11" in few.err


@pytest.mark.parametrize("words", [["--n", "0", "--seed", "1"], ["--n", "5"], ["--seed", "5"], ["--n", "5", "--seed", "1", "--by", "moon"]])  # fmt: skip
def test_a_sample_that_cannot_be_meant(suyuan: Any, world: str, words: list[str]) -> None:
    assert suyuan("sample", *words, store=world).code == 2
