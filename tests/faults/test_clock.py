"""K: clocks that are put back, put forward, stand in another zone, or stood still."""

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.rehearsal.clocks import ManualClock
from tests.faults.pushing import LATE, at, back, ledger_of, pushing, told


def step(clock: ManualClock, by: timedelta) -> None:
    """Put the wall clock forward or back while no time passes, as a correction does."""
    clock._now += by


async def test_K1_an_hour_put_back_makes_no_second_push(tmp_path: Path) -> None:
    async with pushing(tmp_path, at(1, 6, 50)) as (ready, group, _), back(ready) as bot:
        await bot.pass_to(at(1, 7, 0, 1))
        step(ready.clock, timedelta(hours=-1))
        await bot.pass_to(at(1, 7, 30))
        assert told(group) == ["⏳ Còn 14 ngày đến 15-12-2023 · Bến Tre"]


async def test_K2_a_day_forward_and_back_tells_of_each_day_once(tmp_path: Path) -> None:
    async with pushing(tmp_path, at(1, 6, 50)) as (ready, group, _), back(ready) as bot:
        await bot.pass_to(at(1, 7, 0, 1))
        step(ready.clock, timedelta(days=1))
        await bot.look()
        step(ready.clock, timedelta(days=-1))
        await bot.pass_to(at(3, 8))
        assert [head.split()[2] for head in told(group) if head.startswith("⏳")] == ["14", "13", "12"]


async def test_K3_ten_years_forward_for_ten_seconds_make_no_storm_and_lose_no_push(tmp_path: Path) -> None:
    async with pushing(tmp_path, at(1, 6, 50)) as (ready, group, officer), back(ready) as bot:
        step(ready.clock, timedelta(days=3653))
        await bot.look()
        bot.clock.advance(10)
        await bot.look()
        assert (told(group), told(officer)) == ([], [])
        assert len(await ledger_of(bot, "countdown")) <= 31  # one line for each day that would have been missed
        step(ready.clock, timedelta(days=-3653))
        await bot.look()
        await bot.pass_to(at(1, 15))
        assert told(group) == ["⏳ Còn 14 ngày đến 15-12-2023 · Bến Tre"]
        assert told(officer) == ["🔔 Phường An Hội chưa có báo cáo hôm nay"]


async def test_K4_a_loop_that_stood_still_across_seven_speaks_once_and_is_not_late(tmp_path: Path) -> None:
    async with pushing(tmp_path, at(1, 6, 50)) as (ready, group, _), back(ready) as bot:
        bot.clock.set(at(1, 6, 59, 58))
        await bot.look()
        bot.clock.set(at(1, 7, 0, 5))
        await bot.look()
        await bot.look()
        assert told(group) == ["⏳ Còn 14 ngày đến 15-12-2023 · Bến Tre"]
        assert LATE not in group.last().text


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Kathmandu"])
def host_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Let the machine stand in another time zone."""
    before = os.environ.get("TZ")
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.delenv("TZ") if before is None else monkeypatch.setenv("TZ", before)
    time.tzset()


@pytest.mark.usefixtures("host_zone")
async def test_K5_the_zone_of_the_machine_moves_nothing(tmp_path: Path) -> None:
    async with pushing(tmp_path, at(1, 6, 50)) as (ready, group, _), back(ready) as bot:
        await bot.pass_to(at(1, 6, 59, 59))
        assert told(group) == []
        await bot.pass_to(at(1, 7))
        assert told(group) == ["⏳ Còn 14 ngày đến 15-12-2023 · Bến Tre"]


async def test_K9_a_machine_that_slept_six_hours_catches_up_as_after_a_restart(tmp_path: Path) -> None:
    async with pushing(tmp_path, at(1, 6, 50)) as (ready, group, officer), back(ready) as bot:
        step(ready.clock, timedelta(hours=6))
        await bot.look()
        assert told(group) == ["⏳ Còn 14 ngày đến 15-12-2023 · Bến Tre"]
        assert group.last().text.endswith(LATE)
        step(ready.clock, timedelta(hours=6, minutes=30))
        await bot.look()
        assert told(officer) == []
        assert {line[2] for line in await ledger_of(bot, "remind")} == {"skipped"}
