"""Claims about figures: exact shares and how they are written."""

from datetime import date, time
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.figures import (
    UNKNOWN,
    Language,
    Share,
    as_written,
    clock_time,
    day,
    half_up,
    long_day,
    number,
    percent,
    points,
    progress,
    signed,
    weekday,
)


@pytest.mark.parametrize(
    ("numerator", "denominator", "decimals", "text"),
    [
        (663_614, 930_767, 1, "71,3%"),
        (663_614, 930_767, 2, "71,3%"),
        (822_139, 930_767, 2, "88,33%"),
        (94_000, 738_000, 1, "12,7%"),
        (90_131, 500_000, 1, "18,0%"),
        (1_234, 2_000, 1, "61,7%"),
        (980, 2_000, 2, "49,0%"),
        (0, 2_000, 2, "0,0%"),
        (1, 1, 2, "100,0%"),
        (1_250, 100, 1, "1.250,0%"),
        (1, 800, 2, "0,13%"),
        (-5, 2_000, 1, "-0,2%"),
        (7, 0, 1, UNKNOWN),
    ],
)
def test_percentages_are_exact_and_round_half_up(numerator: int, denominator: int, decimals: int, text: str) -> None:
    assert percent(Share(numerator, denominator), decimals, "vi") == text


@pytest.mark.parametrize(
    ("numerator", "text"), [(9_952, "19,52%"), (9_639, "16,39%"), (9_886, "18,86%"), (7_000, "10,0%")]
)
def test_a_ratio_is_compared_with_its_target_in_points(numerator: int, text: str) -> None:
    above = Share(numerator, 10_000).points(as_written(80.0), 2)
    assert above is not None
    assert points(above, "vi") == text


@given(numerator=st.integers(0, 10**7), denominator=st.integers(1, 10**7), target=st.integers(0, 1000))
def test_points_are_the_difference_of_the_percentages_shown(numerator: int, denominator: int, target: int) -> None:
    share = Share(numerator, denominator)
    shown = share.percent(1)
    assert shown is not None
    assert share.points(Fraction(target, 10), 1) == shown - Decimal(target) / 10


def test_there_are_no_points_of_nothing() -> None:
    assert Share(1, 0).points(Fraction(80), 1) is None


@pytest.mark.parametrize(
    ("value", "rounded"), [("0.5", 1), ("1.4999", 1), ("-0.5", 0), ("-0.51", -1), ("-1.5", -1), ("7", 7)]
)
def test_a_half_goes_up_also_below_zero(value: str, rounded: int) -> None:
    assert half_up(Fraction(value)) == rounded


def test_a_percentage_means_what_was_written() -> None:
    assert as_written(0.1) == Fraction(1, 10)
    assert as_written(Decimal("80.5")) == Fraction(161, 2)


@pytest.mark.parametrize(
    ("language", "plain", "plus", "share"),
    [("vi", "1.234.567", "+1.234", "71,3%"), ("en", "1,234,567", "+1,234", "71.3%")],
)
def test_each_language_has_its_separators(language: Language, plain: str, plus: str, share: str) -> None:
    assert number(1_234_567, language) == plain
    assert signed(1_234, language) == plus
    assert percent(Share(663_614, 930_767), 1, language) == share


@pytest.mark.parametrize(
    ("share", "vi", "en"),
    [
        (Share(1_192, 4_149), "1.192/4.149 (28,7%)", "1,192/4,149 (28.7%)"),
        (Share(7, 0), "7/0 (–)", "7/0 (–)"),
    ],
)
def test_progress_is_the_total_the_target_and_the_share(share: Share, vi: str, en: str) -> None:
    assert (progress(share, 1, "vi"), progress(share, 1, "en")) == (vi, en)


@pytest.mark.parametrize(("value", "text"), [(45, "+45"), (0, "+0"), (-5, "-5"), (-1_234, "-1.234")])
def test_a_change_shows_its_sign(value: int, text: str) -> None:
    assert signed(value, "vi") == text


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (date(2023, 12, 1), "thứ Sáu 01-12-2023", "Friday 01-12-2023"),
        (date(2023, 12, 3), "Chủ Nhật 03-12-2023", "Sunday 03-12-2023"),
        (date(2024, 2, 29), "thứ Năm 29-02-2024", "Thursday 29-02-2024"),
    ],
)
def test_a_day_is_written_with_its_weekday(value: date, vi: str, en: str) -> None:
    assert long_day(value, "vi") == vi == f"{weekday(value, 'vi')} {day(value)}"
    assert long_day(value, "en") == en


def test_times_are_written_in_24_hours() -> None:
    assert clock_time(time(17, 30)) == "17:30"
    assert clock_time(time(6, 5)) == "06:05"
