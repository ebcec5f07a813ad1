"""The week: the ISO week that has ended against the one before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain import days
from bot.domain.campaign import Campaign
from bot.domain.figures import Share
from bot.domain.highlights import NAMED, Climber, headline, rising
from bot.domain.recipes import Kind, Recipe
from bot.domain.status import MetricStatus, Status
from bot.domain.units import Unit
from bot.jobs import audience
from bot.jobs.beat import Beat, Push
from storage import highlights, progress, series
from storage.chats import Chat
from storage.statuses import unit_status

_WEEK = timedelta(days=7)

Span = tuple[date, date]
"""First and last day, both included."""


@dataclass(frozen=True, slots=True)
class Gain:
    """What a week has added to a metric, and the week before; None where the campaign had not begun."""

    metric: MetricStatus
    amount: int
    before: int | None


@dataclass(frozen=True, slots=True)
class Attendance:
    """Reports that came, came on time and were owed, over all units and working days of a week."""

    turnout: Share
    punctuality: Share


@dataclass(frozen=True, slots=True)
class Weekly:
    """A unit's week. `number` is that of ISO 8601; `best` the day that brought most of the headline metric."""

    status: Status
    number: int
    first: date
    last: date
    gains: tuple[Gain, ...]
    attendance: Attendance
    attendance_before: Attendance | None
    best: tuple[date, int] | None
    risers: tuple[Climber, ...]

    @property
    def headline(self) -> str:
        """Return the name of the metric that the best day and the risers speak of."""
        return headline(self.status.campaign).name


def weekly(beat: Beat) -> Iterator[Push]:
    """Tell commanders and groups how the week went that ended before the slot's day."""
    week = _within(beat.campaign, days.week(beat.slot.day - _WEEK))
    if week is None:
        return
    for chat, unit in (*audience.commanders(beat), *audience.groups(beat)):
        yield _push(beat, chat, unit, week)


def _push(beat: Beat, chat: Chat, unit: Unit, week: Span) -> Push:
    below = series.taking_part(beat.world, beat.campaign, unit.id)
    language = beat.texts[beat.language(chat)].language
    kind = Kind.BARS if below else Kind.LINE
    recipe = Recipe(kind, beat.campaign.code, unit.id, week[1], language, over=True)
    return Push(chat, "weekly.weekly", {"w": _review(beat, unit, week)}, picture=recipe.dump())


def _within(campaign: Campaign, week: Span) -> Span | None:
    """Return the part of a week that lies in the campaign, None where none does."""
    first, last = max(week[0], campaign.starts), min(week[1], campaign.deadline)
    return (first, last) if first <= last else None


def _review(beat: Beat, unit: Unit, week: Span) -> Weekly:
    tx, world, campaign = beat.tx, beat.world, beat.campaign
    status = unit_status(tx, world, campaign, unit, week[1])
    monday, sunday = days.week(week[0])
    before = _within(campaign, (monday - _WEEK, sunday - _WEEK))
    code = headline(campaign).code
    by_day = progress.by_day(tx, campaign.code, unit.id, code, week[1])
    best = max(
        ((day, amount) for day, amount in by_day.items() if day >= week[0]), key=lambda each: each[1], default=None
    )
    return Weekly(
        status=status,
        number=week[0].isocalendar().week,
        first=week[0],
        last=week[1],
        gains=tuple(_gain(beat, unit, metric, week, before) for metric in status.metrics),
        attendance=attendance(beat, unit, week),
        attendance_before=attendance(beat, unit, before) if before else None,
        best=best if best and best[1] > 0 else None,
        risers=rising(highlights.climbers(tx, world, campaign, unit, *week))[:NAMED],
    )


def _gain(beat: Beat, unit: Unit, metric: MetricStatus, week: Span, before: Span | None) -> Gain:
    where = beat.tx, beat.campaign.code, unit.id, metric.code
    return Gain(metric, progress.between(*where, *week), progress.between(*where, *before) if before else None)


def attendance(beat: Beat, unit: Unit, span: Span) -> Attendance:
    """Count the reports owed, come and on time on the working days of a span."""
    came = progress.turnouts(beat.tx, beat.campaign.code, unit.id, *span)
    each_day = (span[0] + timedelta(days=n) for n in range((span[1] - span[0]).days + 1))
    worked = [day for day in each_day if beat.world.setting.calendar.works(day)]
    owed = sum(beat.world.expected_on(beat.campaign.code, unit.id, day) for day in worked)
    reported = sum(came[day].reported for day in worked if day in came)
    on_time = sum(came[day].on_time for day in worked if day in came)
    return Attendance(Share(reported, owed), Share(on_time, owed))
