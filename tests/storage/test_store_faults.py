"""Faults of the medium and cancelled callers: a unit is whole or absent, and the store works again afterwards."""

import asyncio
import resource
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from storage import connecting, meta, sqlite
from storage.errors import Damaged, StoreFailed
from storage.sqlite import Store, Tx, open_reader, open_store

ROWS = 3
PAGES = 60
BIG = "x" * 1_500


Opener = Callable[[Path], AbstractAsyncContextManager[Store]]


def unit(tx: Tx, number: int) -> int:
    """Write rows that belong together, on several pages."""
    for row in range(ROWS):
        meta.put(tx, f"{number}.{row}", BIG)
    return number


def numbers(tx: Tx) -> set[int]:
    """Return the units in the file; each must be there whole."""
    rows = [str(row[0]).partition(".") for row in tx.all("SELECT key FROM meta")]
    found = {int(number) for number, _, _ in rows}
    assert len(rows) == ROWS * len(found)
    return found


def limit_pages(tx: Tx, pages: int) -> int:
    return int(tx.value(f"PRAGMA max_page_count = {pages}"))


async def history(store: Store, first: int, last: int) -> set[int]:
    """Write units one after the other and return those that were acknowledged."""
    done = set()
    for number in range(first, last):
        try:
            done.add(await store.write(partial(unit, number=number)))
        except StoreFailed:
            assert not store._writer or not store._writer.in_transaction
    return done


async def test_S1_a_disk_full_at_any_page_leaves_whole_units_and_heals_without_a_restart(store: Store) -> None:
    begin = int(await store.write(lambda tx: tx.value("PRAGMA page_count")))
    done: set[int] = set()
    for step in range(PAGES):
        await store.write(partial(limit_pages, pages=begin + step))
        done |= await history(store, 10 * step, 10 * step + 2)
        assert await store.read(numbers) == done
    assert 0 < len(done) < 2 * PAGES
    await store.write(partial(limit_pages, pages=1_000_000))
    assert await history(store, 1_000, 1_005) == set(range(1_000, 1_005))


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let the operating system refuse every byte of a file beyond this size."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_S1_a_log_that_cannot_grow_fails_the_commit_and_heals(store: Store, path: Path) -> None:
    log = path.with_name("tiendo.db-wal")
    done = await history(store, 0, 3)
    for spare in range(0, 40_000, 1_900):
        with largest_file(log.stat().st_size + spare):
            done |= await history(store, 10_000 + spare, 10_002 + spare)
        assert await store.read(numbers) == done
    assert await history(store, 100, 103) == {100, 101, 102}
    assert len(done) > 3


async def test_S2_after_a_full_disk_no_further_statement_of_the_unit_runs(store: Store) -> None:
    pages = int(await store.write(lambda tx: tx.value("PRAGMA page_count")))
    later: list[type[Exception]] = []

    def stubborn(tx: Tx) -> None:
        limit_pages(tx, pages)
        meta.put(tx, "first", "x")
        for key in ("second", "third"):
            try:
                meta.put(tx, key, "x" * 100_000 if key == "second" else "x")
            except StoreFailed as error:
                later.append(type(error))

    with pytest.raises(StoreFailed):
        await store.write(stubborn)
    assert later == [StoreFailed, StoreFailed]
    assert await store.read(lambda tx: tx.all("SELECT key FROM meta")) == []


async def test_S1_a_full_disk_fails_the_whole_group_and_tells_each_of_it(store: Store) -> None:
    await store.write(partial(limit_pages, pages=1))
    units = (store.write(partial(unit, number=number)) for number in range(20))
    results = await asyncio.gather(*units, return_exceptions=True)
    failed = {number for number, result in enumerate(results) if isinstance(result, StoreFailed)}
    assert failed
    assert await store.read(numbers) == set(range(20)) - failed


async def test_S4_a_foreign_lock_is_waited_for_and_then_refused_until_it_is_gone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "BUSY_MS", 50)
    async with open_store(path, create=True) as store:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreFailed, match="locked"):
                await store.write(partial(unit, number=1))
            assert await store.read(numbers) == set()
            other.execute("ROLLBACK")
            assert await store.write(partial(unit, number=2)) == 2
        assert await store.read(numbers) == {2}


@pytest.mark.parametrize("ticks", range(12))
async def test_S5_a_caller_cancelled_at_any_moment_leaves_a_whole_unit_or_none(store: Store, ticks: int) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        begun.set()
        go_on.wait(10)
        unit(tx, 1)

    writing = asyncio.ensure_future(store.write(slow))
    for _ in range(ticks):
        await asyncio.sleep(0)
    writing.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert await store.write(partial(unit, number=2)) == 2
    assert await store.read(numbers) == ({1, 2} if begun.is_set() else {2})
    assert store._writer is not None
    assert not store._writer.in_transaction


async def test_S5_a_cancelled_unit_that_fails_takes_no_neighbour_with_it(store: Store) -> None:
    def spoilt(tx: Tx) -> None:
        meta.put(tx, "half", "x")
        raise KeyError

    writing = asyncio.ensure_future(store.write(spoilt))
    await asyncio.sleep(0)
    writing.cancel()
    assert await store.write(partial(unit, number=1)) == 1
    assert await store.read(numbers) == {1}


async def test_A5_a_cancelled_query_keeps_its_reader_until_it_is_done_and_others_go_round_it(store: Store) -> None:
    go_on = threading.Event()
    reading = asyncio.ensure_future(store.read(lambda _: go_on.wait(10)))
    await asyncio.sleep(0.0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    async with asyncio.timeout(5):
        for _ in range(sqlite.READERS + 1):
            assert await store.read(numbers) == set()
    go_on.set()


async def test_a_store_that_is_left_by_cancellation_is_closed_and_can_be_opened_again(path: Path) -> None:
    inside = asyncio.Event()

    async def work() -> None:
        async with open_store(path, create=True) as store:
            for number in range(5):
                await store.write(partial(unit, number=number))
            inside.set()
            await store.write(lambda _: threading.Event().wait(0.05))

    task = asyncio.create_task(work())
    await inside.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with open_store(path) as store:
        assert await store.read(numbers) == set(range(5))


async def test_C19_a_writer_that_is_gone_fails_its_callers_and_keeps_nobody_waiting(store: Store) -> None:
    assert store._writer is not None
    await store._writer.close()
    for number in range(2):
        with pytest.raises(ValueError, match="connection"):
            await store.write(partial(unit, number=number))


async def test_S6_the_log_shrinks_once_a_long_reader_has_ended(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connecting.TO_WRITE, "journal_size_limit", 200_000)
    log, begun, go_on = path.with_name("tiendo.db-wal"), threading.Event(), threading.Event()

    def export(tx: Tx) -> set[int]:
        numbers(tx)
        begun.set()
        go_on.wait(30)
        return numbers(tx)

    async with open_store(path, create=True) as store:
        reading = asyncio.ensure_future(store.read(export))
        await asyncio.to_thread(begun.wait, 10)
        await asyncio.gather(*(store.write(partial(unit, number=number)) for number in range(1_000)))
        assert log.stat().st_size > 4_000_000
        go_on.set()
        assert await reading == set()
        await history(store, 1_000, 1_003)
        assert log.stat().st_size <= 200_000


def files_like(path: Path) -> list[Path]:
    return list(path.parent.glob(f"{path.stem}*"))


def spoil(path: Path, page: int) -> bytes:
    """Overwrite a page of the file, and return what the file holds then."""
    with path.open("r+b") as file:
        file.seek((page - 1) * 4_096)
        file.write(b"not a page at all".ljust(4_096))
    return path.read_bytes()


@pytest.mark.parametrize("opener", [open_store, open_reader])
async def test_S8_a_file_that_is_no_database_is_refused_and_left_alone_without_a_thread(
    path: Path, opener: Opener
) -> None:
    async with open_store(path, create=True) as store:
        await store.write(partial(unit, number=1))
    spoilt = spoil(path, 1)
    with pytest.raises(Damaged):
        async with opener(path):
            pass
    assert not [thread.name for thread in threading.enumerate() if "_connection_worker" in thread.name]
    assert spoil(path, 1) == spoilt


async def test_S8_a_damaged_page_fails_units_and_copies_and_nothing_is_left_of_them(path: Path) -> None:
    async with open_store(path, create=True) as store:
        await store.write(partial(unit, number=1))
        page = await store.read(lambda tx: tx.value("SELECT rootpage FROM sqlite_master WHERE name = 'meta'"))
    spoil(path, page)
    async with open_store(path) as store:
        for work in (store.write(partial(unit, number=2)), store.read(numbers)):
            with pytest.raises(StoreFailed, match="malformed"):
                await work
        with pytest.raises(Damaged):
            await store.backup(path.with_name("copy.db"))
    assert files_like(path.with_name("copy.db")) == []
