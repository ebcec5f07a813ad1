"""Where a unit stands: totals, shares, pace and turnout, as one value for texts, JSON and files."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from bot.domain import days
from bot.domain.campaign import Campaign, Key, Metric
from bot.domain.days import Calendar, Stage
from bot.domain.figures import Share, as_written
from bot.domain.goals import Goals, TargetChange
from bot.domain.pace import Pace, Plan, pace
from bot.domain.units import Unit, UnitId
from bot.domain.world import World

RECENT = timedelta(days=6)
"""How long a changed target is news: on the day of its change and this many days after it."""


class PartStatus(NamedTuple):
    """One part of a metric: its total (baseline included) and its value on the day."""

    name: str
    total: int
    today: int


@dataclass(frozen=True)
class MetricStatus:
    """A counted metric of a unit at the end of a day; what not every text shows is worked out when asked for.

    `total` holds the baseline. `target` is that of the current phase, None where there is none; then
    there is no pace either.
    """

    goals: Goals
    unit: UnitId
    metric: Metric
    day: date
    sums: "Sums"
    calendar: Calendar
    baseline: int
    total: int
    target: int | None

    @property
    def code(self) -> str:
        """Return the metric's code."""
        return self.metric.code

    @property
    def name(self) -> str:
        """Return what the campaign calls the metric."""
        return self.metric.name

    @property
    def main(self) -> bool:
        """Tell whether units are ranked by this metric."""
        return self.metric.code == self.goals.campaign.main.code

    @property
    def today(self) -> int:
        """Return the value of the day."""
        return self.sums.today.get(Key(self.metric.code), 0)

    @property
    def parts(self) -> tuple[PartStatus, ...]:
        """Return the metric's parts, each with its own baseline."""
        keys = [(part.name, Key(self.metric.code, part.code)) for part in self.metric.parts]
        return tuple(
            PartStatus(
                name,
                self.goals.baseline(self.unit, key, self.day) + self.sums.total.get(key, 0),
                self.sums.today.get(key, 0),
            )
            for name, key in keys
        )

    @cached_property
    def plan(self) -> Plan:
        """Return the planned line."""
        milestones = self.goals.milestones(self.unit, self.metric.code, self.day)
        return Plan(self.goals.campaign.starts, self.baseline, milestones)

    @cached_property
    def pace(self) -> Pace | None:
        """Return the total against the planned line."""
        return pace(self.plan, self.day, self.total, self.calendar)

    @property
    def share(self) -> Share | None:
        """Return the total as a share of the target, None where there is no target."""
        return None if self.target is None else Share(self.total, self.target)

    @property
    def change(self) -> TargetChange | None:
        """Return how the target has changed of late, as long as that is news."""
        *_, last = None, *self.goals.changes(self.unit, self.metric.code, self.day - RECENT, self.day)
        return last

    @property
    def lacking(self) -> int:
        """Return what the target is above the targets of the unit's children in all, negative: below."""
        return self.goals.mismatch(self.unit, self.metric.code, self.day)


@dataclass(frozen=True, slots=True)
class RatioStatus:
    """A derived percentage: `share` is numerator of denominator, `above` its distance in points from the target."""

    code: str
    name: str
    main: bool
    share: Share
    target_percent: float | None
    above: Decimal | None


@dataclass(frozen=True, slots=True)
class Status:
    """A unit in a campaign on a day. `expected`, `reported`, `on_time` and `on_leave` count reporting units.

    Those on leave are not expected, unless a report came anyway. `closed` is the day from which the unit itself
    reports no more, `successor` the unit that goes on for it.
    """

    campaign: Campaign
    unit: Unit
    day: date
    stage: Stage
    days_left: int
    expected: int
    reported: int
    on_time: int
    metrics: tuple[MetricStatus, ...]
    ratios: tuple[RatioStatus, ...]
    on_leave: int = 0
    closed: date | None = None
    successor: Unit | None = None

    @property
    def is_closed(self) -> bool:
        """Tell whether the unit reports no more on the day."""
        return self.closed is not None and self.closed <= self.day

    def metric(self, code: str) -> MetricStatus:
        """Return the counted metric with this code; KeyError where there is none."""
        for metric in self.metrics:
            if metric.code == code:
                return metric
        raise KeyError(code)


class Sums(NamedTuple):
    """What storage knows of a unit: sums since the start, sums of the day, turnout of the day."""

    total: Mapping[Key, int]
    today: Mapping[Key, int]
    reported: int = 0
    on_time: int = 0


def status(world: World, campaign: Campaign, unit: Unit, day: date, sums: Sums) -> Status:
    """Put together where the unit stands at the end of `day`."""
    metrics = tuple(metric_status(world, campaign, unit, metric, day, sums) for metric in campaign.counted)
    return Status(
        campaign=campaign,
        unit=unit,
        day=day,
        stage=days.stage(day, campaign),
        days_left=days.days_left(day, campaign),
        expected=world.expected_on(campaign.code, unit.id, day),
        reported=sums.reported,
        on_time=sums.on_time,
        metrics=metrics,
        ratios=tuple(_ratio(metric, metrics, campaign) for metric in campaign.metrics if metric.kind == "ratio"),
        on_leave=world.on_leave(campaign.code, unit.id, day),
        closed=world.tree.closings.get(unit.id),
        successor=world.tree.successor(unit.id),
    )


def metric_status(world: World, campaign: Campaign, unit: Unit, metric: Metric, day: date, sums: Sums) -> MetricStatus:
    """Put together one metric of a unit at the end of `day`."""
    goals = world.goals[campaign.code]
    key = Key(metric.code)
    baseline = goals.baseline(unit.id, key, day)
    return MetricStatus(
        goals=goals,
        unit=unit.id,
        metric=metric,
        day=day,
        sums=sums,
        calendar=world.calendar_of(campaign.code, unit.id),
        baseline=baseline,
        total=baseline + sums.total.get(key, 0),
        target=goals.target(unit.id, metric.code, day),
    )


def _ratio(metric: Metric, counted: tuple[MetricStatus, ...], campaign: Campaign) -> RatioStatus:
    totals = {status.code: status.total for status in counted}
    numerator, denominator = metric.of
    share = Share(totals[numerator], totals[denominator])
    above = None
    if metric.target_percent is not None:
        above = share.points(as_written(metric.target_percent), campaign.percent_decimals)
    return RatioStatus(metric.code, metric.name, metric == campaign.main, share, metric.target_percent, above)
