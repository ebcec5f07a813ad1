"""The theatre: what stands around the bot on the page's stage, whether the bot runs or not."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from bot.config import Config
from bot.domain.roster import Roster
from bot.domain.world import Setting, World
from bot.rehearsal.botapi import BotApiServer
from bot.rehearsal.briefing import Briefing
from bot.rehearsal.clocks import Face, SharedClock
from bot.rehearsal.process import BotProcess, Fallen, Health
from bot.rehearsal.scene import INVITE_DAYS, Starter, import_roster, rehearsed
from storage import worlds
from storage.invites import InviteKind
from storage.sqlite import Store, open_reader


class Bot(Protocol):
    """The bot as the page knows it: `up` is set while it can be asked, `changed` is called after `health` changes."""

    changed: Callable[[], None]
    health: Health
    up: asyncio.Event

    async def start(self) -> bool:
        """Start it; False when it ended before it worked."""
        ...

    async def kill(self) -> None:
        """End it as a power cut would."""
        ...

    async def look(self) -> None:
        """Let it see to what is due now; Gone when it does not run."""
        ...

    async def idle(self) -> None:
        """Return when it has nothing to send that could leave now; Gone when it does not run."""
        ...

    async def ask(self, do: str, /, **args: Any) -> Any:
        """Have it do an operation and return what came of it; Gone when it does not run."""
        ...


Engage = Callable[[Briefing, Path, SharedClock], AbstractAsyncContextManager[Bot]]


@dataclass(frozen=True)
class Theatre:
    """Server, clock and bot; `store` is the bot's data, for reading only and also while the bot is down."""

    server: BotApiServer
    clock: SharedClock
    config: Config
    setting: Setting
    store: Store
    bot: Bot

    @property
    def today(self) -> date:
        """Return the calendar day on the clock."""
        return self.clock.now().astimezone(self.config.zone).date()

    async def world(self) -> World:
        """Return the roster as it stands today."""
        return await self.store.read(partial(worlds.load, setting=self.setting, day=self.today))

    async def code(self, unit: str, kind: InviteKind) -> str:
        """Have the bot issue a code, as the command line does. LookupError without such a unit, Gone without bot."""
        if (await self.world()).tree.find(unit) is None:
            raise LookupError(unit)
        wanted: dict[str, Any] = {"unit": unit, "days": INVITE_DAYS}
        if kind is InviteKind.GROUP:
            issued = await self.bot.ask("bind_code", **wanted)
        else:
            issued = await self.bot.ask("invite", role=kind.value, uses=1, **wanted)
        return str(issued["code"])


@asynccontextmanager
async def as_process(briefing: Briefing, folder: Path, clock: SharedClock) -> AsyncIterator[Bot]:
    """Run the bot as a process of its own beside the block. Fallen when it does not get to work."""
    process = BotProcess(briefing, folder, clock)
    try:
        if not await process.start():
            raise Fallen(process.health)
        yield process
    finally:
        await process.close()


@asynccontextmanager
async def built(
    config: Config, setting: Setting, roster: Roster, start: Starter, at: datetime, engage: Engage
) -> AsyncIterator[Theatre]:
    """Set up clock, server, data and bot in a temporary folder; all of it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="tiendo-rehearsal-") as name:
        folder = Path(name)
        with Face(folder / "clock", create=True) as face:
            clock = SharedClock(at, face)
            async with BotApiServer(clock) as server:
                ours = rehearsed(config, folder, server)
                await import_roster(ours, roster, at)
                briefing = Briefing(ours, setting, start, at, folder / "clock")
                async with (
                    open_reader(ours.storage.path) as store,
                    engage(briefing, folder, clock) as bot,
                ):
                    yield Theatre(server, clock, ours, setting, store, bot)
