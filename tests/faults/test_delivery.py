"""D: what the messenger delivers: twice, broken, late, or not at all."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.app import OtherBot
from bot.channels import TokenRefused
from bot.rehearsal.botapi import BotApiServer, Fault
from handlers.desk import Desk
from storage.sqlite import Tx
from tests.cast import AN_HOI, PHU_KHUONG
from tests.stage import Stage, backstage, perform, stage


async def states(bot: Stage) -> dict[str, int]:
    """Count the updates in each state."""
    rows = await bot.store.read(lambda tx: tx.all("SELECT state, count(*) FROM updates GROUP BY state"))
    return {row[0]: row[1] for row in rows}


async def entries(bot: Stage) -> int:
    """Count all versions of all reports."""
    return int(await bot.store.read(lambda tx: tx.value("SELECT count(*) FROM entries")))


async def until(bot: Stage, true: Callable[[], Awaitable[bool]]) -> None:
    """Let time pass, second by second, until something holds; a busy disk may take real time over it."""
    async with asyncio.timeout(30):
        while not await true():
            bot.clock.advance(1)
            await bot.settle()


async def set_webhook(server: BotApiServer, url: str) -> None:
    """Let updates be delivered elsewhere, as a former set-up may have left it."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.base_url}/bot{server.token}/setWebhook", json={"url": url}) as answer,
    ):
        assert answer.status == 200


async def test_D1_a_batch_served_twice_has_one_effect_and_one_answer(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "kh 30")
    bot.server.repeat_batch(2)
    await bot.say(officer, "kh +3")
    await bot.say(officer, "/toi")
    assert await entries(bot) == 2
    assert len([m for m in officer.private.from_bots() if "Đã ghi nhận #" in m.text]) == 1


async def test_D3_numbers_that_start_anew_lower_are_taken_after_a_week_of_silence(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    bot.clock.advance(timedelta(days=8).total_seconds())
    bot.server.next_update_id = 1000
    assert "Đã ghi nhận #" in await bot.say(officer, "45 30")


async def test_D3_what_is_older_than_the_memory_is_forgotten(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    bot.clock.advance(timedelta(days=8).total_seconds())
    await bot.say(officer, "45 30")
    assert await states(bot) == {"done": 1}


async def test_D4_data_of_another_bot_refuses_to_start(tmp_path: Path) -> None:
    async with backstage(tmp_path) as ready:
        async with perform(ready.server, ready.clock, ready.config) as bot:
            await bot.store.write(lambda tx: tx.run("UPDATE meta SET value = '7' WHERE key = 'bot_id'").rowcount)
        with pytest.raises(OtherBot):
            async with perform(ready.server, ready.clock, ready.config):
                pass


async def test_D5_a_short_batch_loses_nothing(bot: Stage) -> None:
    officers = [await bot.join(unit) for unit in (AN_HOI, PHU_KHUONG)]
    for officer in officers:
        for _ in range(60):
            officer.private.send("x" * 4000)
    for officer in officers:
        officer.private.send("45 30")
    await bot.server.drained()
    assert await entries(bot) == 2


POISON: dict[str, dict[str, Any]] = {
    "no date": {"message": {"message_id": 1, "chat": {"id": 5, "type": "private"}, "text": "45 30"}},
    "chat is a number": {"message": {"message_id": 1, "date": 1701392400, "chat": 5, "text": "45 30"}},
    "date is text": {"message": {"message_id": 1, "date": "abc", "chat": {"id": 5, "type": "private"}, "text": "1"}},
    "date far off": {"message": {"message_id": 1, "date": 10**15, "chat": {"id": 5, "type": "private"}, "text": "1"}},
    "message is a list": {"message": [1, 2]},
    "no message number": {"message": {"date": 1701392400, "chat": {"id": 5, "type": "private"}, "text": "1"}},
}


@pytest.mark.parametrize("kind", POISON)
async def test_D6_a_poison_update_harms_only_itself(bot: Stage, kind: str) -> None:
    officer, other = await bot.join(AN_HOI), await bot.join(PHU_KHUONG)
    officer.private.send("45 30")
    bot.server.send_raw(POISON[kind])
    other.private.send("20 10")
    await bot.settle()
    assert await entries(bot) == 2
    raw = await bot.store.read(lambda tx: tx.value("SELECT raw FROM updates WHERE state = 'dead'"))
    assert raw is not None
    assert next(iter(POISON[kind])) in raw


async def test_D6_a_poison_update_is_polled_once(bot: Stage) -> None:
    await bot.join(AN_HOI)
    before = bot.server.calls["getUpdates"]
    bot.server.send_raw(POISON["chat is a number"])
    await bot.settle()
    assert bot.server.calls["getUpdates"] - before <= 3


async def test_D7_kinds_and_fields_from_the_future_are_ignored(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    bot.server.send_raw({"hologram": {"of": "tomorrow"}})
    assert "Đã ghi nhận #" in await bot.say(officer, "45 30")
    assert (await states(bot))["ignored"] == 1


@pytest.mark.parametrize("item", [7, "text", None, [], {"message": {}}])
async def test_D8_an_item_without_a_number_is_passed_over_without_a_hot_loop(bot: Stage, item: Any) -> None:
    officer = await bot.join(AN_HOI)
    bot.server.send_raw(item, verbatim=True)
    officer.private.send("45 30")
    await bot.server.until(lambda: bot.server.pending_updates == 0)
    await bot.settle()
    assert await entries(bot) == 1


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let the desk fail, from outside, on any message that says "boom", as often as the list counts down."""
    left = [99]
    receive = Desk.receive

    def fail(self: Desk, tx: Tx, incoming: Any, now: Any) -> None:
        if incoming.text == "boom" and left[0]:
            left[0] -= 1
            raise RuntimeError("a fault in a handler")
        receive(self, tx, incoming, now)

    monkeypatch.setattr(Desk, "receive", fail)
    return left


async def test_D9_a_message_that_keeps_failing_ends_dead_and_its_sender_is_told_once(
    bot: Stage, broken: list[int]
) -> None:
    officer, other = await bot.join(AN_HOI), await bot.join(PHU_KHUONG)
    officer.private.send("boom")
    other.private.send("20 10")

    async def is_dead() -> bool:
        return "dead" in await states(bot)

    await until(bot, is_dead)
    await bot.settle()
    assert broken == [95]  # once with its batch, and three times by itself
    assert [m.text.count("Có lỗi") for m in officer.private.from_bots()] == [0, 1]
    assert "Đã ghi nhận #" in other.private.last().text


async def test_D9_what_the_same_person_said_since_keeps_its_order(bot: Stage, broken: list[int]) -> None:
    officer = await bot.join(AN_HOI)
    broken[0] = 2  # with its batch, and by itself
    officer.private.send("boom")
    officer.private.send("45 30")
    officer.private.send("kh +3")
    await bot.settle()
    assert await entries(bot) == 0

    async def are_both_there() -> bool:
        return await entries(bot) == 2

    await until(bot, are_both_there)
    await bot.settle()
    assert "+33" in officer.private.from_bots()[-1].text


async def test_D11_D12_a_passing_refusal_of_the_token_is_waited_out(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    bot.server.faults.next("getUpdates", Fault.unauthorized())
    bot.server.faults.next("getUpdates", Fault.not_found())
    polls = bot.server.calls["getUpdates"]
    officer.private.send("45 30")
    while bot.server.calls["getUpdates"] < polls + 3:
        bot.clock.advance(1)
        await asyncio.sleep(0)
    await bot.say(officer, "kh 31")
    assert await entries(bot) == 2


async def test_D11_a_token_that_stays_refused_ends_the_bot(tmp_path: Path) -> None:
    async with stage(tmp_path) as bot:
        bot.server.faults.always("getUpdates", Fault.unauthorized())
        bot.server.world.add_user("Ai đó").private.send("chào")
        while not bot.task.done():
            bot.clock.advance(5)
            await asyncio.sleep(0)
        with pytest.raises(ExceptionGroup) as raised:
            bot.task.result()
        assert raised.group_contains(TokenRefused)


async def test_D13_a_leftover_webhook_is_removed_and_what_waits_is_kept(tmp_path: Path) -> None:
    async with backstage(tmp_path) as ready:
        async with perform(ready.server, ready.clock, ready.config) as bot:
            officer = await bot.join(AN_HOI)
        await set_webhook(ready.server, "http://127.0.0.1:9/nowhere")
        officer.private.send("45 30")
        async with perform(ready.server, ready.clock, ready.config):
            assert "Đã ghi nhận #" in officer.private.last().text


async def test_D14_a_press_and_a_line_are_taken_in_order(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    officer.press(officer.private.last(), "Hoàn tác")
    officer.private.send("20 10")
    await bot.settle()
    assert "+20" in officer.private.last().text
    await bot.check_sums()


async def test_D16_a_backlog_of_a_day_counts_on_the_days_it_was_written(tmp_path: Path) -> None:
    async with backstage(tmp_path) as ready:
        async with perform(ready.server, ready.clock, ready.config) as bot:
            officer = await bot.join(AN_HOI)
        officer.private.send("45 30")
        ready.clock.advance(timedelta(hours=23, minutes=59).total_seconds())
        async with perform(ready.server, ready.clock, ready.config) as bot:
            assert "thứ Sáu 01-12-2023" in officer.private.last().text
            await bot.check_sums()
