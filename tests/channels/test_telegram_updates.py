"""What raw updates say, and which of them cannot be true."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import BadUpdate
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_updates import SHOWN, read, update_key
from bot.domain.messages import Incoming, Place, Said, Speaker
from bot.rehearsal.botapi import BotApiServer, User

BOT = 7_000_000_001
NOW = datetime(2023, 12, 1, 10, 0, tzinfo=UTC)
SENT = 1_701_421_200  # 2023-12-01 09:00 UTC
AN = {"id": 5, "is_bot": False, "first_name": "Trần An", "last_name": "Hội", "language_code": "vi"}
PRIVATE = {"id": 5, "type": "private", "first_name": "Trần An"}
GROUP = {"id": -100_7, "type": "supergroup", "title": "Phường 3"}


def message(**fields: Any) -> dict[str, Any]:
    return {"message_id": 9, "date": SENT, "chat": PRIVATE, "from": AN, "text": "45 30"} | fields


def said(kind: str = "message", **fields: Any) -> Incoming | None:
    return read({"update_id": 1, kind: message(**fields)}, BOT, NOW)


def heard(kind: str = "message", **fields: Any) -> Incoming:
    incoming = said(kind, **fields)
    assert incoming is not None
    return incoming


def test_a_text_is_read_whole() -> None:
    at = datetime.fromtimestamp(SENT, UTC)
    assert said() == Incoming(
        1, Said.TEXT, Place(5, private=True), Speaker(5, "Trần An Hội", "vi"), at, at, message=9, text="45 30"
    )


def test_an_edit_keeps_the_day_of_the_message_and_tells_the_moment_of_the_edit() -> None:
    incoming = heard("edited_message", edit_date=SENT + 60)
    assert (incoming.said, (incoming.moment - incoming.at).seconds) == (Said.EDIT, 60)


def test_a_live_location_that_moves_says_nothing() -> None:
    assert read({"update_id": 1, "edited_message": {"message_id": 9, "location": {}}}, BOT, NOW) is None


def test_H8_a_command_in_a_group_is_left_to_be_judged() -> None:
    entities = [{"type": "bot_command", "offset": 0, "length": 16}]
    incoming = heard(chat=GROUP, text="/status@otherbot x", entities=entities)
    assert (incoming.text, incoming.place) == ("/status@otherbot x", Place(-100_7, private=False, title="Phường 3"))


@pytest.mark.parametrize("kind", sorted(SHOWN))
def test_H9_whatever_is_shown_is_media(kind: str) -> None:
    shown = message(**{kind: {}})
    del shown["text"]
    incoming = read({"update_id": 1, "message": shown}, BOT, NOW)
    assert incoming is not None
    assert (incoming.said, incoming.text) == (Said.MEDIA, "")


def test_H9_a_caption_comes_with_its_picture() -> None:
    shown = message(photo=[], caption="45 30")
    del shown["text"]
    incoming = read({"update_id": 1, "message": shown}, BOT, NOW)
    assert incoming is not None
    assert (incoming.said, incoming.text) == (Said.MEDIA, "45 30")


@pytest.mark.parametrize(
    "mark", [{"via_bot": {}}, {"forward_origin": {}}, {"forward_date": SENT}, {"is_automatic_forward": True}]
)
def test_H7_a_forward_is_marked(mark: dict[str, Any]) -> None:
    assert heard(**mark).forwarded
    assert not heard().forwarded


@pytest.mark.parametrize(
    "fields",
    [
        {"from": {"id": 1_087_968_824, "is_bot": True, "first_name": "Group"}, "sender_chat": GROUP},
        {"from": {"id": 777_000, "is_bot": False, "first_name": "Telegram"}},
        {"from": AN, "sender_chat": {"id": -100_8, "type": "channel", "title": "Kênh"}},
        {"from": {"id": 8, "is_bot": True, "first_name": "Máy"}},
    ],
)
def test_AC11_H7_nobody_speaks_for_a_chat_or_a_machine(fields: dict[str, Any]) -> None:
    assert heard(chat=GROUP, **fields).speaker is None


def test_H7_a_message_without_a_sender_is_nobodys() -> None:
    raw = message(chat=GROUP)
    del raw["from"]
    incoming = read({"update_id": 1, "message": raw}, BOT, NOW)
    assert incoming is not None
    assert incoming.speaker is None


def test_T17_a_thread_counts_only_where_it_is_a_topic() -> None:
    assert heard(chat=GROUP, message_thread_id=4, is_topic_message=True).place.thread == 4
    assert heard(chat=GROUP, message_thread_id=4).place.thread is None


def test_a_reply_to_the_bot_is_known() -> None:
    assert heard(reply_to_message={"from": {"id": BOT}}).reply_to_bot
    assert not heard(reply_to_message={"from": {"id": 8}}).reply_to_bot
    assert heard(reply_to_message={"from": {"id": BOT}, "message_id": 17}).reply_to == 17
    assert heard(reply_to_message={"from": {"id": BOT}, "message_id": "17"}).reply_to == 0
    assert heard(reply_to_message={"from": {"id": 8}, "message_id": 17}).reply_to == 0


def test_everything_in_a_topic_that_the_bot_made_is_not_a_reply_to_it() -> None:
    assert not heard(reply_to_message={"from": {"id": BOT}, "forum_topic_created": {}}).reply_to_bot


def press(**fields: Any) -> Incoming | None:
    query = {"id": "77", "from": AN, "message": message(chat=GROUP, **{"from": {"id": BOT}}), "data": "k.0"}
    return read({"update_id": 1, "callback_query": query | fields}, BOT, NOW)


def test_a_press_happens_now() -> None:
    incoming = press()
    assert incoming is not None
    assert (incoming.said, incoming.query, incoming.data, incoming.message) == (Said.BUTTON, "77", "k.0", 9)
    assert (incoming.at, incoming.moment) == (NOW, NOW)


def test_a_press_under_an_inaccessible_message_still_counts() -> None:
    incoming = press(message={"message_id": 9, "date": 0, "chat": GROUP})
    assert incoming is not None
    assert (incoming.place.id, incoming.message) == (-100_7, 9)


def test_a_press_under_an_inline_message_is_nothing_for_us() -> None:
    query = {"id": "77", "from": AN, "inline_message_id": "x", "data": "k.0"}
    assert read({"update_id": 1, "callback_query": query}, BOT, NOW) is None


@pytest.mark.parametrize(
    ("member", "present"),
    [
        ({"status": "member"}, True),
        ({"status": "administrator"}, True),
        ({"status": "restricted", "is_member": True}, True),
        ({"status": "restricted", "is_member": False}, False),
        ({"status": "kicked"}, False),
        ({"status": "left"}, False),
    ],
)
def test_T6_T7_membership_tells_whether_the_bot_may_speak(member: dict[str, Any], present: bool) -> None:  # noqa: FBT001
    change = {"chat": GROUP, "from": AN, "date": SENT, "new_chat_member": member}
    incoming = read({"update_id": 1, "my_chat_member": change}, BOT, NOW)
    assert incoming is not None
    assert (incoming.said, incoming.present) == (Said.MEMBERSHIP, present)


@pytest.mark.parametrize(
    "sign",
    [
        {"chat": {"id": -7, "type": "group", "title": "Phường 3"}, "migrate_to_chat_id": -100_7},
        {"chat": GROUP, "migrate_from_chat_id": -7},
    ],
)
def test_T8_both_signs_of_a_migration_say_the_same(sign: dict[str, Any]) -> None:
    raw = {"message_id": 9, "date": SENT, "from": AN} | sign
    incoming = read({"update_id": 1, "message": raw}, BOT, NOW)
    assert incoming is not None
    assert (incoming.said, incoming.place.id, incoming.new_id) == (Said.MIGRATED, -7, -100_7)


@pytest.mark.parametrize(
    "update",
    [
        {"message_reaction": {}},
        {"channel_post": message()},
        {"edited_channel_post": message()},
        {"message": {"message_id": 1, "chat": GROUP, "date": SENT, "new_chat_title": "x"}},
        {"message": message(chat={"id": -1009, "type": "channel", "title": "Kênh"})},
        {},
    ],
)
def test_D7_H7_other_kinds_are_nothing_for_us(update: dict[str, Any]) -> None:
    assert read({"update_id": 1} | update, BOT, NOW) is None


@pytest.mark.parametrize(
    ("update", "field"),
    [
        ({"message": {key: value for key, value in message().items() if key != "date"}}, "date"),
        ({"message": message(chat=5)}, "chat"),
        ({"message": message(date="abc")}, "date"),
        ({"message": message(date=10**15)}, "date"),
        ({"message": message(date=True)}, "date"),
        ({"message": message(entities=[{"type": "bold", "offset": 0}])}, "entities.length"),
        ({"message": message(entities=[{"type": "bold", "length": 2}])}, "entities.offset"),
        ({"message": message(entities={})}, "entities"),
        ({"message": []}, "message"),
        ({"message": message(**{"from": {"id": 5}})}, "first_name"),
        ({"message": {key: value for key, value in message().items() if key != "message_id"}}, "message_id"),
        ({"message": message(text=45)}, "text"),
        ({"message": message(chat={"id": 2**70, "type": "private"})}, "id"),
        ({"callback_query": {"id": "1", "message": message()}}, "from"),
    ],
)
def test_D6_poison_is_named_by_its_field(update: dict[str, Any], field: str) -> None:
    with pytest.raises(BadUpdate) as poison:
        read({"update_id": 1} | update, BOT, NOW)
    assert poison.value.reason == field


@pytest.mark.parametrize("raw", [None, 5, "x", [], {}, {"update_id": "7"}, {"update_id": True}, {"update_id": -1}])
def test_D8_an_item_without_a_number_has_no_key(raw: Any) -> None:
    assert update_key(raw) is None
    with pytest.raises(BadUpdate):
        read(raw, BOT, NOW)


def test_H2_H3_names_are_cleaned_before_anybody_sees_them() -> None:
    sender: dict[str, Any] = {"from": AN | {"first_name": "<b>An\u202e\n" + "x" * 100, "last_name": None}}
    assert heard(**sender).speaker == Speaker(5, "<b>An " + "x" * 58, "vi")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
FIELDS = sorted({*message(), "edit_date", "reply_to_message", "entities", "photo", "new_chat_member", "data", "id"})


@given(kind=st.sampled_from(KINDS), fields=st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=4))
def test_H14_no_update_escapes_as_another_error(kind: str, fields: dict[str, Any]) -> None:
    update = {"update_id": 1, kind: message(message=message(), new_chat_member={"status": "member"}) | fields}
    try:
        incoming = read(json.loads(json.dumps(update)), BOT, NOW)
    except BadUpdate:
        return
    assert incoming is None or incoming.update == 1


async def test_what_the_server_delivers_is_read(server: BotApiServer, channel: TelegramChannel, an: User) -> None:
    group = server.world.add_group("Phường 3", [an])
    group.say(an, "/bxh@tiendo_bot")
    heard = [channel.read(raw) for raw in await channel.poll(None, 0)]
    kinds = [incoming.said for incoming in heard if incoming is not None]
    assert kinds == [Said.TEXT, Said.MEMBERSHIP, Said.TEXT]
