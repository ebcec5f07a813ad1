"""Milestones: a unit has passed a quarter of its target; its group and its parent's hear of it, once."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain import marks
from bot.domain.campaign import Key
from bot.domain.figures import Share
from bot.domain.units import Unit, UnitId
from bot.jobs.beat import Beat, Push
from storage import milestones
from storage.milestones import Passed


@dataclass(frozen=True, slots=True)
class Milestone:
    """A unit and the highest mark that it has passed since the slot before, with its total now."""

    unit: Unit
    mark: int
    share: Share


def prepare(beat: Beat) -> None:
    """Note the marks passed since the last slot as told in this one, also where no group will hear of them."""
    milestones.note(beat.tx, beat.slot, beat.campaign.main.code, _new(beat, _totals(beat)))


def milestone(beat: Beat) -> Iterator[Push]:
    """Tell every group what its unit and those right below it have passed; nothing where nobody has."""
    totals = _totals(beat)
    passed = _new(beat, totals) | milestones.told_in(beat.tx, beat.slot, beat.campaign.main.code)
    for chat, unit in beat.groups():
        found = [
            _milestone(beat, each, totals)
            for each in _highest(passed)
            if unit.id in (each.unit, beat.world.tree[each.unit].parent)
        ]
        if found:
            found.sort(key=lambda each: (each.unit.id != unit.id, -each.mark, each.unit.id))
            yield Push(chat, "milestone.milestone", {"campaign": beat.campaign, "milestones": found})


def _totals(beat: Beat) -> dict[UnitId, tuple[int, int, int]]:
    """Return baseline, total and deadline target of every unit of the campaign that has a target."""
    goals, code = beat.world.goals[beat.campaign.code], beat.campaign.main.code
    sums = milestones.totals(beat.tx, beat.campaign.code, code)
    found = {}
    for unit in beat.world.tree.below(beat.root.id):
        target = goals.deadline_target(unit, code)
        if target:
            baseline = goals.baseline(unit, Key(code))
            found[unit] = (baseline, baseline + sums.get(unit, 0), target)
    return found


def _new(beat: Beat, totals: dict[UnitId, tuple[int, int, int]]) -> set[Passed]:
    """Return the marks that have been passed and were never noted."""
    known = milestones.known(beat.tx, beat.campaign.code, beat.campaign.main.code)
    return {Passed(unit, mark) for unit, each in totals.items() for mark in marks.passed(*each)} - known


def _highest(passed: set[Passed]) -> Iterator[Passed]:
    """Yield the highest mark of each unit: who jumps over two is told the second."""
    highest: dict[UnitId, int] = {}
    for each in passed:
        highest[each.unit] = max(each.mark, highest.get(each.unit, 0))
    yield from (Passed(unit, mark) for unit, mark in highest.items())


def _milestone(beat: Beat, passed: Passed, totals: dict[UnitId, tuple[int, int, int]]) -> Milestone:
    _, total, target = totals[passed.unit]
    return Milestone(beat.world.tree[passed.unit], passed.mark, Share(total, target))
