"""A scene: the real bot on its own data, against the embedded Bot API server, on a clock moved by hand."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from bot.channels import Channel
from bot.channels.telegram import TelegramChannel
from bot.clockwork import Alarm, Clockwork, by_hand
from bot.config import Config, Storage, Telegram
from bot.courier import Courier
from bot.domain.campaign import Campaign
from bot.domain.clock import Clock
from bot.domain.roster import Roster, diff
from bot.domain.schedule import upcoming
from bot.domain.world import Setting, World
from bot.pictures import Painter
from bot.rehearsal.botapi import BotApiServer
from bot.rehearsal.clocks import ManualClock
from storage import invites, outbox, rosters, worlds
from storage.invites import InviteKind
from storage.outbox import State
from storage.sqlite import Store, Tx, open_store

PATIENCE_S = 120
DAY_S = 86_400
INVITE_DAYS = 14
MORNING = time(8, 0)


class RunningApp(Protocol):
    """What a scene needs of the running bot."""

    @property
    def store(self) -> Store:
        """Return the data."""
        ...

    @property
    def courier(self) -> Courier:
        """Return what sends."""
        ...

    @property
    def clockwork(self) -> Clockwork:
        """Return what pushes."""
        ...

    @property
    def ready(self) -> asyncio.Event:
        """Return what is set once the bot works."""
        ...


class Starter(Protocol):
    """`bot.app.running`: the composition root hands itself in, since it stands above this floor."""

    def __call__(
        self, config: Config, channel: Channel, clock: Clock, *, alarm: Alarm, painter: Painter | None = None
    ) -> AbstractAsyncContextManager[tuple[RunningApp, "asyncio.Task[None]"]]:
        """Run the bot beside the block."""
        ...


@dataclass
class Scene:
    """One running bot with its world."""

    server: BotApiServer
    clock: ManualClock
    config: Config
    setting: Setting
    app: RunningApp
    task: "asyncio.Task[None]"

    @property
    def store(self) -> Store:
        """Return the bot's own store."""
        return self.app.store

    async def settle(self) -> None:
        """Wait until all that was said is taken in and all that can be answered is; raises what ended the bot.

        What waits for its turn in a chat gets it: the clock is moved on, second by second.
        """
        waiting = asyncio.ensure_future(self._settled())
        done, _ = await asyncio.wait((waiting, self.task), return_when=asyncio.FIRST_COMPLETED)
        if waiting not in done:
            waiting.cancel()
        for each in done:
            each.result()

    async def _settled(self) -> None:
        await self.app.ready.wait()
        for _ in range(PATIENCE_S):
            await self.server.drained()
            await self.app.courier.idle()
            if not await self.store.read(_is_waiting):
                return
            self.clock.advance(1)
        raise TimeoutError("something still waits to be sent")

    @property
    def today(self) -> date:
        """Return the calendar day on the clock."""
        return self.clock.now().astimezone(self.config.zone).date()

    async def turn_to(self, at: time, day: date | None = None) -> None:
        """Let time pass until a local time, today or on another day."""
        await self.pass_to(datetime.combine(day or self.today, at, self.config.zone))

    async def tomorrow(self, at: time) -> None:
        """Let time pass until a local time tomorrow."""
        await self.turn_to(at, self.today + timedelta(days=1))

    async def pass_to(self, moment: datetime) -> None:
        """Let time pass, stopping at every push that falls due on the way."""
        setting, now = self.setting, self.clock.now()
        for slot in upcoming(setting.campaigns, setting.calendar, setting.zone, now, moment - now):
            if slot.at > self.clock.now():
                self.clock.set(slot.at)
            await self.look()
        if moment > self.clock.now():
            self.clock.set(moment)
        await self.look()

    async def look(self) -> None:
        """Let the bot see to what is due now, and send it."""
        await self.app.clockwork.look()
        await self.settle()

    async def world(self) -> World:
        """Return the roster as it stands today."""
        return await self.store.read(partial(worlds.load, setting=self.setting, day=self.today))

    async def code(
        self, unit: str, kind: InviteKind = InviteKind.OFFICER, *, uses: int = 1, days: int = INVITE_DAYS
    ) -> str:
        """Issue a code, as the command line does. LookupError where there is no such unit."""
        found = (await self.world()).tree.find(unit)
        if found is None:
            raise LookupError(unit)
        now = int(self.clock.now().timestamp())
        return await self.store.write(
            partial(invites.issue, kind=kind, unit=found.id, uses=uses, expires=now + days * DAY_S, now=now)
        )


def at_start(campaign: Campaign, zone: ZoneInfo) -> datetime:
    """Return eight in the morning of the campaign's first day."""
    return datetime.combine(campaign.starts, MORNING, zone).astimezone(UTC)


def _is_waiting(tx: Tx) -> bool:
    counts = outbox.counts(tx)
    return any(counts.get(state) for state in (State.WAITING, State.SENDING))


def rehearsed(config: Config, folder: Path, server: BotApiServer) -> Config:
    """Return the config as it is, but with data, token and messenger that are nobody's."""
    data = Storage.model_validate({"url": f"sqlite:///{folder / 'rehearsal.db'}"}, context={"folder": folder})
    telegram = Telegram(token=SecretStr(server.token), base_url=server.base_url)
    return config.model_copy(update={"storage": data, "telegram": telegram})


async def import_roster(config: Config, roster: Roster, now: datetime) -> None:
    """Make the database and put the roster into it."""
    day = now.astimezone(config.zone).date()

    def put(tx: Tx) -> None:
        rosters.apply(tx, diff(rosters.stored(tx, config.campaigns, day), roster), day, int(now.timestamp()))

    async with open_store(config.storage.path, create=True) as store:
        await store.write(put)


@asynccontextmanager
async def set_scene(
    config: Config, setting: Setting, roster: Roster, start: Starter, at: datetime
) -> AsyncIterator[Scene]:
    """Set up server, data and bot in a temporary folder; all of it is gone afterwards."""
    clock = ManualClock(at)
    with tempfile.TemporaryDirectory(prefix="tiendo-rehearsal-") as folder:
        async with BotApiServer(clock) as server:
            ours = rehearsed(config, Path(folder), server)
            await import_roster(ours, roster, at)
            async with play(server, clock, ours, setting, start) as scene:
                yield scene


@asynccontextmanager
async def play(
    server: BotApiServer, clock: ManualClock, config: Config, setting: Setting, start: Starter
) -> AsyncIterator[Scene]:
    """Run the bot on data that is there already: a start, or a start again."""
    channel = TelegramChannel(server.token, server.base_url, clock)
    async with start(config, channel, clock, alarm=by_hand) as (app, task):
        scene = Scene(server, clock, config, setting, app, task)
        await scene.settle()
        yield scene
