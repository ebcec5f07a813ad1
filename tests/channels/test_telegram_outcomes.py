"""Every line of the table of refusals, and what the calls look like, over HTTP."""

import pytest
from telegram.error import TelegramError

from bot.channels import (
    BadToken,
    Call,
    CallFailed,
    Contested,
    Moved,
    Muted,
    Outcome,
    Refused,
    Retry,
    Sent,
    Stale,
    TargetGone,
    ThreadGone,
    Unchanged,
    Unknown,
    Unparsable,
    Unreachable,
    Wait,
)
from bot.channels.telegram import RULES, TelegramChannel, outcome_of
from bot.rehearsal.botapi import BotApiServer, Fault, User

NEW_ID = -1002000000077
REFUSALS: list[tuple[Fault, type[Outcome]]] = [
    (Fault.too_many(3), Wait),
    (Fault.migrate(NEW_ID), Moved),
    (Fault.accept_then_reset(), Unknown),
    (Fault.unauthorized(), BadToken),
    (Fault.error(409, "Conflict: terminated by other getUpdates request"), Contested),
    (Fault.forbidden("not enough rights to send text messages to the chat"), Muted),
    (Fault.forbidden("bot was blocked by the user"), Unreachable),
    (Fault.error(400, "Bad Request: message is not modified: specified new message content …"), Unchanged),
    (Fault.error(400, "Bad Request: query is too old and response timeout expired or query ID is invalid"), Stale),
    (Fault.error(400, "Bad Request: QUERY_ID_INVALID"), Stale),
    (Fault.error(400, "Bad Request: can't parse entities: Unsupported start tag"), Unparsable),
    (Fault.error(400, "Bad Request: message to edit not found"), TargetGone),
    (Fault.error(400, "Bad Request: message can't be edited"), TargetGone),
    (Fault.error(400, "Bad Request: MESSAGE_ID_INVALID"), TargetGone),
    (Fault.error(400, "Bad Request: message thread not found"), ThreadGone),
    (Fault.error(400, "Bad Request: TOPIC_CLOSED"), ThreadGone),
    (Fault.error(400, "Bad Request: TOPIC_DELETED"), ThreadGone),
    (Fault.error(400, "Bad Request: chat not found"), Unreachable),
    (Fault.error(400, "Bad Request: user not found"), Unreachable),
    (Fault.error(400, "Bad Request: PEER_ID_INVALID"), Unreachable),
    (Fault.error(400, "Bad Request: group chat was deactivated"), Unreachable),
    (Fault.error(400, "Bad Request: bot is not a member of the group chat"), Unreachable),
    (Fault.error(400, "Bad Request: CHANNEL_PRIVATE"), Unreachable),
    (Fault.error(400, "Bad Request: not enough rights to send text messages to the chat"), Muted),
    (Fault.error(400, "Bad Request: have no rights to send a message"), Muted),
    (Fault.error(400, "Bad Request: need administrator rights in the channel chat"), Muted),
    (Fault.error(400, "Bad Request: CHAT_WRITE_FORBIDDEN"), Muted),
    (Fault.error(400, "Bad Request: CHAT_RESTRICTED"), Muted),
    (Fault.error(400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN"), Muted),
    (Fault.error(400, "Bad Request: BUTTON_DATA_INVALID"), Refused),
    (Fault.error(413, "Request Entity Too Large"), Refused),
    (Fault.error(500, "Internal Server Error: restart"), Unknown),
]


@pytest.mark.parametrize(("fault", "outcome"), REFUSALS, ids=lambda value: str(getattr(value, "refusal", "")))
async def test_every_refusal_has_its_outcome(
    server: BotApiServer, channel: TelegramChannel, an: User, fault: Fault, outcome: type[Outcome]
) -> None:
    server.faults.next("sendMessage", fault)
    assert type(await channel.deliver(Call("send", an.id, "45 30"))) is outcome


def test_every_line_of_the_table_has_a_refusal_above() -> None:
    said = [fault.refusal.description.lower() for fault, _ in REFUSALS if fault.refusal]
    assert [rule.words for rule in RULES if not any(rule.words in words for words in said)] == []


async def test_N2_a_refused_connection_is_provably_nothing(
    server: BotApiServer, channel: TelegramChannel, an: User
) -> None:
    await server.go_dark()
    assert isinstance(await channel.deliver(Call("send", an.id, "45 30")), Retry)


def test_an_error_of_another_kind_is_unknown() -> None:
    assert outcome_of(TelegramError("?")) == Unknown("?")


async def test_T1_the_wait_is_what_telegram_asks(server: BotApiServer, channel: TelegramChannel, an: User) -> None:
    server.faults.next("sendMessage", Fault.too_many(10_072))
    assert await channel.deliver(Call("send", an.id, "x")) == Wait(10_072)


async def test_T9_the_new_id_of_a_group_is_told(server: BotApiServer, channel: TelegramChannel, an: User) -> None:
    server.faults.next("sendMessage", Fault.migrate(NEW_ID))
    assert await channel.deliver(Call("send", an.id, "x")) == Moved(NEW_ID)


async def test_T16_a_reply_whose_target_is_deleted_is_sent_all_the_same(channel: TelegramChannel, an: User) -> None:
    asked = an.private.send("45 30")
    an.private.remove(asked)
    assert isinstance(await channel.deliver(Call("send", an.id, "Đã ghi nhận", reply_to=asked.message_id)), Sent)


async def test_a_message_is_html_with_its_buttons(channel: TelegramChannel, an: User) -> None:
    keyboard = [[{"text": "Sửa", "callback_data": "k.0"}]]
    sent = await channel.deliver(Call("send", an.id, "<b>45</b> &lt; 50", keyboard))
    shown = an.private.last()
    assert sent == Sent(shown.message_id)
    assert (shown.text, shown.entities[0]["type"]) == ("45 < 50", "bold")
    assert shown.reply_markup == {"inline_keyboard": keyboard}


async def test_plain_text_keeps_what_only_looks_like_markup(channel: TelegramChannel, an: User) -> None:
    await channel.deliver(Call("send", an.id, "<b>An</b> <3 &amp; <i>x", plain=True))
    assert an.private.last().text == "An <3 & x"


async def test_T11_an_edit_that_changes_nothing_is_unchanged(channel: TelegramChannel, an: User) -> None:
    sent = await channel.deliver(Call("send", an.id, "a"))
    assert isinstance(sent, Sent)
    assert await channel.deliver(Call("edit", an.id, "a", message=sent.message)) == Unchanged()
    assert await channel.deliver(Call("edit", an.id, "b", message=sent.message)) == sent


async def test_a_toast_is_plain_and_cut_to_what_telegram_takes(
    server: BotApiServer, channel: TelegramChannel, an: User
) -> None:
    keyboard = [[{"text": "Sửa", "callback_data": "k.0"}]]
    await channel.deliver(Call("send", an.id, "a", keyboard))
    an.press(an.private.last(), "Sửa")
    query = (await channel.poll(None, 0))[-1]["callback_query"]["id"]
    assert await channel.deliver(Call("toast", an.id, "<b>Đã huỷ</b> " + "x" * 300, query=query)) == Sent()
    assert server.accepted[-1].text == "Đã huỷ " + "x" * 193


async def test_leaving_a_group_leaves_it(server: BotApiServer, channel: TelegramChannel, an: User) -> None:
    group = server.world.add_group("Phường 3", [an])
    assert await channel.deliver(Call("leave", group.id)) == Sent()
    assert isinstance(await channel.deliver(Call("send", group.id, "x")), Unreachable)


@pytest.mark.usefixtures("an")
async def test_polling_confirms_what_is_before_the_offset(server: BotApiServer, channel: TelegramChannel) -> None:
    [start] = await channel.poll(None, 0)
    assert server.pending_updates == 1
    assert await channel.poll(start["update_id"] + 1, 0) == []
    assert server.pending_updates == 0


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault.unauthorized(), BadToken),  # D11
        (Fault.not_found(), BadToken),  # D12
        (Fault.error(409, "Conflict: can't use getUpdates method while webhook is active"), Contested),  # D13
        (Fault.too_many(5), Wait),  # T4
        (Fault.captive_200(), Unknown),  # N12
        (Fault.hang_before(), Unknown),  # N9
    ],
)
async def test_D11_D12_D13_T4_N9_N12_a_poll_that_fails_says_why(
    server: BotApiServer, channel: TelegramChannel, fault: Fault, outcome: type[Outcome]
) -> None:
    server.faults.next("getUpdates", fault)
    with pytest.raises(CallFailed) as failed:
        await channel._must(channel._polls, "getUpdates", {}, 0.1)
    assert type(failed.value.outcome) is outcome


async def test_the_bot_knows_itself(server: BotApiServer, channel: TelegramChannel) -> None:
    me = await channel.me()
    assert (me.id, me.username, me.can_read_all) == (server.bot.id, "tiendo_bot", False)


@pytest.mark.usefixtures("an")
async def test_D13_a_webhook_is_deleted_without_dropping_what_waits(channel: TelegramChannel) -> None:
    await channel._must(channel._calls, "setWebhook", {"url": "https://127.0.0.1:9/hook"})
    before = await channel.get_webhook()
    await channel.delete_webhook()
    assert (before.url, before.pending) == ("https://127.0.0.1:9/hook", 1)
    assert (await channel.get_webhook()).url == ""
    assert len(await channel.poll(None, 0)) == 1


async def test_commands_are_set_for_a_scope_and_a_language(channel: TelegramChannel) -> None:
    await channel.set_commands("all_private_chats", "vi", [("baocao", "Báo cáo ngày")])
    scope = {"scope": {"type": "all_private_chats"}, "language_code": "vi"}
    found = await channel._must(channel._calls, "getMyCommands", scope)
    assert found == [{"command": "baocao", "description": "Báo cáo ngày"}]
