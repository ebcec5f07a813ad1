"""What the page is shown of the world."""

from bot.rehearsal.botapi import GroupChat
from bot.rehearsal.page import state
from tests import cast
from tests.rehearsal.page.browser import Browser

PICTURE = b"\x89PNG\r\n\x1a\n" + b"\x00" * 8 + (640).to_bytes(4) + (480).to_bytes(4)


async def test_a_photo_has_its_size_and_is_shown_in_place(browser: Browser) -> None:
    officer, *_ = await browser.phones()
    browser.rehearsal.world.users[officer].private.send_media("photo", PICTURE, caption="Ảnh")
    media = (await browser.last(officer))["media"]
    assert (media["width"], media["height"]) == (640, 480)
    async with browser.session.get(f"{browser.page.url}api/files/{media['file']}") as answer:
        assert (answer.content_type, await answer.read()) == ("image/jpeg", PICTURE)


async def test_a_document_is_handed_down_and_never_shown(browser: Browser) -> None:
    officer, *_ = await browser.phones()
    browser.rehearsal.world.users[officer].private.send_media("document", b"<script>", name="báo cáo.html")
    media = (await browser.last(officer))["media"]
    assert (media["name"], media["size"]) == ("báo cáo.html", 8)
    async with browser.session.get(f"{browser.page.url}api/files/{media['file']}") as answer:
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")


async def test_older_bubbles_come_in_pages(browser: Browser) -> None:
    officer, *_ = await browser.phones()
    chat = browser.rehearsal.world.users[officer].private
    for number in range(205):
        chat.post(browser.rehearsal.world.users[officer], {"text": str(number)})
    newest = await browser.get(f"api/chats/{officer}")
    assert (len(newest["messages"]), newest["older"], newest["newer"]) == (200, True, False)
    older = await browser.get(f"api/chats/{officer}?before={newest['messages'][0]['id']}")
    assert (older["messages"][0]["text"], older["older"], older["newer"]) == ("/start", False, True)
    newer = await browser.get(f"api/chats/{officer}?after={older['messages'][-1]['id']}")
    assert (newer["messages"][0], len(newer["messages"])) == (newest["messages"][0], 100)


async def test_a_bubble_tells_the_local_time_and_whom_it_answers(browser: Browser) -> None:
    officer, *_ = await browser.phones()
    group, commander = (await browser.phones())[2], (await browser.phones())[1]
    first = await browser.say(group, commander, "/status@tiendo_bot")
    answer = await browser.last(group)
    assert answer["reply"] == {"id": first, "who": "Chỉ huy Bến Tre", "text": "/status@tiendo_bot"}
    assert (answer["day"], answer["time"], answer["bot"]) == ("2023-11-15", "08:00", True)
    assert officer in [each["id"] for each in (await browser.get(f"api/chats/{group}"))["chat"]["members"]]


async def test_a_topic_is_listed_and_its_messages_carry_it(browser: Browser) -> None:
    _, commander, group = await browser.phones()
    old = browser.rehearsal.world.groups[group]
    assert isinstance(old, GroupChat)
    new = browser.rehearsal.trouble.upgrade(old)
    topic = new.add_topic(browser.rehearsal.world.users[commander], "Xếp hạng")
    await browser.say(new.id, commander, "/status@tiendo_bot", topic=topic.id)
    assert (await browser.get(f"api/chats/{new.id}"))["chat"]["topics"] == [{"id": topic.id, "name": "Xếp hạng"}]
    assert [each["topic"] for each in (await browser.bubbles(new.id))[-2:]] == [topic.id, topic.id]


async def test_entities_that_stand_in_a_hidden_part_are_left_out(browser: Browser) -> None:
    admin = browser.rehearsal.world.users[cast.ADMIN]
    shown = state.message(admin.private.send("/start abc https://t.me/x"), browser.rehearsal.theatre.config.zone)
    assert shown["text"] == "/start"
    assert [each["type"] for each in shown["entities"]] == ["bot_command"]
