"""Several campaigns on one page."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.rehearsal.page.hours import Goal
from storage.rebuilding import compare
from tests import cast
from tests.rehearsal.page.browser import Browser
from tests.rehearsal.page.conftest import a_page

CARDS = {"code": "thu", "name": "Thu nhận", "max_per_day": 300, "main": True}
SECOND: dict[str, Any] = {"code": "cccd", "name": "Cấp căn cước", "metrics": [CARDS], "starts": date(2023, 11, 20)}


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    campaigns = [cast.campaign(), cast.campaign(**SECOND, deadline=date(2023, 12, 5), report_due=None)]
    async with a_page(tmp_path, campaigns=campaigns) as page, aiohttp.ClientSession() as session:
        yield Browser(session, page)


async def test_the_curtain_rises_on_the_first_day_on_which_all_run(browser: Browser) -> None:
    assert browser.rehearsal.theatre.today == SECOND["starts"]


async def test_everybody_else_reports_in_every_campaign_that_runs(browser: Browser) -> None:
    await browser.order("api/everybody", share=1, seed=3)
    world = await browser.rehearsal.theatre.world()
    extras = [player.user for player in browser.rehearsal.cast.players.values() if player.extra]
    said = [bubble.text.split()[0] for user in extras for bubble in user.private.transcript() if not bubble.by_bot]
    assert (said.count("vneid"), said.count("cccd")) == (4, 4)
    assert sum("Đã ghi nhận #" in each.text for user in extras for each in user.private.from_bots()) == 8
    assert not await browser.rehearsal.theatre.store.read(lambda tx: compare(tx, world))


async def test_the_example_of_each_campaign_begins_with_its_code(browser: Browser) -> None:
    officer, *_ = await browser.phones()
    setting = await browser.get("api/setting")
    assert [each["example"].split()[0] for each in setting["campaigns"]] == ["vneid", "cccd"]
    await browser.say(officer, officer, setting["campaigns"][1]["example"])
    assert "Đã ghi nhận #" in (await browser.last(officer))["text"]


async def test_one_leaps_from_one_deadline_to_the_next(browser: Browser) -> None:
    hours = browser.rehearsal.hours
    assert hours.deadline.code == "cccd"
    await hours.leap(Goal.DEADLINE)
    assert f"{hours.now:%d-%m}" == "05-12"
    await hours.leap(Goal.DEADLINE)
    assert (f"{hours.now:%d-%m}", hours.deadline.code) == ("15-12", "vneid")
    assert not await hours.leap(Goal.DEADLINE)


async def test_nobody_reports_when_all_is_over(browser: Browser) -> None:
    hours = browser.rehearsal.hours
    await hours.leap(Goal.DEADLINE)
    await hours.leap(Goal.DEADLINE)
    await hours.leap(Goal.TOMORROW)
    assert await browser.post("api/everybody", share=1, seed=1) == (409, {"error": "over"})
