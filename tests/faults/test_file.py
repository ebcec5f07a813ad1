"""S: the file and its disk, seen from the front door. The store alone: tests/storage/test_store_faults.py."""

import asyncio
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event

import pytest

from bot.check.start import Broken, look_through
from bot.cli.failures import explain
from bot.config import Config
from bot.rehearsal.clocks import ManualClock
from storage import chain, connecting, meta, sqlite
from storage.errors import DataError, StoreFailed
from storage.sqlite import Tx, open_reader, open_store
from storage.transaction import commit_together
from tests.cast import AN_HOI
from tests.faults.copies import keeper_of
from tests.stage import stage

FLIPS = 120
PAGE = 4_096
PATIENCE_S = 10.0


def limit(tx: Tx, pages: int) -> int:
    """Set how long the file may become; SQLite never takes less than it has."""
    return int(tx.value(f"PRAGMA max_page_count = {pages}"))


async def seconds_pass(clock: ManualClock, seconds: int) -> None:
    """Let time pass while nothing can be settled, so that everybody tries again meanwhile."""
    for _ in range(seconds):
        clock.advance(1)
        await asyncio.sleep(0.02)


async def test_S1_on_a_full_disk_nothing_is_half_recorded_and_all_is_answered_once_there_is_space(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as bot:
        officer = await bot.join(AN_HOI)
        begun = len(officer.private.from_bots())
        await bot.store.write(partial(limit, pages=1))
        for number in range(1, 41):
            officer.private.send(f"{number * 10} {number}")
        await seconds_pass(bot.clock, 5)
        recorded = await bot.store.read(count_entries)
        assert len(officer.private.from_bots()[begun:]) <= recorded < 40
        await bot.store.write(partial(limit, pages=1_000_000))
        await seconds_pass(bot.clock, 60)
        await bot.settle()
        assert await bot.store.read(count_entries) == 40
        assert len(officer.private.from_bots()[begun:]) == 40
        await bot.check_sums()


def count_entries(tx: Tx) -> int:
    return int(tx.value("SELECT count(*) FROM entries"))


async def test_S4_while_another_process_holds_the_lock_nothing_is_confirmed_and_later_all_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "BUSY_MS", 20)
    async with stage(tmp_path) as bot:
        officer = await bot.join(AN_HOI)
        begun = len(officer.private.from_bots())
        with closing(sqlite3.connect(bot.config.storage.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            officer.private.send("45 30")
            await seconds_pass(bot.clock, 10)
            assert officer.private.from_bots()[begun:] == []
            other.execute("ROLLBACK")
        await seconds_pass(bot.clock, 40)
        await bot.settle()
        assert [message.text.splitlines()[0][:1] for message in officer.private.from_bots()[begun:]] == ["✅"]


async def test_S6_a_reader_gives_way_before_the_log_outgrows_its_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "LOG_MOST", 2_000_000)
    path = tmp_path / "tiendo.db"
    largest = 0

    def long(tx: Tx) -> None:
        tx.all("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n, meta")

    async with open_store(path, create=True) as store:
        await store.write(lambda tx: meta.put(tx, "a", "x"))
        reading = asyncio.ensure_future(store.read(long))
        for number in range(1_000):
            await store.write(partial(write_much, number=number))
            largest = max(largest, path.with_name("tiendo.db-wal").stat().st_size)
        with pytest.raises(StoreFailed, match="interrupted"):
            await reading
        assert largest < 16 * 2**20
        assert await store.fold_log()
        assert path.with_name("tiendo.db-wal").stat().st_size == 0


def write_much(tx: Tx, number: int) -> None:
    meta.put(tx, f"much.{number % 10}", "x" * 8_000)


def kept(tx: Tx) -> list[object]:
    """Return entries and audit, which must be as they were written. LookupError when their chain is broken."""
    if chain.first_broken(tx):
        raise LookupError
    return [tuple(row) for table in ("entries", "audit") for row in tx.all(f"SELECT * FROM {table}")]


async def looked_through(config: Config) -> list[object]:
    """Do what a start and `tiendo check` do, and return what was kept."""
    look_through(config)
    async with open_reader(config.storage.path) as reader:
        return await reader.read(kept)


async def test_S8_a_flipped_bit_is_found_or_has_touched_no_entry(tmp_path: Path) -> None:
    async with stage(tmp_path) as bot:
        officer = await bot.join(AN_HOI)
        for number in range(30):
            await bot.say(officer, f"{number + 10} {number}")
    path, dice, found = bot.config.storage.path, random.Random(8), 0  # noqa: S311  (repeatable)
    whole, told = path.read_bytes(), await looked_through(bot.config)
    for _ in range(FLIPS):
        flipped = bytearray(whole)
        flipped[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
        path.write_bytes(flipped)
        try:
            assert await looked_through(bot.config) == told
        except (DataError, LookupError, ValueError, sqlite3.Error):
            found += 1
        assert path.read_bytes() == flipped
    assert found > 0


async def test_S8_a_damaged_file_is_refused_with_the_way_back_and_left_as_it_is(tmp_path: Path) -> None:
    async with stage(tmp_path) as bot:
        config = bot.config
        copy = await keeper_of(bot).back_up(bot.clock.now())
    path = config.storage.path
    spoilt = path.read_bytes()[: 3 * PAGE] + bytes(PAGE) + path.read_bytes()[4 * PAGE :]
    path.write_bytes(spoilt)
    with pytest.raises(Broken) as refused:
        look_through(config)
    assert (refused.value.copy, path.read_bytes() == spoilt) == (copy, True)
    assert explain(refused.value).text.endswith(f"The way back: `tiendo restore {copy}`")


@dataclass(frozen=True)
class SlowDisk:
    """A disk whose commits take until it is `free`; `sizes` are the units of each that was begun."""

    sizes: list[int]
    begun: Event
    free: Event


@contextmanager
def slow_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowDisk]:
    """Let commits wait on their own thread, as for a disk that syncs slowly."""
    disk = SlowDisk([], Event(), Event())

    def slowly(connection: sqlite3.Connection, units: list[Callable[[Tx], object]], *rest: object) -> object:
        disk.sizes.append(len(units))
        disk.begun.set()
        if not disk.free.wait(PATIENCE_S):
            raise TimeoutError("the loop, which was to free the disk, is held by it")
        return commit_together(connection, units, *rest)  # type: ignore[arg-type]  # handed through

    with monkeypatch.context() as patch:
        patch.setattr(sqlite, "commit_together", slowly)
        yield disk


async def test_S16_a_slow_disk_keeps_neither_the_loop_nor_those_who_come_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_store(tmp_path / "tiendo.db", create=True) as store:
        with slow_disk(monkeypatch) as disk:
            writing = asyncio.gather(*(store.write(partial(write_much, number=number)) for number in range(200)))
            await asyncio.to_thread(disk.begun.wait, PATIENCE_S)
            assert not writing.done()
            disk.free.set()
            await writing
    assert len(disk.sizes) <= 3
