"""Surveys: what a dossier is about, and what a calendar and a roster say of its days."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from bot.domain import days
from bot.domain.campaign import Campaign
from bot.domain.days import State
from bot.domain.dossier import DayFacts, state_of
from bot.domain.units import Unit, UnitId
from bot.domain.world import Setting, World
from storage.sqlite import Tx
from storage.tallies import Turnout

_DAY = timedelta(days=1)

BELOW = (
    "WITH RECURSIVE tree (id, up) AS MATERIALIZED (SELECT id, coalesce(merged_into, parent) FROM units), below (id) AS"
    " (SELECT :unit UNION ALL SELECT t.id FROM below b JOIN tree t ON t.up = b.id) "
)
"""The unit and everything under it, as a table; a merged unit stands under the one that goes on for it."""


@dataclass(frozen=True)
class Span:
    """A campaign's days up to `until`, the last one that counts, as they are seen at a moment."""

    setting: Setting
    campaign: Campaign
    until: date
    now: datetime

    @cached_property
    def last(self) -> date:
        """Return the newest day of the campaign that is spoken of."""
        return min(self.until, self.campaign.deadline)

    @cached_property
    def all_days(self) -> tuple[date, ...]:
        """Return the campaign's days up to the last one; none before the start."""
        return tuple(
            self.campaign.starts + n * _DAY for n in range(max(0, (self.last - self.campaign.starts).days + 1))
        )

    @cached_property
    def owed(self) -> tuple[date, ...]:
        """Return the working days whose cut-off has passed."""
        return tuple(day for day in self.all_days if self.works(day) and not self.awaited(day))

    def params_of(self, unit: UnitId) -> dict[str, object]:
        """Return what queries about a unit are asked with."""
        return {"campaign": self.campaign.code, "unit": unit, "day": self.last.isoformat()}

    @property
    def over(self) -> bool:
        """Tell whether the last day's cut-off has passed."""
        return not self.awaited(self.last)

    def works(self, day: date) -> bool:
        """Tell whether a day is worked."""
        return self.setting.calendar.works(day)

    def awaited(self, day: date) -> bool:
        """Tell whether a day's cut-off is still to come."""
        return self.now < days.cut_off(day, self.setting.zone, self.campaign)


@dataclass(frozen=True)
class Survey(Span):
    """What a dossier is about: a unit of a world in this span, and the transaction in which it is read."""

    tx: Tx
    world: World
    unit: Unit

    def locked(self, day: date) -> bool:
        """Tell whether a day takes no more reports."""
        return days.is_locked(day, self.world.today(self.campaign, self.now), self.campaign)

    @cached_property
    def _changing(self) -> frozenset[UnitId]:
        """Return the units under (and with) which somebody is on leave or closed on some day."""
        tree = self.world.tree
        return frozenset(up for unit in (*self.world.absences.away, *tree.closings) for up in tree.path(unit))

    def owed_by(self, unit: UnitId) -> int:
        """Return how many reports are owed over all of the `owed` days."""
        # Of a nation's units nearly all owe the same every day, and asking for each day takes a second.
        code, owed = self.campaign.code, self.owed
        if unit in self._changing or not owed:
            return sum(self.world.expected_on(code, unit, day) for day in owed)
        return len(owed) * self.world.expected_on(code, unit, owed[0])

    def expected(self, unit: UnitId, day: date) -> int:
        """Return how many reporting units under (and with) this one owe a report for a day."""
        return self.world.expected_on(self.campaign.code, unit, day) if self.works(day) else 0

    @cached_property
    def _of_days(self) -> dict[date, tuple[bool, bool, bool]]:
        return {day: (self.works(day), self.awaited(day), self.locked(day)) for day in self.all_days}

    def state(self, unit: UnitId, day: date, came: Turnout, *, zero: bool, asked: bool) -> State | None:
        """Return what is known of a reporting unit on a day; None where nothing is due (yet), as before the start."""
        if day not in self._of_days:
            return None
        works, awaited, locked = self._of_days[day]
        return state_of(
            DayFacts(
                reported=came.reported > 0,
                on_time=came.on_time > 0,
                zero=zero,
                questioned=asked,
                works=works and not self.world.tree.is_closed(unit, day),
                expected=self.world.expected_on(self.campaign.code, unit, day) > 0,
                awaited=awaited,
                locked=locked,
            )
        )

    def params(self) -> dict[str, object]:
        """Return what the queries are asked with."""
        return self.params_of(self.unit.id)
