"""Rivals: the units that are ranked beside each other, and the place that each has among them."""

from collections.abc import Mapping
from typing import NamedTuple

from bot.domain.units import UnitId


class Rival(NamedTuple):
    """What a unit starts from and must reach in its campaign's main metric."""

    baseline: int
    target: int


class Rivals(NamedTuple):
    """A unit and its siblings, those that have a target; `reporting`: all of them report themselves."""

    units: Mapping[UnitId, Rival]
    reporting: bool

    def place(self, unit: UnitId, since: Mapping[UnitId, int]) -> int:
        """Return one more than the rivals with a larger share of their target, as `standings.rank` places them.

        `since` holds what the units have counted since the start, baselines not included.
        """
        baseline, target = self.units[unit]
        total = baseline + since.get(unit, 0)
        return 1 + sum(
            [(base + since.get(each, 0)) * target > total * other for each, (base, other) in self.units.items()]
        )
