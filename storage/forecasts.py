"""Forecasts read from the daily sums that are kept."""

from datetime import timedelta

from bot.domain.campaign import Campaign
from bot.domain.forecast import Forecast, forecast
from bot.domain.status import MetricStatus
from bot.domain.units import UnitId
from storage import progress
from storage.sqlite import Tx


def unit_forecast(
    tx: Tx, campaign: Campaign, unit: UnitId, metric: MetricStatus, *, closed: bool = False
) -> Forecast | None:
    """Forecast a metric from whole days: the status' own day joins in only once it is `closed`."""
    until = metric.day if closed else metric.day - timedelta(days=1)
    total = metric.total if closed else metric.total - metric.today
    target = metric.plan.milestones[-1][1] if metric.plan.milestones else None
    amounts = progress.by_day(tx, campaign.code, unit, metric.code, until)
    found = forecast(amounts, until, total, target, campaign.starts, campaign.deadline, metric.calendar)
    if found is None:
        return None
    reached = target is not None and metric.total >= target
    return Forecast(max(found.low, metric.total), max(found.high, metric.total), None if reached else found.reaches)
