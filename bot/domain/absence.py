"""Absence: the days on which reporting units are on leave, and the reports that came anyway."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.domain.units import UnitId


@dataclass(frozen=True, slots=True)
class Leave:
    """Days on which nothing is expected, both ends included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Absences:
    """Days of leave by unit. `came`: (campaign, unit, day) of a day of leave for which a report stands."""

    away: Mapping[UnitId, frozenset[date]] = field(default_factory=dict)
    came: frozenset[tuple[str, UnitId, date]] = frozenset()

    def is_on_leave(self, campaign: str, unit: UnitId, day: date) -> bool:
        """Tell whether nothing is expected of the unit on a day; a report that came anyway was expected."""
        return day in self.away.get(unit, ()) and (campaign, unit, day) not in self.came
