"""Claims about days: borders, cut-offs, locks, the calendar."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.campaign import Campaign, Metric
from bot.domain.days import (
    Calendar,
    Openness,
    Stage,
    awake,
    closes,
    cut_off,
    days_left,
    is_locked,
    is_open,
    local,
    reporting_day,
    stage,
    week,
    week_key,
)
from bot.domain.units import Tree
from bot.domain.world import Setting, World

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
DEADLINE = date(2023, 12, 15)
DAYS = st.dates(date(2023, 1, 1), date(2025, 1, 1))


def campaign(day_closes: str = "23:59", on_time_until: str = "17:00") -> Campaign:
    return Campaign(
        code="vneid",
        name="Cao điểm",
        root="BT",
        starts=date(2023, 11, 15),
        deadline=DEADLINE,
        day_closes=time.fromisoformat(day_closes),
        on_time_until=time.fromisoformat(on_time_until),
        metrics=(Metric(code="kh", name="Kích hoạt"),),
    )


def vietnam(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+07:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("day_closes", "written", "day"),
    [
        ("23:59", "2023-12-01T23:58:59", 1),
        ("23:59", "2023-12-01T23:59:59.999", 1),
        ("23:59", "2023-12-02T00:00:00", 2),
        ("02:00", "2023-12-02T00:00:00", 1),
        ("02:00", "2023-12-02T01:30:00", 1),
        ("02:00", "2023-12-02T01:59:59.999", 1),
        ("02:00", "2023-12-02T02:00:00", 2),
        ("00:00", "2023-12-01T23:59:59.999", 1),
        ("00:00", "2023-12-02T00:00:00", 2),
        ("20:00", "2023-12-01T19:59:59", 1),
        ("20:00", "2023-12-01T22:00:00", 1),
    ],
)
def test_K6_a_message_counts_for_the_day_that_is_open_when_it_is_written(
    day_closes: str, written: str, day: int
) -> None:
    assert reporting_day(vietnam(written), VIETNAM, campaign(day_closes)) == date(2023, 12, day)


def test_K6_utc_midnight_means_nothing_the_local_day_turns_at_17_00_utc() -> None:
    before = datetime(2023, 12, 1, 16, 59, 59, tzinfo=UTC)
    after = datetime(2023, 12, 1, 17, 0, 0, tzinfo=UTC)
    assert reporting_day(before, VIETNAM, campaign()) == date(2023, 12, 1)
    assert reporting_day(after, VIETNAM, campaign()) == date(2023, 12, 2)


@pytest.mark.parametrize(
    ("day_closes", "on_time_until", "closing", "cut"),
    [
        ("23:59", "17:00", "2023-12-02T00:00", "2023-12-01T17:00"),
        ("02:00", "17:00", "2023-12-02T02:00", "2023-12-01T17:00"),
        ("02:00", "01:00", "2023-12-02T02:00", "2023-12-02T01:00"),
        ("02:00", "02:00", "2023-12-02T02:00", "2023-12-02T02:00"),
        ("20:00", "17:00", "2023-12-01T20:00", "2023-12-01T17:00"),
        ("20:00", "21:00", "2023-12-01T20:00", "2023-12-01T20:00"),
        ("23:59", "23:59", "2023-12-02T00:00", "2023-12-01T23:59"),
    ],
)
def test_times_after_midnight_lie_on_the_next_date(day_closes: str, on_time_until: str, closing: str, cut: str) -> None:
    drive, day = campaign(day_closes, on_time_until), date(2023, 12, 1)
    assert closes(day, VIETNAM, drive) == vietnam(closing)
    assert cut_off(day, VIETNAM, drive) == vietnam(cut)
    assert closes(day, VIETNAM, drive).tzinfo is cut_off(day, VIETNAM, drive).tzinfo is UTC


@pytest.mark.parametrize(
    ("written", "on_time"),
    [
        ("2023-12-01T16:59:59", True),
        ("2023-12-01T17:00:00", True),
        ("2023-12-01T17:00:01", False),
        ("2023-12-02T08:00:00", False),
    ],
)
def test_a_report_is_on_time_until_the_very_second_of_the_cut_off(written: str, *, on_time: bool) -> None:
    assert (vietnam(written) <= cut_off(date(2023, 12, 1), VIETNAM, campaign())) is on_time


@given(st.lists(st.tuples(st.sampled_from(["16:00", "17:00"]), DAYS)))
def test_a_world_knows_the_cut_off_of_each_day_as_its_own_config_has_it(asked: list[tuple[str, date]]) -> None:
    drives = {until: campaign(on_time_until=until) for until in ("16:00", "17:00")}
    first = World(Setting("vi", VIETNAM, Calendar(), (drives["16:00"],)), Tree.of({}), {}, DEADLINE)
    worlds = {"16:00": first, "17:00": replace(first, setting=replace(first.setting, campaigns=(drives["17:00"],)))}
    for until, day in asked:
        assert worlds[until].cut_off(drives[until], day) == cut_off(day, VIETNAM, drives[until])


@pytest.mark.parametrize("day_closes", ["00:00", "01:30", "02:00", "11:59", "23:59"])
@given(seconds=st.integers(0, 400 * 86_400))
def test_every_moment_lies_before_the_closing_of_its_day_and_not_before_the_last(day_closes: str, seconds: int) -> None:
    # In a zone whose clocks are set back at 02:00, where wall clocks alone would go astray.
    zone, drive = ZoneInfo("America/New_York"), campaign(day_closes)
    at = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    day = reporting_day(at, zone, drive)
    assert closes(day - timedelta(days=1), zone, drive) <= at < closes(day, zone, drive)


def test_K5_local_time_follows_the_campaign_not_the_host() -> None:
    assert local(datetime(2023, 12, 1, 0, 0, tzinfo=UTC), VIETNAM).isoformat() == "2023-12-01T07:00:00+07:00"


@pytest.mark.parametrize(
    ("written", "left", "where", "openness"),
    [
        ("2023-11-14T12:00", 31, Stage.BEFORE, Openness.BEFORE_START),
        ("2023-12-14T23:59", 1, Stage.RUNNING, Openness.OPEN),
        ("2023-12-15T00:00", 0, Stage.LAST_DAY, Openness.OPEN),
        ("2023-12-15T23:59", 0, Stage.LAST_DAY, Openness.OPEN),
        ("2023-12-16T00:00", 0, Stage.OVER, Openness.AFTER_DEADLINE),
        ("2024-12-16T00:00", 0, Stage.OVER, Openness.AFTER_DEADLINE),
    ],
)
def test_K7_the_last_day_is_open_and_what_is_left_is_never_negative(
    written: str, left: int, where: Stage, openness: Openness
) -> None:
    day = reporting_day(vietnam(written), VIETNAM, campaign())
    assert (days_left(day, campaign()), stage(day, campaign())) == (left, where)
    assert is_open(day, day, campaign()) is openness


@pytest.mark.parametrize(
    ("day", "today", "openness"),
    [
        (date(2023, 12, 2), date(2023, 12, 1), Openness.FUTURE),
        (date(2023, 11, 14), date(2023, 11, 16), Openness.BEFORE_START),
        (date(2023, 12, 15), date(2023, 12, 18), Openness.OPEN),
        (date(2023, 12, 15), date(2023, 12, 19), Openness.LOCKED),
        (date(2023, 12, 16), date(2023, 12, 17), Openness.AFTER_DEADLINE),
    ],
)
def test_a_day_that_takes_no_reports_says_why(day: date, today: date, openness: Openness) -> None:
    assert is_open(day, today, campaign()) is openness


def test_a_day_locks_when_it_is_older_than_the_campaign_allows() -> None:
    day = date(2023, 12, 1)
    assert not is_locked(day, date(2023, 12, 4), campaign())
    assert is_locked(day, date(2023, 12, 5), campaign())


@given(first=DAYS, last=DAYS, holidays=st.lists(DAYS, max_size=20))
def test_all_days_but_sundays_and_holidays_are_counted(first: date, last: date, holidays: list[date]) -> None:
    calendar = Calendar(holidays=tuple(holidays))
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    assert calendar.count(first, last) == sum(day.weekday() < 6 and day not in holidays for day in days)


def test_saturdays_are_worked_sundays_and_holidays_are_not() -> None:
    calendar = Calendar(holidays=(date(2023, 9, 1),))
    days = [date(2023, 9, n) for n in (1, 2, 3, 4)]
    assert [calendar.works(day) for day in days] == [False, True, False, True]


def test_leave_takes_further_days_off_and_leaves_the_calendar_as_it_was() -> None:
    calendar = Calendar(holidays=(date(2023, 12, 4),))
    assert calendar.count(date(2023, 12, 4), date(2023, 12, 9)) == 5
    assert calendar.without([date(2023, 12, 5)]).count(date(2023, 12, 4), date(2023, 12, 9)) == 4
    assert calendar.works(date(2023, 12, 5))


def test_K10_a_leap_day_is_a_day_like_others() -> None:
    assert Calendar().count(date(2024, 2, 28), date(2024, 3, 1)) == 3
    assert reporting_day(vietnam("2024-03-01T01:00"), VIETNAM, campaign("02:00")) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("day", "key", "monday"),
    [
        (date(2020, 12, 31), "2020-W53", date(2020, 12, 28)),
        (date(2021, 1, 3), "2020-W53", date(2020, 12, 28)),
        (date(2021, 1, 4), "2021-W01", date(2021, 1, 4)),
        (date(2023, 12, 31), "2023-W52", date(2023, 12, 25)),
        (date(2024, 12, 30), "2025-W01", date(2024, 12, 30)),
        (date(2024, 2, 29), "2024-W09", date(2024, 2, 26)),
    ],
)
def test_K10_a_week_keeps_its_name_across_the_new_year(day: date, key: str, monday: date) -> None:
    assert week_key(day) == key
    assert week(day) == (monday, monday + timedelta(days=6))


@pytest.mark.parametrize(
    ("at", "quiet"),
    [("21:29", False), ("21:30", True), ("00:00", True), ("06:29", True), ("06:30", False)],
)
def test_quiet_hours_run_through_midnight(at: str, *, quiet: bool) -> None:
    assert Calendar().is_quiet(time.fromisoformat(at)) is quiet


def test_quiet_hours_may_lie_within_a_day_or_be_none() -> None:
    noon = Calendar(quiet=(time(11, 30), time(13, 0)))
    assert [noon.is_quiet(time(hour)) for hour in (11, 12, 13)] == [False, True, False]
    assert not any(Calendar(quiet=(time(0), time(0))).is_quiet(time(hour)) for hour in range(24))


def test_what_lies_in_the_quiet_hours_waits_for_their_end() -> None:
    calendar = Calendar()
    for at, until in (("22:00", "02 06:30"), ("06:29", "01 06:30"), ("06:30", "01 06:30"), ("12:00", "01 12:00")):
        moment = datetime.fromisoformat(f"2023-12-01T{at}:00+07:00")
        assert f"{awake(moment, VIETNAM, calendar).astimezone(VIETNAM):%d %H:%M}" == until
