"""Flood limits."""

import pytest

from bot.rehearsal.botapi import BotApiServer, Limits, User
from bot.rehearsal.clocks import ManualClock
from tests.rehearsal.client import Client


@pytest.fixture(autouse=True)
def limited(server: BotApiServer) -> None:
    server.limits = Limits()


async def sent(call: Client, chat_id: int, times: int) -> list[bool]:
    return [(await call("sendMessage", chat_id=chat_id, text="x"))["ok"] for _ in range(times)]


async def test_a_private_chat_takes_three_at_once_and_then_one_a_second(
    call: Client, an: User, clock: ManualClock
) -> None:
    assert await sent(call, an.id, 4) == [True, True, True, False]
    clock.advance(1)
    assert await sent(call, an.id, 2) == [True, False]


async def test_a_refused_send_says_how_long_to_wait_and_is_counted(
    call: Client, an: User, server: BotApiServer
) -> None:
    await sent(call, an.id, 3)
    refusal = await call("sendMessage", chat_id=an.id, text="x")
    assert refusal["description"] == "Too Many Requests: retry after 1"
    assert (refusal["error_code"], refusal["parameters"]) == (429, {"retry_after": 1})
    assert [(each.chat_id, each.retry_after) for each in server.refusals] == [(an.id, 1)]
    assert len(server.accepted) == 3


async def test_a_group_takes_twenty_in_a_minute(
    call: Client, an: User, server: BotApiServer, clock: ManualClock
) -> None:
    group = server.world.add_group("Tổ 1", [an])
    assert all(await sent(call, group.id, 20))
    clock.advance(45)
    await sent(call, group.id, 1)
    assert server.refusals[-1].retry_after == 15
    clock.advance(15)
    assert await sent(call, group.id, 1) == [True]


async def test_all_chats_together_take_thirty_in_a_second(
    call: Client, server: BotApiServer, clock: ManualClock
) -> None:
    people = [server.world.add_user(f"Cán bộ {number}") for number in range(31)]
    for person in people:
        person.private.send("/start")
    results = [(await sent(call, person.id, 1))[0] for person in people]
    assert results == [True] * 30 + [False]
    clock.advance(1)
    assert await sent(call, people[-1].id, 1) == [True]


async def test_without_limits_nothing_is_refused(call: Client, an: User, server: BotApiServer) -> None:
    server.limits = None
    assert all(await sent(call, an.id, 40))
