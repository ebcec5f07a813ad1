"""The page: a whole campaign in a browser on this machine, with a phone for everybody."""

import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from aiohttp import web

from bot.config import Config
from bot.domain.roster import Roster
from bot.domain.world import Setting
from bot.rehearsal.page.api import Api
from bot.rehearsal.page.guard import HOST
from bot.rehearsal.page.rehearsal import Rehearsal, rehearsing
from bot.rehearsal.scene import Starter, at_start, set_scene

ADMIN = 1_000_001
"""Plays the admin where the config names none."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is being served."""

    url: str
    rehearsal: Rehearsal


async def serve(
    config: Config,
    setting: Setting,
    roster: Roster,
    say: Callable[[str], None],
    start: Starter,
    *,
    port: int,
    open_browser: bool,
) -> None:
    """Serve the page until cancelled; raises what ended the bot, OSError where the port is taken."""
    async with opened(config, setting, roster, start, port=port) as page:
        say(f"{page.url}  (Ctrl+C: dừng / stop)")
        if open_browser:
            webbrowser.open(page.url)
        await page.rehearsal.ended()


@asynccontextmanager
async def opened(
    config: Config, setting: Setting, roster: Roster, start: Starter, *, port: int = 0
) -> AsyncIterator[Page]:
    """Serve the page beside the block; a port of 0 means any free one."""
    if not config.admins:
        config, setting = config.model_copy(update={"admins": (ADMIN,)}), replace(setting, admins=frozenset({ADMIN}))
    begin = at_start(config.campaigns[0], config.zone)
    async with (
        set_scene(config, setting, roster, start, begin) as scene,
        rehearsing(scene) as rehearsal,
        listening(rehearsal, port) as address,
    ):
        yield Page(address, rehearsal)


@asynccontextmanager
async def listening(rehearsal: Rehearsal, port: int) -> AsyncIterator[str]:
    """Answer browsers of this machine only, and yield the page's address."""
    runner = web.AppRunner(Api(rehearsal).app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
        yield f"http://{HOST}:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()
