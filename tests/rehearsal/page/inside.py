"""The bot inside the test's own process: there at once, where being a process is not what is tested."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bot.channels.telegram import TelegramChannel
from bot.clockwork import by_hand
from bot.operations import OPERATIONS
from bot.rehearsal.briefing import Briefing
from bot.rehearsal.clocks import SharedClock
from bot.rehearsal.page.theatre import Bot
from bot.rehearsal.process import Health, Standing
from bot.rehearsal.scene import RunningApp
from bot.rehearsal.wire import Gone


class Inside:
    """A bot that is stopped in good order where a process would be killed."""

    def __init__(self, briefing: Briefing, clock: SharedClock) -> None:
        self.changed: Callable[[], None] = lambda: None
        self.health = Health(Standing.KILLED)
        self.up = asyncio.Event()
        self._briefing = briefing
        self._clock = clock
        self._running = AsyncExitStack()
        self._app: RunningApp | None = None

    async def start(self) -> bool:
        config = self._briefing.config
        channel = TelegramChannel(self._briefing.token, config.telegram.base_url, self._clock)
        started = self._briefing.start(config, channel, self._clock, alarm=by_hand)
        app, _ = await self._running.enter_async_context(started)
        await app.ready.wait()
        self._app = app
        self.health = Health(Standing.UP)
        self.up.set()
        self.changed()
        return True

    async def kill(self) -> None:
        self.up.clear()
        self._app = None
        await self._running.aclose()
        self.health = Health(Standing.KILLED)
        self.changed()

    async def look(self) -> None:
        await self._there().clockwork.look()

    async def idle(self) -> None:
        await self._there().courier.idle()

    async def ask(self, do: str, /, **args: Any) -> Any:
        work = partial(OPERATIONS[do], setting=self._briefing.setting, now=self._clock.now(), **args)
        return await self._there().store.write(work)

    def _there(self) -> RunningApp:
        if self._app is None:
            raise Gone
        return self._app


@asynccontextmanager
async def inside(briefing: Briefing, folder: Path, clock: SharedClock) -> AsyncIterator[Bot]:
    """Run the bot beside the block."""
    del folder
    bot = Inside(briefing, clock)
    await bot.start()
    try:
        yield bot
    finally:
        await bot.kill()
