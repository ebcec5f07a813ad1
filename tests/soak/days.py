"""What people do in a soak: they talk by day, the night leaps over, and nobody speaks in it."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from bot.rehearsal.botapi.messages import Message
from tests.crash.officers import Officer
from tests.crash.suite import DISTRICTS
from tests.soak.clock import LeapingClock
from tests.soak.province import MORNING, Province

MOST_DAYS = 4
"""Five days of history, the first day's eve among them, and a ward's numbers are compared with it: not meant here."""

DAYLIGHT = timedelta(hours=13, minutes=30)
STEP = timedelta(minutes=15)
STEP_S = 0.15
RESERVE = timedelta(hours=18)
LOOK_S = 0.1
QUIET_S = 20.0
MOST_WAITING = 1_500  # updates: nobody talks to a wall for ever
ASKS = ("/status", "/bxh", "/thieu", "/demnguoc", "/kehoach", "/lich", "/duyet")
ASKS_OF_GROUPS = ("/status", "/bxh", "/thieu", "/demnguoc")
LONG_LOCKED = 5  # days ago
REPORTS = 6  # things said, of which one is no report


class Crowd:
    """Everybody who speaks, for so many days. `days` tells which one it is, `night` whether nobody speaks now."""

    def __init__(self, province: Province, clock: LeapingClock, chance: random.Random, days: int) -> None:
        self.night = False
        self.days = 1
        self._last = days
        self._province = province
        self._clock = clock
        self._chance = chance

    async def talk(self, ahead: Callable[[], bool]) -> None:
        """Talk in bursts until cancelled."""
        while True:
            crowd = self._chance.sample(self._province.officers, self._chance.randint(8, 20))
            pace = self._chance.uniform(30, 90)
            for _ in range(self._chance.randint(10, 50)):
                if not self._hushed():
                    self._speak(crowd)
                await self._clock.sleep(1 / pace)
            await self._clock.sleep(self._chance.uniform(0.1, 0.8))
            while ahead():
                await self._clock.sleep(LOOK_S)

    async def live_through(self, progress: Callable[[], float]) -> None:
        """Let the days pass as the run goes on, until cancelled."""
        morning = MORNING
        while True:
            share = progress() * self._last - (self.days - 1)
            self._leap(morning + DAYLIGHT * min(1.0, max(0.0, share)))
            if share >= 1 and self.days < self._last:
                await self._sleep()
                morning += timedelta(days=1)
                self.days += 1
            await self._clock.sleep(LOOK_S)

    async def _sleep(self) -> None:
        """Let everybody stop, all be taken in, and the night pass in steps, so that what falls due falls due."""
        self.night = True
        for officer in self._province.officers:
            officer.sleep_over_it()
        with suppress(TimeoutError):
            await self._province.server.until(lambda: not self._province.server.pending_updates, QUIET_S)
        morning = MORNING + timedelta(days=self.days)
        while self._clock.now() < morning:
            self._leap(min(morning, self._clock.now() + STEP))
            await asyncio.sleep(STEP_S)
        self.night = False

    def _leap(self, moment: datetime) -> None:
        """Leap, but not so far that the messenger would forget what waits there."""
        expires = self._province.queue.expires()
        if expires is not None:
            moment = min(moment, datetime.fromtimestamp(expires, UTC) - RESERVE)
        self._clock.leap(moment)

    def _hushed(self) -> bool:
        return self.night or self._province.server.pending_updates > MOST_WAITING

    def _speak(self, crowd: list[Officer]) -> None:
        ways = {self._ask: 4, self._ask_in_a_group: 4, self._go_wild: 4, self._decide: 3, self._knock: 1}
        if self._chance.random() * REPORTS < 1:
            (way,) = self._chance.choices(list(ways), list(ways.values()))
            way()
            return
        officer = self._chance.choice(crowd)
        if not officer.user.private.blocked:
            officer.speak()

    def _ask(self) -> None:
        """Let a commander ask."""
        commander = self._chance.choice(list(self._province.commanders.values()))
        commander.private.send(self._chance.choice(ASKS))

    def _ask_in_a_group(self) -> None:
        unit = self._chance.choice(list(self._province.commanders))
        self._province.groups[unit].say(
            self._province.commanders[unit], f"{self._chance.choice(ASKS_OF_GROUPS)}@tiendo_bot"
        )

    def _go_wild(self) -> None:
        """Let an officer say what is asked about, or about a day that is locked; or answer what was asked."""
        user = self._chance.choice(list(self._province.wild.values()))
        newest = _newest_with_buttons(user.private.from_bots())
        if newest is not None and self._chance.random() < 1 / 2:
            user.press(newest, self._chance.randrange(sum(map(len, newest.buttons))))
            return
        today = self._clock.now().astimezone(MORNING.tzinfo).date()
        locked = today - timedelta(days=LONG_LOCKED)
        numbers = f"{self._chance.randint(1, 60)} {self._chance.randint(1, 60)}"
        user.private.send(
            self._chance.choice((f"60{self._chance.randint(10, 99)} 5", f"{locked:%d/%m} {numbers}", numbers))
        )

    def _decide(self) -> None:
        """Let a commander press what stands under the newest card, or put a number right."""
        unit = self._chance.choice(list(self._province.commanders))
        commander = self._province.commanders[unit]
        newest = _newest_with_buttons(commander.private.from_bots())
        if newest is not None and self._chance.random() < 2 / 3:
            commander.press(newest, self._chance.randrange(sum(map(len, newest.buttons))))
            return
        below = [ward for ward in self._province.wild if unit in {"P", DISTRICTS[int(ward[1:]) % len(DISTRICTS)]}]
        ward = self._chance.choice(below).replace("W", "Xã ")
        numbers = f"{self._chance.randint(1, 60)} {self._chance.randint(1, 60)}"
        commander.private.send(f"/sua {ward} hôm nay {numbers} # đối chiếu sổ")

    def _knock(self) -> None:
        """Let somebody without a post ask."""
        self._chance.choice(self._province.strangers).private.send("/status")


def _newest_with_buttons(messages: list[Message]) -> Message | None:
    """Return the newest message with a button that acts."""
    for message in reversed(messages[-20:]):
        rows = (message.reply_markup or {}).get("inline_keyboard", [])
        if rows and all("callback_data" in button for row in rows for button in row):
            return message
    return None
