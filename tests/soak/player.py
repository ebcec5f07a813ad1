"""`tiendo` on the clock of a soak: `python -m tests.soak.player FACE run --config …`. Nothing else is replaced.

The bot is paced more quickly than Telegram allows, so that an hour holds the traffic of days; the alarm rings
several times a second, because a schedule of the machine's own hours would never see this clock leap.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module
from pathlib import Path

from bot.app import running
from bot.cli import program
from bot.courier import Limits, Rate
from bot.domain.world import Setting
from bot.rehearsal.clocks import Face
from tests.soak.clock import PocketWatch

RING_S = 0.2
PACE = Limits(private=(Rate(0.25, 6),), group=(Rate(0.5, 10),), overall=(Rate(1 / 200, 40),))


@asynccontextmanager
async def brisk(setting: Setting, ring: Callable[[], None]) -> AsyncIterator[None]:
    """Ring every fifth of a second."""
    del setting

    async def ringing() -> None:
        while True:
            ring()
            await asyncio.sleep(RING_S)

    task = asyncio.create_task(ringing())
    try:
        yield
    finally:
        task.cancel()


def main() -> None:
    """Run a command of `tiendo`."""
    _, face, *words = sys.argv
    command = import_module("bot.cli.run")
    watch = PocketWatch(Face(Path(face)))
    vars(command).update(SystemClock=lambda: watch, running=partial(running, alarm=brisk, limits=PACE))
    program(args=words, prog_name="tiendo")


if __name__ == "__main__":
    main()
