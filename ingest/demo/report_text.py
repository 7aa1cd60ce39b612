"""The demo's report as files in and text out: reading the truth and the answers, writing the comparison for a reader."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from graph.errors import InputError, Where
from graph.text import Lang, Text
from ingest.demo.report import DemoReport, Score, Truth

_COLUMNS = (
    ("ac1", Text("首位命中 AC@1", "AC@1")),
    ("ac3", Text("前三命中 AC@3", "AC@3")),
    ("coverage", Text("点名率", "coverage")),
    ("precision", Text("点名准确率", "precision")),
    ("false_accusations", Text("误指率", "false accusations")),
)


def read_truth(path: Path) -> Iterator[Truth]:
    """The rows of a truth file.

    Raises:
        InputError: it cannot be read, or a row is no truth row.
    """
    with _opened(path) as stream:
        for number, row in enumerate(csv.DictReader(stream), 2):
            try:
                yield Truth.model_validate(row)
            except ValidationError:
                raise InputError(
                    Text("不是演示真值文件的一行", "not a row of the demo's truth file"),
                    Text(
                        "请用 python -m ingest.demo generate 生成的 truth.csv",
                        "Use the truth.csv written by python -m ingest.demo generate",
                    ),
                    Where(file=path.name, row=number),
                ) from None


def read_answers(path: Path) -> Iterator[dict[str, Any]]:
    """The answers of ``suyuan trace --all --out``, one JSON object a line.

    Raises:
        InputError: it cannot be read, or a line is no trace answer.
    """
    with _opened(path) as stream:
        for number, line in enumerate(stream, 1):
            try:
                answer = json.loads(line)
            except json.JSONDecodeError:
                answer = None
            if (
                not isinstance(answer, dict)
                or not {"complaint", "outcome", "root", "anchors", "candidates"} <= answer.keys()
            ):
                raise InputError(
                    Text("不是溯源结果的一行", "not a line of trace answers"),
                    Text(
                        "请用 suyuan trace --all --out 生成的文件", "Use the file written by suyuan trace --all --out"
                    ),
                    Where(file=path.name, row=number),
                )
            yield answer


def render(report: DemoReport, lang: Lang) -> str:
    """The report as plain text for a terminal."""
    counts = Text(
        f"{report.complaints} 件投诉，已溯源 {report.answered} 件：有内部起因 {report.internal} 件，"
        f"无内部原因 {report.causeless} 件（{_percent(report.causeless_share)}），模型之外的起因 {report.unmodelled} 件",
        f"{report.complaints} complaints, {report.answered} traced: {report.internal} with an internal root, "
        f"{report.causeless} without an internal cause ({_percent(report.causeless_share)}), {report.unmodelled} with a cause outside the model",
    )
    outcomes = Text("结论：", "outcomes: ").in_(lang) + ", ".join(
        f"{name} {count}" for name, count in report.outcomes.items()
    )
    owner = Text(
        f"点名正确 {report.named_right} 件，其中当时责任人一致 {_percent(report.owner_right)}，责任有争议 {report.owner_contested} 件",
        f"{report.named_right} named correctly; the owner then agrees in {_percent(report.owner_right)}, contested in {report.owner_contested}",
    )
    names = (
        (Text("溯源", "trace"), report.trace),
        (
            Text(f"总是最常见的 {report.most_frequent_point}", f"always the commonest, {report.most_frequent_point}"),
            report.most_frequent,
        ),
        (Text("症状即原因", "symptom = cause"), report.symptom),
    )
    lines = [counts.in_(lang), outcomes, ""]
    lines += [f"{name.in_(lang)}: " + _figures(score, lang) for name, score in names]
    notes = Text(
        "最常见控制点按全部真值统计（对该基线有利）；点名率为点出控制点的投诉占比；误指率为无内部原因而被点名的占比。",
        "The commonest point is counted over the whole truth (in that baseline's favour); coverage is the share of complaints for which "
        "a control point is named; false accusations is the share of causeless complaints for which one is named.",
    )
    return "\n".join([*lines, owner.in_(lang), notes.in_(lang)]) + "\n"


def _figures(score: Score, lang: Lang) -> str:
    return " · ".join(f"{title.in_(lang)} {_percent(getattr(score, name))}" for name, title in _COLUMNS)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _opened(path: Path) -> Any:
    try:
        return path.open(encoding="utf-8", newline="")
    except OSError as error:
        raise InputError(
            Text(f"无法读取：{error.strerror}", f"cannot be read: {error.strerror}"),
            Text("请核对路径", "Check the path"),
            Where(file=path.name),
        ) from error
