"""This bot, whole, as `tiendo run` wires it, with Telegram's pacing off: the peers have none."""

import asyncio
import cProfile
import os
import signal
from pathlib import Path

import uvloop
from pydantic import SecretStr

from bot.app import SystemClock, running
from bot.channels.telegram import TelegramChannel
from bot.cli.run import spare_what_stays
from bot.config import load
from bot.courier import UNLIMITED, Limits


async def main() -> None:
    """Run until killed, or until told to end."""
    config = load(Path(os.environ["CONFIG"]))
    clock = SystemClock()
    channel = TelegramChannel(SecretStr(os.environ["TOKEN"]), os.environ["BASE_URL"], clock)
    limits = Limits() if os.environ.get("PACED") else UNLIMITED
    async with running(config, channel, clock, limits=limits) as (app, task):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        ready = asyncio.ensure_future(app.ready.wait())
        await asyncio.wait((task, ready), return_when=asyncio.FIRST_COMPLETED)
        spare_what_stays()
        await asyncio.wait((task,))


if __name__ == "__main__":
    if path := os.environ.get("PROFILE"):
        with cProfile.Profile() as profile:
            uvloop.run(main())
        profile.dump_stats(path)
    else:
        uvloop.run(main())
