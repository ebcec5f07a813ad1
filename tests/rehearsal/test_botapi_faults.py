"""Failures on demand."""

import asyncio
from typing import Any

import aiohttp
import pytest

from bot.rehearsal.botapi import BotApiServer, Fault, User
from tests.rehearsal.client import Client


async def send(call: Client, person: User, text: str = "x") -> Any:
    return await call("sendMessage", chat_id=person.id, text=text)


@pytest.mark.parametrize(
    ("fault", "accepted"),
    [
        (Fault.refuse(), 0),
        (Fault.accept_then_reset(), 1),
        (Fault.truncate(), 1),
    ],
)
async def test_a_broken_connection_raises_at_the_client(
    call: Client, an: User, server: BotApiServer, fault: Fault, accepted: int
) -> None:
    server.faults.next("sendMessage", fault)
    with pytest.raises(aiohttp.ClientError):
        await send(call, an)
    assert len(server.accepted) == accepted
    assert (await send(call, an))["ok"]


async def test_N7_a_cut_answer_with_the_right_length_is_no_json(call: Client, an: User, server: BotApiServer) -> None:
    server.faults.next("sendMessage", Fault.truncate(length_lies=False))
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        await send(call, an)
    assert len(server.accepted) == 1


@pytest.mark.parametrize(("fault", "accepted"), [(Fault.hang_before(), 0), (Fault.accept_then_hang(), 1)])
async def test_a_hanging_call_ends_when_it_is_released(
    call: Client, an: User, server: BotApiServer, fault: Fault, accepted: int
) -> None:
    server.faults.next("sendMessage", fault)
    hanging = asyncio.ensure_future(send(call, an))
    await server.until(lambda: server.faults.hanging == 1)
    assert len(server.accepted) == accepted
    server.faults.release()
    with pytest.raises(aiohttp.ClientError):
        await hanging


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.html_502(), 502),
        (Fault.html_504(), 504),
        (Fault.captive_200(), 200),
        (Fault.too_many(7, html=True), 429),
    ],
)
async def test_a_page_comes_instead_of_json(server: BotApiServer, fault: Fault, status: int) -> None:
    server.faults.next("getMe", fault)
    url = f"{server.base_url}/bot{server.token}/getMe"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert (answer.status, answer.content_type) == (status, "text/html")
        assert answer.headers.get("Retry-After") == ("7" if status == 429 else None)


@pytest.mark.parametrize(
    ("fault", "code", "description", "parameters"),
    [
        (Fault.too_many(3), 429, "Too Many Requests: retry after 3", {"retry_after": 3}),
        (Fault.forbidden("user is deactivated"), 403, "Forbidden: user is deactivated", None),
        (
            Fault.migrate(-1001),
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            {"migrate_to_chat_id": -1001},
        ),
        (
            Fault.error(500, "Internal Server Error: restart"),
            500,
            "Internal Server Error: restart",
            None,
        ),
        (Fault.unauthorized(), 401, "Unauthorized", None),
        (Fault.not_found(), 404, "Not Found", None),
    ],
)
async def test_a_scripted_refusal_reads_like_telegrams(
    call: Client, an: User, server: BotApiServer, fault: Fault, code: int, description: str, parameters: Any
) -> None:
    server.faults.next("sendMessage", fault)
    answer = await send(call, an)
    assert (answer["error_code"], answer["description"], answer.get("parameters")) == (
        code,
        description,
        parameters,
    )
    assert server.accepted == []


async def test_a_fault_hits_its_chat_only_and_so_many_times(call: Client, an: User, server: BotApiServer) -> None:
    binh = server.world.add_user("Bình")
    binh.private.send("/start")
    server.faults.next("sendmessage", Fault.too_many(1), times=2, chat=an.id)
    results = [(await send(call, person))["ok"] for person in (an, binh, an, an)]
    assert results == [False, True, False, True]


async def test_N11_faults_by_chance_repeat_with_their_seed(an: User, server: BotApiServer) -> None:
    runs = []
    for _ in range(2):
        server.faults.clear()
        server.faults.rate("*", Fault.html_502(accepted=True), probability=0.3, seed=7)
        statuses = [server.faults.pick("sendmessage", an.id) is None for _ in range(50)]
        runs.append(statuses)
    assert runs[0] == runs[1]
    assert 25 < sum(runs[0]) < 45


async def test_an_answer_that_is_lost_has_still_confirmed(call: Client, an: User, server: BotApiServer) -> None:
    an.private.send("45 30")
    (update,) = await call.updates()
    server.faults.next("getUpdates", Fault.accept_then_reset())
    with pytest.raises(aiohttp.ClientError):
        await call.updates(update["update_id"] + 1)
    assert server.pending_updates == 0


async def test_N1_a_server_that_is_down_refuses_and_comes_back(call: Client, server: BotApiServer) -> None:
    assert (await call("getMe"))["ok"]
    await server.go_dark()
    with pytest.raises(aiohttp.ClientConnectionError):
        await call("getMe")
    await server.listen()
    assert (await call("getMe"))["ok"]
