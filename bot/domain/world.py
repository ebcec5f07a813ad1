"""What a turn knows without asking: campaigns, calendar, units and goals, as of one day."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from bot.domain import days
from bot.domain.absence import Absences
from bot.domain.campaign import Campaign, Key
from bot.domain.days import Calendar
from bot.domain.goals import Goals
from bot.domain.names import Names
from bot.domain.rivals import Rival, Rivals
from bot.domain.units import Tree, Unit, UnitId


@dataclass(frozen=True)
class Setting:
    """What the config says, without secrets."""

    language: str
    zone: ZoneInfo
    calendar: Calendar
    campaigns: tuple[Campaign, ...]
    admins: frozenset[int] = frozenset()

    @cached_property
    def active(self) -> tuple[Campaign, ...]:
        """Return the campaigns that are not archived: those that take reports, speak and are offered."""
        return tuple(campaign for campaign in self.campaigns if not campaign.archived)

    @property
    def first(self) -> Campaign:
        """Return the campaign by whose days those questions are read that name none."""
        return (self.active or self.campaigns)[0]

    @cached_property
    def _by_code(self) -> Mapping[str, Campaign]:
        return {campaign.code: campaign for campaign in self.campaigns}

    def campaign(self, code: str) -> Campaign | None:
        """Return the campaign with this code, or None."""
        return self._by_code.get(code)


_OF_THE_ROSTER = ("reporting", "names", "_rivals", "_reporters", "_closings", "_duties")


@dataclass(frozen=True)
class World:
    """The setting, with the roster as it stands on `day` and who is on leave when."""

    setting: Setting
    tree: Tree
    goals: Mapping[str, Goals]
    day: date
    absences: Absences = field(default_factory=Absences)

    def with_absences(self, absences: Absences) -> "World":
        """Return this world with other absences; what was worked out of the roster is kept."""
        other = replace(self, absences=absences)
        vars(other).update({name: worked for name, worked in vars(self).items() if name in _OF_THE_ROSTER})
        return other

    @cached_property
    def reporting(self) -> Mapping[str, frozenset[UnitId]]:
        """Return the units that are to report, for each campaign whose root is in the roster."""
        return {
            campaign.code: frozenset(self.tree.reporting(root.id, campaign.reports_from))
            for campaign in self.setting.campaigns
            if (root := self.root(campaign)) is not None
        }

    @cached_property
    def names(self) -> Names:
        """Return every way to call every unit."""
        return Names.of(self.tree)

    @cached_property
    def _reporters(self) -> Mapping[tuple[str, UnitId], int]:
        """Return how many reporting units lie under each unit, itself included, per campaign."""
        counts: dict[tuple[str, UnitId], int] = {}
        for code, units in self.reporting.items():
            for unit in units:
                for above in self.tree.path(unit):
                    counts[code, above] = counts.get((code, above), 0) + 1
        return counts

    @cached_property
    def _away(self) -> dict[tuple[str, date], Counter[UnitId]]:
        return {}

    def on_leave(self, campaign: str, unit: UnitId, day: date) -> int:
        """Return how many reporting units under (and with) this one are on leave on a day."""
        found = self._away.get((campaign, day))
        if found is None:
            found = self._away[campaign, day] = Counter(
                above
                for away in self.absences.away
                if away in self.reporting.get(campaign, ())
                and self.absences.is_on_leave(campaign, away, day)
                and not self.tree.is_closed(away, day)
                for above in self.tree.path(away)
            )
        return found.get(unit, 0)

    @cached_property
    def _closings(self) -> Mapping[tuple[str, UnitId], list[date]]:
        """Return the days from which reporting units under each unit report no more, in order, per campaign."""
        found: dict[tuple[str, UnitId], list[date]] = {}
        for unit, closed in sorted(self.tree.closings.items(), key=lambda closing: closing[1]):
            for code in (code for code, units in self.reporting.items() if unit in units):
                for above in self.tree.path(unit):
                    found.setdefault((code, above), []).append(closed)
        return found

    def expected_on(self, campaign: str, unit: UnitId, day: date) -> int:
        """Return how many reporting units under (and with) this one owe a report for a day.

        Those that are on leave, or closed by then, owe none. Whether the day is worked at all is the
        calendar's to say.
        """
        return self.reporters_on(campaign, unit, day) - self.on_leave(campaign, unit, day)

    def reporters_on(self, campaign: str, unit: UnitId, day: date) -> int:
        """Return how many reporting units under (and with) this one are not closed on a day, on leave or not."""
        where = campaign, unit
        closed = bisect_right(self._closings[where], day) if where in self._closings else 0
        return self._reporters.get(where, 0) - closed

    def owes(self, campaign: str, unit: UnitId, day: date) -> bool:
        """Tell whether a unit owes a report of its own for a day that is worked."""
        reports = unit in self.reporting.get(campaign, ()) and not self.tree.is_closed(unit, day)
        return reports and not self.absences.is_on_leave(campaign, unit, day)

    @cached_property
    def _calendars(self) -> dict[UnitId, Calendar]:
        return {}

    def calendar_of(self, campaign: str, unit: UnitId) -> Calendar:
        """Return the calendar of a unit's planned line: flat on the leave of a unit that reports itself."""
        away = self.absences.away.get(unit)
        if not away or unit not in self.reporting.get(campaign, ()):
            return self.setting.calendar
        if unit not in self._calendars:
            self._calendars[unit] = self.setting.calendar.without(away)
        return self._calendars[unit]

    @cached_property
    def _rivals(self) -> dict[tuple[str, UnitId, date], Rivals]:
        return {}

    def rivals(self, campaign: Campaign, unit: UnitId, day: date) -> Rivals:
        """Return the unit and its siblings, those that have a target in the main metric on a day."""
        siblings = self.tree.siblings(unit)
        where = (campaign.code, siblings[0], day)
        found = self._rivals.get(where)
        if found is None:  # asked for by every receipt, and the same until the roster changes
            goals, code = self.goals[campaign.code], campaign.main.code
            targets = {each: target for each in siblings if (target := goals.target(each, code, day))}
            units = {each: Rival(goals.baseline(each, Key(code), day), target) for each, target in targets.items()}
            found = self._rivals[where] = Rivals(units, self.reporting[campaign.code].issuperset(units))
        return found

    def root(self, campaign: Campaign) -> Unit | None:
        """Return the unit that the campaign covers; None before the roster holds it."""
        return self.tree.find(campaign.root)

    def campaigns_of(self, unit: UnitId) -> tuple[Campaign, ...]:
        """Return the campaigns whose root covers the unit, in the order of the config; not the archived ones."""
        return self._covering(self.setting.active, unit)

    def archived_of(self, unit: UnitId) -> tuple[Campaign, ...]:
        """Return the archived campaigns whose root covers the unit."""
        return self._covering((campaign for campaign in self.setting.campaigns if campaign.archived), unit)

    @cached_property
    def _duties(self) -> Mapping[UnitId, tuple[Campaign, ...]]:
        found: dict[UnitId, tuple[Campaign, ...]] = {}
        for campaign in self.setting.active:
            for unit in self.reporting.get(campaign.code, ()):
                found[unit] = (*found.get(unit, ()), campaign)
        return found

    def duties(self, unit: UnitId) -> tuple[Campaign, ...]:
        """Return the campaigns in which this unit itself is to report, in the order of the config."""
        return self._duties.get(unit, ())

    def _covering(self, campaigns: Iterable[Campaign], unit: UnitId) -> tuple[Campaign, ...]:
        covering = []
        for campaign in campaigns:
            root = self.root(campaign)
            if root is not None and self.tree.covers(root.id, unit):
                covering.append(campaign)
        return tuple(covering)

    @cached_property
    def _cut_offs(self) -> dict[tuple[str, date], datetime]:
        return {}

    def cut_off(self, campaign: Campaign, day: date) -> datetime:
        """Return the last moment at which a report for a day is on time; every report asks for that of its day."""
        where = (campaign.code, day)
        if where not in self._cut_offs:
            self._cut_offs[where] = days.cut_off(day, self.setting.zone, campaign)
        return self._cut_offs[where]

    @cached_property
    def _todays(self) -> dict[str, tuple[datetime, date]]:
        return {}

    def today(self, campaign: Campaign, at: datetime) -> date:
        """Return the reporting day that a moment lies in; a turn asks for that of its own message many times."""
        last = self._todays.get(campaign.code)
        if last is None or last[0] != at:
            last = self._todays[campaign.code] = (at, days.reporting_day(at, self.setting.zone, campaign))
        return last[1]
