"""The crowd: everybody else joins and reports, with numbers such as their unit could have."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from bot.domain.campaign import Campaign, Entered, Key, Metric
from bot.domain.goals import Goals
from bot.domain.units import Unit, UnitId
from bot.domain.world import World
from bot.rehearsal.botapi import User
from bot.rehearsal.page.cast import Cast
from bot.rehearsal.page.hours import Hours
from bot.rehearsal.scene import Scene
from storage import tallies
from storage.people import Role
from storage.sqlite import Tx

TOGETHER = 20
USUAL = 20

Sums = Mapping[Key, int]


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the crowd have sent their line."""

    done: int
    of: int


class Crowd:
    """Those whom nobody plays by hand; `told` hears of every step, and None at the end."""

    def __init__(
        self, scene: Scene, hours: Hours, cast: Cast, told: Callable[[Progress | None], None] = lambda _: None
    ) -> None:
        self.busy = False
        self.told = told
        self._scene = scene
        self._hours = hours
        self._cast = cast

    async def report(self, share: float, seed: int) -> int:
        """Let a share of all other units have reported by now; return how many lines were sent."""
        self.busy = True
        try:
            return await self._report(share, random.Random(seed))  # noqa: S311  (repeatable, not secret)
        finally:
            self.busy = False
            self.told(None)

    async def _report(self, share: float, chance: random.Random) -> int:
        world = await self._scene.world()
        campaign = self._cast.campaign
        others = self._others(world)
        sums, reported = await self._scene.store.read(partial(_standing, scene=self._scene, world=world, units=others))
        silent = [unit for unit in others if unit.id not in reported]
        wanted = max(0, round(share * len(others)) - (len(others) - len(silent)))
        chosen = chance.sample(silent, min(wanted, len(silent)))
        for start in range(0, len(chosen), TOGETHER):
            self.told(Progress(start, len(chosen)))
            batch = chosen[start : start + TOGETHER]
            people = [await self._officer(unit) for unit in batch]
            for unit, person in zip(batch, people, strict=True):
                if not person.private.blocked:
                    person.private.send(line(campaign, world.goals[campaign.code], unit.id, sums[unit.id], chance))
            await self._hours.settle()
        return len(chosen)

    def _others(self, world: World) -> list[Unit]:
        """Return the reporting units whose officer nobody plays by hand."""
        players = self._cast.players.values()
        played = {
            player.unit.id for player in players if player.unit and player.role is Role.OFFICER and not player.extra
        }
        return [unit for unit in self._cast.reporting(world) if unit.id not in played]

    async def _officer(self, unit: Unit) -> User:
        players = self._cast.players.values()
        found = (each.user for each in players if each.extra and each.unit is not None and each.unit.id == unit.id)
        return next(found, None) or await self._cast.join(unit.code, Role.OFFICER, extra=True)


def _standing(tx: Tx, scene: Scene, world: World, units: list[Unit]) -> tuple[dict[UnitId, Sums], set[UnitId]]:
    """Return every unit's sums, and the units that have reported today."""
    campaign = scene.config.campaigns[0]
    day = world.today(campaign, scene.clock.now())
    sums: dict[UnitId, Sums] = {unit.id: tallies.sums(tx, campaign.code, unit.id) for unit in units}
    return sums, {unit.id for unit in units if tallies.turnout(tx, campaign.code, unit.id, day).reported}


def line(campaign: Campaign, goals: Goals, unit: UnitId, sums: Sums, chance: random.Random) -> str:
    """Return a line that this unit could send: about what it needs per day, within the limits of the campaign."""
    totals = {metric.code: _total(goals, unit, sums, Key(metric.code)) for metric in campaign.counted}
    words = []
    for metric in campaign.counted:
        number = _number(campaign, metric, goals, unit, chance)
        if metric.at_most is not None:
            number = max(0, min(number, totals[metric.at_most] - totals[metric.code]))
        totals[metric.code] += number
        words.append("+".join(str(each) for each in _typed(metric, goals, unit, sums, _split(number, metric, chance))))
    return " ".join(words)


def _total(goals: Goals, unit: UnitId, sums: Sums, key: Key) -> int:
    return goals.baseline(unit, key) + sums.get(key, 0)


def _number(campaign: Campaign, metric: Metric, goals: Goals, unit: UnitId, chance: random.Random) -> int:
    target = goals.deadline_target(unit, metric.code)
    days = (campaign.deadline - campaign.starts).days + 1
    need = USUAL if target is None else max(1.0, (target - goals.baseline(unit, Key(metric.code))) / days)
    number = round(need * chance.uniform(0.6, 1.35))
    return number if metric.max_per_day is None else min(number, metric.max_per_day)


def _split(number: int, metric: Metric, chance: random.Random) -> list[int]:
    """Cut a number into one for each part."""
    cuts = sorted(chance.randint(0, number) for _ in metric.keys[1:])
    return [end - start for start, end in zip([0, *cuts], [*cuts, number], strict=True)]


def _typed(metric: Metric, goals: Goals, unit: UnitId, sums: Sums, numbers: list[int]) -> list[int]:
    """Return what is typed for these numbers: running totals include all that was before."""
    if metric.entry is Entered.DAILY:
        return numbers
    before = [_total(goals, unit, sums, key) for key in metric.keys]
    return [old + new for old, new in zip(before, numbers, strict=True)]
