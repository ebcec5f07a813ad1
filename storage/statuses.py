"""Statuses: where a unit stands, read from the sums that are kept."""

from datetime import date

from bot.domain import status
from bot.domain.campaign import Campaign
from bot.domain.status import Status, Sums
from bot.domain.units import Unit
from bot.domain.world import World
from storage import tallies
from storage.sqlite import Tx


def unit_status(tx: Tx, world: World, campaign: Campaign, unit: Unit, day: date) -> Status:
    """Read where a unit stands at the end of a day."""
    turnout = tallies.turnout(tx, campaign.code, unit.id, day)
    sums = Sums(
        tallies.sums_until(tx, campaign.code, unit.id, day),
        tallies.day_sums(tx, campaign.code, unit.id, day),
        turnout.reported,
        turnout.on_time,
    )
    return status.status(world, campaign, unit, day, sums)
