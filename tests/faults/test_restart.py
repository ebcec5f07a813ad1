"""R: what becomes of pushes when the bot is down as they fall due."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bot.clockwork import Clockwork
from storage import ledger
from storage.sqlite import Tx
from tests.faults.pushing import LATE, at, back, clockwork, ledger_of, pushing, told


async def test_R1_a_push_missed_by_minutes_is_sent_once_and_says_that_it_is_late(tmp_path: Path) -> None:
    async with pushing(tmp_path, at(1, 6, 50)) as (ready, group, _):
        for minute in (20, 25):
            async with back(ready, at(1, 7, minute)) as bot:
                assert [line[2] for line in await ledger_of(bot, "countdown")] == ["done", "late"]
        assert told(group) == ["⏳ Còn 14 ngày đến 15-12-2023 · Bến Tre"]
        assert group.last().text.endswith(LATE)


async def test_R1_a_moment_is_not_late(tmp_path: Path) -> None:
    async with pushing(tmp_path, at(1, 6, 50)) as (ready, group, _), back(ready, at(1, 7, 1)):
        assert LATE not in group.last().text


async def test_R2_a_reminder_missed_by_hours_is_skipped_and_listed(tmp_path: Path) -> None:
    async with pushing(tmp_path, at(1, 8)) as (ready, _, officer):
        async with back(ready, at(1, 19)) as bot:
            assert told(officer) == []
            skipped = await bot.store.read(partial(ledger.skipped_since, since=0))
        assert [(run.job, run.time, run.reason) for run in skipped] == [
            ("remind_group", "16:45", "too late"),
            ("remind", "16:30", "too late"),
            ("remind", "15:00", "too late"),
        ]


async def test_R2_whoever_comes_back_in_the_quiet_hours_says_nothing_until_they_end(tmp_path: Path) -> None:
    async with pushing(tmp_path, at(1, 8)) as (ready, group, officer):
        async with back(ready, at(1, 23)) as bot:
            await bot.pass_to(at(2, 6, 29))
            assert await ledger_of(bot, "remind") == []
            await bot.pass_to(at(2, 6, 30))
            assert [line[2] for line in await ledger_of(bot, "remind")] == ["skipped", "skipped"]
        assert (told(group), told(officer)) == ([], [])


async def test_R2_of_two_missed_reminders_the_newer_is_sent(tmp_path: Path) -> None:
    async with pushing(tmp_path, at(1, 14, 50)) as (ready, _, officer):
        async with back(ready, at(1, 16, 40)) as bot:
            lines = await ledger_of(bot, "remind")
        assert ("2023-12-01", "15:00", "skipped", "a later one was due") in lines
        assert len(told(officer)) == 1


async def test_R3_after_three_days_every_chat_hears_of_a_job_once_and_only_of_today(tmp_path: Path) -> None:
    async with pushing(tmp_path, at(1, 6, 50)) as (ready, group, officer):
        async with back(ready, at(4, 16, 50)) as bot:
            days = {line[0] for line in await ledger_of(bot, "remind") if line[2] != "skipped"}
        assert told(officer) == ["🔔 Phường An Hội chưa có báo cáo hôm nay"]
        assert [head.split()[0] for head in told(group)] == ["📋"]
        assert days == {"2023-12-04"}


async def test_R4_after_the_deadline_only_the_end_is_told(tmp_path: Path) -> None:
    async with pushing(tmp_path, at(13, 8)) as (ready, group, officer):
        async with back(ready, at(16, 7, 30)):
            pass
        assert told(group) == ["🏁 Đã hết hạn 15-12-2023 · Bến Tre"]
        assert told(officer) == []


async def test_R4_long_after_the_deadline_nothing_is_told(tmp_path: Path) -> None:
    async with pushing(tmp_path, at(13, 8)) as (ready, group, officer):
        async with back(ready, at(1, 8, year=2024, month=2)) as bot:
            await bot.pass_to(at(3, 8, year=2024, month=2))
        assert (told(group), told(officer)) == ([], [])


async def test_R7_a_hundred_restarts_around_the_moment_make_one_push(tmp_path: Path) -> None:
    async with pushing(tmp_path, at(1, 6, 50)) as (ready, group, _):
        for number in range(100):
            ready.clock.set(at(1, 6, 59, 59.9) + timedelta(milliseconds=2 * number))
            async with clockwork(ready) as alone:
                await alone.look()
        async with back(ready) as bot:
            assert [line[2] for line in await ledger_of(bot, "countdown")] == ["done", "sent"]
        assert told(group) == ["⏳ Còn 14 ngày đến 15-12-2023 · Bến Tre"]


@pytest.mark.parametrize("deaths", [1, 2])
async def test_R7_a_death_between_two_pages_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deaths: int
) -> None:
    monkeypatch.setattr("bot.clockwork.PAGE", 3)
    async with pushing(tmp_path, at(1, 6, 50)) as (ready, group, _):
        async with back(ready) as bot:
            groups = [group, *[await bot.group("BT", await bot.commander("BT", f"C{n}")) for n in range(7)]]
        ready.clock.set(at(1, 7))
        for _ in range(deaths):
            async with clockwork(ready) as dying:
                await _die_after_a_page(dying)
        async with back(ready):
            assert [len(told(each)) for each in groups] == [1] * 8


class Died(Exception):
    """The process is gone."""


async def _die_after_a_page(dying: Clockwork) -> None:
    """Let a clockwork commit one page of pushes and die before the next."""
    write, pages = dying._store.write, count()

    async def once(unit: Callable[[Tx], Any]) -> Any:
        if unit.func.__name__ == "_look" and next(pages):  # type: ignore[attr-defined]  # a partial
            raise Died
        return await write(unit)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dying._store, "write", once)
        with pytest.raises(Died):
            await dying.look()


async def test_the_first_start_sends_nothing_that_lay_before_it(tmp_path: Path) -> None:
    async with pushing(tmp_path, at(1, 15, 30)) as (ready, group, officer):
        async with back(ready, at(1, 16)) as bot:
            assert await ledger_of(bot, "remind") == []
            await bot.pass_to(at(1, 16, 30))
        assert (len(told(officer)), told(group)) == (1, [])
