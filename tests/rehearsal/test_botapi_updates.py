"""How updates are kept, served and forgotten."""

import asyncio
from datetime import timedelta

import pytest

from bot.rehearsal.botapi import BotApiServer, User
from bot.rehearsal.clocks import ManualClock
from tests.rehearsal.client import Answer, Client


def texts(updates: list[Answer]) -> list[str]:
    return [update["message"]["text"] for update in updates]


def ids(updates: list[Answer]) -> list[int]:
    return [update["update_id"] for update in updates]


async def waiting_poll(call: Client, server: BotApiServer, **arguments: int) -> "asyncio.Task[Answer]":
    """Start a long poll and return once it waits at the server."""
    poller = server.api.poller(server.bot)
    before = poller.waits
    poll = asyncio.ensure_future(call("getUpdates", **{"timeout": 50, **arguments}))
    await server.until(lambda: poller.waits > before)
    return poll


async def test_updates_are_served_until_an_offset_confirms_them(call: Client, an: User) -> None:
    for text in ("1", "2", "3"):
        an.private.send(text)
    first = await call.updates()
    assert texts(first) == ["1", "2", "3"]
    assert texts(await call.updates()) == ["1", "2", "3"]
    assert texts(await call.updates(ids(first)[1])) == ["2", "3"]
    assert texts(await call.updates()) == ["2", "3"]


async def test_a_negative_offset_forgets_all_but_the_last(call: Client, an: User) -> None:
    for text in ("1", "2", "3"):
        an.private.send(text)
    assert texts(await call.updates(-1)) == ["3"]
    assert texts(await call.updates()) == ["3"]


async def test_a_batch_holds_at_most_the_limit(call: Client, an: User) -> None:
    for _ in range(120):
        an.private.send("45 30")
    assert len(await call.updates(limit=7)) == 7
    assert len(await call.updates(limit=1000)) == 100


async def test_D5_an_answer_is_cut_at_four_mebibytes(call: Client, server: BotApiServer) -> None:
    for _ in range(110):
        server.send_raw({"unknown": "x" * 60_000})
    assert len(await call.updates()) == 4 * 1024 * 1024 // 60_045


async def test_an_offset_far_past_the_tail_is_served_from_the_head(call: Client, an: User) -> None:
    an.private.send("1")
    assert texts(await call.updates(2_000_000_000)) == ["1"]


async def test_ids_that_jump_backwards_are_served_and_confirmed(call: Client, an: User, server: BotApiServer) -> None:
    an.private.send("before")
    (old,) = ids(await call.updates())
    server.next_update_id = 5
    an.private.send("after")
    assert texts(await call.updates(old + 1)) == ["after"]
    assert await call.updates(6) == []


async def test_a_message_lives_a_day_from_its_own_date(call: Client, an: User, clock: ManualClock) -> None:
    an.private.send("too old", at=clock.now() - timedelta(hours=24))
    an.private.send("old", at=clock.now() - timedelta(hours=23, minutes=59))
    an.private.send("new")
    assert texts(await call.updates()) == ["old", "new"]
    clock.advance(120)
    assert texts(await call.updates()) == ["new"]


async def test_a_button_press_lives_150_seconds(call: Client, an: User, clock: ManualClock) -> None:
    sent = await call("sendMessage", chat_id=an.id, text="?")
    message = an.private.messages[sent["result"]["message_id"]]
    an.press_data(message, "x")
    clock.advance(149)
    assert len(await call.updates()) == 1
    clock.advance(1)
    assert await call.updates() == []


async def test_a_long_poll_is_woken_by_an_update(call: Client, an: User, server: BotApiServer) -> None:
    poll = await waiting_poll(call, server)
    an.private.send("45 30")
    assert texts((await poll)["result"]) == ["45 30"]


async def test_a_long_poll_ends_empty_when_its_time_is_up(
    call: Client, server: BotApiServer, clock: ManualClock
) -> None:
    poll = await waiting_poll(call, server, timeout=30)
    clock.advance(29)
    await asyncio.sleep(0)
    assert not poll.done()
    clock.advance(1)
    assert (await poll)["result"] == []


async def test_a_second_poll_aborts_the_waiting_one(call: Client, an: User, server: BotApiServer) -> None:
    first = await waiting_poll(call, server)
    second = await waiting_poll(call, server)
    assert (await first)["description"] == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    an.private.send("45 30")
    assert texts((await second)["result"]) == ["45 30"]


async def test_two_polls_get_the_same_updates_while_some_are_pending(call: Client, an: User) -> None:
    an.private.send("45 30")
    both = await asyncio.gather(call("getUpdates", timeout=50), call("getUpdates", timeout=50))
    assert [texts(answer["result"]) for answer in both] == [["45 30"], ["45 30"]]


async def test_conflicts_that_follow_each_other_are_held_for_three_seconds(
    call: Client, server: BotApiServer, clock: ManualClock
) -> None:
    polls = [await waiting_poll(call, server) for _ in range(3)]
    assert (await polls[0])["error_code"] == 409
    await asyncio.sleep(0.01)
    assert not polls[1].done()
    clock.advance(3)
    assert (await polls[1])["error_code"] == 409


async def test_the_same_offset_within_half_a_second_gets_one_update(
    call: Client, an: User, server: BotApiServer, clock: ManualClock
) -> None:
    server.slows_repolls = True
    for text in ("1", "2"):
        an.private.send(text)
    assert len(await call.updates()) == 2
    assert len(await call.updates()) == 1
    clock.advance(0.6)
    assert len(await call.updates()) == 2


async def test_a_short_poll_repeated_within_three_seconds_waits_three(
    call: Client, server: BotApiServer, clock: ManualClock
) -> None:
    server.slows_repolls = True
    assert await call.updates() == []
    poll = await waiting_poll(call, server, timeout=0)
    clock.advance(3)
    assert (await poll)["result"] == []


async def test_allowed_updates_stick_until_they_are_given_anew(call: Client, an: User) -> None:
    await call.updates(allowed_updates=["callback_query"])
    an.private.send("unheard")
    assert await call.updates() == []
    await call.updates(allowed_updates=[])
    an.private.send("heard")
    assert texts(await call.updates()) == ["heard"]


async def test_membership_of_others_is_told_only_on_request(call: Client, an: User, server: BotApiServer) -> None:
    group = server.world.add_group("Tổ 1", [an])
    group.promote_bot()
    server.bot.queue.clear()
    binh = server.world.add_user("Bình")
    group.set_status(binh, "member")
    assert await call.updates() == []
    await call.updates(allowed_updates=["chat_member"])
    group.set_status(binh, "left")
    (update,) = await call.updates()
    assert update["chat_member"]["new_chat_member"]["status"] == "left"


async def test_a_raw_update_is_served_as_it_is(call: Client, server: BotApiServer) -> None:
    server.send_raw({"message": [1, "poison"]})
    server.send_raw(["not an object"])
    server.send_raw({"message": {"text": "no id"}}, verbatim=True)
    first, *others = await call.updates()
    assert first["message"] == [1, "poison"]
    assert others == [["not an object"], {"message": {"text": "no id"}}]


async def test_D1_a_batch_can_be_served_again_though_it_was_confirmed(
    call: Client, an: User, server: BotApiServer
) -> None:
    an.private.send("45 30")
    batch = await call.updates()
    server.repeat_batch()
    assert await call.updates(ids(batch)[0] + 1) == batch
    assert await call.updates(ids(batch)[0] + 1) == []


async def test_drained_waits_until_what_was_queued_is_confirmed(call: Client, an: User, server: BotApiServer) -> None:
    an.private.send("45 30")
    waiter = asyncio.ensure_future(server.drained())
    (update,) = await call.updates()
    assert not waiter.done()
    await call.updates(update["update_id"] + 1)
    await waiter
    assert server.pending_updates == 0


async def test_drained_does_not_wait_for_later_updates(call: Client, an: User, server: BotApiServer) -> None:
    an.private.send("1")
    waiter = asyncio.ensure_future(server.drained())
    await asyncio.sleep(0)
    an.private.send("2")
    await call.updates(ids(await call.updates())[1])
    await waiter
    assert server.pending_updates == 1


async def test_drained_gives_up_in_real_time(an: User, server: BotApiServer) -> None:
    an.private.send("45 30")
    with pytest.raises(TimeoutError):
        await server.drained(within=0.01)
