"""The page: a whole campaign in a browser on this machine, with a phone for everybody."""

import webbrowser
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from aiohttp import web

from bot.config import Config
from bot.domain.campaign import Campaign
from bot.domain.roster import Roster
from bot.domain.world import Setting
from bot.rehearsal.page.api import Api
from bot.rehearsal.page.guard import HOST
from bot.rehearsal.page.rehearsal import Rehearsal, rehearsing
from bot.rehearsal.page.theatre import Engage, as_process, built
from bot.rehearsal.scene import Starter, at_start

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
    """Serve the page until cancelled. Fallen when the bot does not start, OSError where the port is taken."""
    async with opened(config, setting, roster, start, port=port) as page:
        say(f"{page.url}  (Ctrl+C: dừng / stop)")
        if open_browser:
            webbrowser.open(page.url)
        await page.rehearsal.ended()


@asynccontextmanager
async def opened(
    config: Config, setting: Setting, roster: Roster, start: Starter, *, port: int = 0, engage: Engage = as_process
) -> AsyncIterator[Page]:
    """Serve the page beside the block; a port of 0 means any free one. `engage` says how the bot runs."""
    if not config.admins:
        config, setting = config.model_copy(update={"admins": (ADMIN,)}), replace(setting, admins=frozenset({ADMIN}))
    begin = at_start(first_campaign(setting.active), config.zone)
    async with (
        built(config, setting, roster, start, begin, engage) as theatre,
        rehearsing(theatre) as rehearsal,
        listening(rehearsal, port) as address,
    ):
        yield Page(address, rehearsal)


def first_campaign(campaigns: Sequence[Campaign]) -> Campaign:
    """Return the campaign on whose first day all of them run; where there is no such day, the first one."""
    latest = max(campaigns, key=lambda each: each.starts)
    return latest if all(latest.starts <= each.deadline for each in campaigns) else campaigns[0]


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
