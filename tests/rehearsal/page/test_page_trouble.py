"""Trouble on demand, as one would try it on the page."""

import asyncio

from bot.rehearsal.page.hours import Goal
from bot.rehearsal.page.reckoning import Account
from tests import cast
from tests.rehearsal.page.browser import Browser


async def test_what_is_typed_while_the_network_is_down_is_recorded_when_it_is_back(browser: Browser) -> None:
    officer, *_ = await browser.phones()
    await browser.order("api/cut", minutes=10)
    await browser.say(officer, officer, "45 30")
    assert (await browser.last(officer))["text"] == "45 30"
    await browser.order("api/leap", goal="evening")
    assert browser.rehearsal.hours.dark is False
    assert "Đã ghi nhận #" in (await browser.last(officer))["text"]


async def test_the_network_can_be_mended_before_its_time(browser: Browser) -> None:
    officer, *_ = await browser.phones()
    await browser.order("api/cut", minutes=60)
    await browser.order("api/cut", minutes=0)
    chat = browser.rehearsal.world.users[officer].private
    await browser.say(officer, officer, "45 30")
    await browser.rehearsal.theatre.server.until(lambda: "Đã ghi nhận #" in chat.last().text, within=20)
    assert browser.rehearsal.trouble.card() == {"dark": False, "until": ""}


async def test_everybody_else_waits_for_the_network(browser: Browser) -> None:
    await browser.order("api/cut", minutes=60)
    assert await browser.post("api/everybody", share=1, seed=1) == (409, {"error": "dark"})
    await browser.order("api/cut", minutes=0)


async def test_an_answer_that_telegram_puts_off_arrives_half_a_minute_later(browser: Browser) -> None:
    officer, *_ = await browser.phones()
    began = browser.rehearsal.hours.now
    await browser.order("api/slow", chat=officer)
    await browser.say(officer, officer, "45 30")
    assert "Đã ghi nhận #" in (await browser.last(officer))["text"]
    assert (browser.rehearsal.hours.now - began).total_seconds() >= 30


async def test_a_person_who_has_blocked_the_bot_must_unblock_it_to_write(browser: Browser) -> None:
    officer, *_ = await browser.phones()
    await browser.order("api/block", chat=officer, blocked=True)
    status, answer = await browser.post(f"api/chats/{officer}/say", person=officer, text="45 30")
    assert (status, answer) == (409, {"error": "blocked"})
    await browser.order("api/block", chat=officer, blocked=False)
    await browser.say(officer, officer, "45 30")
    assert "Đã ghi nhận #" in (await browser.last(officer))["text"]


async def test_a_group_that_became_a_supergroup_keeps_its_unit(browser: Browser) -> None:
    _, commander, group = await browser.phones()
    new = (await browser.order("api/upgrade", chat=group))["chat"]
    await browser.rehearsal.hours.settle()
    await browser.say(new, commander, "/status@tiendo_bot")
    assert "Bến Tre" in (await browser.last(new))["text"]
    assert (await browser.phones())[2] == new
    status, answer = await browser.post(f"api/chats/{group}/say", person=commander, text="/status")
    assert (status, answer) == (409, {"error": "moved"})


async def test_the_group_of_a_district_follows_its_own_upgrade(browser: Browser) -> None:
    group = (await browser.order("api/gather", unit="CT"))["chat"]
    await browser.rehearsal.hours.settle()
    new = (await browser.order("api/upgrade", chat=group))["chat"]
    assert browser.rehearsal.cast.groups[new].code == "CT"
    joined = (await browser.order("api/join", unit=cast.GIAO_LONG, role="officer"))["chat"]
    assert joined in browser.rehearsal.world.groups[new].members


async def test_what_waited_while_the_bot_was_down_is_reckoned_up_after_the_start(browser: Browser) -> None:
    officer, commander, group = await browser.phones()
    await browser.order("api/bot", do="kill")
    for text in ("45 30", "46 31", "/toi"):
        await browser.say(officer, officer, text)
    await browser.say(group, commander, "/status@tiendo_bot")
    assert browser.rehearsal.trouble.bot_card()["waiting"] == 4
    await browser.order("api/bot", do="start")
    await browser.rehearsal.hours.settle()
    account = await reckoned(browser)
    assert account == Account(waited=4, recorded=2, lost=0, doubled=0, receipts=2, owed=0, arrived=0, right=True)


async def test_answers_that_were_not_sent_yet_are_reckoned_up_too(browser: Browser) -> None:
    officer, *_ = await browser.phones()
    await browser.order("api/slow", chat=officer)
    await browser.order(f"api/chats/{officer}/say", person=officer, text="45 30")
    await browser.rehearsal.theatre.server.drained()
    await browser.order("api/bot", do="restart")
    await browser.rehearsal.hours.settle()
    account = await reckoned(browser)
    assert (account.waited, account.owed, account.arrived) == (0, 1, 1)


async def test_a_bot_that_is_down_is_neither_killed_nor_asked_for_codes(browser: Browser) -> None:
    await browser.order("api/bot", do="kill")
    assert await browser.post("api/bot", do="kill") == (409, {"error": "down"})
    assert await browser.post("api/join", unit=cast.GIAO_LONG, role="officer") == (409, {"error": "down"})
    await browser.order("api/bot", do="start")
    assert await browser.post("api/bot", do="start") == (409, {"error": "busy"})


async def test_time_passes_while_the_bot_is_down_and_what_it_missed_says_that_it_is_late(browser: Browser) -> None:
    *_, group = await browser.phones()
    await browser.order("api/bot", do="kill")
    await browser.order("api/leap", goal="push")
    browser.rehearsal.theatre.clock.advance(600)
    await browser.order("api/bot", do="start")
    await browser.rehearsal.hours.leap(Goal.EVENING)
    said = (await browser.last(group))["text"]
    assert "29 ngày" in said
    assert "muộn" in said


async def test_whoever_has_no_post_yet_waits_for_the_bot_to_join(browser: Browser) -> None:
    await browser.order("api/bot", do="kill")
    reporting = asyncio.create_task(browser.rehearsal.crowd.report(1, seed=3))
    await asyncio.sleep(0)
    await browser.order("api/bot", do="start")
    assert await asyncio.wait_for(reporting, 20) == 4


async def reckoned(browser: Browser) -> Account:
    """Return the account once it is there."""
    async with asyncio.timeout(10):
        (told,) = await browser.told("bot")
        while told["account"] is None:
            *_, told = await browser.told("bot", 2)
    return Account(**told["account"])
