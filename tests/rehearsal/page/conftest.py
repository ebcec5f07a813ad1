"""A page of the small cast, and something that asks it."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.app import running, setting_of
from bot.rehearsal.page import Page, opened
from tests import cast
from tests.rehearsal.page.browser import Browser
from tests.stage import table

SCHEDULE = [{"job": "countdown", "at": "07:00", "days_left": list(range(31))}]


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    config = cast.config(tmp_path, campaigns=[cast.campaign(schedule=SCHEDULE)])
    async with opened(config, setting_of(config), table(cast.ROSTER, config), running) as page:
        page.rehearsal.hours.speed = 0
        yield page


@pytest.fixture
async def browser(page: Page) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession() as session:
        yield Browser(session, page)
