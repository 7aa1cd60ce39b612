"""How much personal data is found in running texts, how little else, and that pseudonyms are stable and say nothing."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from graph.errors import UsageError
from graph.settings import Settings
from ingest.catalogue.example_texts import example_texts
from ingest.masking import KINDS, Masker, pieces
from tests.ingest.masking_corpus import CORPUS, Marked, corpus

CERTAIN = ("mobile", "landline", "identity", "card", "email", "plate")


def counted(texts: list[Marked]) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Per kind: marked pieces, those wholly covered, and pieces found where little or nothing is marked."""
    marked: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    false: Counter[str] = Counter()
    for text in texts:
        found = pieces(text.text)
        masked = {at for piece in found for at in range(piece.start, piece.end)}
        personal = {at for _, start, end in text.pieces for at in range(start, end)}
        for kind, start, end in text.pieces:
            marked[kind] += 1
            covered[kind] += masked.issuperset(range(start, end))
        for piece in found:
            beside = sum(at not in personal for at in range(piece.start, piece.end))
            false[piece.kind] += beside > 6 or beside == piece.end - piece.start
    return marked, covered, false


@pytest.fixture(scope="module", params=["masking", "masking_unseen"])
def figures(request: pytest.FixtureRequest) -> tuple[Counter[str], Counter[str], Counter[str]]:
    path: Path = CORPUS.with_name(f"{request.param}.txt")
    return counted([text for seed in range(5) for text in corpus(seed, path)])


@pytest.mark.parametrize("kind", CERTAIN)
def test_numbers_and_addresses_of_mail_are_found(kind: str, figures: tuple[Counter[str], ...]) -> None:
    marked, covered, false = figures
    assert covered[kind] >= 0.98 * marked[kind]
    assert false[kind] <= 0.05 * max(1, covered[kind])


@pytest.mark.parametrize("kind", ["name", "address"])
def test_names_and_addresses_are_found_and_little_else(kind: str, figures: tuple[Counter[str], ...]) -> None:
    marked, covered, false = figures
    assert marked[kind] >= 50
    assert covered[kind] >= 0.85 * marked[kind]
    assert covered[kind] >= 0.95 * (covered[kind] + false[kind])


def test_two_thousand_complaints_without_personal_data_stay_as_they_are() -> None:
    hit = [text for text, _ in example_texts() if pieces(text)]
    assert len(example_texts()) > 1500
    assert len(hit) <= 2, hit


MASKER = Masker(b"a key of this test")


def test_the_same_value_gets_the_same_letters_however_it_is_written() -> None:
    shown = {
        MASKER(text).text for text in ("13812345678", "138-1234-5678", "+86 138 1234 5678", "１３８１２３４５６７８")
    }
    assert len(shown) == 1
    assert re.fullmatch(r"〔手机号[a-z]{7}〕", shown.pop())


def test_another_value_kind_or_key_gets_other_letters() -> None:
    one = MASKER.pseudonym("mobile", "13812345678")
    assert one != MASKER.pseudonym("mobile", "13812345679")
    assert one != MASKER.pseudonym("card", "13812345678")
    assert one != Masker(b"another").pseudonym("mobile", "13812345678")
    assert len({MASKER.pseudonym("mobile", str(13_800_000_000 + n)) for n in range(2000)}) == 2000


def test_without_a_key_labels_stand_alone() -> None:
    assert Masker(b"")("打13812345678").text == "打〔手机号〕"


def test_what_was_masked_is_counted_by_kind() -> None:
    masked = MASKER("我叫张三，电话13812345678、13912345678，邮箱a@b.cn")
    assert masked.counts == {"name": 1, "mobile": 2, "email": 1}
    assert set(masked.counts) <= set(KINDS)


def test_masking_what_was_masked_changes_nothing() -> None:
    for text in corpus(11):
        once = MASKER(text.text).text
        assert MASKER(once).text == once


@hypothesis_settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(alphabet="0123456789１３-+@.客户张伟先生路号楼栋身份证卡号电话，\0 aX京A", max_size=60))
def test_pieces_lie_in_the_text_without_overlap_and_leave_no_mobile(text: str) -> None:
    found = pieces(text)
    assert all(0 <= piece.start < piece.end <= len(text) for piece in found)
    assert all(one.end <= two.start for one, two in pairwise(found))


@pytest.mark.parametrize("cue", ["", "电话", "手机", "联系方式：", "致电", "号码", "我是", "+86", "86-", "0"])
@pytest.mark.parametrize("after", ["", "。", "没接", "/13912345678", " 谢谢"])
def test_no_mobile_survives_whatever_stands_around_it(cue: str, after: str) -> None:
    assert not re.search(r"\d{7}", MASKER(f"用户{cue}13812345678{after}").text)


def test_the_key_comes_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"from a file\n")
    assert Settings(mask_key_file=file).mask_secret() == b"from a file"


def test_a_key_file_without_a_key_is_refused(tmp_path: Path) -> None:
    for name in ("absent", "empty"):
        (tmp_path / "empty").touch()
        with pytest.raises(UsageError):
            Settings(mask_key_file=tmp_path / name).mask_secret()
