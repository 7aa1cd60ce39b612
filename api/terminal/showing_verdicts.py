"""Verdicts, what was learned from them and the calibration report as a person reads them."""

from __future__ import annotations

from collections.abc import Callable

from api.learning import CalibrationAnswer, LearnAnswer
from api.terminal import output
from api.verdicts import Answered, VerdictAnswer, VerdictList
from graph.text import Lang, Text

Namer = Callable[[str | None], str]
SHOWN_CHANGES = 15
_OUTCOMES = {
    "named": Text("已定位到控制点", "a control point is named"), "stage": Text("只能定位到环节", "known to the stage"),
    "domain": Text("只能定位到领域", "known to the domain"), "unknown": Text("不能判定", "unknown"),
    "no_internal_cause": Text("无内部原因", "no internal cause"), "unmodelled": Text("框架未涵盖", "outside the framework"),
}  # fmt: skip
_SAMPLED = {
    "random": Text("随机抽样", "random"),
    "dispute": Text("争议", "dispute"),
    "routine": Text("日常", "routine"),
}
_SEALS = {
    "intact": Text("完好", "intact"),
    "broken": Text("已被改动", "broken"),
    "none": Text("外部导入", "loaded, none"),
}
_CHANGED = {
    "cause": Text("起因权重", "weight of a cause"), "stop": Text("起于此处的概率", "began here"),
    "no_internal_cause": Text("无内部原因的比例", "no internal cause"), "unmodelled": Text("框架未涵盖的下限", "outside the framework, at least"),
    "review": Text("评审证据的权重 λ", "λ of reviews"), "kci": Text("指标证据的权重 λ", "λ of indicators"), "temperature": Text("温度 T", "temperature T"),
}  # fmt: skip
_WHY = {
    "too_few": Text("随机抽样的裁定不足", "too few randomly sampled verdicts"),
    "too_far_off": Text("误差超出允许值", "the error is above what is allowed"),
}
_CLAIMS = {"calibrated": Text("已校准", "calibrated"), "uncalibrated": Text("未校准", "uncalibrated")}
_ITEM = (Text("项目", "Item"), Text("内容", "Answer"))


def print_verdict(answer: VerdictAnswer, name: Namer, lang: Lang) -> None:
    """The verdict beside the answer it is about."""
    said = _said(answer.outcome, answer.control_point, answer.subject, name, lang)
    rows = [
        (Text("投诉", "Complaint"), name(answer.complaint)), (Text("裁定", "Verdict"), said),
        (Text("当时的答案", "The answer was"), _answer(answer.answered, name, lang)), (Text("一致", "Agrees"), _yes(answer.agrees, lang)),
        (Text("裁定人", "By"), name(answer.by)), (Text("时间", "When"), answer.event_at),
        (Text("复核缘由", "Reviewed as"), _of(_SAMPLED, answer.sampled, lang)), (Text("编号", "Id"), answer.verdict),
    ]  # fmt: skip
    output.print_table(Text("裁定", "Verdict"), _ITEM, [(heading.in_(lang), value) for heading, value in rows], lang)
    if answer.stored == "unchanged":
        output.say(Text("同一裁定已在库中，未重复写入。", "The very same verdict is stored already.").in_(lang))


def print_verdicts(answer: VerdictList, name: Namer, lang: Lang) -> None:
    """One verdict a row."""
    headings = (
        Text("时间", "When"), Text("投诉", "Complaint"), Text("裁定", "Verdict"), Text("当时的答案", "The answer was"), Text("一致", "Agrees"),
        Text("缘由", "As"), Text("裁定人", "By"), Text("参数版本", "Numbers"), Text("封印", "Seal"),
    )  # fmt: skip
    rows = [
        (
            one.event_at, name(one.complaint), _said(one.outcome, one.control_point, one.subject, name, lang), _answer(one.answered, name, lang),
            _yes(one.agrees, lang), _of(_SAMPLED, one.sampled, lang), name(one.by),
            one.answered.parameters if one.answered is not None else None, _SEALS[one.seal].in_(lang),
        )
        for one in answer.verdicts
    ]  # fmt: skip
    output.print_table(Text("裁定记录", "Verdicts"), headings, rows, lang)


def print_learned(answer: LearnAnswer, name: Namer, lang: Lang) -> None:
    """How many verdicts were looked at and what they moved, the largest changes first."""
    used = [(_kind(kind, lang), count) for kind, count in answer.verdicts.items()]
    output.print_table(
        Text(f"截至 {answer.until} 的裁定", f"Verdicts until {answer.until}"), (Text("类别", "Kind"), Text("投诉数", "Complaints")), used, lang
    )  # fmt: skip
    headings = (
        Text("数值", "Number"),
        Text("对象", "Of"),
        Text("起因", "Cause"),
        Text("原为", "Before"),
        Text("现为", "After"),
    )
    rows = [
        (_of(_CHANGED, one.what, lang), name(one.of) if one.of else None, name(one.to) if one.to else None, one.before, one.after)
        for one in answer.changes[:SHOWN_CHANGES]
    ]  # fmt: skip
    title = Text(f"{answer.version} 与 {answer.parent} 的差别", f"How {answer.version} differs from {answer.parent}")
    output.print_table(title, headings, rows, lang)
    left = len(answer.changes) - SHOWN_CHANGES
    if left > 0:
        output.say(Text(f"其余 {left} 项见 --json。", f"{left} more changes: see --json.").in_(lang))


def print_calibration(answer: CalibrationAnswer, lang: Lang) -> None:
    """What may be claimed and why, then the reliability table."""
    claim = _CLAIMS[answer.calibration].in_(lang)
    if answer.reason is not None:
        claim += f" · {_WHY[answer.reason].in_(lang)}"
    rows = [
        (Text("参数版本", "Version"), answer.parameters), (Text("结论", "Claim"), claim),
        (Text("随机抽样的裁定", "Randomly sampled verdicts"), f"{answer.n} / {answer.needed}"),
        (Text("期望校准误差", "Expected calibration error"), _share(answer.ece)), (Text("允许误差", "Allowed"), _share(answer.allowed)),
        (Text("已指名且正确", "Named, and right"), f"{answer.named_right} / {answer.named}"),
        (Text("复核人无法判断", "The reviewer could not tell"), answer.undecided),
        (Text("裁定晚于", "Verdicts after"), answer.since or None), (Text("截至", "Until"), answer.until),
    ]  # fmt: skip
    output.print_table(
        Text("校准", "Calibration"), _ITEM, [(heading.in_(lang), value) for heading, value in rows], lang
    )
    headings = (
        Text("概率区间", "Probability"),
        Text("投诉数", "Complaints"),
        Text("平均概率", "Promised"),
        Text("实际正确", "Right"),
    )
    bands = [(f"{band.from_:.1f} – {band.to:.1f}", band.n, band.promised, band.right) for band in answer.bands]
    output.print_table(Text("可靠性", "Reliability"), headings, bands, lang)


def _said(outcome: str, point: str | None, subject: str | None, name: Namer, lang: Lang) -> str:
    if point is None:
        return _of(_OUTCOMES, outcome, lang)
    return " · ".join(name(ref) for ref in (point, subject) if ref is not None)


def _answer(answered: Answered | None, name: Namer, lang: Lang) -> str:
    return "—" if answered is None else _said(answered.outcome, answered.control_point, answered.subject, name, lang)


def _kind(kind: str, lang: Lang) -> str:
    unusable = {"not_usable": Text("不能用于学习", "nothing to learn from")}
    return _of(_OUTCOMES | _SAMPLED | unusable, kind, lang)


def _of(texts: dict[str, Text], word: str | None, lang: Lang) -> str:
    known = texts.get(word or "")
    return known.in_(lang) if known is not None else word or "—"


def _yes(flag: bool | None, lang: Lang) -> str | None:
    return None if flag is None else (Text("是", "yes") if flag else Text("否", "no")).in_(lang)


def _share(value: float | None) -> str | None:
    return None if value is None else f"{value:.3f}"
