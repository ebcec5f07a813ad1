"""Days: which one a moment belongs to, whether it is on time, open, worked, quiet."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Annotated, Literal, Self, get_args
from zoneinfo import ZoneInfo

from pydantic import Field

from bot.domain.campaign import Campaign, Frozen

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEK: tuple[Weekday, ...] = get_args(Weekday)
_DAY = timedelta(days=1)
_NOON = time(12, 0)
_LAST_MINUTE = time(23, 59)


class State(StrEnum):
    """What is known of a (unit, metric, day); none of these is ever shown as another."""

    REPORTED = "reported"
    ZERO = "zero"
    MISSING = "missing"
    LATE = "late"
    ON_LEAVE = "on_leave"
    LOCKED = "locked"
    QUESTIONED = "questioned"


class Openness(StrEnum):
    """Whether a day takes reports, and if not, why."""

    OPEN = "open"
    FUTURE = "future"
    BEFORE_START = "before_start"
    AFTER_DEADLINE = "after_deadline"
    LOCKED = "locked"
    UNIT_CLOSED = "unit_closed"  # the unit itself reports no more


class Stage(StrEnum):
    """Where a day lies in its campaign; the last day and the end have texts of their own."""

    BEFORE = "before"
    RUNNING = "running"
    LAST_DAY = "last_day"
    OVER = "over"


class Calendar(Frozen):
    """The days that are worked and the hours that stay quiet, in the campaign's time zone."""

    working_days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = _WEEK[:6]
    holidays: tuple[date, ...] = ()
    quiet: tuple[time, time] = (time(21, 30), time(6, 30))

    @cached_property
    def _worked_before(self) -> tuple[int, ...]:
        """Return how many days of a week are worked before its Monday, Tuesday … and in all."""
        return tuple(accumulate((name in self.working_days for name in _WEEK), initial=0))

    @cached_property
    def _off(self) -> tuple[int, ...]:
        """Return the ordinals of the holidays that would be worked otherwise, in order."""
        days = {day for day in self.holidays if _WEEK[day.weekday()] in self.working_days}
        return tuple(sorted(day.toordinal() for day in days))

    def works(self, day: date) -> bool:
        """Tell whether `day` is worked: one of the working days and no holiday."""
        return self.count(day, day) == 1

    def count(self, first: date, last: date) -> int:
        """Return how many days from `first` to `last`, both included, are worked; 0 where last < first."""
        if last < first:
            return 0
        # Day 1 of the calendar is a Monday. Lines are drawn for thousands of units, so no loop over days.
        eve, until = first.toordinal() - 1, last.toordinal()
        worked, off = self._worked_before, self._off
        weeks = (until // 7 - eve // 7) * worked[7] + worked[until % 7] - worked[eve % 7]
        return weeks - bisect_right(off, until) + bisect_right(off, eve)

    def without(self, days: Iterable[date]) -> Self:
        """Return this calendar with further days off, such as a unit's leave."""
        # Built anew: a copy of the model would keep what is already cached of the old holidays.
        return type(self)(working_days=self.working_days, holidays=(*self.holidays, *days), quiet=self.quiet)

    def is_quiet(self, at: time) -> bool:
        """Tell whether the local time `at` lies in the quiet hours; their end is no longer quiet."""
        begins, ends = self.quiet
        if begins <= ends:
            return begins <= at < ends
        return at >= begins or at < ends


def awake(at: datetime, zone: ZoneInfo, calendar: Calendar) -> datetime:
    """Return the moment itself, or the end of the quiet hours that it lies in."""
    wall = local(at, zone)
    if not calendar.is_quiet(wall.time()):
        return at
    ends = _moment(wall.date(), calendar.quiet[1], zone)
    return ends if ends >= at else _moment(wall.date() + _DAY, calendar.quiet[1], zone)


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """Return the aware moment `at` as the campaign's wall clock shows it."""
    return at.astimezone(zone)


def closes(day: date, zone: ZoneInfo, campaign: Campaign) -> datetime:
    """Return the moment, in UTC, at which the reporting day closes; it no longer belongs to the day.

    `day_closes` before noon lies on the next date. 23:59 means the whole calendar day, to midnight.
    """
    at = campaign.day_closes
    if at == _LAST_MINUTE:
        return _moment(day + _DAY, time.min, zone)
    return _moment(day + _DAY if at < _NOON else day, at, zone)


def cut_off(day: date, zone: ZoneInfo, campaign: Campaign) -> datetime:
    """Return the last moment, in UTC, at which a report for `day` is on time: 17:00:00 is, 17:00:01 is not.

    A cut-off that is not later than a closing time after midnight lies on the next date too.
    It never lies after the closing itself.
    """
    overnight = campaign.on_time_until <= campaign.day_closes < _NOON
    until = _moment(day + _DAY if overnight else day, campaign.on_time_until, zone)
    return min(until, closes(day, zone, campaign))


def reporting_day(at: datetime, zone: ZoneInfo, campaign: Campaign) -> date:
    """Return the day that a message written at `at` counts for.

    A day that closes before noon takes the small hours: with `02:00`, 01:59:59 belongs to the day
    before and 02:00:00 to the new one. Every other closing time leaves the calendar day as it is;
    what is written after it counts for that day, late.
    """
    today = local(at, zone).date()
    if campaign.day_closes < _NOON and at < closes(today - _DAY, zone, campaign):
        return today - _DAY
    return today


def is_locked(day: date, today: date, campaign: Campaign) -> bool:
    """Tell whether only a commander's decision changes `day` now: it is over `locks_after_days` old."""
    return (today - day).days > campaign.locks_after_days


def is_open(day: date, today: date, campaign: Campaign) -> Openness:
    """Return whether `day` takes reports on the reporting day `today`; the first reason wins."""
    if day > today:
        return Openness.FUTURE
    if day < campaign.starts:
        return Openness.BEFORE_START
    if day > campaign.deadline:
        return Openness.AFTER_DEADLINE
    return Openness.LOCKED if is_locked(day, today, campaign) else Openness.OPEN


def days_left(day: date, campaign: Campaign) -> int:
    """Return the calendar days from `day` to the deadline: 0 on the last day and after it."""
    return max(0, (campaign.deadline - day).days)


def stage(day: date, campaign: Campaign) -> Stage:
    """Return where `day` lies in the campaign; a campaign of one day has only a last day."""
    if day > campaign.deadline:
        return Stage.OVER
    if day == campaign.deadline:
        return Stage.LAST_DAY
    return Stage.RUNNING if day >= campaign.starts else Stage.BEFORE


def week(day: date) -> tuple[date, date]:
    """Return Monday and Sunday of the ISO week that `day` lies in."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def week_key(day: date) -> str:
    """Return the ISO 8601 name of the week, such as `2020-W53`; its year is that of its Thursday."""
    year, number, _ = day.isocalendar()
    return f"{year}-W{number:02}"


@lru_cache(maxsize=1024)
def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    # In UTC, because two moments of one zone compare by their wall clocks, also where it was set back.
    return datetime.combine(day, at, zone).astimezone(UTC)
