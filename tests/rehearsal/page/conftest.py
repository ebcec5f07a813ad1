"""A page of the small cast, and something that asks it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.app import running, setting_of
from bot.rehearsal.page import Page, opened
from bot.rehearsal.page.theatre import Engage
from tests import cast
from tests.rehearsal.page.browser import Browser
from tests.rehearsal.page.inside import inside
from tests.stage import table

SCHEDULE = [{"job": "countdown", "at": "07:00", "days_left": list(range(31))}]


@asynccontextmanager
async def a_page(
    folder: Path, *, engage: Engage = inside, roster: str = cast.ROSTER, **changes: Any
) -> AsyncIterator[Page]:
    """Serve a page whose clock stands still; the bot runs inside unless told otherwise."""
    config = cast.config(folder, **{"campaigns": [cast.campaign(schedule=SCHEDULE)], **changes})
    async with opened(config, setting_of(config), table(roster, config), running, engage=engage) as page:
        page.rehearsal.hours.speed = 0
        yield page


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    async with a_page(tmp_path) as page:
        yield page


@pytest.fixture
async def browser(page: Page) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession() as session:
        yield Browser(session, page)
