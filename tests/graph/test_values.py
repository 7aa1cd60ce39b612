"""Outside text becomes a value exactly, in one canonical form, or is refused with a reason in both languages."""

from __future__ import annotations

import math
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import values
from graph.values import BadValue

SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = [
    SHANGHAI,
    UTC,
    ZoneInfo("Asia/Kolkata"),
    ZoneInfo("America/St_Johns"),
    ZoneInfo("Pacific/Kiritimati"),
    ZoneInfo("America/New_York"),
]
bounded = settings(max_examples=150, deadline=None, derandomize=True)
zones = st.sampled_from(ZONES)
anything = st.one_of(
    st.text(max_size=40), st.integers(), st.floats(), st.booleans(), st.datetimes(), st.dates(), st.lists(st.text(max_size=8), max_size=4),
)  # fmt: skip
TYPES: tuple[values.ValueType, ...] = ("string", "integer", "number", "boolean", "date", "moment", "strings")


def refused(read: Any, *arguments: Any) -> None:
    """Reading it raises BadValue whose reason says something in Chinese and in English."""
    with pytest.raises(BadValue) as caught:
        read(*arguments)
    assert caught.value.reason.zh
    assert caught.value.reason.en
    assert caught.value.reason.zh != caught.value.reason.en


@pytest.mark.parametrize("value_type", TYPES)
@given(raw=anything, zone=zones)
@bounded
def test_anything_is_either_a_value_or_refused_and_a_value_reads_as_itself(
    value_type: values.ValueType, raw: object, zone: ZoneInfo
) -> None:
    read = values.reader(value_type, zone)
    try:
        value = read(raw)
    except BadValue:
        return
    if value is None:
        return
    assert repr(read(value)) == repr(value)


class TestString:
    def test_composed_and_decomposed_forms_are_one(self) -> None:
        assert values.string("e\u0301") == values.string("\u00e9") == "\u00e9"

    @given(st.text(max_size=60))
    @bounded
    def test_is_always_in_nfc_without_blanks_around(self, raw: str) -> None:
        try:
            text = values.string(raw)
        except BadValue:
            return
        assert text is None or (unicodedata.is_normalized("NFC", text) and text == text.strip() != "")

    @pytest.mark.parametrize("blank", ["", "  ", "\t\n", "\u3000"])
    def test_blank_is_absent(self, blank: str) -> None:
        assert values.string(blank) is None

    def test_tab_and_newline_stay(self) -> None:
        assert values.string("一\n二\t三") == "一\n二\t三"

    @pytest.mark.parametrize("broken", ["a\x00b", "a\x1bb", "a\x7fb", "a\ud800b"])
    def test_control_characters_and_lone_surrogates_are_refused(self, broken: str) -> None:
        refused(values.string, broken)

    def test_the_longest_text_is_accepted_and_one_more_refused(self) -> None:
        assert values.string("长" * values.MAX_TEXT) == "长" * values.MAX_TEXT
        refused(values.string, "长" * (values.MAX_TEXT + 1))


class TestInteger:
    @given(st.integers(-(2**63), 2**63 - 1))
    @bounded
    def test_every_64_bit_number_is_exact_as_number_and_as_digits(self, number: int) -> None:
        assert values.integer(number) == values.integer(str(number)) == values.integer(f" {number:+d} ") == number

    @given(st.one_of(st.integers(max_value=-(2**63) - 1), st.integers(min_value=2**63)))
    @bounded
    def test_beyond_64_bits_is_refused(self, number: int) -> None:
        refused(values.integer, number)
        refused(values.integer, str(number))

    def test_thousands_of_digits_are_refused_not_a_crash(self) -> None:
        refused(values.integer, "9" * 10_000)
        refused(values.integer, 1e300)

    @given(st.integers(-(2**53), 2**53))
    @bounded
    def test_a_float_without_a_fraction_is_whole(self, number: int) -> None:
        assert repr(values.integer(float(number))) == repr(number)

    @pytest.mark.parametrize(
        "raw", [True, False, 1.5, math.nan, math.inf, "1.0", "1e3", "1_000", "1,000", "0x10", "+", "一", None, [1]]
    )
    def test_everything_else_is_refused(self, raw: object) -> None:
        refused(values.integer, raw)

    def test_blank_is_absent_and_leading_zeros_do_not_count(self) -> None:
        assert values.integer("  ") is None
        assert values.integer("-" + "0" * 40 + "7") == -7


class TestNumber:
    @given(st.floats(allow_nan=False, allow_infinity=False))
    @bounded
    def test_every_finite_float_is_exact_and_zero_has_one_form(self, number: float) -> None:
        assert values.number_(number) == values.number_(repr(number)) == number
        assert math.copysign(1, values.number_(-0.0) or 0.0) == 1

    @pytest.mark.parametrize(
        "raw", [math.nan, math.inf, "nan", "-inf", "1e999", 10**400, "12%", "1,000", "1_0", "十", True, [1.0]]
    )
    def test_what_is_no_finite_number_is_refused(self, raw: object) -> None:
        refused(values.number_, raw)

    def test_blank_is_absent(self) -> None:
        assert values.number_(" ") is None


class TestBoolean:
    @pytest.mark.parametrize(
        ("raw", "value"),
        [(True, True), ("是", True), ("YES", True), (1, True), (False, False), ("否", False), ("0", False), ("", None)],
    )
    def test_known_words(self, raw: object, value: bool | None) -> None:
        assert values.boolean(raw) is value

    def test_other_words_are_refused(self) -> None:
        refused(values.boolean, "maybe")
        refused(values.boolean, 2)


class TestDate:
    @given(st.dates())
    @bounded
    def test_every_common_spelling_is_the_same_day(self, day: date) -> None:
        spellings = [
            day,
            day.isoformat(),
            f"{day.year:04d}/{day.month}/{day.day}",
            f"{day.year:04d}年{day.month}月{day.day}日",
            f"{day:%Y%m%d}".rjust(8, "0"),
        ]
        assert {values.date_(spelling, SHANGHAI) for spelling in spellings} == {day.isoformat()}

    def test_a_moment_becomes_the_day_in_the_zone(self) -> None:
        assert values.date_("2026-03-01T17:00:00Z", SHANGHAI) == "2026-03-02"
        assert values.date_(datetime(2026, 3, 1, 17, tzinfo=UTC), SHANGHAI) == "2026-03-02"
        assert values.date_("2026-03-01 23:59", SHANGHAI) == "2026-03-01"

    @pytest.mark.parametrize(
        "raw", ["2026-02-30", "2026-13-01", "01.02.2026", "tomorrow", "2026", "0000-01-01", "9999-12-31T23:00:00Z"]
    )
    def test_what_is_no_day_is_refused(self, raw: str) -> None:
        refused(values.date_, raw, SHANGHAI)

    def test_blank_is_absent(self) -> None:
        assert values.date_(" ", SHANGHAI) is None


class TestMoment:
    @given(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 12, 31)), zones)
    @bounded
    def test_reads_in_the_zone_and_means_the_same_instant(self, local: datetime, zone: ZoneInfo) -> None:
        canonical = values.moment(local.isoformat(sep=" "), zone)
        assert canonical is not None
        assert values.instant(canonical) == local.replace(tzinfo=zone).astimezone(UTC)
        assert values.moment(local, zone) == canonical
        assert values.moment(canonical, zone) == canonical

    @given(
        st.lists(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 12, 31)), min_size=2, max_size=8)
    )
    @bounded
    def test_sort_as_text_the_way_they_follow_in_time(self, times: list[datetime]) -> None:
        canonical = [str(values.moment(when, UTC)) for when in times]
        assert sorted(canonical) == [str(values.moment(when, UTC)) for when in sorted(times)]
        assert {len(text) for text in canonical} == {27}

    @given(st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(9998, 1, 1)), st.integers(-14 * 60, 14 * 60))
    @bounded
    def test_its_own_offset_wins_over_the_zone(self, local: datetime, minutes: int) -> None:
        aware = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
        for text in (aware.isoformat(), aware.strftime("%Y-%m-%d %H:%M:%S.%f %z")):
            assert values.moment(text, SHANGHAI) == values.moment(aware, SHANGHAI)
            assert values.instant(str(values.moment(text, SHANGHAI))) == aware

    @pytest.mark.parametrize(
        ("raw", "zone", "canonical"),
        [
            ("2026-03-01 09:30", ZoneInfo("Asia/Kolkata"), "2026-03-01T04:00:00.000000Z"),
            ("2026-03-01 09:30", ZoneInfo("America/St_Johns"), "2026-03-01T13:00:00.000000Z"),
            ("2026-03-01T09:30:00+05:45", SHANGHAI, "2026-03-01T03:45:00.000000Z"),
            ("2026-03-01T09:30:00-0330", SHANGHAI, "2026-03-01T13:00:00.000000Z"),
            ("2026年3月1日 9:05:07,25", SHANGHAI, "2026-03-01T01:05:07.250000Z"),
            ("2026-03-01 09:30:00.123456789", UTC, "2026-03-01T09:30:00.123456Z"),
            ("2026-03-01", SHANGHAI, "2026-02-28T16:00:00.000000Z"),
            # the hour that a clock skips is read with the offset before the change, the doubled one as the first
            ("2026-03-08 02:30", ZoneInfo("America/New_York"), "2026-03-08T07:30:00.000000Z"),
            ("2026-11-01 01:30", ZoneInfo("America/New_York"), "2026-11-01T05:30:00.000000Z"),
            # Shanghai kept summer time in 1986–1991
            ("1988-07-01 00:00", SHANGHAI, "1988-06-30T15:00:00.000000Z"),
        ],
    )
    def test_zones(self, raw: str, zone: ZoneInfo, canonical: str) -> None:
        assert values.moment(raw, zone) == canonical

    @pytest.mark.parametrize(
        "raw",
        [
            "2016-12-31T23:59:60Z",
            "2016-12-31T23:59:60.000000Z",
            "2026-01-01T24:00:00.000000Z",
            "2026-01-01 25:00",
            "2026-01-01T10:00:00+25:00",
            "2026-W01-1T09:30:00.000000Z",
            "2026-02-30T10:00:00.000000Z",
            "9999-12-31T23:00:00.000000Z",
            "9999-12-31T23:00:00Z",
            "0001-01-01",
            "1767225600",
            "10:30",
        ],
    )
    def test_leap_seconds_impossible_hours_and_days_beyond_the_calendar_are_refused(self, raw: str) -> None:
        refused(values.moment, raw, SHANGHAI)

    @given(st.datetimes(timezones=st.just(UTC)), zones)
    @bounded
    def test_every_accepted_moment_has_a_day_and_lies_within_it(self, when: datetime, zone: ZoneInfo) -> None:
        try:
            canonical = str(values.moment(when, zone))
        except BadValue:
            assert when.year in (1, 9999)
            return
        day = values.local_day(canonical, zone)
        assert date.fromisoformat(day) == when.astimezone(zone).date()
        if 1 < when.year < 9999:
            assert values.day_start(day, zone) <= canonical


class TestStrings:
    def test_either_semicolon_separates_and_blanks_fall_away(self) -> None:
        assert values.strings(" 甲；乙;; 丙 ") == ("甲", "乙", "丙")
        assert values.strings(["甲;乙", ""]) == ("甲;乙",)

    @pytest.mark.parametrize("empty", ["", ";；", [], [""]])
    def test_empty_is_absent(self, empty: object) -> None:
        assert values.strings(empty) is None

    def test_a_list_of_other_things_is_refused(self) -> None:
        refused(values.strings, ["a", 1])


def test_clip_keeps_a_message_short() -> None:
    assert values.clip("短") == "短"
    assert values.clip("x" * 100) == "x" * 59 + "…"
