"""The ladder of reminders: its last rung, and the further ones of the last days."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.campaign import Campaign
from bot.domain.days import Calendar
from bot.domain.schedule import Rung, extra_rungs, slots, times, upcoming
from tests import cast

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
EVERY_DAY = Calendar(working_days=("mon", "tue", "wed", "thu", "fri", "sat", "sun"))


def campaign(*at: str, **changes: Any) -> Campaign:
    """Return the cast's campaign with these reminders."""
    return Campaign.model_validate(cast.campaign(schedule=[{"job": "remind", "at": list(at)}], **changes))


def rungs(found: Campaign, day: date, calendar: Calendar = EVERY_DAY) -> list[tuple[str, Rung]]:
    """Return the reminders of a day."""
    midnight = datetime.combine(day, time.min, VIETNAM)
    due = slots(found, calendar, VIETNAM, midnight - timedelta(seconds=1), midnight + timedelta(hours=23, minutes=59))
    return [(f"{slot.time:%H:%M}", slot.rung) for slot in due]


@pytest.mark.parametrize(
    ("at", "cut_off", "extra"),
    [
        (["15:00"], "17:00", ["16:00", "16:30", "16:45"]),
        (["15:00", "16:30"], "17:00", ["16:45"]),
        (["16:50"], "17:00", []),
        (["16:40"], "17:00", ["16:50"]),
        (["18:00"], "17:00", []),
        (["15:00"], "15:00", []),
    ],
)
def test_the_gap_to_the_cut_off_is_halved_down_to_ten_minutes(at: list[str], cut_off: str, extra: list[str]) -> None:
    assert [f"{each:%H:%M}" for each in extra_rungs(campaign(*at, on_time_until=cut_off))] == extra


def test_only_the_last_three_days_have_more_rungs() -> None:
    found = campaign("15:00", "16:30")
    plain = [("15:00", Rung.ANY), ("16:30", Rung.LAST)]
    assert rungs(found, date(2023, 12, 11)) == plain
    assert rungs(found, date(2023, 12, 12)) == [*plain, ("16:45", Rung.EXTRA)]
    assert rungs(found, date(2023, 12, 16)) == []


def test_no_further_rung_stands_in_the_quiet_hours_or_after_midnight() -> None:
    late = campaign("20:00", on_time_until="01:00", day_closes="02:00")
    assert rungs(late, date(2023, 12, 15)) == [("20:00", Rung.LAST)]
    awake = EVERY_DAY.model_copy(update={"quiet": (time(3), time(3, 1))})
    assert rungs(late, date(2023, 12, 15), awake)[-1] == ("23:45", Rung.EXTRA)


def test_the_alarm_knows_every_time_at_which_anything_falls_due() -> None:
    found = campaign("15:00")
    due = upcoming([found], EVERY_DAY, VIETNAM, cast.MORNING, timedelta(days=60))
    assert {slot.time for slot in due} == times([found])


@given(st.times(), st.times())
def test_whatever_the_times_rungs_rise_and_keep_ten_minutes_apart(at: time, cut_off: time) -> None:
    found = campaign(f"{at:%H:%M}", on_time_until=f"{cut_off:%H:%M}")
    minutes = [each.hour * 60 + each.minute for each in (at, *extra_rungs(found))]
    assert all(later - earlier >= 10 for earlier, later in pairwise(minutes))


@pytest.mark.parametrize(
    ("starts", "deadline", "wanted"),
    [
        (date(2024, 2, 27), date(2024, 3, 1), ["02-27", "02-28", "02-29", "03-01"]),
        (date(2023, 2, 27), date(2023, 3, 1), ["02-27", "02-28", "03-01"]),
        (date(2023, 12, 30), date(2024, 1, 2), ["12-30", "12-31", "01-01", "01-02"]),
    ],
)
def test_K10_leap_days_month_ends_and_new_year_fall_due_once(starts: date, deadline: date, wanted: list[str]) -> None:
    found = campaign("15:00", starts=starts, deadline=deadline, report_due=None)
    after = datetime.combine(starts, time.min, VIETNAM) - timedelta(days=3)
    due = slots(found, EVERY_DAY, VIETNAM, after, after + timedelta(days=30))
    assert [f"{slot.day:%m-%d}" for slot in due if slot.rung is Rung.LAST] == wanted


@pytest.mark.parametrize("monday", [date(2021, 1, 4), date(2024, 1, 1)])
def test_K10_the_week_before_is_told_on_mondays_across_week_53_and_1(monday: date) -> None:
    found = Campaign.model_validate(
        cast.campaign(
            starts=monday - timedelta(days=10),
            deadline=monday + timedelta(days=3),
            report_due=None,
            schedule=[{"job": "weekly", "at": "08:00"}],
        )
    )
    due = slots(found, EVERY_DAY, VIETNAM, datetime(2020, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC))
    assert [slot.day for slot in due] == [monday - timedelta(days=7), monday, monday + timedelta(days=7)]
