"""The bot as a process of its own, killed and started again from the page, in a real browser."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

pytest.importorskip("playwright", reason="the Python package playwright is not installed")

from playwright.async_api import Browser, expect
from playwright.async_api import Page as Tab

from bot.rehearsal.botapi import User
from bot.rehearsal.page import Page
from bot.rehearsal.page.hours import Goal
from bot.rehearsal.page.theatre import as_process
from storage import tallies
from tests import cast
from tests.rehearsal.page.chromium import chromium, program, watched
from tests.rehearsal.page.conftest import a_page

# One Chromium serves the whole file, so that all of it runs in one event loop.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(180),  # a browser starts slowly on a machine that is busy
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(program() is None, reason="no Chromium here: apt-get install chromium"),
]

OFFICERS = 50
WARDS = "".join(f"TP-{number},Phường {number},xa,TP,1200,,1000,600,1000,400\n" for number in range(10, 10 + OFFICERS))
WITHIN_MS = 30_000


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    header, province, town, _, an_hoi, *_ = cast.ROSTER.splitlines(keepends=True)
    roster = f"{header}{province}{town}{an_hoi}{WARDS}"
    async with a_page(tmp_path, engage=as_process, roster=roster) as page:
        page.rehearsal.hours.speed = 1
        yield page


@pytest_asyncio.fixture(loop_scope="module")
async def tab(browser: Browser, page: Page) -> AsyncIterator[Tab]:
    async with watched(browser, page.url) as tab:
        yield tab


async def say_one_by_one(people: list[User], text: str) -> None:
    for person in people:
        person.private.send(text)
        await asyncio.sleep(0.01)


async def test_a_kill_in_the_middle_of_fifty_reports_loses_and_doubles_nothing_and_the_page_shows_it(
    tab: Tab, page: Page
) -> None:
    its = page.rehearsal
    await its.crowd.report(1, seed=1)
    await its.hours.leap(Goal.TOMORROW)
    officers = [player.user for player in its.cast.players.values() if player.extra]
    saying = asyncio.create_task(say_one_by_one(officers, "11 5"))
    await tab.get_by_role("button", name="Dừng đột ngột bot").click()
    await saying
    await expect(tab.locator(".standing")).to_contain_text("tin đang chờ bot")
    await tab.get_by_role("button", name="Chạy lại bot").click()
    account = tab.locator(".account")
    await expect(account).to_contain_text("0 mất, 0 trùng", timeout=WITHIN_MS)
    await expect(account).to_contain_text("mọi lũy kế đều khớp")
    assert all("Đã ghi nhận #" in officer.private.last().text for officer in officers)
    town = (await its.theatre.world()).tree.find("TP")
    assert town is not None
    turnout = partial(tallies.turnout, campaign="vneid", unit=town.id, day=its.theatre.today)
    assert (await its.theatre.store.read(turnout)).reported == OFFICERS


async def test_a_bot_that_ends_by_itself_is_shown_with_its_last_words_and_can_be_started(tab: Tab, page: Page) -> None:
    pid = page.rehearsal.theatre.bot.health.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await expect(tab.locator(".standing")).to_contain_text("Bot tự dừng")
    await expect(tab.locator(".tail")).to_contain_text("info: starting")
    await tab.get_by_role("button", name="Bot đang dừng").click()
    await expect(tab.locator(".standing")).to_contain_text("Bot đang chạy", timeout=WITHIN_MS)
    await expect(tab.locator(".account")).to_contain_text("Không có tin nhắn nào đang chờ")


async def test_killed_and_started_at_one_click_it_is_another_process(tab: Tab, page: Page) -> None:
    before = page.rehearsal.theatre.bot.health.pid
    await tab.get_by_role("button", name="Dừng đột ngột rồi chạy lại ngay").click()
    await expect(tab.locator(".account")).to_contain_text("mọi lũy kế đều khớp", timeout=WITHIN_MS)
    await expect(tab.locator(".standing")).to_contain_text("Bot đang chạy")
    assert page.rehearsal.theatre.bot.health.pid not in (None, before)
