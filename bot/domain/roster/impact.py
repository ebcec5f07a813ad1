"""What a roster means for a campaign as a whole: the root's totals before and after, and what does not add up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.domain.campaign import Campaign, Key
from bot.domain.goals import BaselineRow, Goals, Mismatch, TargetRow
from bot.domain.roster.columns import Percent
from bot.domain.roster.diffing import RosterDiff, diff, united
from bot.domain.roster.rows import Roster
from bot.domain.units import Tree, Unit, UnitId


@dataclass(frozen=True, slots=True)
class Whole:
    """A campaign's root in one metric: its last target and its baseline, before and after."""

    campaign: str
    root: str
    metric: str
    targets: tuple[int | None, int | None]
    baselines: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Misfit:
    """A mismatch as it will be, with the unit's code and name."""

    campaign: str
    code: str
    name: str
    mismatch: Mismatch

    @property
    def lacking(self) -> int:
        """Return what the unit is given above what its children are given in all; negative: below."""
        return self.mismatch.given - self.mismatch.sum_of_children


@dataclass(frozen=True, slots=True)
class Impact:
    """What taking a roster in would do: cell by cell, and in all. Its figures hold from the day `since` on."""

    diff: RosterDiff
    since: date
    wholes: tuple[Whole, ...]
    misfits: tuple[Misfit, ...]


def impact(old: Roster, new: Roster, campaigns: Sequence[Campaign], since: date) -> Impact:
    """Weigh what holds from `since` on, with and without the new roster, once all its mergers are done."""
    rosters = (old, united(old, new))
    day = max((row.closed for row in new.rows if row.merged_into and row.closed), default=since)
    day = max(day, since)
    trees = [_tree(each) for each in rosters]
    wholes: list[Whole] = []
    misfits: list[Misfit] = []
    for campaign in campaigns:
        before, after = (_goals(*each, campaign, day) for each in zip(trees, rosters, strict=True))
        wholes += _wholes(campaign, before, after, day)
        if after is not None:
            misfits += (
                Misfit(campaign.code, after.tree[each.unit].code, after.tree[each.unit].name, each)
                for each in after.mismatches(day)
            )
    return Impact(diff(old, new), since, tuple(wholes), tuple(misfits))


def _tree(roster: Roster) -> Tree:
    """Build the tree of a roster; a merged unit stands under the one that goes on for it."""
    ids = {row.code: UnitId(number) for number, row in enumerate(roster.rows, 1)}
    units = (
        Unit(
            ids[row.code],
            row.code,
            row.name,
            row.level,
            ids.get(row.merged_into or row.parent or ""),
            row.population,
            row.aliases,
            row.closed,
            row.merged_into is not None,
        )
        for row in roster.rows
    )
    return Tree.of({unit.id: unit for unit in units})


def _goals(tree: Tree, roster: Roster, campaign: Campaign, day: date) -> Goals | None:
    if tree.find(campaign.root) is None:
        return None
    units = [(tree.by_code[row.code.casefold()], row) for row in roster.rows]
    targets = [
        TargetRow(unit, column.metric, column.phase, *_amount_or_percent(target), day)
        for unit, row in units
        for column, target in row.targets.items()
        if column.campaign == campaign.code
    ]
    baselines = [
        BaselineRow(unit, column.key, amount, day)
        for unit, row in units
        for column, amount in row.baselines.items()
        if column.campaign == campaign.code
    ]
    return Goals.of(tree, campaign, targets, baselines, day)


def _amount_or_percent(target: int | Percent) -> tuple[int | None, Decimal | None]:
    return (target, None) if isinstance(target, int) else (None, target)


def _wholes(campaign: Campaign, before: Goals | None, after: Goals | None, day: date) -> Iterator[Whole]:
    """Yield the metrics in which the root's figures change."""
    for metric in campaign.counted:
        (old, began), (new, begins) = (_of_root(each, metric.code, day) for each in (before, after))
        if (old, began) != (new, begins):
            yield Whole(campaign.code, campaign.root, metric.code, (old, new), (began, begins))


def _of_root(goals: Goals | None, metric: str, day: date) -> tuple[int | None, int]:
    if goals is None:
        return None, 0
    root = goals.tree.by_code[goals.campaign.root.casefold()]
    return goals.deadline_target(root, metric, day), goals.baseline(root, Key(metric), day)
