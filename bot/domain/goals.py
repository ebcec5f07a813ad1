"""Goals: what each unit starts from and must reach, for the whole tree and for every day."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from bot.domain.campaign import Campaign, Key
from bot.domain.eras import BaselineRow, Era, Milestones, Mismatch, TargetRow
from bot.domain.units import Tree, UnitId

__all__ = ["BaselineRow", "Goals", "Mismatch", "TargetChange", "TargetRow"]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TargetChange:
    """A unit's target was another one before the day `since`; None: it had none, or has none any more."""

    since: date
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Goals:
    """Baselines and targets of every unit of a campaign, through time; where no day is named, those of `day`.

    They change on few days. What holds between two of them is worked out once, when it is first asked for.
    """

    tree: Tree
    campaign: Campaign
    targets: tuple[TargetRow, ...]
    baselines: tuple[BaselineRow, ...]
    day: date

    @classmethod
    def of(
        cls,
        tree: Tree,
        campaign: Campaign,
        targets: Iterable[TargetRow],
        baselines: Iterable[BaselineRow],
        day: date,
    ) -> "Goals":
        """Resolve the rows; of two for the same thing that have begun on a day the newer one holds.

        A target is the roster's, else the config's (an amount for the root alone, a percentage for every
        unit with a population), else the sum of the children's. A baseline is the unit's own, else the
        sum of its given parts, else the sum of the children's, else 0. KeyError where the tree does not
        hold the campaign's root.

        What a merged unit started from counts for the one that goes on, and until the merger so does its
        target; from then on it has none, and its successor's is the one for both.
        """
        goals = cls(tree, campaign, tuple(targets), tuple(baselines), day)
        goals._at(day)
        return goals

    @cached_property
    def _begun(self) -> frozenset[date]:
        return frozenset(row.since for row in self.targets) | frozenset(row.since for row in self.baselines)

    @cached_property
    def _changes(self) -> tuple[date, ...]:
        """Return the days on which anything begins to hold, in order."""
        merged = {unit.closed for unit in self.tree.units.values() if unit.merged and unit.closed}
        return tuple(sorted(self._begun | merged))

    @cached_property
    def _first(self) -> date:
        """Return the day of the first figures that the roster gave."""
        return min(self._begun, default=date.min)

    @cached_property
    def _known(self) -> dict[date, "Era"]:
        return {}

    @cached_property
    def _known_days(self) -> dict[date | None, "Era"]:
        return {}

    def _at(self, day: date | None) -> "Era":
        """Return what holds on a day; what was given first holds from the beginning, however late it was given."""
        era = self._known_days.get(day)
        if era is None:
            era = self._known_days[day] = self._era(day)
        return era

    def _era(self, day: date | None) -> "Era":
        number = bisect_right(self._changes, max(day or self.day, self._first))
        since = self._changes[number - 1] if number else date.min
        if since not in self._known:
            self._known[since] = Era.of(self.tree, self.campaign, self.targets, self.baselines, since)
        return self._known[since]

    def baseline(self, unit: UnitId, key: Key, day: date | None = None) -> int:
        """Return the total that the unit had before the campaign's first counted day, as it was known on `day`.

        That of a running total is always the newest: what is typed is the total, whatever it began with.
        """
        return self._at(day).baselines.get(key, {}).get(unit, 0)

    def opening(self, unit: UnitId, key: Key) -> int:
        """Return what a unit's own running total began with: the baseline without those merged into it."""
        joined = self._at(None).joined.get(key, {}).get(unit, 0)
        return self.baseline(unit, key) - joined

    def milestones(self, unit: UnitId, metric: str, day: date | None = None) -> Milestones:
        """Return the ends of the phases that have a target, with it, in the order of their dates."""
        return self._at(day).milestones(metric, unit)

    def target(self, unit: UnitId, metric: str, day: date) -> int | None:
        """Return the target, as it held on `day`, of the phase that it lies in, or of the next one that has any.

        After the last milestone its target stays. None where the unit has no target, and for ratios:
        their target percentage stands in the campaign.
        """
        return self._at(day).target(metric, unit, day)

    def deadline_target(self, unit: UnitId, metric: str, day: date | None = None) -> int | None:
        """Return the last target that the unit is given."""
        milestones = self.milestones(unit, metric, day)
        return milestones[-1][1] if milestones else None

    def changes(self, unit: UnitId, metric: str, first: date, last: date) -> Iterator[TargetChange]:
        """Yield how the target of the phase of `last` has changed on the days from `first` on, oldest first.

        What begins with the very first figures of the campaign is no change.
        """
        for since in self._changes:
            if first <= since <= last and since > self._first:
                before, after = (self._at(day).target(metric, unit, last) for day in (since - _DAY, since))
                if before != after:
                    yield TargetChange(since, before, after)

    def mismatches(self, day: date | None = None) -> tuple[Mismatch, ...]:
        """Return the amounts given to units that differ from what their children are given in all.

        From the root down. A unit none of whose children has a target is no mismatch, and neither is a
        percentage of the population, which differs by rounding.
        """
        return self._at(day).mismatches

    def mismatch(self, unit: UnitId, metric: str, day: date) -> int:
        """Return what the target of a day's phase is above (negative: below) its children's in all; 0 where it fits."""
        if not self._at(day).mismatches:
            return 0
        ends = (end for end, _ in self.milestones(unit, metric, day))
        until = next((end for end in ends if day <= end), self.campaign.deadline)
        found = self._at(day).mismatch.get((unit, metric, until))
        return found.given - found.sum_of_children if found else 0
