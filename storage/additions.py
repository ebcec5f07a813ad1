"""Additions: what came in for a day after its summary was sent."""

from collections.abc import Mapping
from datetime import date

from bot.domain.campaign import Campaign, Entered, Key
from bot.domain.units import UnitId
from bot.domain.world import World
from storage import entries, tallies
from storage.entries import Amounts, Slot
from storage.sqlite import Tx

Additions = Mapping[tuple[UnitId, str], int]
"""By how much the sum of a metric has changed, for each unit in which it has, ancestors included."""


def additions(tx: Tx, world: World, campaign: Campaign, day: date, since: int) -> Additions:
    """Return what entries recorded after the instant `since` have changed in the sums of `day`."""
    found: dict[tuple[UnitId, str], int] = {}
    for slot in _touched(tx, campaign.code, day, since):
        before = _amounts_at(tx, slot, since)
        for key in campaign.keys:
            change = _change(tx, campaign, slot, key, before)
            for unit in world.tree.path(slot.unit):
                found[unit, key.metric] = found.get((unit, key.metric), 0) + change
    return {where: change for where, change in found.items() if change}


def _touched(tx: Tx, campaign: str, day: date, since: int) -> set[Slot]:
    """Return the slots of a day that have entries later than `since`."""
    touched = set()
    # No index knows when entries were recorded, but their ids ascend with it: the first old one ends the search.
    for row in tx.run("SELECT campaign, unit, day, slot, recorded FROM entries ORDER BY id DESC"):
        if row["recorded"] <= since:
            break
        if row["campaign"] == campaign and row["day"] == day.isoformat():
            touched.add(Slot(campaign, UnitId(row["unit"]), day, row["slot"]))
    return touched


def _amounts_at(tx: Tx, slot: Slot, since: int) -> Amounts:
    """Return what stood in a slot at an instant."""
    row = tx.one(
        "SELECT * FROM entries WHERE campaign = ? AND unit = ? AND day = ? AND slot = ? AND state = 'accepted'"
        " AND recorded <= ? ORDER BY id DESC LIMIT 1",
        (slot.campaign, slot.unit, slot.day.isoformat(), slot.person, since),
    )
    return {} if row is None else entries.read(row).amounts


def _change(tx: Tx, campaign: Campaign, slot: Slot, key: Key, before: Amounts) -> int:
    """Return by how much a slot's value differs from what it was.

    Running totals differ as the day's value does, since they are counted from the same day before.
    """
    now = tallies.tally(tx, slot, key) or 0
    if key not in before:
        return now
    if campaign.metric(key.metric).entry is Entered.DAILY:
        return now - before[key]
    standing = entries.newest(tx, slot)
    running = standing.amounts.get(key) if standing else None
    return now if running is None else running - before[key]
