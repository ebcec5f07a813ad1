"""Silence: which units owe a report for a day, by the unit above them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.domain.campaign import Campaign
from bot.domain.units import Unit, UnitId
from bot.domain.world import World

SHOWN = 40
"""How many names are listed at most."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Who is missing under a unit on a day. `districts` pairs a parent with its missing units, in the tree's order.

    `questioned` are units whose only word waits to be confirmed; they are missing too, and named apart.
    `unlisted` is how many more are missing than there are names.
    """

    campaign: Campaign
    unit: Unit
    day: date
    expected: int
    missing: int
    districts: tuple[tuple[Unit | None, tuple[Unit, ...]], ...]
    questioned: tuple[Unit, ...]
    unlisted: int


def silence(
    world: World, campaign: Campaign, unit: Unit, day: date, missing: Iterable[UnitId], questioned: Iterable[UnitId]
) -> Silence:
    """Sort the missing units of a day."""
    asked = frozenset(questioned)
    silent = list(missing)
    unheard = [each for each in silent if each not in asked]
    districts: dict[UnitId | None, list[Unit]] = {}
    for each in unheard[:SHOWN]:
        parent = world.tree[each].parent
        districts.setdefault(None if unit.id in (each, parent) else parent, []).append(world.tree[each])
    return Silence(
        campaign,
        unit,
        day,
        world.expected_on(campaign.code, unit.id, day),
        len(silent),
        tuple((None if parent is None else world.tree[parent], tuple(units)) for parent, units in districts.items()),
        tuple(world.tree[each] for each in silent if each in asked),
        max(0, len(unheard) - SHOWN),
    )
