"""The cast: newcomers, groups, and everybody else."""

import itertools
import random
from collections import Counter
from pathlib import Path

import pytest

from bot import config as configs
from bot.app import running, setting_of
from bot.domain import tally
from bot.domain.roster import Roster, read_roster
from bot.domain.tally import Line
from bot.rehearsal.page import opened
from bot.rehearsal.page.crowd import line
from bot.roster_files import rows_of
from storage.rebuilding import compare
from tests import cast
from tests.rehearsal.page.browser import Browser
from tests.rehearsal.page.inside import inside

EXAMPLES = Path(__file__).parents[3] / "examples"


async def test_a_newcomer_gets_in_by_an_invite_and_into_the_groups_above(browser: Browser) -> None:
    *_, group = await browser.phones()
    chat = (await browser.order("api/join", unit=cast.GIAO_LONG, role="officer"))["chat"]
    await browser.rehearsal.hours.settle()
    assert "Xã Giao Long" in (await browser.last(chat))["text"]
    assert chat in [each["id"] for each in (await browser.get(f"api/chats/{group}"))["chat"]["members"]]


async def test_a_commander_is_let_in_by_the_admins_button(browser: Browser) -> None:
    chat = (await browser.order("api/join", unit="CT", role="commander"))["chat"]
    await browser.rehearsal.hours.settle()
    assert "chỉ huy của Huyện Châu Thành" in (await browser.last(chat))["text"]


async def test_a_commander_waits_when_one_wants_to_approve_by_hand(browser: Browser) -> None:
    chat = (await browser.order("api/join", unit="CT", role="commander", approve=False))["chat"]
    await browser.rehearsal.hours.settle()
    asked = await browser.last(cast.ADMIN)
    assert [each["text"] for each in asked["buttons"][0]] == ["Duyệt", "Từ chối"]
    await browser.order(f"api/chats/{cast.ADMIN}/press", person=cast.ADMIN, message=asked["id"], row=0, column=0)
    await browser.rehearsal.hours.settle()
    assert "chỉ huy của Huyện Châu Thành" in (await browser.last(chat))["text"]


async def test_a_new_group_is_bound_to_its_unit(browser: Browser) -> None:
    group = (await browser.order("api/gather", unit="CT"))["chat"]
    await browser.rehearsal.hours.settle()
    assert "Huyện Châu Thành" in (await browser.last(group))["text"]


async def test_everybody_else_reports_by_the_front_door_and_the_group_sees_it(browser: Browser) -> None:
    _, commander, group = await browser.phones()
    assert await browser.order("api/everybody", share=1, seed=3) == {"sent": 4}
    await browser.say(group, commander, "/status@tiendo_bot")
    assert "4/5 đơn vị" in (await browser.last(group))["text"]
    world = await browser.rehearsal.theatre.world()
    assert not await browser.rehearsal.theatre.store.read(lambda tx: compare(tx, world))


async def test_a_share_is_filled_up_and_not_sent_twice(browser: Browser) -> None:
    assert await browser.order("api/everybody", share=0.5, seed=3) == {"sent": 2}
    assert await browser.order("api/everybody", share=0.5, seed=4) == {"sent": 0}
    assert await browser.order("api/everybody", share=1, seed=5) == {"sent": 2}


async def test_progress_is_told_and_ends(browser: Browser) -> None:
    told: list[object] = []
    browser.rehearsal.crowd.told = told.append
    await browser.order("api/everybody", share=1, seed=3)
    assert (str(told[0]), told[-1]) == ("Progress(done=0, of=4)", None)


async def test_what_the_crowd_sends_is_always_a_report(browser: Browser) -> None:
    theatre = browser.rehearsal.theatre
    world, campaign = await theatre.world(), theatre.setting.campaigns[0]
    for seed, unit in itertools.product(range(20), world.reporting[campaign.code]):
        text = line(campaign, world.goals[campaign.code], unit, {}, random.Random(seed))  # noqa: S311  (repeatable, not secret)
        read = tally.parse(text, campaign, theatre.today)
        assert isinstance(read, Line), text
        assert all(0 <= amount.value <= 500 for amount in read.amounts.values())


@pytest.mark.parametrize("name", ["ben-tre", "binh-duong", "quang-nam", "binh-phuoc-90", "binh-phuoc-dvc"])
async def test_in_every_example_everybody_can_report_and_the_sums_hold(name: str) -> None:
    config = configs.load(EXAMPLES / name / "config.toml")
    sheet = rows_of(EXAMPLES / name / "roster.csv")
    roster = read_roster(sheet.header, sheet.rows, config.campaigns)
    assert isinstance(roster, Roster)
    async with opened(config, setting_of(config), roster, running, engage=inside) as page:
        its = page.rehearsal
        assert await its.crowd.report(0.3, seed=1) > 0
        world = await its.theatre.world()
        assert not await its.theatre.store.read(lambda tx: compare(tx, world))
        said = [user.private.last().text for user in its.world.users.values() if its.cast.players[user.id].extra]
        assert all("Đã ghi nhận #" in text for text in said), Counter(text.splitlines()[0][:20] for text in said)
