"""A clock that is moved by hand."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.rehearsal.clocks import Face, ManualClock, MirrorClock, SharedClock

START = datetime(2023, 12, 1, 9, 0, tzinfo=UTC)


async def test_sleepers_wake_in_the_order_of_their_time() -> None:
    clock = ManualClock(START)
    woken: list[int] = []

    async def sleeper(seconds: int) -> None:
        await clock.sleep(seconds)
        woken.append(seconds)

    tasks = [asyncio.create_task(sleeper(seconds)) for seconds in (3, 1, 2, 9)]
    await asyncio.sleep(0)
    clock.advance(5)
    await asyncio.wait(tasks[:3])
    assert woken == [1, 2, 3]
    tasks[3].cancel()


def test_both_clocks_move_together() -> None:
    clock = ManualClock(START)
    clock.advance(90)
    assert (clock.now(), clock.monotonic()) == (START + timedelta(seconds=90), 90)
    clock.set(START + timedelta(minutes=2))
    assert clock.monotonic() == 120


def test_setting_it_back_moves_the_wall_clock_alone() -> None:
    clock = ManualClock(START)
    clock.advance(60)
    clock.set(START)
    assert (clock.now(), clock.monotonic()) == (START, 60)


async def test_no_time_at_all_only_lets_others_run() -> None:
    await ManualClock(START).sleep(0)


def test_time_neither_runs_backwards_nor_is_naive() -> None:
    with pytest.raises(ValueError, match="forwards"):
        ManualClock(START).advance(-1)
    with pytest.raises(ValueError, match="aware"):
        ManualClock(START.replace(tzinfo=None))


@pytest.fixture
def clocks(tmp_path: Path) -> Iterator[tuple[SharedClock, MirrorClock]]:
    with Face(tmp_path / "face", create=True) as face, Face(tmp_path / "face") as seen:
        yield SharedClock(START, face), MirrorClock(START, seen)


def test_a_mirror_shows_at_once_what_the_shared_clock_was_moved_to(clocks: tuple[SharedClock, MirrorClock]) -> None:
    shared, mirror = clocks
    shared.advance(90.25)
    shared.set(START + timedelta(days=30, microseconds=1))
    assert mirror.now() == shared.now() == START + timedelta(days=30, microseconds=1)
    assert mirror.monotonic() == pytest.approx(shared.monotonic())


async def test_a_mirrors_sleepers_wake_when_it_is_told_to_look(clocks: tuple[SharedClock, MirrorClock]) -> None:
    shared, mirror = clocks
    shared.moved = mirror.look
    sleeping = asyncio.create_task(mirror.sleep(60))
    await mirror.sleep(0)
    shared.advance(59)
    await asyncio.sleep(0)
    assert not sleeping.done()
    shared.advance(1)
    await asyncio.wait_for(sleeping, 1)


def test_a_shared_clock_is_never_put_back(clocks: tuple[SharedClock, MirrorClock]) -> None:
    shared, _ = clocks
    shared.advance(60)
    with pytest.raises(ValueError, match="forwards"):
        shared.set(START)
