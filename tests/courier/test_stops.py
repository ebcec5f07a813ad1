"""Crashes and stops: what the next start finds."""

import asyncio
from typing import Any

import pytest

from bot.channels import Call, Outcome
from bot.courier import UNLIMITED, Courier
from bot.courier.remedies import call_for
from bot.domain.messages import Priority
from bot.rehearsal.botapi import Fault
from storage import outbox
from storage.errors import StoreFailed
from tests.courier.office import Office


async def test_C8_what_was_claimed_before_a_crash_is_sent_or_owned_up_to(closed_office: Office) -> None:
    office = closed_office
    an = office.person()
    answer = await office.put(an, "phiếu")
    push = await office.put(an, "nhắc", priority=Priority.PUSH, repeatable=False)
    await office.store.write(lambda tx: outbox.claim(tx, [answer, push], office.now))
    office.start()
    await office.courier.idle()
    assert office.shown(an) == ["phiếu"]
    assert [await office.state(row) for row in (answer, push)] == ["sent", "unknown"]


async def test_C9_a_crash_after_telegram_accepted_repeats_an_answer_once_at_most(closed_office: Office) -> None:
    office = closed_office
    an = office.person()
    rows = [await office.put(an, "phiếu"), await office.put(an, "nhắc", repeatable=False)]
    for parcel in await office.store.write(lambda tx: outbox.claim(tx, rows, office.now)):
        await office.channel.deliver(call_for(parcel))
    office.start()
    await office.courier.idle()
    assert sorted(office.shown(an)) == ["nhắc", "phiếu", "phiếu"]
    assert (await office.row(rows[0]))["unsure"] == 1


async def test_a_row_is_marked_before_its_first_byte_leaves(office: Office) -> None:
    office.server.faults.next("sendMessage", Fault.hang_before())
    row = await office.put(office.person())
    await office.server.until(lambda: office.server.calls["sendMessage"] == 1)
    assert await office.state(row) == "sending"


async def test_C17_a_stop_lets_go_what_is_on_its_way_and_claims_no_more(closed_office: Office) -> None:
    office = closed_office
    an = office.person()
    rows = [await office.put(an, str(number)) for number in range(500)]
    release = asyncio.Event()
    left = hold(office, release)
    office.start()
    await left.get()
    stopping = asyncio.create_task(office.stop(8))
    await asyncio.sleep(0)
    office.clock.advance(6)
    release.set()
    await stopping
    assert office.shown(an) == ["0"]
    assert [await office.state(row) for row in rows[:2]] == ["sent", "waiting"]


async def test_C17_what_does_not_come_back_in_time_is_owned_up_to(closed_office: Office) -> None:
    office = closed_office
    answer = await office.put(office.person("An"))
    push = await office.put(office.person("Bình"), repeatable=False)
    left = hold(office, asyncio.Event())
    office.start()
    for _ in range(2):
        await left.get()
    stopping = asyncio.create_task(office.stop(8))
    await asyncio.sleep(0)
    office.clock.advance(8)
    await stopping
    assert [await office.state(row) for row in (answer, push)] == ["waiting", "unknown"]
    assert (await office.row(answer))["unsure"] == 1


def hold(office: Office, release: asyncio.Event) -> asyncio.Queue[Call]:
    """Let every call wait for `release`; return the queue of those that have come to wait."""
    deliver = office.channel.deliver
    left: asyncio.Queue[Call] = asyncio.Queue()

    async def held(call: Call) -> Outcome:
        left.put_nowait(call)
        await release.wait()
        return await deliver(call)

    office.channel.deliver = held  # type: ignore[method-assign]  # injected from outside
    return left


async def test_S1_a_full_disk_forgets_nothing_that_was_sent(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    an = office.person()
    row = await office.put(an, "phiếu")
    await office.courier.idle()
    second = await office.put(an, "phiếu 2")
    write, failures = office.store.write, iter([True, True, False])

    async def full(unit: Any) -> Any:
        if next(failures, False):
            raise StoreFailed("database or disk is full")
        return await write(unit)

    monkeypatch.setattr(office.store, "write", full)
    office.courier.wake()
    for _ in range(3):
        await asyncio.sleep(0.01)
        office.clock.advance(1)
    await office.courier.idle()
    assert office.shown(an) == ["phiếu", "phiếu 2"]
    assert [await office.state(each) for each in (row, second)] == ["sent", "sent"]


async def test_C19_what_breaks_inside_ends_the_courier_loudly(office: Office) -> None:
    async def broken(call: Call) -> Outcome:  # noqa: ARG001  (the channel's signature)
        raise ZeroDivisionError

    office.channel.deliver = broken  # type: ignore[method-assign]  # injected from outside
    await office.put(office.person())
    running, office.running = office.running, None
    assert running is not None
    with pytest.raises(ZeroDivisionError):
        await running
    await office.courier.idle()


async def test_a_courier_that_never_ran_can_be_stopped(office: Office) -> None:
    await Courier(office.store, office.channel, office.clock, UNLIMITED).stop(0)
