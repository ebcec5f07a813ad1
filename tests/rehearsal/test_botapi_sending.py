"""What the bot may send, and what it is told when it may not."""

import aiohttp
import pytest

from bot.rehearsal.botapi import BotApiServer, User
from bot.rehearsal.clocks import ManualClock
from tests.rehearsal.client import Client


def keyboard(*rows: list[tuple[str, str]]) -> dict[str, object]:
    return {"inline_keyboard": [[{"text": text, "callback_data": data} for text, data in row] for row in rows]}


async def test_a_sent_message_stands_in_the_chat(call: Client, an: User) -> None:
    await call("sendMessage", chat_id=an.id, text="Chào", reply_markup=keyboard([("Sửa", "s"), ("Hoàn tác", "h")]))
    last = an.private.last()
    assert (last.who, last.text, last.buttons) == ("Tiến Độ", "Chào", [["Sửa", "Hoàn tác"]])
    assert [message.text for message in an.private.transcript()] == ["/start", "Chào"]


async def test_html_is_parsed_and_answered_with_entities(call: Client, an: User) -> None:
    sent = await call("sendMessage", chat_id=an.id, text="<b>Đã ghi</b> &lt;3\n", parse_mode="HTML")
    assert sent["result"]["text"] == "Đã ghi <3"
    assert sent["result"]["entities"] == [{"type": "bold", "offset": 0, "length": 6}]


async def test_a_text_that_cannot_be_parsed_is_not_sent(call: Client, an: User) -> None:
    refusal = await call.refusal("sendMessage", chat_id=an.id, text="Nguyễn <An>", parse_mode="HTML")
    assert refusal.startswith("400 Bad Request: can't parse entities: Unsupported start tag")
    assert an.private.from_bots() == []


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"text": ""}, "400 Bad Request: message text is empty"),
        ({"text": " \n "}, "400 Bad Request: message text is empty"),
        ({"text": "<b> </b>", "parse_mode": "HTML"}, "400 Bad Request: message text is empty"),
        ({"text": "🎉" * 2049}, "400 Bad Request: message is too long"),
        ({"text": "x", "parse_mode": "BBCode"}, "400 Bad Request: unsupported parse_mode"),
        ({"text": "x\ud800"}, "400 Bad Request: strings must be encoded in UTF-8"),
        ({"text": "x", "chat_id": 999}, "400 Bad Request: chat not found"),
        ({"text": "x", "chat_id": ""}, "400 Bad Request: chat_id is empty"),
        ({"text": "x", "message_thread_id": 7}, "400 Bad Request: message thread not found"),
        ({"text": "x", "reply_parameters": {"message_id": 99}}, "400 Bad Request: message to be replied not found"),
        ({"text": "x", "reply_to_message_id": 99}, "400 Bad Request: message to be replied not found"),
        ({"text": "x", "reply_markup": keyboard([("a", "x" * 65)])}, "400 Bad Request: BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard([("a", "")])}, "400 Bad Request: BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard([("a", "b")] * 9)}, "400 Bad Request: reply markup is too long"),
        (
            {"text": "x", "reply_markup": keyboard(*[[("a", "b")]] * 101)},
            "400 Bad Request: reply markup is too long",
        ),
        ({"text": "x", "reply_parameters": [1]}, "400 Bad Request: object expected as reply parameters"),
        ({"text": "x", "reply_markup": [1]}, "400 Bad Request: object expected as reply markup"),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [1]}},
            '400 Bad Request: field "inline_keyboard" must be an Array of Arrays',
        ),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a"}]]}},
            "400 Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "x", "reply_markup": keyboard([(" ", "a")])},
            "400 Bad Request: inline keyboard button text must be non-empty",
        ),
        (
            {"text": "x", "reply_markup": "{"},
            "400 Bad Request: can't parse reply keyboard markup JSON object",
        ),
    ],
)
async def test_a_bad_message_is_refused_in_telegrams_words(
    call: Client, an: User, arguments: dict[str, object], why: str
) -> None:
    assert await call.refusal("sendMessage", **{"chat_id": an.id, **arguments}) == why
    assert an.private.from_bots() == []


async def test_4096_units_after_parsing_are_accepted(call: Client, an: User) -> None:
    sent = await call("sendMessage", chat_id=an.id, text=f"<b>{'🎉' * 2048}</b>", parse_mode="HTML")
    assert sent["ok"]


async def test_T16_a_missing_reply_target_may_be_allowed(call: Client, an: User) -> None:
    reply = {"message_id": 99, "allow_sending_without_reply": True}
    sent = await call("sendMessage", chat_id=an.id, text="x", reply_parameters=reply)
    assert "reply_to_message" not in sent["result"]


async def test_a_reply_carries_what_it_answers(call: Client, an: User) -> None:
    asked = an.private.send("45 30")
    reply = {"message_id": asked.message_id}
    sent = await call("sendMessage", chat_id=an.id, text="x", reply_parameters=reply)
    assert sent["result"]["reply_to_message"]["text"] == "45 30"


async def test_nobody_is_written_to_who_never_wrote(call: Client, server: BotApiServer) -> None:
    stranger = server.world.add_user("Bình")
    refusal = await call.refusal("sendMessage", chat_id=stranger.id, text="x")
    assert refusal == "403 Forbidden: bot can't initiate conversation with a user"


async def test_T6_a_person_who_blocked_the_bot_is_not_reached_until_unblocking(call: Client, an: User) -> None:
    an.block_bot()
    refusal = await call.refusal("sendMessage", chat_id=an.id, text="x")
    assert refusal == "403 Forbidden: bot was blocked by the user"
    an.unblock()
    assert (await call("sendMessage", chat_id=an.id, text="x"))["ok"]
    statuses = [u["my_chat_member"]["new_chat_member"]["status"] for u in await call.updates()]
    assert statuses == ["kicked", "member"]


async def test_a_deleted_account_is_refused(call: Client, an: User) -> None:
    an.deactivate()
    assert await call.refusal("sendMessage", chat_id=an.id, text="x") == "403 Forbidden: user is deactivated"


async def test_every_accepted_send_is_recorded_and_every_call_counted(
    call: Client, an: User, server: BotApiServer, clock: ManualClock
) -> None:
    await call("sendMessage", chat_id=an.id, text="x")
    await call("sendMessage", chat_id=an.id, text="")
    (accepted,) = server.accepted
    assert (accepted.method, accepted.chat_id, accepted.text) == ("sendMessage", an.id, "x")
    assert (accepted.message_id, accepted.at) == (an.private.last().message_id, clock.now())
    assert server.calls["sendMessage"] == 2


async def test_an_unknown_method_is_not_found(call: Client) -> None:
    assert await call.refusal("sendMoney") == "404 Not Found: method not found"


async def test_the_name_of_a_method_may_be_in_any_case(call: Client, server: BotApiServer) -> None:
    assert (await call("GETME"))["result"]["username"] == "tiendo_bot"
    assert server.calls["getMe"] == 1


async def test_T22_a_revoked_token_is_unauthorised(call: Client, server: BotApiServer) -> None:
    server.world.revoke_token()
    assert await call.refusal("getMe") == "401 Unauthorized"


async def test_a_malformed_token_is_not_found(call: Client, server: BotApiServer) -> None:
    server.bot.token = "nonsense"
    assert await call.refusal("getMe") == "404 Not Found"


async def test_a_menu_is_kept_by_scope_and_language(call: Client) -> None:
    commands = [{"command": "bc", "description": "Báo cáo"}]
    scope = {"type": "all_group_chats"}
    await call("setMyCommands", commands=commands, scope=scope, language_code="vi")
    assert (await call("getMyCommands", scope=scope, language_code="vi"))["result"] == commands
    assert (await call("getMyCommands"))["result"] == []
    assert await call.refusal("setMyCommands", commands=[{"command": "BÁO"}]) == "400 Bad Request: BOT_COMMAND_INVALID"


async def test_an_answer_to_a_press_reaches_the_person(call: Client, an: User) -> None:
    await call("sendMessage", chat_id=an.id, text="?", reply_markup=keyboard([("Hoàn tác", "undo:1")]))
    press = an.press(an.private.last(), "Hoàn tác")
    (update,) = await call.updates()
    assert update["callback_query"]["data"] == "undo:1"
    await call("answerCallbackQuery", callback_query_id=press.id, text="Đã bỏ", show_alert=True)
    assert (await press.answer(), press.alert) == ("Đã bỏ", True)


async def test_T15_a_press_that_waited_too_long_cannot_be_answered(call: Client, an: User, clock: ManualClock) -> None:
    await call("sendMessage", chat_id=an.id, text="?", reply_markup=keyboard([("a", "a")]))
    press = an.press(an.private.last(), 0)
    clock.advance(16)
    assert await call.refusal("answerCallbackQuery", callback_query_id=press.id) == (
        "400 Bad Request: query is too old and response timeout expired or query ID is invalid"
    )
    assert not press.answered


async def test_a_press_is_answered_in_at_most_200_units(call: Client, an: User) -> None:
    await call("sendMessage", chat_id=an.id, text="?", reply_markup=keyboard([("a", "a")]))
    press = an.press(an.private.last(), 0)
    refusal = await call.refusal("answerCallbackQuery", callback_query_id=press.id, text="x" * 201)
    assert refusal == "400 Bad Request: MESSAGE_TOO_LONG"


async def test_a_button_that_is_not_shown_cannot_be_pressed(call: Client, an: User) -> None:
    await call("sendMessage", chat_id=an.id, text="?", reply_markup=keyboard([("a", "a")]))
    with pytest.raises(LookupError):
        an.press(an.private.last(), "b")


async def test_the_chat_waits_for_the_bots_answer(call: Client, an: User) -> None:
    an.private.send("45 30")
    await call("sendMessage", chat_id=an.id, text="Đã ghi nhận")
    await call("sendMessage", chat_id=an.id, text="Còn 14 ngày")
    assert (await an.private.answer()).text == "Đã ghi nhận"
    assert (await an.private.answer(2)).text == "Còn 14 ngày"


async def test_a_body_that_is_no_object_is_refused(server: BotApiServer) -> None:
    url = f"{server.base_url}/bot{server.token}/sendMessage"
    headers = {"Content-Type": "application/json"}
    async with aiohttp.ClientSession() as session, session.post(url, data=b"[", headers=headers) as answer:
        assert (answer.status, (await answer.json())["ok"]) == (400, False)


async def test_arguments_may_come_in_the_address(server: BotApiServer, an: User) -> None:
    url = f"{server.base_url}/bot{server.token}/sendMessage"
    async with aiohttp.ClientSession() as session:
        await session.get(url, params={"chat_id": an.id, "text": "Chào"})
    assert an.private.last().text == "Chào"
