"""Messages that are changed, pinned and taken away."""

import pytest

from bot.rehearsal.botapi import BotApiServer, Message, User
from bot.rehearsal.clocks import ManualClock
from tests.rehearsal.client import Client

KEYS = {"inline_keyboard": [[{"text": "Sửa", "callback_data": "s"}]]}


@pytest.fixture
async def sent(call: Client, an: User) -> Message:
    await call("sendMessage", chat_id=an.id, text="cũ", reply_markup=KEYS)
    return an.private.last()


async def test_an_edit_changes_the_text_and_takes_the_keyboard_away(call: Client, an: User, sent: Message) -> None:
    await call("editMessageText", chat_id=an.id, message_id=sent.message_id, text="mới")
    assert (sent.text, sent.buttons, sent.edited) == ("mới", [], True)


async def test_T11_an_edit_that_changes_nothing_is_refused(call: Client, an: User, sent: Message) -> None:
    same = {"chat_id": an.id, "message_id": sent.message_id, "text": "cũ", "reply_markup": KEYS}
    assert (await call.refusal("editMessageText", **same)).startswith("400 Bad Request: message is not modified: ")
    assert not sent.edited


async def test_a_keyboard_can_be_taken_away_alone(call: Client, an: User, sent: Message) -> None:
    await call("editMessageReplyMarkup", chat_id=an.id, message_id=sent.message_id)
    assert (sent.text, sent.buttons) == ("cũ", [])


async def test_T12_a_message_that_is_gone_cannot_be_edited(call: Client, an: User, sent: Message) -> None:
    an.private.remove(sent)
    refusal = await call.refusal("editMessageText", chat_id=an.id, message_id=sent.message_id, text="x")
    assert refusal == "400 Bad Request: message to edit not found"


async def test_only_own_messages_can_be_edited(call: Client, an: User) -> None:
    theirs = an.private.send("45 30")
    refusal = await call.refusal("editMessageText", chat_id=an.id, message_id=theirs.message_id, text="x")
    assert refusal == "400 Bad Request: message can't be edited"


async def test_an_edit_may_not_be_too_long(call: Client, an: User, sent: Message) -> None:
    refusal = await call.refusal("editMessageText", chat_id=an.id, message_id=sent.message_id, text="x" * 4097)
    assert refusal == "400 Bad Request: MESSAGE_TOO_LONG"


async def test_edits_are_recorded_in_order(call: Client, an: User, sent: Message, server: BotApiServer) -> None:
    await call("editMessageText", chat_id=an.id, message_id=sent.message_id, text="mới")
    assert [(a.method, a.text, a.message_id) for a in server.accepted] == [
        ("sendMessage", "cũ", sent.message_id),
        ("editMessageText", "mới", sent.message_id),
    ]


async def test_a_message_can_be_deleted_for_48_hours(call: Client, an: User, sent: Message, clock: ManualClock) -> None:
    clock.advance(48 * 3600 + 1)
    which = {"chat_id": an.id, "message_id": sent.message_id}
    assert "message can't be deleted" in await call.refusal("deleteMessage", **which)
    clock.set(clock.now().replace(day=3, hour=9, minute=0, second=0))
    assert (await call("deleteMessage", **which))["result"] is True
    assert sent not in an.private.transcript()
    assert await call.refusal("deleteMessage", **which) == "400 Bad Request: message to delete not found"


async def test_a_message_is_pinned_and_unpinned(call: Client, an: User, sent: Message) -> None:
    await call("pinChatMessage", chat_id=an.id, message_id=sent.message_id)
    assert an.private.pinned == [sent]
    await call("unpinChatMessage", chat_id=an.id, message_id=sent.message_id)
    assert an.private.pinned == []
    assert await call.refusal("unpinChatMessage", chat_id=an.id) == "400 Bad Request: message to unpin not found"


async def test_pinning_in_a_group_is_for_admins(call: Client, an: User, server: BotApiServer) -> None:
    group = server.world.add_group("Tổ 1", [an])
    said = group.say(an, "chào")
    which = {"chat_id": group.id, "message_id": said.message_id}
    assert "not enough rights" in await call.refusal("pinChatMessage", **which)
    group.promote_bot()
    assert (await call("pinChatMessage", **which))["ok"]


async def test_a_persons_edit_is_heard_as_an_edit(call: Client, an: User, clock: ManualClock) -> None:
    said = an.private.send("45 30")
    clock.advance(60)
    an.edit(said, "46 30")
    first, second = await call.updates()
    assert first["message"]["text"] == "45 30"
    assert second["edited_message"]["text"] == "46 30"
    assert second["edited_message"]["edit_date"] == second["edited_message"]["date"] + 60


async def test_an_edited_caption_brings_its_own_entities(call: Client, an: User) -> None:
    shown = an.private.send_media("photo", caption="/bc 45")
    an.edit(shown, "45 30")
    first, second = await call.updates()
    assert first["message"]["caption_entities"] == [{"type": "bot_command", "offset": 0, "length": 3}]
    assert second["edited_message"]["caption"] == "45 30"
    assert "caption_entities" not in second["edited_message"]
