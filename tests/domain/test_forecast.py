"""Claims about the forecast: when there is one, what it says, and how it takes outliers and gaps."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.days import Calendar
from bot.domain.forecast import Forecast, forecast
from bot.domain.marks import passed

STARTS, DEADLINE = date(2023, 11, 15), date(2023, 12, 15)
TODAY = date(2023, 12, 1)
EVERY_DAY = Calendar(working_days=("mon", "tue", "wed", "thu", "fri", "sat", "sun"))


def days(*amounts: int) -> dict[date, int]:
    """Return the amounts as those of the last days, today's last."""
    return {TODAY - timedelta(days=n): amount for n, amount in enumerate(reversed(amounts))}


def told(amounts: dict[date, int], total: int = 1000, target: int | None = None, day: date = TODAY) -> Forecast | None:
    return forecast(amounts, day, total, target, STARTS, DEADLINE, EVERY_DAY)


def test_a_steady_pace_is_carried_on_to_the_deadline() -> None:
    assert told(days(*[50] * 14)) == Forecast(1700, 1700, None)


def test_below_five_days_of_data_nothing_is_forecast() -> None:
    assert told(days(50, 50, 50, 50)) is None
    assert told(days(50, 50, 50, 50, 50)) is not None


def test_on_the_deadline_nothing_is_left_to_forecast() -> None:
    assert told({DEADLINE - timedelta(days=n): 50 for n in range(14)}, day=DEADLINE) is None


def test_the_range_is_the_prediction_interval_of_a_sum() -> None:
    # mean 50, standard deviation 10.377, 14 days left of 14 known: 700 ± 1.2816 × 10.377 × √28
    assert told(days(*[40, 60] * 7)) == Forecast(1630, 1770, None)


def test_one_wild_day_hardly_moves_the_range() -> None:
    calm, wild = told(days(*range(43, 57))), told(days(*range(43, 56), 5000))
    assert calm is not None
    assert wild is not None
    assert wild.high < calm.high * 1.1


def test_days_without_a_report_count_as_nothing() -> None:
    every_second = {TODAY - timedelta(days=2 * n): 100 for n in range(7)}
    found = told(every_second)
    assert found is not None
    assert (found.low + found.high) // 2 == 1700


@pytest.mark.parametrize(
    ("target", "reaches"),
    [(1050, date(2023, 12, 2)), (1051, date(2023, 12, 3)), (1700, DEADLINE), (1701, None), (1000, None), (None, None)],
)
def test_the_day_of_reaching_the_target_is_told_when_it_comes_in_time(target: int | None, reaches: date | None) -> None:
    found = told(days(*[50] * 14), target=target)
    assert found is not None
    assert found.reaches == reaches


def test_holidays_ahead_are_not_worked() -> None:
    calendar = Calendar(working_days=EVERY_DAY.working_days, holidays=(date(2023, 12, 2), date(2023, 12, 3)))
    found = forecast(days(*[50] * 14), TODAY, 1000, 1050, STARTS, DEADLINE, calendar)
    assert found == Forecast(1600, 1600, date(2023, 12, 4))


@given(st.lists(st.integers(-50, 10_000), min_size=5, max_size=17), st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_range_is_never_upside_down_and_never_below_what_is_there(
    amounts: list[int], total: int, target: int
) -> None:
    found = told(days(*amounts), total, target)
    assert found is not None
    assert total <= found.low <= found.high
    assert found.reaches is None or TODAY < found.reaches <= DEADLINE


@pytest.mark.parametrize(
    ("baseline", "total", "target", "marks"),
    [
        (0, 24, 100, ()),
        (0, 25, 100, (25,)),
        (25, 49, 100, ()),
        (24, 100, 100, (25, 50, 75, 100)),
        (47, 400, 100, (50, 75, 100)),
        (0, 249_999, 1_000_000, ()),
        (0, 1, 3, (25,)),
        (5, 5, 0, ()),
    ],
)
def test_a_mark_is_passed_between_the_baseline_and_the_total(
    baseline: int, total: int, target: int, marks: tuple[int, ...]
) -> None:
    assert passed(baseline, total, target) == marks
