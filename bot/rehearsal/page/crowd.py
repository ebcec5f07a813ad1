"""The crowd: everybody else joins and reports, with numbers such as their unit could have."""

import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.domain.campaign import Campaign, Entered, Key, Metric
from bot.domain.days import Stage, stage
from bot.domain.goals import Goals
from bot.domain.units import Unit, UnitId
from bot.domain.world import World
from bot.rehearsal.botapi import User
from bot.rehearsal.page.cast import Cast
from bot.rehearsal.page.hours import Hours
from bot.rehearsal.page.theatre import Theatre
from bot.rehearsal.wire import Gone
from storage import tallies
from storage.people import Role
from storage.sqlite import Tx

TOGETHER = 20
USUAL = 20
_OPEN = (Stage.RUNNING, Stage.LAST_DAY)

Sums = Mapping[Key, int]


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the crowd have sent their line."""

    done: int
    of: int


class NothingRuns(Exception):
    """No campaign takes reports today."""


@dataclass(frozen=True, slots=True)
class Duty:
    """A report that somebody of the crowd could send: whose, and in which campaign."""

    unit: Unit
    campaign: Campaign


class Crowd:
    """Those whom nobody plays by hand; `told` hears of every step, and None at the end."""

    def __init__(self, theatre: Theatre, hours: Hours, cast: Cast) -> None:
        self.busy = False
        self.told: Callable[[Progress | None], None] = lambda _: None
        self._theatre = theatre
        self._hours = hours
        self._cast = cast

    async def report(self, share: float, seed: int) -> int:
        """Let a share of all other units have reported by now, in every campaign that runs; return how many did.

        NothingRuns where there is none. While the bot is down nobody new can join: those wait for it.
        """
        self.busy = True
        try:
            return await self._report(share, random.Random(seed))  # noqa: S311  (repeatable, not secret)
        finally:
            self.busy = False
            self.told(None)

    async def _report(self, share: float, chance: random.Random) -> int:
        world = await self._theatre.world()
        others = self._others(world)
        wanted = self._duties(world, others)
        owed = await self._theatre.store.read(partial(_owed, world=world, now=self._theatre.clock.now(), duties=wanted))
        able = sorted({duty.unit.id for duty in wanted})
        silent = sorted({duty.unit.id for duty, _ in owed})
        lacking = max(0, round(share * len(able)) - (len(able) - len(silent)))
        chosen = chance.sample(silent, min(lacking, len(silent)))
        for start in range(0, len(chosen), TOGETHER):
            self.told(Progress(start, len(chosen)))
            batch = chosen[start : start + TOGETHER]
            people = {unit: await self._officer(world.tree[unit]) for unit in batch}
            for duty, sums in owed:
                if duty.unit.id in people:
                    self._send(people[duty.unit.id], duty, world, sums, chance)
            await self._hours.settle()
        return len(chosen)

    def _duties(self, world: World, units: list[Unit]) -> list[Duty]:
        now = self._theatre.clock.now()
        running = [each for each in self._theatre.setting.active if stage(world.today(each, now), each) in _OPEN]
        if not running:
            raise NothingRuns
        return [Duty(unit, each) for each in running for unit in units if unit.id in world.reporting[each.code]]

    def _send(self, person: User, duty: Duty, world: World, sums: Sums, chance: random.Random) -> None:
        text = line(duty.campaign, world.goals[duty.campaign.code], duty.unit.id, sums, chance)
        several = len(self._theatre.setting.active) > 1
        if not person.private.blocked:
            person.private.send(f"{duty.campaign.code} {text}" if several else text)

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
        known = next(found, None)
        while known is None:
            await self._theatre.bot.up.wait()
            with suppress(Gone):
                known = await self._cast.join(unit.code, Role.OFFICER, extra=True)
        return known


def _owed(tx: Tx, world: World, now: datetime, duties: list[Duty]) -> list[tuple[Duty, Sums]]:
    """Return what has not been reported today, with the sums that the unit has in that campaign."""
    return [
        (duty, tallies.sums(tx, duty.campaign.code, duty.unit.id))
        for duty in duties
        if not tallies.turnout(tx, duty.campaign.code, duty.unit.id, world.today(duty.campaign, now)).reported
    ]


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
