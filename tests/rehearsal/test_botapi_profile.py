"""What is asked about bots, chats and files."""

import pytest

from bot.rehearsal.botapi import BotApiServer, User
from tests.rehearsal.client import Client


async def test_the_menu_of_a_scope_can_be_deleted(call: Client) -> None:
    await call("setMyCommands", commands=[{"command": "bc", "description": "Báo cáo"}])
    await call("deleteMyCommands")
    assert (await call("getMyCommands"))["result"] == []


async def test_descriptions_are_kept_by_language(call: Client, server: BotApiServer) -> None:
    await call("setMyDescription", description="Bot báo cáo", language_code="vi")
    await call("setMyShortDescription", short_description="Báo cáo")
    assert server.bot.descriptions == {"vi": "Bot báo cáo"}
    assert server.bot.short_descriptions == {"": "Báo cáo"}


async def test_a_private_chat_is_told_with_its_pinned_message(call: Client, an: User) -> None:
    said = an.private.send("45 30")
    await call("pinChatMessage", chat_id=an.id, message_id=said.message_id)
    chat = (await call("getChat", chat_id=an.id))["result"]
    assert (chat["type"], chat["username"], chat["pinned_message"]["text"]) == ("private", "an_hoi", "45 30")


async def test_a_person_is_a_member_of_the_own_private_chat(call: Client, an: User) -> None:
    assert (await call("getChatMember", chat_id=an.id, user_id=an.id))["result"]["status"] == "member"


async def test_a_group_is_not_told_to_a_bot_that_is_out(call: Client, an: User, server: BotApiServer) -> None:
    group = server.world.add_group("Tổ 1", [an])
    group.kick_bot()
    assert (await call.refusal("getChat", chat_id=group.id)).startswith("403 Forbidden: bot was kicked")


async def test_a_chat_action_needs_a_chat_that_can_be_written_to(call: Client, an: User) -> None:
    assert (await call("sendChatAction", chat_id=an.id, action="typing"))["result"] is True
    an.block_bot()
    refusal = await call.refusal("sendChatAction", chat_id=an.id, action="typing")
    assert refusal == "403 Forbidden: bot was blocked by the user"


async def test_a_reaction_stands_under_its_message(call: Client, an: User, server: BotApiServer) -> None:
    said = an.private.send("45 30")
    thumb = [{"type": "emoji", "emoji": "👍"}]
    await call("setMessageReaction", chat_id=an.id, message_id=said.message_id, reaction=thumb)
    assert said.reactions == {server.bot.id: thumb}


async def test_a_file_can_be_sent_again_by_its_id(call: Client, an: User) -> None:
    an.private.send_media("document", b"a,b", name="a.csv")
    file = an.private.last().file
    assert file is not None
    await call("sendDocument", chat_id=an.id, document=file.file_id, caption="lại")
    assert (an.private.last().file, an.private.last().text) == (file, "lại")


@pytest.mark.parametrize(
    ("method", "arguments", "why"),
    [
        ("getFile", {}, "file_id not specified"),
        ("getFile", {"file_id": "x"}, "wrong file_id or the file is temporarily unavailable"),
        ("sendPhoto", {}, "there is no photo in the request"),
        ("sendPhoto", {"photo": "https://example.org/a.png"}, "failed to get HTTP URL content"),
        ("sendPhoto", {"photo": "x"}, "wrong remote file identifier specified: Wrong string length"),
        ("editMessageMedia", {"media": {"type": "dance"}}, "can't parse InputMedia: media not found"),
        ("sendChatAction", {}, "wrong parameter action in request"),
        ("getChatMember", {"user_id": 5}, "member not found"),
        ("getChatAdministrators", {}, "there are no administrators in the private chat"),
        ("leaveChat", {}, "chat member status can't be changed in private chats"),
        ("setMyCommands", {"commands": "x"}, "can't parse commands JSON object"),
        ("setMyCommands", {"commands": {}}, "expected an Array of BotCommand"),
        ("setMyCommands", {"commands": [{}] * 101}, "BOT_COMMANDS_TOO_MUCH"),
        (
            "setMyCommands",
            {"commands": [{"command": "bc", "description": ""}]},
            "BOT_COMMAND_DESCRIPTION_INVALID",
        ),
        ("setMyDescription", {"description": "x" * 513}, "bot description is too long"),
    ],
)
async def test_a_bad_question_is_refused(
    call: Client, an: User, method: str, arguments: dict[str, object], why: str
) -> None:
    assert await call.refusal(method, chat_id=an.id, **arguments) == f"400 Bad Request: {why}"


async def test_a_caption_holds_at_most_1024_units(call: Client, an: User) -> None:
    file = an.private.send_media("photo").file
    assert file is not None
    which = {"chat_id": an.id, "photo": file.file_id}
    assert (await call("sendPhoto", **which, caption="x" * 1024))["ok"]
    refusal = await call.refusal("sendPhoto", **which, caption="x" * 1025)
    assert refusal == "400 Bad Request: message caption is too long"
