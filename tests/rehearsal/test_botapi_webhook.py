"""Delivery of updates by POST."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from bot.rehearsal.botapi import BotApiServer, User
from bot.rehearsal.clocks import ManualClock
from tests.rehearsal.client import Client


class Receiver:
    """Stand where the bot's web server stands; `statuses` are given out first, then 200."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[Any] = []
        self.secrets: list[str | None] = []
        self.statuses: list[int] = []
        self.headers: dict[str, str] = {}
        self.gate = asyncio.Event()
        self.gate.set()
        self.arrived = asyncio.Event()

    async def receive(self, request: web.Request) -> web.Response:
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.got.append(json.loads(await request.read()))
        self.arrived.set()
        await self.gate.wait()
        status = self.statuses.pop(0) if self.statuses else 200
        return web.Response(status=status, headers=self.headers)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    receiver.gate.set()
    await runner.cleanup()


async def test_updates_are_posted_with_the_secret(
    call: Client, an: User, server: BotApiServer, receiver: Receiver
) -> None:
    an.private.send("1")
    await call("setWebhook", url=receiver.url, secret_token="s3cret")
    an.private.send("2")
    await server.drained()
    assert [update["message"]["text"] for update in receiver.got] == ["1", "2"]
    assert receiver.secrets == ["s3cret", "s3cret"]


async def test_one_chat_waits_while_others_and_presses_pass(
    call: Client, an: User, server: BotApiServer, receiver: Receiver
) -> None:
    binh = server.world.add_user("Bình")
    sent = await call("sendMessage", chat_id=an.id, text="?")
    await call("setWebhook", url=receiver.url)
    receiver.gate.clear()
    an.private.send("1")
    an.private.send("2")
    an.press_data(an.private.messages[sent["result"]["message_id"]], "press")
    binh.private.send("3")
    async with asyncio.timeout(5):
        while len(receiver.got) < 3:
            receiver.arrived.clear()
            await receiver.arrived.wait()
    shown = {u["message"]["text"] if "message" in u else u["callback_query"]["data"] for u in receiver.got}
    assert shown == {"1", "press", "3"}


async def test_a_failed_delivery_is_repeated_at_once_and_then_ever_later(
    call: Client, an: User, server: BotApiServer, receiver: Receiver, clock: ManualClock
) -> None:
    receiver.statuses = [500, 500]
    await call("setWebhook", url=receiver.url)
    an.private.send("45 30")
    await server.until(lambda: len(receiver.got) == 2 and server.api.webhooks[server.bot.id].retrying == 1)
    info = (await call("getWebhookInfo"))["result"]
    assert info["last_error_message"] == "Wrong response from the webhook: 500 Internal Server Error"
    assert info["pending_update_count"] == 1
    clock.advance(2)
    await server.drained()
    assert len(receiver.got) == 3


async def test_retry_after_is_honoured(
    call: Client, an: User, server: BotApiServer, receiver: Receiver, clock: ManualClock
) -> None:
    receiver.statuses, receiver.headers = [503], {"Retry-After": "600"}
    await call("setWebhook", url=receiver.url)
    an.private.send("45 30")
    await server.until(lambda: server.api.webhooks[server.bot.id].retrying == 1)
    clock.advance(599)
    assert server.pending_updates == 1
    clock.advance(1)
    await server.drained()
    assert len(receiver.got) == 2


async def test_a_press_that_cannot_be_delivered_in_time_is_dropped(
    call: Client, an: User, server: BotApiServer, receiver: Receiver
) -> None:
    sent = await call("sendMessage", chat_id=an.id, text="?")
    receiver.statuses, receiver.headers = [503], {"Retry-After": "600"}
    await call("setWebhook", url=receiver.url)
    an.press_data(an.private.messages[sent["result"]["message_id"]], "x")
    await server.drained()
    assert len(receiver.got) == 1


async def test_a_webhook_that_is_gone_for_a_day_is_removed(
    call: Client, an: User, server: BotApiServer, receiver: Receiver, clock: ManualClock
) -> None:
    receiver.statuses, receiver.headers = [410, 410], {"Retry-After": "3600"}
    await call("setWebhook", url=receiver.url)
    webhook = server.api.webhooks[server.bot.id]
    an.private.send("45 30")
    await server.until(lambda: webhook.retrying == 1)
    clock.advance(23 * 3600 + 1)
    await server.until(lambda: webhook.gone)
    assert (await call("getWebhookInfo"))["result"]["url"] == ""


async def test_a_receiver_that_is_down_is_told_of(call: Client, an: User, server: BotApiServer) -> None:
    await call("setWebhook", url="http://127.0.0.1:1/hook")
    an.private.send("45 30")
    await server.until(lambda: server.api.webhooks[server.bot.id].retrying == 1)
    assert (await call("getWebhookInfo"))["result"]["last_error_message"] == "Connection refused"


async def test_polling_is_a_conflict_while_a_webhook_is_set(call: Client, receiver: Receiver) -> None:
    await call("setWebhook", url=receiver.url)
    assert await call.refusal("getUpdates") == (
        "409 Conflict: can't use getUpdates method while webhook is active; "
        "use deleteWebhook to delete the webhook first"
    )
    await call("deleteWebhook")
    assert await call.updates() == []


async def test_setting_a_webhook_aborts_the_waiting_poll(
    call: Client, server: BotApiServer, receiver: Receiver
) -> None:
    poll = asyncio.ensure_future(call.refusal("getUpdates", timeout=50))
    await server.until(lambda: server.polling)
    await call("setWebhook", url=receiver.url)
    assert await poll == "409 Conflict: terminated by setWebhook request"


async def test_what_was_not_delivered_can_be_polled_or_dropped(call: Client, an: User, receiver: Receiver) -> None:
    receiver.statuses = [500] * 10
    await call("setWebhook", url=receiver.url)
    an.private.send("45 30")
    await call("deleteWebhook")
    assert len(await call.updates()) == 1
    await call("deleteWebhook", drop_pending_updates=True)
    assert await call.updates() == []


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"url": "https://example.org/"}, "bad webhook: only addresses of this machine can be reached"),
        ({"url": "http://127.0.0.1/", "secret_token": "a b"}, "secret token contains unallowed characters"),
        ({"url": "http://127.0.0.1/", "secret_token": "x" * 257}, "secret token is too long"),
    ],
)
async def test_a_bad_webhook_is_refused(call: Client, arguments: dict[str, str], why: str) -> None:
    assert await call.refusal("setWebhook", **arguments) == f"400 Bad Request: {why}"
