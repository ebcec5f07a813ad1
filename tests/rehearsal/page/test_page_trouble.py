"""Trouble on demand, as one would try it on the page."""

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
    await browser.rehearsal.scene.server.until(lambda: "Đã ghi nhận #" in chat.last().text, within=20)
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
