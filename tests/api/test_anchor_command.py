"""``suyuan anchor``: the likeliest three with their words, in both languages, without any store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.api.conftest import Suyuan

REFUSED = "没经过我同意就开通了彩铃业务"


def test_the_likeliest_three_come_with_their_words(suyuan: Suyuan) -> None:
    answer = suyuan("anchor", "--text", "没经过我同意就开通了彩铃业务", "--json").json
    first = answer["anchors"][0]
    assert first["target"] == "ControlPoint:CP27"
    assert len(answer["anchors"]) == 3
    assert any("同意" in word["words"] for word in first["words"])
    assert 0.5 < first["probability"] <= 1
    assert "text-shipped" in answer["version"]


def test_a_person_reads_names_and_words(suyuan: Suyuan) -> None:
    chinese = suyuan("anchor", "--text", "没经过我同意就开通了彩铃业务", lang="zh").out
    assert "CP27 业务办理规范性" in chinese
    english = suyuan("anchor", "--text", "没经过我同意就开通了彩铃业务", lang="en").out
    assert "Points to" in english


def test_a_text_about_nothing_is_left_alone(suyuan: Suyuan) -> None:
    assert suyuan("anchor", "--text", "今天天气真好", "--json").json["abstains"] is True
    assert "does not say enough" in suyuan("anchor", "--text", "今天天气真好").out


def test_own_terms_are_added(suyuan: Suyuan, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("term_zh,match,control_point,weight,polarity\n小蜜蜂坏了,plain,MY-01,0.9,neg\n", encoding="utf-8")
    answer = suyuan("anchor", "--text", "小蜜蜂坏了", "--lexicon", str(own), "--json").json
    assert answer["anchors"][0]["target"] == "ControlPoint:MY-01"
    own.write_text("term_zh\n", encoding="utf-8")
    assert suyuan("anchor", "--text", "x", "--lexicon", str(own)).code == 2


# ── end to end: a process of its own, any bytes, both languages ─────────────────────────────────────
@pytest.mark.parametrize(
    ("lang", "heading", "name", "caveat"),
    [
        ("zh", "凭这些词", "CP27 业务办理规范性", "默认，未按贵司数据校准"),
        ("en", "By these words", "CP27 Compliance of order handling", "not calibrated on your data"),
    ],
)
def test_the_table_says_point_words_and_caveat(
    process: Suyuan, lang: str, heading: str, name: str, caveat: str
) -> None:
    said = process("anchor", "--text", REFUSED, "--lang", lang)
    assert (said.code, said.err) == (0, "")
    assert all(word in said.out for word in (heading, name, caveat, "没经…同意"))
    assert said.out.index(name) < said.out.index("CP29")


def test_the_three_are_ranked_and_with_the_rest_sum_to_at_most_one(suyuan: Suyuan) -> None:
    answer = suyuan("anchor", "--text", "宽带约了三次没人上门，还多扣了我二十块", "--json").json
    shares = [one["probability"] for one in answer["anchors"]]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) + answer["elsewhere"] <= 1 + 1e-9
    assert len({one["target"] for one in answer["anchors"]}) == 3


@pytest.mark.parametrize("text", ["", "   ", "。。。！！", "1234567890", "😀😀"])
@pytest.mark.parametrize(("lang", "said"), [("zh", "不足以指向"), ("en", "does not say enough")])
def test_it_abstains_in_both_languages(suyuan: Suyuan, text: str, lang: str, said: str) -> None:
    result = suyuan("anchor", "--text", text, lang=lang)
    assert result.code == 0
    assert said in result.out
    answer = suyuan("anchor", "--text", text, "--json").json
    assert answer["abstains"] is True


def test_denied_and_praised_words_are_no_evidence_of_the_lexicon(suyuan: Suyuan) -> None:
    def terms(text: str) -> set[str]:
        return {
            word["term"] for one in suyuan("anchor", "--text", text, "--json").json["anchors"] for word in one["words"]
        }

    assert "乱扣费" in terms("乱扣费")
    assert "乱扣费" not in terms("没有乱扣费")
    assert "态度" not in terms("态度挺好，就是乱扣费")


@pytest.mark.parametrize(
    "form",
    [
        "未經我同意就開通了彩鈴業務",
        "没 经 过 我 同 意 就 开 通 了 彩 铃 业 务",
        "【投诉内容】没经过我同意就开通了彩铃业务",
    ],
)
def test_other_spellings_and_forms_read_alike(suyuan: Suyuan, form: str) -> None:
    assert suyuan("anchor", "--text", form, "--json").json["anchors"][0]["target"] == "ControlPoint:CP27"


@pytest.mark.parametrize("text", [f"{REFUSED}\x1b[31m\x07", "没经\udcff过我同意就开通了", f"\u202e{REFUSED}", "<script>alert(1)</script>" + REFUSED])  # fmt: skip
def test_hostile_characters_break_neither_terminal_nor_json(process: Suyuan, text: str) -> None:
    shown = process("anchor", "--text", text)
    assert shown.code == 0
    assert not set("\x1b\x07\u202e") & set(shown.out)
    assert "Traceback" not in shown.err
    assert json.loads(process("anchor", "--text", text, "--json").out)["anchors"][0]["target"] == "ControlPoint:CP27"


def test_a_very_long_text_is_read(suyuan: Suyuan) -> None:
    answer = suyuan("anchor", "--text", "今天天气真好，" * 5_000 + REFUSED, "--json")
    assert answer.code == 0


BROKEN = {
    "no heading": "好\n",
    "a column is missing": "term_zh,match\n坏,plain\n",
    "a weight above one": "term_zh,match,control_point,weight,polarity\n坏,plain,CP37,9,neg\n",
    "a weight that is no number": "term_zh,match,control_point,weight,polarity\n坏,plain,CP37,heavy,neg\n",
    "no such polarity": "term_zh,match,control_point,weight,polarity\n坏,plain,CP37,0.5,bad\n",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_of_terms_is_refused_with_its_place(suyuan: Suyuan, tmp_path: Path, content: str) -> None:
    own = tmp_path / "own.csv"
    own.write_text(content, encoding="utf-8")
    for lang, mend in (("zh", "怎么办"), ("en", "How to mend it")):
        said = suyuan("anchor", "--text", "x", "--lexicon", str(own), lang=lang)
        assert (said.code, said.out) == (2, "")
        assert "own.csv" in said.err
        assert mend in said.err


@pytest.mark.parametrize("arguments", [("--lexicon", "absent.csv"), ("--lexicon", "."), ("--lexicon", "bytes.csv")])
def test_a_file_that_cannot_be_read_is_refused(suyuan: Suyuan, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    said = suyuan("anchor", "--text", "x", *arguments)
    assert said.code == 2
    assert "Traceback" not in said.err


def test_without_a_text_it_says_what_is_missing(suyuan: Suyuan) -> None:
    said = suyuan("anchor")
    assert said.code == 2
    assert "--text" in said.err
