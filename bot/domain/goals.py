"""Goals: what each unit starts from and must reach, resolved once for the whole tree."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from bot.domain import campaign as configured
from bot.domain.campaign import Campaign, Key
from bot.domain.figures import as_written, half_up
from bot.domain.units import Tree, Unit, UnitId


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target of the roster, valid from `since`: an amount, or a percentage of the unit's population.

    `phase` counts from 1; 0 is the campaign's end; numbers beyond the last phase are passed over.
    Neither amount nor percentage takes the target back.
    """

    unit: UnitId
    metric: str
    phase: int
    amount: int | None
    percent: Decimal | None
    since: date


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """A baseline of the roster, valid from `since`."""

    unit: UnitId
    key: Key
    amount: int
    since: date


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A target given to a unit, for the phase that ends on `until`, that its children do not add up to."""

    unit: UnitId
    metric: str
    until: date
    given: int
    sum_of_children: int


_Slot = tuple[str, int]
"""A metric and the 1-based number of a phase."""


@dataclass(frozen=True)
class Goals:
    """Baselines and targets of every unit of a campaign, as they stand on one day."""

    _baselines: Mapping[Key, Mapping[UnitId, int]]
    _milestones: Mapping[str, Mapping[UnitId, tuple[tuple[date, int], ...]]]
    _mismatches: tuple[Mismatch, ...]

    @classmethod
    def of(
        cls,
        tree: Tree,
        campaign: Campaign,
        targets: Iterable[TargetRow],
        baselines: Iterable[BaselineRow],
        day: date,
    ) -> "Goals":
        """Resolve the rows that are valid on `day`; of two for the same thing the newer one wins.

        A target is the roster's, else the config's (an amount for the root alone, a percentage for every
        unit with a population), else the sum of the children's. A baseline is the unit's own, else the
        sum of its given parts, else the sum of the children's, else 0. KeyError where the tree does not
        hold the campaign's root.
        """
        units = tuple(tree.below(tree.by_code[campaign.root.casefold()]))
        upwards = tuple((unit, tree[unit].parent) for unit in reversed(units))
        ends = tuple(phase.ends for phase in campaign.phases) or (campaign.deadline,)
        given = _given_targets(tree, campaign, units, _valid_targets(targets, len(ends), day))
        slots = [(metric.code, number) for metric in campaign.counted for number in range(1, len(ends) + 1)]
        rolled = {slot: _roll_up(upwards, given[slot].amounts) for slot in slots}
        return cls(
            _resolved_baselines(campaign, upwards, _valid_baselines(baselines, day)),
            _milestones(rolled, ends),
            tuple(_mismatches(units, given, rolled, ends)),
        )

    def baseline(self, unit: UnitId, key: Key) -> int:
        """Return the total that the unit had before the campaign's first counted day."""
        return self._baselines.get(key, {}).get(unit, 0)

    def milestones(self, unit: UnitId, metric: str) -> tuple[tuple[date, int], ...]:
        """Return the ends of the phases that have a target, with it, in the order of their dates."""
        return self._milestones.get(metric, {}).get(unit, ())

    def target(self, unit: UnitId, metric: str, day: date) -> int | None:
        """Return the target of the phase that `day` lies in, or of the next one that has any.

        After the last milestone its target stays. None where the unit has no target, and for ratios:
        their target percentage stands in the campaign.
        """
        milestones = self.milestones(unit, metric)
        return next((target for end, target in milestones if day <= end), self._last(milestones))

    def deadline_target(self, unit: UnitId, metric: str) -> int | None:
        """Return the last target that the unit is given."""
        return self._last(self.milestones(unit, metric))

    def mismatches(self) -> tuple[Mismatch, ...]:
        """Return the amounts given to units that differ from what their children are given in all.

        From the root down. A unit none of whose children has a target is no mismatch, and neither is a
        percentage of the population, which differs by rounding.
        """
        return self._mismatches

    @staticmethod
    def _last(milestones: tuple[tuple[date, int], ...]) -> int | None:
        return milestones[-1][1] if milestones else None


@dataclass(frozen=True, slots=True)
class _Given:
    """Targets that need not be summed up; `absolute` are the units whose own is no percentage."""

    amounts: dict[UnitId, int] = field(default_factory=dict)
    absolute: set[UnitId] = field(default_factory=set)

    def give(self, unit: Unit, amount: int | None, percent: Fraction | None) -> None:
        """Set the unit's target; a percentage of an unknown population sets nothing."""
        if amount is not None:
            self.amounts[unit.id] = amount
            self.absolute.add(unit.id)
        elif percent is not None and unit.population is not None:
            self.amounts[unit.id] = half_up(unit.population * percent / 100)
            self.absolute.discard(unit.id)


@dataclass(frozen=True, slots=True)
class _Rolled:
    """What every unit has, and what the children of every unit have in all; unknown units are left out."""

    own: dict[UnitId, int] = field(default_factory=dict)
    children: dict[UnitId | None, int] = field(default_factory=dict)


def _roll_up(upwards: Iterable[tuple[UnitId, UnitId | None]], given: Mapping[UnitId, int]) -> _Rolled:
    """Resolve one figure for all units, children before parents: the given one beats the children's sum."""
    rolled = _Rolled()
    for unit, parent in upwards:
        amount = given.get(unit, rolled.children.get(unit))
        if amount is not None:
            rolled.own[unit] = amount
            rolled.children[parent] = rolled.children.get(parent, 0) + amount
    return rolled


def _valid_targets(rows: Iterable[TargetRow], phases: int, day: date) -> Mapping[tuple[UnitId, _Slot], TargetRow]:
    # On the same date the numbered phase comes later, so it beats the campaign's end given without one.
    valid = sorted((row for row in rows if row.since <= day), key=lambda row: (row.since, row.phase))
    return {(row.unit, (row.metric, row.phase or phases)): row for row in valid}


def _valid_baselines(rows: Iterable[BaselineRow], day: date) -> Mapping[Key, Mapping[UnitId, int]]:
    valid: defaultdict[Key, dict[UnitId, int]] = defaultdict(dict)
    for row in sorted((row for row in rows if row.since <= day), key=lambda row: row.since):
        valid[row.key][row.unit] = row.amount
    return valid


def _given_targets(
    tree: Tree, campaign: Campaign, units: Sequence[UnitId], rows: Mapping[tuple[UnitId, _Slot], TargetRow]
) -> defaultdict[_Slot, _Given]:
    """Return what config and roster give; the roster comes later, so it beats the config."""
    given: defaultdict[_Slot, _Given] = defaultdict(_Given)
    for number, phase in enumerate(campaign.phases, 1):
        for metric, target in phase.targets.items():
            slot = given[metric, number]
            if isinstance(target, configured.Share):
                for unit in units:
                    slot.give(tree[unit], None, as_written(target.percent))
            else:
                slot.give(tree[units[0]], target, None)
    for (unit, slot_of_row), row in rows.items():
        if unit in tree.units:
            percent = None if row.percent is None else as_written(row.percent)
            given[slot_of_row].give(tree[unit], row.amount, percent)
    return given


def _milestones(
    rolled: Mapping[_Slot, _Rolled], ends: Sequence[date]
) -> dict[str, dict[UnitId, tuple[tuple[date, int], ...]]]:
    milestones: defaultdict[str, dict[UnitId, tuple[tuple[date, int], ...]]] = defaultdict(dict)
    for (metric, number), figures in rolled.items():
        found, end = milestones[metric], ends[number - 1]
        for unit, amount in figures.own.items():
            found[unit] = (*found.get(unit, ()), (end, amount))
    return milestones


def _mismatches(
    units: Sequence[UnitId],
    given: Mapping[_Slot, _Given],
    rolled: Mapping[_Slot, _Rolled],
    ends: Sequence[date],
) -> Iterator[Mismatch]:
    for unit in units:
        for slot, figures in rolled.items():
            metric, number = slot
            below = figures.children.get(unit)
            if below is not None and unit in given[slot].absolute and figures.own[unit] != below:
                yield Mismatch(unit, metric, ends[number - 1], figures.own[unit], below)


def _resolved_baselines(
    campaign: Campaign,
    upwards: Sequence[tuple[UnitId, UnitId | None]],
    given: Mapping[Key, Mapping[UnitId, int]],
) -> dict[Key, Mapping[UnitId, int]]:
    resolved: dict[Key, Mapping[UnitId, int]] = {}
    for metric in campaign.counted:
        whole = Key(metric.code)
        parts = [key for key in metric.keys if key != whole]
        for part in parts:
            resolved[part] = _roll_up(upwards, given.get(part, {})).own
        parted = {unit for part in parts for unit in given.get(part, {})}
        summed = {unit: sum(resolved[part].get(unit, 0) for part in parts) for unit in parted}
        resolved[whole] = _roll_up(upwards, {**summed, **given.get(whole, {})}).own
    return resolved
