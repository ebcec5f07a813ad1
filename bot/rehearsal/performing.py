"""The bot's own process: the real bot on the page's clock. `python -m bot.rehearsal.performing SOCKET BRIEFING`."""

import asyncio
import os
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from bot import logs
from bot.channels.telegram import TelegramChannel
from bot.clockwork import by_hand
from bot.domain.world import Setting
from bot.operations import OPERATIONS
from bot.rehearsal.briefing import Briefing
from bot.rehearsal.clocks import Face, MirrorClock
from bot.rehearsal.scene import RunningApp
from bot.rehearsal.wire import open_wire
from storage.errors import StoreFailed

LEAVE_S = 2.0
FAILED = 1

log = structlog.get_logger("bot.rehearsal.performing")  # as a program this module has another name


class Prompter:
    """Does in the bot's process what the page asks for: note that time has passed, look, idle, or an operation.

    `broken` fails with what would have ended the bot if it had looked by itself.
    """

    def __init__(self, app: RunningApp, setting: Setting, clock: MirrorClock) -> None:
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._app = app
        self._setting = setting
        self._clock = clock

    async def answer(self, do: str, args: dict[str, Any]) -> Any:
        """Do it and return what came of it."""
        if do == "tick":
            self._clock.look()
        elif do == "look":
            await self._look()
        elif do == "idle":
            await self._app.courier.idle()
        else:
            work = partial(OPERATIONS[do], setting=self._setting, now=self._clock.now(), **args)
            return await self._app.store.write(work)
        return None

    async def _look(self) -> None:
        try:
            await self._app.clockwork.look()
        except StoreFailed as error:
            log.error("pushes not stored, they stay due", error=str(error))
        except Exception as error:
            if not self.broken.done():
                self.broken.set_exception(error)
            raise


async def perform(briefing: Briefing, end: socket.socket, hurry: Callable[[], None]) -> None:
    """Run the bot until the page is gone. Raises what ended it before; `hurry` is called when it is to leave."""
    with Face(briefing.face) as face:
        config, clock = briefing.config, MirrorClock(briefing.begin, face)
        channel = TelegramChannel(briefing.token, config.telegram.base_url, clock)
        async with briefing.start(config, channel, clock, alarm=by_hand) as (app, task):
            prompter = Prompter(app, briefing.setting, clock)
            wire = await open_wire(end, prompter.answer)
            serving = asyncio.create_task(wire.run())
            ready = asyncio.create_task(app.ready.wait())
            ready.add_done_callback(lambda _: wire.tell("ready"))
            await asyncio.wait((serving, task, prompter.broken), return_when=asyncio.FIRST_COMPLETED)
            hurry()
            for each in (ready, serving):
                each.cancel()
            for ended in (task, prompter.broken):
                if ended.done():
                    ended.result()


def _leave_soon() -> None:
    """End the process by itself where leaving in good order takes too long: its data is nobody's."""
    timer = threading.Timer(LEAVE_S, os._exit, (FAILED,))
    timer.daemon = True
    timer.start()


def main() -> int:
    """Run the bot until whoever started it is gone; return the exit code."""
    number, file = sys.argv[1:]
    briefing = Briefing.find(Path(file))
    logs.configure("info", secrets=(briefing.token.get_secret_value(),))
    log.info("starting", pid=os.getpid())
    try:
        asyncio.run(perform(briefing, socket.socket(fileno=int(number)), _leave_soon))
    except Exception as error:  # noqa: BLE001  (whatever ends the bot is named in the log and by the exit code)
        log.error("ended by a fault", error=type(error).__name__, place=logs.place(error))
        return FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
