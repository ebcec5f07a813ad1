"""A page that stays as light as it was, however long a rehearsal lasts: in a real browser."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="the Python package playwright is not installed")

from playwright.async_api import Page as Tab
from playwright.async_api import expect

from bot.rehearsal.botapi import GroupChat
from bot.rehearsal.page import Page
from tests.rehearsal.page.chromium import chromium, program, watched
from tests.rehearsal.page.conftest import a_page
from tests.rehearsal.page.weight import Weight, weigh

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(180),  # a browser starts slowly on a machine that is busy
    pytest.mark.skipif(program() is None, reason="no Chromium here: apt-get install chromium"),
]

OFFICERS, GROUPS = 100, 12
EARLY, LATE = 1_000, 5_000
BURST = 100
SLACK_BYTES, SLACK_NODES = 600_000, 300


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    async with a_page(tmp_path) as page:
        yield page


@pytest.fixture
async def tab(page: Page) -> AsyncIterator[Tab]:
    async with chromium() as browser, watched(browser, page.url) as tab:
        yield tab


async def test_between_a_thousand_and_five_thousand_messages_the_page_does_not_grow(tab: Tab, page: Page) -> None:
    groups = fill(page)
    early = await after(EARLY, 0, tab, page, groups)
    late = await after(LATE, EARLY, tab, page, groups)
    assert late.bubbles <= 400  # two phones, two hundred each
    assert late.nodes - early.nodes < SLACK_NODES
    assert late.heap - early.heap < SLACK_BYTES


def fill(page: Page) -> list[GroupChat]:
    """Return groups of a hundred officers, each of whom has said something; the first is the opening's."""
    its = page.rehearsal
    (opened,) = its.world.groups.values()
    assert isinstance(opened, GroupChat)
    people = [its.world.add_user(f"Cán bộ số {number}") for number in range(OFFICERS)]
    for person in people:
        person.private.post(person, {"text": "45 30"})
    return [opened, *(its.world.add_group(f"Nhóm {number}", people) for number in range(1, GROUPS))]


async def after(messages: int, before: int, tab: Tab, page: Page, groups: list[GroupChat]) -> Weight:
    """Let the opened group hear so many messages and every other one a few, and weigh the page then."""
    opened, *others = groups
    for number in range(before, messages):
        opened.post(page.rehearsal.world.bot, {"text": f"tin {number + 1}: thu nhận 45, kích hoạt 30"})
        others[number % len(others)].post(page.rehearsal.world.bot, {"text": f"tin {number + 1}"})
        if number % BURST == BURST - 1:
            page.rehearsal.feed.look()
            await expect(tab.locator(".phone").last).to_contain_text(f"tin {number + 1}:")
    return await weigh(tab)
