"""Rivals: the units that are ranked beside each other, and the place that each has among them."""

from collections.abc import Mapping
from typing import NamedTuple

from bot.domain.units import UnitId

_NOTHING = (0, 0)


class Rival(NamedTuple):
    """What a unit starts from and must reach in its campaign's main metric."""

    baseline: int
    target: int


class Rivals(NamedTuple):
    """A unit and its siblings, those that have a target; `reporting`: all of them report themselves."""

    units: Mapping[UnitId, Rival]
    reporting: bool

    def places(self, unit: UnitId, sums: Mapping[UnitId, tuple[int, int]]) -> tuple[int, int]:
        """Return one more than the rivals with a larger share of their target, as `standings.rank` places them.

        First the place now, then that of the morning. `sums` holds what the units have counted since the start,
        baselines not included, and what of that they have counted today.
        """
        baseline, target = self.units[unit]
        total, gained = sums.get(unit, _NOTHING)
        total += baseline
        opened = total - gained
        place = morning = 1
        for each, (base, other) in self.units.items():
            counted, added = sums.get(each, _NOTHING)
            counted += base
            place += counted * target > total * other
            morning += (counted - added) * target > opened * other
        return place, morning
