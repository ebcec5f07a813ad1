"""What the rules for highlights look at, read from the sums that are kept."""

from collections.abc import Iterator
from datetime import date, timedelta

from bot.domain.campaign import Campaign, Key
from bot.domain.figures import Share
from bot.domain.highlights import Climber, Day, Facts, headline
from bot.domain.pace import Plan, pace, planned
from bot.domain.units import Unit
from bot.domain.world import World
from storage import progress, series
from storage.sqlite import Tx
from storage.tallies import Turnout


def facts(tx: Tx, world: World, campaign: Campaign, unit: Unit, day: date, *, over: bool) -> Facts:
    """Read a unit's days up to `day`, and what the day has brought to the units right below."""
    code, goals = headline(campaign).code, world.goals[campaign.code]
    plan = Plan(campaign.starts, goals.baseline(unit.id, Key(code), day), goals.milestones(unit.id, code, day))
    days = tuple(_days(tx, world, campaign, unit, plan, day))
    calendar = world.calendar_of(campaign.code, unit.id)
    paces = [pace(plan, each.day, each.total, calendar) for each in days[-2:]]
    return Facts(
        days=days,
        pace=paces[-1],
        pace_before=paces[0] if len(paces) > 1 else None,
        below=climbers(tx, world, campaign, unit, day, day),
        over=over,
    )


def _days(tx: Tx, world: World, campaign: Campaign, unit: Unit, plan: Plan, last: date) -> Iterator[Day]:
    calendar = world.calendar_of(campaign.code, unit.id)
    amounts = progress.by_day(tx, campaign.code, unit.id, headline(campaign).code, last)
    came = progress.turnouts(tx, campaign.code, unit.id, campaign.starts, last)
    total = plan.baseline
    for number in range((last - campaign.starts).days + 1):
        day = campaign.starts + timedelta(days=number)
        total += amounts.get(day, 0)
        turnout, expected = came.get(day, Turnout(0, 0)), world.expected_on(campaign.code, unit.id, day)
        yield Day(
            day,
            amounts.get(day, 0),
            total,
            planned(plan, day, calendar) if plan.milestones else None,
            Share(turnout.on_time, expected),
            Share(turnout.reported, expected),
            world.setting.calendar.works(day),
        )


def climbers(tx: Tx, world: World, campaign: Campaign, unit: Unit, first: date, last: date) -> tuple[Climber, ...]:
    """Return what the days from `first` to `last` have brought to the units right below, in the headline metric."""
    code, goals = headline(campaign).code, world.goals[campaign.code]
    sums = progress.below_between(tx, campaign.code, unit.id, code, campaign.starts, last)
    gained = progress.below_between(tx, campaign.code, unit.id, code, first, last)
    return tuple(
        Climber(
            world.tree[child].name,
            gained.get(child, 0),
            goals.baseline(child, Key(code), last) + sums.get(child, 0),
            goals.target(child, code, last),
        )
        for child in series.taking_part(world, campaign, unit.id)
    )
