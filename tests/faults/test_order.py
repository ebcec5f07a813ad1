"""O and D: many at once, each in order, and what no medium takes stays with the messenger."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.intake import Intake
from storage.errors import StoreFailed
from storage.sqlite import Tx
from tests import cast
from tests.cast import AN_HOI, PHU_KHUONG
from tests.crash.suite import roster
from tests.soak.history import Traces, examine
from tests.soak.province import give_posts
from tests.stage import Stage, apply_roster, backstage, perform, stage

PEOPLE, LINES = 40, 6
LONG = "x" * 4_000
NO_LIMIT = 2**30


async def test_O1_what_one_person_says_at_once_ends_as_if_said_in_turn(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    for text in ("5 5", "hoàn tác", "7 6"):
        officer.private.send(text)
    await bot.settle()
    assert await _stands(bot, "kh") == 6
    await bot.check_sums()


async def test_O2_many_people_at_once_keep_each_their_order_and_make_the_sum(tmp_path: Path) -> None:
    async with stage(tmp_path, roster=roster(), campaigns=[cast.campaign(root="P")]) as bot:
        first = bot.server.next_update_id
        wards = [f"W{number:02}" for number in range(PEOPLE)]
        users = {ward: bot.server.world.add_user(ward) for ward in wards}
        await bot.store.write(partial(give_posts, officers=users, commanders={}, now=int(bot.clock.now().timestamp())))
        for line in range(1, LINES + 1):
            for user in users.values():
                user.private.send(f"tn +1 kh {line}")
        await bot.settle()
        assert await _stands(bot, "tn") == PEOPLE * LINES
        assert await _stands(bot, "kh") == PEOPLE * LINES  # the last line stands, in each ward
        assert await examine(Traces(bot.config, bot.server, first, bot.clock.now()), bot.store) == []


async def test_O3_a_unit_that_fails_leaves_its_neighbours_whole(bot: Stage) -> None:
    async def put(number: int) -> None:
        def unit(tx: Tx) -> None:
            tx.run("INSERT INTO meta VALUES (?, '')", (f"o3-{number}",))
            if number % 2:
                raise LookupError

        await bot.store.write(unit)

    done = await asyncio.gather(*map(put, range(20)), return_exceptions=True)
    assert [type(each) for each in done] == [type(None), LookupError] * 10
    kept = await bot.store.read(lambda tx: tx.all("SELECT key FROM meta WHERE key LIKE 'o3-%'"))
    assert {row["key"] for row in kept} == {f"o3-{number}" for number in range(0, 20, 2)}


async def test_O11_a_target_that_changes_while_reports_land_loses_none_of_them(bot: Stage) -> None:
    officers = [await bot.join(ward) for ward in (AN_HOI, PHU_KHUONG)]
    changed = cast.ROSTER.replace(",2000,1189,", ",2400,1189,")
    for _ in range(5):
        for officer in officers:
            officer.private.send("tn +1")
    await bot.store.write(partial(apply_roster, config=bot.config, text=changed, now=bot.clock.now()))
    for officer in officers:
        officer.private.send("tn +1")
    await bot.settle()
    assert await _stands(bot, "tn") == 12
    assert "→ 1.195/2.400" in officers[0].private.last().text
    await bot.check_sums()


async def test_R6_a_button_pressed_five_times_while_the_bot_was_away_has_one_result(tmp_path: Path) -> None:
    async with backstage(tmp_path) as ready:
        async with perform(ready.server, ready.clock, ready.config) as bot:
            officer = await bot.join(AN_HOI)
            await bot.say(officer, "501 30")
        question, seen = officer.private.last(), len(officer.private.from_bots())
        presses = [officer.press(question, "Đúng") for _ in range(5)]
        async with perform(ready.server, ready.clock, ready.config) as bot:
            assert await _stands(bot, "tn") == 501
            assert len(officer.private.from_bots()) == seen + 1
            assert all(press.answered for press in presses)


async def test_D10_what_the_disk_does_not_take_stays_with_the_messenger_until_it_does(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.store.write(lambda tx: tx.value("PRAGMA max_page_count = 1"))
    for _ in range(40):
        officer.private.send(LONG)
    officer.private.send("45 30")
    polls = bot.server.calls["getUpdates"]
    await _pass_until(bot, lambda: bot.server.calls["getUpdates"] == polls + 3)  # the poller lives
    assert bot.server.pending_updates == 41
    await bot.store.write(lambda tx: tx.value(f"PRAGMA max_page_count = {NO_LIMIT}"))
    await _pass_until(bot, lambda: not bot.server.pending_updates)
    await bot.settle()
    assert await _stands(bot, "kh") == 30


async def test_D10_a_batch_that_the_disk_refused_counts_once_when_all_of_it_comes_again(
    bot: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = await bot.join(AN_HOI)
    refused: list[int] = []
    take = Intake._take

    def full_once(self: Intake, tx: Tx, batch: list[Any], now: datetime) -> Counter[str]:
        counted = take(self, tx, batch, now)
        if len(batch) > 1 and not refused:
            refused.append(len(batch))
            raise StoreFailed("disk full")
        return counted

    monkeypatch.setattr(Intake, "_take", full_once)
    for _ in range(5):
        officer.private.send("kh +1")
    await _pass_until(bot, lambda: not bot.server.pending_updates)
    await bot.settle()
    assert (refused, await _stands(bot, "kh")) == ([5], 5)


async def _pass_until(bot: Stage, true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():
            bot.clock.advance(1)
            await asyncio.sleep(0)


async def _stands(bot: Stage, metric: str) -> int:
    query = "SELECT sum(amount) FROM tallies WHERE metric = ?"
    return int(await bot.store.read(lambda tx: tx.value(query, (metric,))) or 0)
