"""The schedule: which pushes fall due when, reckoned from the config alone."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.domain import days
from bot.domain.campaign import Campaign, JobKind, ScheduleRow
from bot.domain.days import Calendar

_DAY = timedelta(days=1)
AFTERMATH = timedelta(days=60)
"""How long after the deadline a campaign can still have something to say."""


EXTRA_DAYS = 3
"""In so many last days the ladder of reminders gets more rungs."""

NARROWEST = timedelta(minutes=10)
"""Two rungs do not stand closer than this."""


class Rung(StrEnum):
    """Where a reminder stands on the ladder of its day."""

    ANY = "any"
    LAST = "last"  # the last one of the config
    EXTRA = "extra"  # of the last days, between the last one and the cut-off


@dataclass(frozen=True, slots=True)
class Slot:
    """One push that falls due: on the local date `day`, at the moment `at` (UTC), by a row of the schedule."""

    campaign: str
    row: int
    job: JobKind
    day: date
    time: time
    at: datetime
    rung: Rung = Rung.ANY


DayRule = Callable[[Campaign, Calendar, ScheduleRow, date], bool]


def _worked(campaign: Campaign, calendar: Calendar, _: ScheduleRow, day: date) -> bool:
    return campaign.starts <= day <= campaign.deadline and calendar.works(day)


def _counted_down(campaign: Campaign, _: Calendar, row: ScheduleRow, day: date) -> bool:
    """Count down on the chosen days; the day after the deadline closes what the last day announced."""
    left = (campaign.deadline - day).days
    if row.days_left is None:
        return campaign.starts <= day and left >= -1
    return campaign.starts <= day and (left in row.days_left or (left == -1 and 0 in row.days_left))


def _running(campaign: Campaign, _: Calendar, __: ScheduleRow, day: date) -> bool:
    return campaign.starts <= day <= campaign.deadline


def _mondays(campaign: Campaign, _: Calendar, __: ScheduleRow, day: date) -> bool:
    """Speak of a week on the Monday after it."""
    return day.weekday() == 0 and campaign.starts < day <= campaign.deadline + 7 * _DAY


def _phase_borders(campaign: Campaign, _: Calendar, __: ScheduleRow, day: date) -> bool:
    """Speak of a phase on its first day, and of its result on the day after its end."""
    return day == campaign.starts or any(day == phase.ends + _DAY for phase in campaign.phases)


def _after_the_deadline(campaign: Campaign, _: Calendar, __: ScheduleRow, day: date) -> bool:
    return day == campaign.deadline + _DAY


DAYS: Mapping[JobKind, DayRule] = MappingProxyType(
    {
        "open": _worked,
        "remind": _worked,
        "remind_group": _worked,
        "escalate": _worked,
        "board": _worked,
        "countdown": _counted_down,
        "summary": _worked,
        "weekly": _mondays,
        "milestone": _running,
        "phase": _phase_borders,
        "final": _after_the_deadline,
    }
)


def slots(campaign: Campaign, calendar: Calendar, zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[Slot]:
    """Yield what falls due after `after` and not after `until`, in order; of an archived campaign nothing.

    However far apart the two are, only the campaign's own days are looked at.
    """
    if campaign.archived:
        return
    first = max(days.local(after, zone).date(), campaign.starts)
    last = min(days.local(until, zone).date(), campaign.deadline + AFTERMATH)
    for number in range((last - first).days + 1):
        day = first + number * _DAY
        due = sorted(_of_day(campaign, calendar, zone, day), key=lambda slot: (slot.at, slot.row))
        yield from (slot for slot in due if after < slot.at <= until)


def _of_day(campaign: Campaign, calendar: Calendar, zone: ZoneInfo, day: date) -> Iterator[Slot]:
    ladder = [(at, number) for number, row in enumerate(campaign.schedule) if row.job == "remind" for at in row.at]
    last = max(ladder, default=None)
    for number, row in enumerate(campaign.schedule):
        if DAYS[row.job](campaign, calendar, row, day):
            for at in row.at:
                rung = Rung.LAST if (at, number) == last else Rung.ANY
                yield _slot(campaign, number, day, at, zone, rung)
    if last and _worked(campaign, calendar, campaign.schedule[last[1]], day) and _is_near_the_end(campaign, day):
        extra = (at for at in extra_rungs(campaign) if not calendar.is_quiet(at))
        yield from (_slot(campaign, last[1], day, at, zone, Rung.EXTRA) for at in extra)


def _slot(campaign: Campaign, number: int, day: date, at: time, zone: ZoneInfo, rung: Rung) -> Slot:
    moment = datetime.combine(day, at, zone).astimezone(UTC)
    return Slot(campaign.code, number, campaign.schedule[number].job, day, at, moment, rung)


def _is_near_the_end(campaign: Campaign, day: date) -> bool:
    return (campaign.deadline - day).days <= EXTRA_DAYS


def extra_rungs(campaign: Campaign) -> tuple[time, ...]:
    """Return the further reminders of the last days: the gap to the cut-off is halved each time, in whole minutes.

    After 15:00 with a cut-off at 17:00 come 16:00, 16:30, 16:45. A cut-off after midnight asks for none
    after midnight: those hours belong to sleep.
    """
    times = [at for row in campaign.schedule if row.job == "remind" for at in row.at]
    if not times:
        return ()
    overnight = campaign.on_time_until <= campaign.day_closes < time(12, 0)
    until = timedelta(days=1) if overnight else _since_midnight(campaign.on_time_until)
    at, found = _since_midnight(max(times)), list[time]()
    while (gap := (until - at) // timedelta(minutes=2) * timedelta(minutes=1)) >= NARROWEST:
        at += gap
        found.append(time(*divmod(at // timedelta(minutes=1), 60)))
    return tuple(found)


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute)


def times(campaigns: Iterable[Campaign]) -> frozenset[time]:
    """Return every time of day at which anything may fall due."""
    return frozenset(
        at for campaign in campaigns for row in campaign.schedule for at in (*row.at, *extra_rungs(campaign))
    )


def upcoming(
    campaigns: Iterable[Campaign], calendar: Calendar, zone: ZoneInfo, now: datetime, span: timedelta
) -> list[Slot]:
    """Return what falls due within `span` from now, over all campaigns, in order."""
    found = [slot for campaign in campaigns for slot in slots(campaign, calendar, zone, now, now + span)]
    return sorted(found, key=lambda slot: (slot.at, slot.campaign, slot.row))
