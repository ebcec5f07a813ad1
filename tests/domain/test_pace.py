"""Claims about pace: the planned line and the distance from it."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.days import Calendar
from bot.domain.figures import Share
from bot.domain.pace import Pace, Plan, due_next, pace, planned

DAILY = Calendar(working_days=("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
START, DEADLINE = date(2023, 11, 15), date(2023, 12, 15)
BEN_TRE = Plan(START, 663_614, ((DEADLINE, 930_767),))
WARD = Plan(START, 600, ((DEADLINE, 2_000),))
PHASED = Plan(date(2023, 12, 4), 0, ((date(2023, 12, 9), 60), (date(2023, 12, 16), 180)))

totals = st.integers(0, 10**6)
calendars = st.builds(
    Calendar,
    working_days=st.sets(st.sampled_from(DAILY.working_days), min_size=1).map(tuple),
    holidays=st.lists(st.dates(START, DEADLINE), max_size=40).map(tuple),
)


@st.composite
def rising_plans(draw: st.DrawFn) -> Plan:
    ends = sorted(draw(st.sets(st.dates(START, DEADLINE), min_size=1, max_size=4)))
    baseline, *targets = sorted(draw(st.lists(totals, min_size=len(ends) + 1, max_size=len(ends) + 1)))
    return Plan(START, baseline, tuple(zip(ends, targets, strict=True)))


days = st.dates(START - timedelta(days=9), DEADLINE + timedelta(days=9))


def measured(plan: Plan, day: date, total: int, calendar: Calendar = DAILY) -> Pace:
    found = pace(plan, day, total, calendar)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("plan", "day", "total", "days_left", "missing", "needed"),
    [
        (BEN_TRE, date(2023, 11, 14), 663_614, 31, 267_153, 8_618),
        (BEN_TRE, date(2023, 12, 1), 663_614, 14, 267_153, 19_083),
        (WARD, date(2023, 12, 1), 980, 14, 1_020, 73),
        (WARD, date(2023, 12, 14), 1_990, 1, 10, 10),
        (WARD, DEADLINE, 1_990, 0, 10, 10),
        (WARD, date(2023, 12, 20), 1_990, 0, 10, 10),
        (WARD, date(2023, 12, 1), 2_500, 14, 0, 0),
    ],
)
def test_K7_what_is_needed_per_day_is_what_is_missing_over_the_days_left(
    plan: Plan, day: date, total: int, days_left: int, missing: int, needed: int
) -> None:
    found = measured(plan, day, total)
    assert (found.days_left, found.missing, found.needed_per_day) == (days_left, missing, needed)
    assert found.needed_to_deadline == needed


@pytest.mark.parametrize(
    ("day", "asked"),
    [
        ("2023-12-01", 0),  # before the start
        ("2023-12-03", 0),  # its eve
        ("2023-12-04", 10),
        ("2023-12-09", 60),
        ("2023-12-10", 60),  # a Sunday is flat
        ("2023-12-11", 80),
        ("2023-12-16", 180),
        ("2023-12-20", 180),  # after the end
    ],
)
def test_the_line_runs_through_each_milestone_over_working_days(day: str, asked: int) -> None:
    assert planned(PHASED, date.fromisoformat(day), Calendar()) == asked


def test_the_line_is_rounded_half_up() -> None:
    plan = Plan(START, 0, ((START + timedelta(days=3), 2),))
    assert [planned(plan, START + timedelta(days=n), DAILY) for n in range(4)] == [1, 1, 2, 2]


def test_a_stretch_without_working_days_rises_on_calendar_days() -> None:
    resting = Calendar().without(START + timedelta(days=n) for n in range(4))
    plan = Plan(START, 0, ((START + timedelta(days=3), 40), (DEADLINE, 100)))
    assert [planned(plan, START + timedelta(days=n), resting) for n in range(4)] == [10, 20, 30, 40]


def test_leave_is_flat_and_the_days_around_it_carry_the_rest() -> None:
    plan = Plan(date(2023, 12, 4), 0, ((date(2023, 12, 9), 100),))
    away = Calendar().without([date(2023, 12, 6)])
    line = [planned(plan, date(2023, 12, n), away) for n in range(4, 10)]
    assert line == [20, 40, 40, 60, 80, 100]


@given(rising_plans(), days, calendars)
def test_the_line_never_falls_and_stays_between_its_ends(plan: Plan, day: date, calendar: Calendar) -> None:
    today, tomorrow = (planned(plan, day + timedelta(days=n), calendar) for n in (0, 1))
    assert plan.baseline <= today <= tomorrow <= plan.milestones[-1][1]


@given(rising_plans(), calendars)
def test_the_line_meets_the_baseline_and_every_milestone(plan: Plan, calendar: Calendar) -> None:
    assert planned(plan, START - timedelta(days=1), calendar) == plan.baseline
    assert [planned(plan, end, calendar) for end, _ in plan.milestones] == [target for _, target in plan.milestones]


@pytest.mark.parametrize(
    ("total", "ahead", "safety"),
    [(40, 20, 2), (39, 19, 1), (20, 0, 0), (19, -1, -1), (10, -10, -1), (9, -11, -2), (0, -20, -2)],
)
def test_days_of_safety_count_the_line_forwards_and_backwards(total: int, ahead: int, safety: int) -> None:
    found = measured(PHASED, date(2023, 12, 5), total, Calendar())
    assert (found.planned, found.ahead, found.days_of_safety) == (20, ahead, safety)


def test_safety_passes_over_a_sunday_and_ends_with_the_last_milestone() -> None:
    saturday = date(2023, 12, 9)
    assert measured(PHASED, saturday, 80, Calendar()).days_of_safety == 1
    assert measured(PHASED, saturday, 999, Calendar()).days_of_safety == 6
    assert measured(PHASED, date(2023, 12, 20), 999, Calendar()).days_of_safety == 0


def test_after_the_end_a_unit_is_no_further_behind_than_at_the_end() -> None:
    assert measured(PHASED, date(2023, 12, 16), 160, Calendar()).days_of_safety == -1
    assert measured(PHASED, date(2023, 12, 20), 160, Calendar()).days_of_safety == -1


def test_a_total_below_the_baseline_is_behind_by_all_days_since_the_start() -> None:
    assert measured(WARD, date(2023, 11, 20), 599).days_of_safety == -6
    assert measured(WARD, date(2023, 11, 14), 599).days_of_safety == -1


@given(rising_plans(), days, totals, calendars)
def test_safety_has_the_sign_of_the_distance(plan: Plan, day: date, total: int, calendar: Calendar) -> None:
    found = measured(plan, day, total, calendar)
    assert (found.days_of_safety >= 0) == (found.ahead >= 0)


def test_the_current_phase_and_the_deadline_each_say_what_they_need() -> None:
    found = measured(PHASED, date(2023, 12, 6), 30, Calendar())
    assert (found.target, found.phase.until, found.needed_per_day) == (60, date(2023, 12, 9), 10)
    assert (found.deadline.until, found.deadline.missing, found.needed_to_deadline) == (
        date(2023, 12, 16),
        150,
        17,
    )
    assert (found.days_left, found.working_days_left, found.reached) == (10, 9, False)


def test_a_phase_that_has_ended_gives_way_to_the_next_one() -> None:
    assert measured(PHASED, date(2023, 12, 9), 60, Calendar()).reached
    assert measured(PHASED, date(2023, 12, 10), 60, Calendar()).share == Share(60, 180)


def test_where_no_working_day_is_left_the_calendar_days_carry_the_need() -> None:
    plan = Plan(START, 0, ((date(2023, 12, 17), 100),))  # a Sunday
    assert measured(plan, date(2023, 12, 16), 90, Calendar()).needed_per_day == 10
    resting = Calendar(holidays=(date(2023, 12, 16),))
    assert measured(plan, date(2023, 12, 15), 90, resting).needed_per_day == 5


def test_before_the_start_the_need_is_spread_over_the_campaigns_days_only() -> None:
    found = measured(BEN_TRE, date(2023, 11, 1), 663_614)
    assert (found.working_days_left, found.needed_per_day, found.days_left) == (31, 8_618, 44)


def test_without_a_target_there_is_no_pace_and_nothing_is_due() -> None:
    plan = Plan(START, 600, ())
    assert pace(plan, START, 700, DAILY) is None
    assert due_next(plan, START, 700, DAILY) == ()


def test_dues_spread_what_is_missing_over_working_days() -> None:
    due = due_next(PHASED, date(2023, 12, 7), 20, Calendar())
    assert [amount for _, amount in due] == [20, 20, 0, 20, 20, 20, 20]
    assert due[0][0] == date(2023, 12, 8)


def test_nothing_is_due_before_the_start() -> None:
    due = due_next(PHASED, date(2023, 12, 1), 0, Calendar(), n=4)
    assert [amount for _, amount in due] == [0, 0, 10, 10]


def test_dues_end_with_the_last_milestone_and_are_none_when_all_is_reached() -> None:
    assert due_next(WARD, date(2023, 12, 13), 1_990, DAILY) == ((date(2023, 12, 14), 5), (DEADLINE, 5))
    assert [amount for _, amount in due_next(WARD, date(2023, 12, 13), 2_000, DAILY)] == [0, 0]
    assert due_next(WARD, DEADLINE, 0, DAILY) == ()


@given(rising_plans(), days, totals, calendars)
def test_dues_add_up_to_what_is_missing(plan: Plan, day: date, total: int, calendar: Calendar) -> None:
    end, target = plan.milestones[-1]
    assume(day < end)
    due = due_next(plan, day, total, calendar, n=100)
    assert sum(amount for _, amount in due) == max(0, target - total)
    assert all(amount >= 0 for _, amount in due)


@given(rising_plans(), st.dates(START, DEADLINE), totals)
def test_the_first_due_is_the_need_per_day(plan: Plan, day: date, total: int) -> None:
    found = measured(plan, day, total)
    assume(not found.reached and day < plan.milestones[-1][0])
    assume(found.phase.days)
    assert due_next(plan, day, total, DAILY)[0][1] == found.needed_per_day
