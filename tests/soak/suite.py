"""One soak from the first morning to the verdict."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bot.rehearsal.botapi.limits import Limits
from bot.rehearsal.clocks import Face
from tests.crash.checker import Evidence
from tests.crash.line import FarServer
from tests.crash.process import BotProcess
from tests.crash.suite import finish
from tests.soak.clock import LeapingClock
from tests.soak.days import MOST_DAYS, Crowd
from tests.soak.nemesis import Nemesis
from tests.soak.province import MORNING, Province, settle_in

PROGRAM = "tests.soak.player"
CALM_S = 20.0
TELL_S = 15.0
PATIENCE_S = 1_800.0  # what tens of thousands of updates leave to be sent, on a busy machine
LIMITS = Limits(private_per_second=8, private_burst=24, group_per_minute=240, overall_per_second=400, overall_burst=400)
"""Twice the bot's own pace, so that one that forgets its pacing in a crash is refused now and then."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long: until so many kills, updates and seconds have all been reached; a nought is no condition."""

    kills: int = 0
    updates: int = 0
    seconds: float = 0.0
    seed: int = 7
    calm: float = CALM_S

    @property
    def days(self) -> int:
        """Return over how many days it goes: a day takes a while, or most of its pushes come too late."""
        wanted = ((self.kills, DAY.kills), (self.updates, DAY.updates), (self.seconds, DAY.seconds))
        return 1 + min(MOST_DAYS - 1, *(int(each // most) for each, most in wanted if each))


DAY = Plan(kills=80, updates=2_500, seconds=150)


@dataclass(frozen=True, slots=True)
class Burden:
    """What a process holds: kilobytes of memory, open files, threads."""

    memory: int
    files: int
    threads: int

    @classmethod
    def of(cls, pid: int) -> "Burden":
        """Ask the operating system."""
        process = Path(f"/proc/{pid}")
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines() if ":" in line)
        files = sum(1 for _ in (process / "fd").iterdir())
        return cls(int(status["VmRSS"].split()[0]), files, int(status["Threads"]))


# Without a repr: at the end asyncio asks the result of a run for one, and it would name the whole world, many times.
@dataclass(frozen=True, repr=False)
class Outcome:
    """What a soak leaves: what the checkers ask, who did what, and a process's burden before and after a calm."""

    evidence: Evidence
    nemesis: Nemesis
    days: int
    seconds: float
    before: Burden
    after: Burden


@dataclass(repr=False)
class Soak:
    """A run under way."""

    plan: Plan
    province: Province
    process: BotProcess
    clock: LeapingClock
    crowd: Crowd
    nemesis: Nemesis
    first: int
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.clock.monotonic()

    @property
    def updates(self) -> int:
        """Return how many updates there have been."""
        return self.province.server.next_update_id - self.first

    @property
    def seconds(self) -> float:
        """Return how long it has taken so far."""
        return self.clock.monotonic() - self.began

    def shares(self) -> dict[str, float]:
        """Return how much of each condition is met."""
        reached = {"kills": self.nemesis.kills, "updates": self.updates, "seconds": self.seconds}
        wanted = {"kills": self.plan.kills, "updates": self.plan.updates, "seconds": self.plan.seconds}
        return {name: reached[name] / wanted[name] for name in reached if wanted[name]}

    def progress(self) -> float:
        """Return how far the run has come, from 0 to 1."""
        return min(1.0, *self.shares().values())

    def ahead(self) -> bool:
        """Tell whether people have talked more than the rest of the plan has come."""
        shares = self.shares()
        return "updates" in shares and shares["updates"] > self.progress() + 0.02

    def told(self) -> str:
        """Return one line about how it goes."""
        return (
            f"{int(self.seconds) // 60:>3}:{int(self.seconds) % 60:02}  day {self.crowd.days}"
            f"  {self.clock.now().astimezone(MORNING.tzinfo):%d-%m %H:%M}  kills {self.nemesis.kills:,}"
            f"  updates {self.updates:,} ({self.province.server.pending_updates} waiting)"
            f"  messages {len(self.province.server.accepted):,}  failures {len(self.nemesis.failures)}"
        )

    async def run(self, tell: Callable[[str], None]) -> tuple[int, Burden, Burden]:
        """Do harm until the plan is fulfilled, let people talk in peace for a while, and let the bot finish."""
        loop, told = asyncio.get_running_loop(), 0.0
        async with beside(self.crowd.talk(self.ahead), self.crowd.live_through(self.progress)) as others:
            while self.progress() < 1 or self.crowd.night:
                await self.nemesis.one_life()
                _raise_from(others)
                if loop.time() - told > TELL_S:
                    told = loop.time()
                    tell(self.told())
            before, after = await self._calm()
        await self.process.kill()
        self.clock.lead_astray(timedelta(0))
        tell(self.told())
        data = self.province.config.storage.path
        code = await finish(self.process, self.province.server, data, self.clock, PATIENCE_S)
        return code, before, after

    async def _calm(self) -> tuple[Burden, Burden]:
        """Let one process live for a while, and return what it held early and late in that life."""
        await self.process.start()
        await self.process.first_poll()
        await self.clock.sleep(self.plan.calm / 2)
        before = Burden.of(self.process.pid)
        await self.clock.sleep(self.plan.calm)
        return before, Burden.of(self.process.pid)


def _raise_from(tasks: list["asyncio.Task[None]"]) -> None:
    for task in tasks:
        if task.done():
            task.result()


@asynccontextmanager
async def beside(*works: Coroutine[None, None, None]) -> AsyncIterator[list["asyncio.Task[None]"]]:
    """Let some work go on beside the block."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield tasks
        _raise_from(tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def play(plan: Plan, folder: Path, tell: Callable[[str], None]) -> Outcome:
    """Play a whole soak in a folder; `tell` is given a line now and then."""
    chance = random.Random(plan.seed)  # noqa: S311  (a repeatable run, not a secret)
    with Face(folder / "clock", create=True) as face:
        clock = LeapingClock(MORNING, face)
        async with FarServer(clock, plan.seed, LIMITS) as server:
            first = server.next_update_id
            province = await settle_in(folder, server, clock.now(), chance)
            process = BotProcess(folder / "config.toml", server, clock, (PROGRAM, str(folder / "clock")))
            crowd = Crowd(province, clock, random.Random(chance.random()), plan.days)  # noqa: S311  (as above)
            nemesis = Nemesis(province, process, clock, chance)
            soak = Soak(plan, province, process, clock, crowd, nemesis, first)
            try:
                code, before, after = await soak.run(tell)
            finally:
                await process.clear_away()
            evidence = _evidence(soak, code)
            return Outcome(evidence, nemesis, crowd.days, soak.seconds, before, after)


def _evidence(soak: Soak, code: int) -> Evidence:
    province = soak.province
    return Evidence(
        province.config,
        province.server,
        province.officers,
        soak.process.log,
        code,
        soak.nemesis.kills,
        soak.first,
        soak.process.recoveries,
        soak.clock.now(),
        province.allowed,
        frozenset(province.forsaken),
        frozenset(province.queue.forgotten),
    )
