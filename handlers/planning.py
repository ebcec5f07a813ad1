"""Planning: days left, what the next days ask for, and where that leads."""

from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain import days
from bot.domain.campaign import Campaign
from bot.domain.days import Stage
from bot.domain.forecast import Forecast
from bot.domain.pace import due_next
from bot.domain.status import MetricStatus, Status
from handlers import showing
from handlers.turn import Turn
from storage.forecasts import unit_forecast
from storage.statuses import unit_status

DAYS = 7


@dataclass(frozen=True, slots=True)
class Outlook:
    """A metric with its forecast, None where that is not known."""

    metric: MetricStatus
    forecast: Forecast | None


@dataclass(frozen=True, slots=True)
class Due:
    """What a day asks for, by metric name; nothing where it is not worked."""

    day: date
    amounts: tuple[tuple[str, int], ...]


def countdown(turn: Turn, _: str) -> None:
    """Answer `/demnguoc`."""
    for status in _statuses(turn):
        stage = days.stage(status.day, status.campaign)
        turn.say("countdown.countdown", status=status, stage=stage, late=False)


def plan(turn: Turn, _: str) -> None:
    """Answer `/kehoach`."""
    for status in _statuses(turn):
        outlooks = [_outlook(turn, status, metric) for metric in status.metrics if metric.pace]
        due = [] if status.stage is Stage.OVER else _due(turn, status)
        turn.say("plan.plan", status=status, outlooks=outlooks, due=due)


def _statuses(turn: Turn) -> list[Status]:
    """Return where the group's unit, or the speaker's own, stands now in every campaign; or say that there is none."""
    unit = showing.own_unit(turn)
    campaigns: tuple[Campaign, ...] = showing.campaigns_for(turn, unit) if unit else ()
    if unit is None:
        turn.say("status.which_unit")
        return []
    if not campaigns:
        turn.say("status.no_campaign", unit=unit)
    return [
        unit_status(turn.tx, turn.world, campaign, unit, turn.world.today(campaign, turn.incoming.at))
        for campaign in campaigns
    ]


def _outlook(turn: Turn, status: Status, metric: MetricStatus) -> Outlook:
    return Outlook(metric, unit_forecast(turn.tx, status.campaign, status.unit.id, metric))


def _due(turn: Turn, status: Status) -> list[Due]:
    """Return what each of the next days asks for, as long as anything is missing."""
    asked = {
        metric.name: dict(due_next(metric.plan, status.day, metric.total, metric.calendar, DAYS))
        for metric in status.metrics
        if metric.pace and metric.pace.deadline.missing
    }
    last = min(status.day + timedelta(days=DAYS), status.campaign.deadline)
    dates = [status.day + timedelta(days=n) for n in range(1, (last - status.day).days + 1)]
    calendar = turn.world.calendar_of(status.campaign.code, status.unit.id)
    return [
        Due(each, tuple((name, due.get(each, 0)) for name, due in asked.items()) if calendar.works(each) else ())
        for each in dates
        if asked and each >= status.campaign.starts
    ]
