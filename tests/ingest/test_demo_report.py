"""The demo's report on small inputs whose figures are known by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.demo.__main__ import main
from ingest.demo.report import DemoReport, Truth, compare


def _truth(complaint: str, point: str = "", cause: str = "control_point", owner: str = "Owner:R1") -> Truth:
    return Truth.model_validate(
        {"complaint": complaint, "cause": cause, "control_point": point, "owner": owner if point else ""}
    )


def _answer(
    complaint: str, outcome: str, candidates: list[tuple[str, float]], anchors: list[tuple[str, float]],
    then: dict[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    named = f"ControlPoint:{candidates[0][0]}" if outcome == "named" else None
    return {
        "complaint": f"Complaint:{complaint}", "outcome": outcome, "root": {"control_point": named},
        "owner": {"then": then, "now": None} if then else None,
        "anchors": [{"control_point": f"ControlPoint:{point}", "probability": p} for point, p in anchors],
        "candidates": [
            {"hypothesis": "control_point", "control_point": f"ControlPoint:{point}", "probability": p} for point, p in candidates
        ] + [{"hypothesis": "no_internal_cause", "control_point": None, "probability": 0.9}],
    }  # fmt: skip


TRUTH = [
    _truth("1", "CP23"), _truth("2", "CP23"), _truth("3", "CP20"), _truth("4", "CP37"),
    _truth("5", cause="none"), _truth("6", cause="none"), _truth("7", cause="unmodelled"), _truth("8", "CP23"),
]  # fmt: skip
ANSWERS = [
    # the right point and its only owner
    _answer("1", "named", [("CP23", 0.7), ("CP37", 0.1)], [("CP37", 1.0)], {"holder": "Owner:R1"}),
    # unknown, but the right point leads once its two subjects are added up
    _answer("2", "unknown", [("CP20", 0.3), ("CP23", 0.2), ("CP23", 0.15)], [("CP37", 0.6), ("CP23", 0.4)]),
    # named wrongly, the right point is third
    _answer("3", "named", [("CP37", 0.7), ("CP23", 0.1), ("CP20", 0.05)], [("CP20", 0.5), ("CP37", 0.4)]),
    # right at the symptom itself
    _answer(
        "4", "named", [("CP37", 0.8)], [("CP37", 1.0)], {"contested": [{"holder": "Owner:R1"}, {"holder": "Owner:R2"}]}
    ),
    _answer("5", "no_internal_cause", [("CP37", 0.1)], [("CP37", 1.0)]),
    _answer("6", "named", [("CP30", 0.7)], []),
    _answer("7", "unknown", [], []),
    _answer("99", "named", [("CP23", 0.9)], [("CP23", 1.0)]),
]


@pytest.fixture(scope="module")
def report() -> DemoReport:
    return compare(TRUTH, ANSWERS)


def test_counts_what_there_is(report: DemoReport) -> None:
    assert (report.complaints, report.answered, report.internal, report.causeless, report.unmodelled) == (8, 7, 5, 2, 1)
    assert report.causeless_share == 0.25
    assert report.outcomes == {"named": 4, "no_internal_cause": 1, "unknown": 3}


def test_scores_the_trace(report: DemoReport) -> None:
    assert report.trace.ac1 == 0.6  # 1, 2, 4 of five
    assert report.trace.ac3 == 0.8  # and 3; 8 has no answer
    assert report.trace.coverage == 0.5
    assert report.trace.precision == 0.5
    assert report.trace.false_accusations == 0.5


def test_scores_the_commonest_point_over_the_whole_truth(report: DemoReport) -> None:
    assert report.most_frequent_point == "CP23"
    assert report.most_frequent.model_dump() == {
        "ac1": 0.6, "ac3": 1.0, "coverage": 1.0, "precision": 0.375, "false_accusations": 1.0
    }  # fmt: skip


def test_scores_the_symptom(report: DemoReport) -> None:
    assert report.symptom.model_dump() == {
        "ac1": 0.4, "ac3": 0.6, "coverage": 0.625, "precision": 0.4, "false_accusations": 0.5
    }  # fmt: skip


def test_owner_then_counts_only_where_the_point_is_right_and_undisputed(report: DemoReport) -> None:
    assert (report.named_right, report.owner_right, report.owner_contested) == (2, 0.5, 1)


def test_nothing_to_count_is_no_figure() -> None:
    empty = compare([], [])
    assert (empty.complaints, empty.trace.ac1, empty.trace.precision, empty.owner_right) == (0, None, None, None)


def _files(folder: Path) -> tuple[str, str]:
    lines = ["complaint,cause,control_point,subject,owner"]
    lines += [f"{row.complaint},{row.cause},{row.control_point},{row.subject},{row.owner}" for row in TRUTH]
    (folder / "truth.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "answers.jsonl").write_text("".join(json.dumps(answer) + "\n" for answer in ANSWERS), encoding="utf-8")
    return str(folder / "truth.csv"), str(folder / "answers.jsonl")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ["前三命中", "误指率", "总是最常见的 CP23", "25.0%"]),
        ("en", ["false accusations", "always the commonest, CP23", "coverage 50.0%"]),
    ],
)
def test_prints_text_in_both_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str, words: list[str]
) -> None:
    truth, answers = _files(tmp_path)
    assert main(["report", "--truth", truth, "--answers", answers, "--lang", lang]) == 0
    text = capsys.readouterr().out
    assert all(word in text for word in words)


def test_prints_json(tmp_path: Path, capsys: pytest.CaptureFixture[str], report: DemoReport) -> None:
    truth, answers = _files(tmp_path)
    assert main(["report", "--truth", truth, "--answers", answers, "--json"]) == 0
    assert DemoReport.model_validate_json(capsys.readouterr().out) == report


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("truth.csv", "complaint,cause\n1,nobody\n", "第 2 行"),
        ("answers.jsonl", '{"complaint": "1"}\n', "第 1 行"),
        ("answers.jsonl", "not json\n", "第 1 行"),
        ("answers.jsonl", None, "无法读取"),
    ],
)
def test_bad_files_are_a_clear_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str | None, message: str
) -> None:
    truth, answers = _files(tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert main(["report", "--truth", truth, "--answers", answers, "--lang", "zh"]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "怎么办" in error
