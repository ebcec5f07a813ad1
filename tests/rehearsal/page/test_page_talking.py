"""Talking on the page: what is typed reaches the bot, and what it says reaches the page."""

from bot.rehearsal.page import Page
from tests import cast
from tests.rehearsal.page.browser import Browser


async def test_the_curtain_rises_on_an_officer_a_commander_and_a_bound_group(browser: Browser) -> None:
    officer, _, group = await browser.phones()
    assert "cán bộ báo cáo của Phường An Hội" in (await browser.last(officer))["text"]
    assert "Bến Tre" in (await browser.last(group))["text"]


async def test_a_line_typed_on_the_page_is_recorded_and_moves_the_groups_status(browser: Browser) -> None:
    officer, commander, group = await browser.phones()
    await browser.say(officer, officer, "45 30")
    assert "Đã ghi nhận #" in (await browser.last(officer))["text"]
    await browser.say(group, commander, "/status@tiendo_bot")
    assert "1/5 đơn vị" in (await browser.last(group))["text"]


async def test_an_edit_on_the_page_replaces_the_report(browser: Browser) -> None:
    officer, *_ = await browser.phones()
    message = await browser.say(officer, officer, "45 30")
    await browser.order(f"api/chats/{officer}/edit", person=officer, message=message, text="46 31")
    await browser.rehearsal.hours.settle()
    mine = next(each for each in await browser.bubbles(officer) if each["id"] == message)
    assert (mine["text"], mine["edited"]) == ("46 31", True)
    assert "46" in (await browser.last(officer))["text"]


async def test_a_button_is_pressed_by_its_place(browser: Browser) -> None:
    officer, *_ = await browser.phones()
    await browser.say(officer, officer, "45 30")
    receipt = await browser.last(officer)
    assert [each["text"] for each in receipt["buttons"][0]] == ["Sửa", "Hoàn tác"]
    await browser.order(f"api/chats/{officer}/press", person=officer, message=receipt["id"], row=0, column=1)
    await browser.rehearsal.hours.settle()
    after = await browser.last(officer)
    assert "Đã rút báo cáo" in after["text"]


async def test_the_stream_begins_with_every_chat_and_the_clock(browser: Browser) -> None:
    officer, commander, group = await browser.phones()
    (chats,) = await browser.told("chats")
    assert {officer, commander, group, cast.ADMIN} == {chat["id"] for chat in chats}
    (hours,) = await browser.told("hours")
    assert (hours["day"], hours["left"]) == ("2023-11-15", 30)


async def test_the_command_menu_is_the_one_that_the_bot_has_set(browser: Browser) -> None:
    officer, _, group = await browser.phones()
    private = {each["command"] for each in await browser.get(f"api/chats/{officer}/menu?language=vi")}
    assert "baocao" in private
    assert "gan" not in private
    assert "gan" in {each["command"] for each in await browser.get(f"api/chats/{group}/menu?language=vi")}


async def test_codes_of_invites_never_reach_the_browser(browser: Browser, page: Page) -> None:
    officer, _, group = await browser.phones()
    assert (await browser.bubbles(officer))[0]["text"] == "/start"
    bound = next(each for each in await browser.bubbles(group) if each["text"].startswith("/gan"))
    assert bound["text"] == "/gan@tiendo_bot ••••••"
    assert page.rehearsal.theatre.server.token not in str(await browser.get("api/setting"))


async def test_a_file_from_the_page_reaches_the_chat_with_its_name_and_its_words(browser: Browser) -> None:
    officer, *_ = await browser.phones()
    status, _ = await browser.upload(
        officer, b"code,name", person=officer, kind="document", name="xã.csv", caption="Đây"
    )
    sent = await browser.last(officer)
    assert (status, sent["media"]["name"], sent["media"]["size"], sent["text"]) == (200, "xã.csv", 9, "Đây")


async def test_a_photo_is_sent_into_a_group_too(browser: Browser) -> None:
    _, commander, group = await browser.phones()
    await browser.upload(group, b"JFIF", person=commander, kind="photo", name="a.jpg")
    assert (await browser.last(group))["media"]["kind"] == "photo"


async def test_a_file_that_is_empty_or_somebody_elses_is_refused(browser: Browser) -> None:
    officer, commander, _ = await browser.phones()
    facts = {"kind": "document", "name": "a.csv"}
    assert await browser.upload(officer, b"", person=officer, **facts) == (409, {"error": "empty"})
    assert await browser.upload(officer, b"1", person=commander, **facts) == (404, {"error": "unknown"})
    assert await browser.upload(officer, b"1", person=officer, kind="song", name="a") == (400, {"error": "bad"})
