"""What may have happened when a request fails, and what never leaks."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator

import pytest
from telegram import Bot
from telegram.error import TelegramError

from bot.channels import Call, Refused, Retry, Unknown, Unreachable, Wait
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_http import AiohttpRequest, NotSent
from bot.rehearsal.botapi import BotApiServer, Fault, User
from bot.rehearsal.clocks import ManualClock

AMBIGUOUS = {
    "N4 hangs after the deed": Fault.accept_then_hang(),
    "N5 is reset after the deed": Fault.accept_then_reset(),
    "N6 is cut before the body is read": Fault.refuse(),
    "N7 ends before its length": Fault.truncate(),
    "N7 is half a document": Fault.truncate(length_lies=False),
    "N8 is a 502 page": Fault.html_502(accepted=True),
    "N8 is a 504 page": Fault.html_504(),
    "N12 is a captive portal": Fault.captive_200(),
    "N13 is a restart": Fault.error(500, "Internal Server Error: restart"),
    "a proxy's 401 page": Fault.html(401, b"401 Proxy"),
    "a proxy's 403 page": Fault.html(403, b"403 Blocked"),
}


@pytest.mark.parametrize("fault", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
async def test_N4_N5_N6_N7_N8_N12_N13_nobody_can_say_what_became_of_it(
    server: BotApiServer, channel: TelegramChannel, an: User, fault: Fault
) -> None:
    server.faults.next("sendMessage", fault)
    assert isinstance(await channel.deliver(Call("send", an.id, "x")), Unknown)


async def test_N3_no_free_connection_in_time_is_provably_nothing(server: BotApiServer) -> None:
    request = AiohttpRequest(1, read_timeout=5, connect_timeout=0.05)
    await request.initialize()
    server.faults.next("getMe", Fault.hang_before())
    url = f"{server.base_url}/bot{server.token}/getMe"
    hanging = asyncio.create_task(request.post(url))
    await asyncio.sleep(0)
    with pytest.raises(NotSent):
        await request.post(url)
    hanging.cancel()
    await request.shutdown()


async def test_N10_a_line_that_is_not_tls_is_never_spoken_on(
    server: BotApiServer, clock: ManualClock, an: User
) -> None:
    channel = TelegramChannel(server.token, server.base_url.replace("http:", "https:"), clock)
    await channel.open()
    assert isinstance(await channel.deliver(Call("send", an.id, "x")), Retry)
    await channel.close()
    assert server.calls["sendMessage"] == 0


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (Fault.too_many(7), 7),
        (Fault.too_many(7, html=True), 7),
        (Fault.html(429, b"429 Too Many Requests"), 30),
        (Fault.error(429, "Too Many Requests"), 30),
    ],
)
async def test_T3_a_flood_is_understood_in_any_dress(
    server: BotApiServer, channel: TelegramChannel, an: User, fault: Fault, seconds: int
) -> None:
    server.faults.next("sendMessage", fault)
    assert await channel.deliver(Call("send", an.id, "x")) == Wait(seconds)


async def test_T20_what_is_too_large_for_a_proxy_is_refused_for_good(
    server: BotApiServer, channel: TelegramChannel, an: User
) -> None:
    server.faults.next("sendMessage", Fault.html(413, b"413 Request Entity Too Large"))
    assert isinstance(await channel.deliver(Call("send", an.id, "x")), Refused)


def chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("fault", [*AMBIGUOUS.values(), Fault.unauthorized(), Fault.too_many(3)])
async def test_V1_no_error_and_no_log_holds_the_token(
    server: BotApiServer, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    caplog.set_level(logging.DEBUG)
    request = AiohttpRequest(1, read_timeout=0.1)
    await request.initialize()
    server.faults.next("getMe", fault)
    with pytest.raises(TelegramError) as failed:
        await request.post(f"{server.base_url}/bot{server.token}/getMe")
    await request.shutdown()
    secret = server.token.partition(":")[2]
    assert not any(secret in f"{error!r} {error} {vars(error)}" for error in chain(failed.value))
    assert secret not in caplog.text


async def test_V1_the_channel_does_not_show_its_token(channel: TelegramChannel, server: BotApiServer) -> None:
    assert server.token not in f"{channel!r} {vars(channel)}"


async def test_a_redirect_is_not_followed_with_the_token(
    server: BotApiServer, channel: TelegramChannel, an: User
) -> None:
    server.faults.next("sendMessage", Fault.html(302, b"302 Moved"))
    assert isinstance(await channel.deliver(Call("send", an.id, "x")), Unknown)
    assert server.calls["sendMessage"] == 1


@pytest.fixture
async def bot(server: BotApiServer) -> AsyncIterator[Bot]:
    calls, polls = AiohttpRequest(4), AiohttpRequest(1)
    bot = Bot(server.token, f"{server.base_url}/bot", request=calls, get_updates_request=polls)
    async with bot:
        yield bot


async def test_the_library_itself_works_over_this_request(bot: Bot, an: User) -> None:
    sent = await bot.send_message(an.id, "<b>45</b>", parse_mode="HTML")
    assert (sent.text, an.private.last().message_id) == ("45", sent.message_id)


async def test_files_travel_as_parts_of_a_form(bot: Bot, an: User) -> None:
    sent = await bot.send_document(an.id, b"1;2;3", filename="tổng hợp.csv", caption="Số liệu")
    assert sent.document is not None
    assert (sent.document.file_name, sent.caption) == ("tổng hợp.csv", "Số liệu")


async def test_a_closed_session_sends_nothing(server: BotApiServer, clock: ManualClock, an: User) -> None:
    channel = TelegramChannel(server.token, server.base_url, clock)
    assert isinstance(await channel.deliver(Call("send", an.id, "x")), Retry)


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"[]", b'"ok"', b"\xff\xfe", b'{"ok":true}', b'{"ok":true,"result":{"mess']
)
def test_N7_what_is_no_answer_of_telegrams_is_not_taken_for_one(payload: bytes) -> None:
    with pytest.raises(TelegramError, match="not Telegram's"):
        AiohttpRequest.parse_json_payload(payload)


async def test_the_words_of_a_refusal_are_kept(channel: TelegramChannel) -> None:
    assert await channel.deliver(Call("send", 1, "x")) == Unreachable("Chat not found")
