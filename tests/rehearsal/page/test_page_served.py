"""Serving the page, as `tiendo rehearse` does."""

import asyncio
from pathlib import Path

import pytest

from bot.app import running, setting_of
from bot.domain.campaign import Campaign
from bot.rehearsal.page import Page, opened, serve
from bot.rehearsal.page.api import STATIC
from bot.rehearsal.page.cast import NobodyReports
from tests import cast
from tests.rehearsal.page.browser import Browser
from tests.rehearsal.page.inside import inside
from tests.stage import table


async def test_the_address_is_said_once_the_page_can_be_opened(tmp_path: Path) -> None:
    config, said = cast.config(tmp_path), asyncio.Queue[str]()
    roster = table(cast.ROSTER, config)
    serving = asyncio.create_task(
        serve(config, setting_of(config), roster, said.put_nowait, running, port=0, open_browser=False)
    )
    assert "http://127.0.0.1:" in await asyncio.wait_for(said.get(), 10)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving


async def test_every_module_of_the_page_is_named_in_its_head(browser: Browser) -> None:
    async with browser.session.get(browser.page.url) as answer:
        page = await answer.text()
    missing = [path.name for path in STATIC.glob("*.js") if f"/static/{path.name}" not in page]
    assert missing == []


async def test_a_port_that_is_taken_is_said_at_once(page: Page, tmp_path: Path) -> None:
    config, port = cast.config(tmp_path), int(page.url.rsplit(":", 1)[1].strip("/"))
    with pytest.raises(OSError, match="address already in use"):
        async with opened(config, setting_of(config), table(cast.ROSTER, config), running, port=port, engage=inside):
            pass


async def test_a_fault_behind_the_page_is_raised(page: Page) -> None:
    async def broken() -> None:
        await asyncio.sleep(0)
        raise ZeroDivisionError

    page.rehearsal.hours.at(page.rehearsal.hours.now, broken)
    page.rehearsal.hours.speed = 600
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(page.rehearsal.ended(), 10)


async def test_a_config_without_admins_gets_one_for_the_rehearsal(tmp_path: Path) -> None:
    config = cast.config(tmp_path, admins=[])
    async with opened(config, setting_of(config), table(cast.ROSTER, config), running, engage=inside) as page:
        commander = page.rehearsal.world.users[(await page.rehearsal.setting())["phones"][1]["person"]]
        assert "chỉ huy của Bến Tre" in commander.private.last().text


async def test_an_english_config_is_rehearsed_in_english(tmp_path: Path) -> None:
    config = cast.config(tmp_path, language="en")
    async with opened(config, setting_of(config), table(cast.ROSTER, config), running, engage=inside) as page:
        assert {group.title for group in page.rehearsal.world.groups.values()} == {"Progress of Bến Tre"}


async def test_a_level_on_which_nobody_reports_is_named(tmp_path: Path) -> None:
    config = cast.config(tmp_path)
    lost = Campaign.model_validate(cast.campaign(reports_from="khu_pho"))
    config = config.model_copy(update={"campaigns": (lost,)})
    with pytest.raises(NobodyReports):
        async with opened(
            config, setting_of(config), table(cast.ROSTER, cast.config(tmp_path)), running, engage=inside
        ):
            pass
