"""Eras: what each unit starts from and must reach, from one change of the figures to the next."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from bot.domain import campaign as configured
from bot.domain.campaign import Campaign, Entered, Key
from bot.domain.figures import as_written, half_up
from bot.domain.units import Tree, Unit, UnitId

Milestones = tuple[tuple[date, int], ...]
"""Ends of phases with their targets, in the order of their dates."""

_Slot = tuple[str, int]
"""A metric and the 1-based number of a phase."""


class TargetRow(NamedTuple):
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


class BaselineRow(NamedTuple):
    """A baseline of the roster, valid from `since`. Without an amount it takes the former back."""

    unit: UnitId
    key: Key
    amount: int | None
    since: date


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A target given to a unit, for the phase that ends on `until`, that its children do not add up to."""

    unit: UnitId
    metric: str
    until: date
    given: int
    sum_of_children: int


@dataclass(frozen=True)
class Era:
    """What holds from one change to the next; `targets`: by metric, the ends of its phases with those of all units."""

    baselines: Mapping[Key, Mapping[UnitId, int]]
    joined: Mapping[Key, Mapping[UnitId | None, int]]
    targets: Mapping[str, tuple[tuple[date, Mapping[UnitId, int]], ...]]
    mismatches: tuple[Mismatch, ...]

    @classmethod
    def of(
        cls,
        tree: Tree,
        campaign: Campaign,
        targets: Iterable[TargetRow],
        baselines: Iterable[BaselineRow],
        day: date,
    ) -> "Era":
        """Resolve the rows that are valid on `day`, as `Goals.of` says."""
        units = tuple(tree.below(tree.by_code[campaign.root.casefold()]))
        upwards = tuple(tree[unit] for unit in reversed(units))
        ends = tuple(phase.ends for phase in campaign.phases) or (campaign.deadline,)
        gone = {unit for unit in units if tree[unit].merged and tree.is_closed(unit, day)}
        given = _given_targets(tree, campaign, units, _valid_targets(targets, len(ends), day))
        for slot in given.values():
            slot.take_back(gone)
        slots = [(metric.code, number) for metric in campaign.counted for number in range(1, len(ends) + 1)]
        rolled = {slot: _roll_up(upwards, given[slot].amounts) for slot in slots}
        bases = _resolved_baselines(campaign, upwards, _valid_baselines(campaign, baselines, day))
        return cls(
            {key: base.own for key, base in bases.items()},
            {key: base.joined for key, base in bases.items() if base.joined},
            {
                metric.code: tuple((end, rolled[metric.code, number].own) for number, end in enumerate(ends, 1))
                for metric in campaign.counted
            },
            tuple(_mismatches(units, given, rolled, ends)),
        )

    def milestones(self, metric: str, unit: UnitId) -> Milestones:
        """Return a unit's; they are put together when they are asked for: a nation has 40,000, most never looked at."""
        return tuple([(end, amounts[unit]) for end, amounts in self.targets.get(metric, ()) if unit in amounts])

    def target(self, metric: str, unit: UnitId, day: date) -> int | None:
        """Return a unit's milestone of a day: the first that is not past, else the last; None where it has none."""
        found = None
        for end, amounts in self.targets.get(metric, ()):
            found = amounts.get(unit, found)
            if day <= end and unit in amounts:
                break
        return found

    @cached_property
    def mismatch(self) -> Mapping[tuple[UnitId, str, date], Mismatch]:
        """Return the mismatches by unit, metric and the end of the phase."""
        return {(found.unit, found.metric, found.until): found for found in self.mismatches}


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

    def take_back(self, units: Iterable[UnitId]) -> None:
        """Leave these units without any."""
        for unit in units:
            self.amounts.pop(unit, None)
            self.absolute.discard(unit)


@dataclass(frozen=True, slots=True)
class _Rolled:
    """What every unit has, and what the children of every unit have in all; unknown units are left out.

    `joined` is what a unit has of those merged into it: part of its own, and of no sum of children.
    """

    own: dict[UnitId, int] = field(default_factory=dict)
    children: dict[UnitId | None, int] = field(default_factory=dict)
    joined: dict[UnitId | None, int] = field(default_factory=dict)

    def alone(self, unit: UnitId) -> int:
        """Return what a unit has without those merged into it."""
        return self.own.get(unit, 0) - self.joined.get(unit, 0)


def _roll_up(upwards: Iterable[Unit], given: Mapping[UnitId, int]) -> _Rolled:
    """Resolve one figure for all units, children before parents: the given one beats the children's sum.

    What was merged into a unit is added to its own.
    """
    rolled = _Rolled()
    for unit in upwards:
        amount = given.get(unit.id, rolled.children.get(unit.id))
        if unit.id in rolled.joined:
            amount = (amount or 0) + rolled.joined[unit.id]
        if amount is not None:
            rolled.own[unit.id] = amount
            sums = rolled.joined if unit.merged else rolled.children
            sums[unit.parent] = sums.get(unit.parent, 0) + amount
    return rolled


def _valid_targets(rows: Iterable[TargetRow], phases: int, day: date) -> Mapping[tuple[UnitId, _Slot], TargetRow]:
    # On the same date the numbered phase comes later, so it beats the campaign's end given without one.
    valid = sorted((row for row in rows if row.since <= day), key=lambda row: (row.since, row.phase))
    return {(row.unit, (row.metric, row.phase or phases)): row for row in valid}


def _valid_baselines(campaign: Campaign, rows: Iterable[BaselineRow], day: date) -> Mapping[Key, Mapping[UnitId, int]]:
    running = {metric.code for metric in campaign.counted if metric.entry is Entered.CUMULATIVE}
    begun = (row for row in rows if row.since <= day or row.key.metric in running)
    valid: defaultdict[Key, dict[UnitId, int]] = defaultdict(dict)
    for row in sorted(begun, key=lambda row: row.since):
        if row.amount is None:
            valid[row.key].pop(row.unit, None)
        else:
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
    upwards: Sequence[Unit],
    given: Mapping[Key, Mapping[UnitId, int]],
) -> dict[Key, _Rolled]:
    resolved: dict[Key, _Rolled] = {}
    for metric in campaign.counted:
        whole = Key(metric.code)
        parts = [key for key in metric.keys if key != whole]
        for part in parts:
            resolved[part] = _roll_up(upwards, given.get(part, {}))
        parted = {unit for part in parts for unit in given.get(part, {})}
        summed = {unit: sum(resolved[part].alone(unit) for part in parts) for unit in parted}
        resolved[whole] = _roll_up(upwards, {**summed, **given.get(whole, {})})
    return resolved
