"""What a turn knows without asking: campaigns, calendar, units and goals, as of one day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from bot.domain import days
from bot.domain.campaign import Campaign
from bot.domain.days import Calendar
from bot.domain.goals import Goals
from bot.domain.names import Names
from bot.domain.units import Tree, Unit, UnitId


@dataclass(frozen=True)
class Setting:
    """What the config says, without secrets."""

    language: str
    zone: ZoneInfo
    calendar: Calendar
    campaigns: tuple[Campaign, ...]
    admins: frozenset[int] = frozenset()

    def campaign(self, code: str) -> Campaign | None:
        """Return the campaign with this code, or None."""
        return next((campaign for campaign in self.campaigns if campaign.code == code), None)


@dataclass(frozen=True)
class World:
    """The setting, with the roster as it stands on `day`."""

    setting: Setting
    tree: Tree
    goals: Mapping[str, Goals]
    day: date

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
    def expected(self) -> Mapping[tuple[str, UnitId], int]:
        """Return how many reporting units lie under each unit, itself included, per campaign."""
        counts: dict[tuple[str, UnitId], int] = {}
        for code, units in self.reporting.items():
            for unit in units:
                for above in self.tree.path(unit):
                    counts[code, above] = counts.get((code, above), 0) + 1
        return counts

    def root(self, campaign: Campaign) -> Unit | None:
        """Return the unit that the campaign covers; None before the roster holds it."""
        return self.tree.find(campaign.root)

    def campaigns_of(self, unit: UnitId) -> tuple[Campaign, ...]:
        """Return the campaigns whose root covers the unit, in the order of the config."""
        covering = []
        for campaign in self.setting.campaigns:
            root = self.root(campaign)
            if root is not None and self.tree.covers(root.id, unit):
                covering.append(campaign)
        return tuple(covering)

    def today(self, campaign: Campaign, at: datetime) -> date:
        """Return the reporting day that a moment lies in."""
        return days.reporting_day(at, self.setting.zone, campaign)
