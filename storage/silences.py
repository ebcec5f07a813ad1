"""Silences: which units owe a report, and since when they are silent."""

from datetime import date

from bot.domain.campaign import Campaign
from bot.domain.units import UnitId
from bot.domain.world import World
from storage import progress
from storage.sqlite import Tx


def missing(tx: Tx, world: World, campaign: Campaign, unit: UnitId, day: date) -> list[UnitId]:
    """Return the reporting units under (and with) this one that owe a report for a day, in the tree's order.

    Whoever is on leave owes none, and a report that waits for its confirmation is no silence.
    """
    asked = progress.asked(tx, campaign.code, day)
    return [each for each in progress.missing(tx, world, campaign.code, unit, day) if each not in asked]


def last_report(tx: Tx, campaign: str, unit: UnitId, until: date) -> date | None:
    """Return the newest day up to `until` for which the unit reported; None where it never did."""
    day = tx.value(
        "SELECT max(day) FROM turnout WHERE campaign = ? AND unit = ? AND day <= ? AND reported > 0",
        (campaign, unit, until.isoformat()),
    )
    return None if day is None else date.fromisoformat(day)


def silent_days(tx: Tx, world: World, campaign: Campaign, unit: UnitId, day: date) -> tuple[int, date | None]:
    """Return for how many days in a row up to `day` the unit owed a report and sent none, and its last report's day.

    Days off and days of leave neither count nor end the silence.
    """
    last = last_report(tx, campaign.code, unit, day)
    calendar = world.setting.calendar.without(world.absences.away.get(unit, ()))
    since = campaign.starts if last is None else date.fromordinal(last.toordinal() + 1)
    return calendar.count(max(since, campaign.starts), day), last
