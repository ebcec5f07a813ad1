"""Groups: who is heard, who may write, and what moves."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.rehearsal.botapi import BotApiServer, GroupChat, User
from tests.rehearsal.client import Client


@pytest.fixture
def group(server: BotApiServer, an: User) -> GroupChat:
    group = server.world.add_group("P. An Hội", [an])
    server.bot.queue.clear()
    return group


async def heard(call: Client) -> list[str]:
    return [update["message"].get("text", "") for update in await call.updates()]


async def test_a_bot_that_is_added_hears_of_it(call: Client, server: BotApiServer, an: User) -> None:
    group = server.world.add_group("P. An Hội", [an], kind="group")
    membership, service = await call.updates()
    assert membership["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert service["message"]["new_chat_members"][0]["username"] == "tiendo_bot"
    assert service["message"]["chat"]["id"] == group.id


async def test_privacy_lets_through_only_what_is_meant_for_the_bot(call: Client, group: GroupChat, an: User) -> None:
    for text in ("chào", "/status", "/status@other_bot", "/STATUS@Tiendo_Bot hôm qua", "hỏi /bc@tiendo_bot"):
        group.say(an, text)
    assert await heard(call) == ["/STATUS@Tiendo_Bot hôm qua", "hỏi /bc@tiendo_bot"]


async def test_a_bare_command_is_heard_by_the_bot_that_spoke_last(
    call: Client, group: GroupChat, an: User, server: BotApiServer
) -> None:
    await call("sendMessage", chat_id=group.id, text="x")
    group.say(an, "/status")
    group.post(server.world.add_bot("other_bot"), {"text": "y"})
    group.say(an, "/bxh")
    assert await heard(call) == ["/status"]


async def test_a_reply_to_the_bot_is_heard_in_the_thread_it_opens(call: Client, group: GroupChat, an: User) -> None:
    sent = (await call("sendMessage", chat_id=group.id, text="x"))["result"]
    group.say(an, "45 30", reply_to=group.last())
    (update,) = await call.updates()
    assert update["message"]["message_thread_id"] == sent["message_id"]
    assert "is_topic_message" not in update["message"]


@pytest.mark.parametrize("open_ears", ["promoted", "privacy off"])
async def test_admins_and_bots_without_privacy_hear_everything(
    call: Client, group: GroupChat, an: User, server: BotApiServer, open_ears: str
) -> None:
    if open_ears == "promoted":
        group.promote_bot()
        server.bot.queue.clear()
    else:
        server.bot.privacy = False
    group.say(an, "chào")
    assert await heard(call) == ["chào"]


async def test_another_bots_messages_are_never_heard(call: Client, group: GroupChat, server: BotApiServer) -> None:
    server.bot.privacy = False
    other = server.world.add_bot("other_bot")
    group.publish(group.post(other, {"text": "/status@tiendo_bot"}))
    assert await call.updates() == []


async def test_an_anonymous_admin_comes_as_the_group_itself(call: Client, group: GroupChat) -> None:
    group.say_as_anonymous_admin("/status@tiendo_bot")
    (update,) = await call.updates()
    assert update["message"]["from"]["id"] == 1087968824
    assert update["message"]["sender_chat"]["id"] == group.id
    assert not group.last().by_bot


async def test_a_channel_post_is_forwarded_to_the_linked_group_by_telegram(
    call: Client, group: GroupChat, server: BotApiServer
) -> None:
    server.bot.privacy = False
    channel = server.world.add_channel("Công an tỉnh", linked=group)
    server.bot.queue.clear()
    channel.post_to_channel("/status@tiendo_bot")
    post, copy = await call.updates()
    assert "from" not in post["channel_post"]
    assert (copy["message"]["from"]["id"], copy["message"]["is_automatic_forward"]) == (777000, True)


async def test_a_forward_names_its_origin(call: Client, server: BotApiServer, an: User) -> None:
    binh = server.world.add_user("Bình")
    an.private.forward(binh.private.send("45 30"))
    _, update = await call.updates()
    assert update["message"]["forward_origin"]["sender_user"]["id"] == binh.id


@pytest.mark.parametrize(("kind", "name"), [("group", "group"), ("supergroup", "supergroup")])
async def test_T7_a_kicked_bot_is_refused_until_it_is_added_again(
    call: Client, server: BotApiServer, an: User, kind: Any, name: str
) -> None:
    group = server.world.add_group("P. An Hội", [an], kind=kind)
    group.kick_bot()
    refusal = await call.refusal("sendMessage", chat_id=group.id, text="x")
    assert refusal == f"403 Forbidden: bot was kicked from the {name} chat"
    group.add_bot()
    assert (await call("sendMessage", chat_id=group.id, text="x"))["ok"]


async def test_a_bot_that_left_is_no_member(call: Client, group: GroupChat) -> None:
    await call("leaveChat", chat_id=group.id)
    refusal = await call.refusal("sendMessage", chat_id=group.id, text="x")
    assert refusal == "403 Forbidden: bot is not a member of the supergroup chat"


async def test_T18_a_muted_bot_has_no_right_to_send(call: Client, group: GroupChat) -> None:
    group.muted = True
    refusal = await call.refusal("sendMessage", chat_id=group.id, text="x")
    assert refusal == "400 Bad Request: not enough rights to send text messages to the chat"


@pytest.mark.parametrize("announce", [("old", "new"), ("new", "old"), ("new",), ()])
async def test_T8_an_upgrade_is_announced_in_the_order_asked_for(
    call: Client, server: BotApiServer, an: User, announce: Any
) -> None:
    old = server.world.add_group("P. An Hội", [an], kind="group")
    server.bot.queue.clear()
    new = old.upgrade_to_supergroup(announce)
    found = [
        ("old", u["message"]["migrate_to_chat_id"])
        if "migrate_to_chat_id" in u["message"]
        else ("new", u["message"]["migrate_from_chat_id"])
        for u in await call.updates()
    ]
    assert found == [(side, {"old": new.id, "new": old.id}[side]) for side in announce]


async def test_T9_a_send_to_the_old_id_names_the_new_one(call: Client, server: BotApiServer, an: User) -> None:
    old = server.world.add_group("P. An Hội", [an], kind="group")
    new = old.upgrade_to_supergroup()
    refusal = await call("sendMessage", chat_id=old.id, text="x")
    assert refusal["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    assert refusal["parameters"] == {"migrate_to_chat_id": new.id}
    assert (await call("sendMessage", chat_id=new.id, text="x"))["ok"]


async def test_a_topic_takes_messages_and_marks_them(call: Client, group: GroupChat, an: User) -> None:
    topic = group.add_topic(an, "Báo cáo")
    sent = (await call("sendMessage", chat_id=group.id, text="x", message_thread_id=topic.id))["result"]
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (topic.id, True)


async def test_a_reply_goes_into_the_topic_of_what_it_answers(call: Client, group: GroupChat, an: User) -> None:
    topic = group.add_topic(an, "Báo cáo")
    asked = group.say(an, "/status@tiendo_bot", topic=topic)
    reply = {"message_id": asked.message_id}
    sent = (await call("sendMessage", chat_id=group.id, text="x", reply_parameters=reply))["result"]
    assert sent["message_thread_id"] == topic.id


async def test_T17_deleted_and_closed_topics_refuse(call: Client, group: GroupChat, an: User) -> None:
    gone, closed = group.add_topic(an, "1"), group.add_topic(an, "2")
    group.delete_topic(gone)
    group.close_topic(an, closed)
    group.general_closed = True
    answers = [
        await call.refusal("sendMessage", chat_id=group.id, text="x", **where)
        for where in ({"message_thread_id": gone.id}, {"message_thread_id": closed.id}, {})
    ]
    assert answers == [
        "400 Bad Request: message thread not found",
        "400 Bad Request: TOPIC_CLOSED",
        "400 Bad Request: TOPIC_CLOSED",
    ]


async def test_T17_a_reply_thread_is_not_a_topic(call: Client, group: GroupChat, an: User) -> None:
    root = group.say(an, "chào")
    refusal = await call.refusal("sendMessage", chat_id=group.id, text="x", message_thread_id=root.message_id)
    assert refusal == "400 Bad Request: message thread not found"


async def test_members_and_admins_are_told(call: Client, group: GroupChat, an: User) -> None:
    group.promote_bot()
    member = await call("getChatMember", chat_id=group.id, user_id=an.id)
    assert member["result"]["status"] == "member"
    admins = (await call("getChatAdministrators", chat_id=group.id))["result"]
    assert [each["user"]["username"] for each in admins] == ["tiendo_bot"]


async def test_D15_an_album_comes_as_messages_with_one_group_and_one_caption(call: Client, an: User) -> None:
    an.private.send_album(3, "45 30")
    found = [update["message"] for update in await call.updates()]
    assert len({each["media_group_id"] for each in found}) == 1
    assert [each.get("caption") for each in found] == ["45 30", None, None]


@pytest.mark.parametrize("kind", ["photo", "voice", "contact", "location", "poll", "dice", "sticker", "video"])
async def test_H9_media_of_every_kind_can_be_sent(call: Client, an: User, kind: str) -> None:
    sent = an.private.send_media(kind, at=datetime(2023, 12, 1, 8, 59, tzinfo=UTC))
    (update,) = await call.updates()
    assert sent.media == kind
    assert kind in update["message"]
