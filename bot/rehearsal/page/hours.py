"""The hours: what moves the rehearsal's clock, at a chosen speed or in one leap."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bot.domain.campaign import Campaign
from bot.domain.schedule import Slot, upcoming
from bot.jobs.kinds import KINDS
from bot.rehearsal.page.theatre import Theatre
from bot.rehearsal.wire import Failed, Gone
from storage import outbox
from storage.outbox import State
from storage.sqlite import Tx

TICK_S = 0.2
LONGEST_TICK_S = 1.0
SPEEDS = (0, 1, 60, 600)
PATIENCE_S = 0.5
SECOND = timedelta(seconds=1)
DARK_STEP = timedelta(seconds=20)
AHEAD = timedelta(days=60)
MORNING = time(8, 0)
EVENING = time(17, 30)
LONGEST_SETTLING_S = 90
LONGEST_HEARING_S = 2.0

Errand = Callable[[], Awaitable[None]]


class Goal(StrEnum):
    """Where one can leap to."""

    PUSH = "push"
    EVENING = "evening"
    TOMORROW = "tomorrow"
    DEADLINE = "deadline"


class Hours:
    """Let time pass for the bot, never faster than it can follow.

    `speed` is in simulated seconds per real one; 0 stops the clock, except while the bot is still busy.
    What is put off with `at` is done at its moment. While `dark`, the network between bot and messenger is
    down. `moved` is called after every step.
    """

    def __init__(self, theatre: Theatre) -> None:
        self.speed = 1
        self.leaping = False
        self.dark = False
        self.moved: Callable[[], None] = lambda: None
        self._theatre = theatre
        self._turn = asyncio.Lock()
        self._errands: list[tuple[datetime, Errand]] = []
        self._looked: datetime | None = None
        self._ahead: list[Slot] = []

    @property
    def now(self) -> datetime:
        """Return the moment on the clock, in the campaign's time zone."""
        return self._theatre.clock.now().astimezone(self._theatre.config.zone)

    async def run(self) -> None:
        """Let the clock tick, for ever; what a step took longer than a tick is not lost, up to a second."""
        real = asyncio.get_running_loop().time
        ticked = real()
        while True:
            await asyncio.sleep(TICK_S)
            async with self._turn:
                passed, ticked = min(LONGEST_TICK_S, real() - ticked), real()
                speed = self.speed or int(await self._is_busy())
                if speed:
                    await self._pass_to(self.now + timedelta(seconds=passed * speed))
            self.moved()

    @property
    def deadline(self) -> Campaign:
        """Return the campaign whose deadline is the next one, or was the last."""
        campaigns = sorted(self._theatre.setting.active, key=lambda each: each.deadline)
        return next((each for each in campaigns if each.deadline >= self.now.date()), campaigns[-1])

    async def leap(self, goal: Goal) -> bool:
        """Let time pass to the goal, stopping at every push on the way; False when it lies behind."""
        async with self._turn:
            moment = self._moment(goal)
            if moment is None or moment <= self.now:
                return False
            self.leaping = True
            try:
                await self._pass_to(moment)
                await self._settle()
            finally:
                self.leaping = False
                self.moved()
        return True

    async def settle(self) -> None:
        """Wait until the bot has answered all it can, letting seconds pass where it has to wait for its turn."""
        async with self._turn:
            await self._settle()

    async def welcome(self) -> None:
        """Let a bot that has just started hear all that was said, and see to what fell due, before time goes on."""
        async with self._turn:
            with suppress(TimeoutError, Gone, Failed):
                if not self.dark:
                    await self._theatre.server.drained(LONGEST_HEARING_S)
                await self._theatre.bot.look()
            await self._follow()

    def at(self, moment: datetime, errand: Errand) -> None:
        """Do something when the clock gets there."""
        self._errands.append((moment, errand))

    def forget(self, errand: Errand) -> None:
        """Do not do it any more."""
        self._errands = [(moment, other) for moment, other in self._errands if other != errand]

    def next(self, most: int) -> list[Slot]:
        """Return the next pushes, of the kinds that the bot knows."""
        if not self._ahead or self._ahead[0].at <= self._theatre.clock.now():
            self._ahead = [slot for slot in self._upcoming(AHEAD) if slot.job in KINDS]
        return self._ahead[:most]

    def _upcoming(self, span: timedelta) -> list[Slot]:
        setting = self._theatre.setting
        return upcoming(setting.campaigns, setting.calendar, setting.zone, self._theatre.clock.now(), span)

    def _moment(self, goal: Goal) -> datetime | None:
        if goal is Goal.PUSH:
            return next((slot.at for slot in self.next(1)), None)
        if goal is Goal.DEADLINE:
            mornings = sorted(self._local(each.deadline, MORNING) for each in self._theatre.setting.active)
            return next((morning for morning in mornings if morning > self.now), None)
        if goal is Goal.TOMORROW:
            return self._local(self.now.date() + timedelta(days=1), MORNING)
        later = self.now.timetz().replace(tzinfo=None) >= EVENING
        return self._local(self.now.date() + timedelta(days=int(later)), EVENING)

    def _local(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self._theatre.config.zone)

    async def _pass_to(self, moment: datetime) -> None:
        for stop in self._stops(moment):
            await self._step_to(stop)
            await self._look()
            self.moved()
        await self._step_to(moment)
        if self._looked is None or self.now - self._looked >= timedelta(minutes=1):
            await self._look()

    def _stops(self, moment: datetime) -> list[datetime]:
        """Return when there is something to see to: a push, an errand, or the end of the quiet hours."""
        slots = (slot.at for slot in self._upcoming(moment - self.now))
        errands = (due for due, _ in self._errands)
        days = range((moment.astimezone(self._theatre.config.zone).date() - self.now.date()).days + 1)
        louder = self._theatre.setting.calendar.quiet[1]
        mornings = (self._local(self.now.date() + timedelta(days=day), louder) for day in days)
        return sorted({stop for stop in (*slots, *errands, *mornings) if self.now < stop <= moment})

    async def _step_to(self, moment: datetime) -> None:
        """Move the clock, second by second as long as something waits for its turn to be sent.

        Steps of less than a second, at the speed of real time, do not wait for the bot: it has that time too.
        """
        step = DARK_STEP if self.dark else SECOND
        if moment - self.now > SECOND:
            await self._follow()
        while self.now + step < moment and self._theatre.bot.up.is_set() and await self._is_waiting():
            self._theatre.clock.advance(step.total_seconds())
            await self._follow()
        if moment > self._theatre.clock.now():
            self._theatre.clock.set(moment)

    async def _look(self) -> None:
        """See to what is due at this moment: put-off errands, then the bot's own pushes."""
        self._looked = self.now
        due = [errand for moment, errand in self._errands if moment <= self.now]
        self._errands = [(moment, errand) for moment, errand in self._errands if moment > self.now]
        for errand in due:
            await errand()
        with suppress(Gone, Failed):  # a bot that is down looks by itself when it starts
            await self._theatre.bot.look()
        await self._follow()

    async def _follow(self, patience: float = PATIENCE_S) -> None:
        """Let the bot take in and send what it can at this moment; it is not waited for when it cannot."""
        if not self._theatre.bot.up.is_set():
            return
        with suppress(TimeoutError, Gone, Failed):
            if not self.dark:
                await self._theatre.server.drained(patience)
            async with asyncio.timeout(patience):
                await self._theatre.bot.idle()

    async def _settle(self) -> None:
        for _ in range(LONGEST_SETTLING_S):
            await self._follow(LONGEST_HEARING_S)
            if not self._theatre.bot.up.is_set() or not await self._is_waiting():
                return
            self._theatre.clock.advance(1)

    async def _is_waiting(self) -> bool:
        return await self._theatre.store.read(_anything_waits)

    async def _is_busy(self) -> bool:
        return self._theatre.bot.up.is_set() and (
            bool(self._theatre.server.pending_updates) or await self._is_waiting()
        )


def _anything_waits(tx: Tx) -> bool:
    counts = outbox.counts(tx)
    return any(counts.get(state) for state in (State.WAITING, State.SENDING))
