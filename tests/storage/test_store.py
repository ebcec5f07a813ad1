"""The store: whole units, one commit for those that wait together, snapshots beside them."""

import asyncio
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest

from storage import meta
from storage.errors import NoDatabase, StoreFailed
from storage.sqlite import Store, Tx, open_reader, open_store

Opener = Callable[[Path], AbstractAsyncContextManager[Store]]


def put(key: str, value: str = "x") -> Callable[[Tx], None]:
    return lambda tx: meta.put(tx, key, value)


def keys(tx: Tx) -> set[str]:
    return {row[0] for row in tx.all("SELECT key FROM meta")}


async def test_what_was_written_is_read_and_is_there_after_a_new_start(path: Path) -> None:
    async with open_store(path, create=True) as store:
        await store.write(put("a"))
        assert await store.read(keys) == {"a"}
    async with open_store(path) as store:
        assert await store.read(keys) == {"a"}


async def test_a_unit_returns_what_its_function_returned(store: Store) -> None:
    assert await store.write(lambda tx: tx.value("SELECT 45")) == 45


async def test_units_that_wait_together_share_one_commit_in_their_order(store: Store) -> None:
    order: list[tuple[int, int]] = []

    def unit(tx: Tx, number: int) -> None:
        order.append((number, id(tx)))

    await asyncio.gather(*(store.write(partial(unit, number=number)) for number in range(20)))
    assert [number for number, _ in order] == list(range(20))
    assert len({transaction for _, transaction in order}) == 1


async def test_a_unit_that_raises_is_undone_and_its_neighbours_are_kept(store: Store) -> None:
    def spoilt(tx: Tx) -> None:
        meta.put(tx, "spoilt", "x")
        raise KeyError("its own")

    results = await asyncio.gather(
        store.write(put("a")), store.write(spoilt), store.write(put("b")), return_exceptions=True
    )
    assert [type(result) for result in results] == [type(None), KeyError, type(None)]
    assert await store.read(keys) == {"a", "b"}


@pytest.mark.parametrize("error", [KeyError, StopIteration, asyncio.CancelledError, GeneratorExit])
async def test_no_exception_whatever_its_kind_stops_the_store(store: Store, error: type[BaseException]) -> None:
    def spoilt(_: Tx) -> None:
        raise error

    for work in (store.write, store.read, store.write, store.read):
        with pytest.raises((error, RuntimeError)):
            await work(spoilt)
    await store.write(put("a"))
    assert await store.read(keys) == {"a"}


async def test_every_commit_is_synced_before_it_is_acknowledged(store: Store) -> None:
    full = 2  # https://sqlite.org/pragma.html#pragma_synchronous
    assert await store.write(lambda tx: tx.value("PRAGMA synchronous")) == full
    assert await store.write(lambda tx: tx.value("PRAGMA journal_mode")) == "wal"


async def test_an_attempt_inside_a_unit_undoes_only_itself(store: Store) -> None:
    def spoilt(tx: Tx) -> None:
        with tx.attempt():
            meta.put(tx, "b", "x")
            with tx.attempt():
                meta.put(tx, "c", "x")
            raise KeyError("inner")

    def unit(tx: Tx) -> None:
        meta.put(tx, "a", "x")
        with pytest.raises(KeyError):
            spoilt(tx)
        meta.put(tx, "d", "x")

    await store.write(unit)
    assert await store.read(keys) == {"a", "d"}


async def test_a_reader_sees_one_snapshot_however_much_is_written_meanwhile(store: Store) -> None:
    seen, written = threading.Event(), threading.Event()

    def slow(tx: Tx) -> tuple[set[str], set[str]]:
        before = keys(tx)
        seen.set()
        assert written.wait(10)
        return before, keys(tx)

    reading = asyncio.ensure_future(store.read(slow))
    await asyncio.to_thread(seen.wait, 10)
    await store.write(put("late"))
    written.set()
    before, after = await reading
    assert before == after == set()
    assert await store.read(keys) == {"late"}


async def test_S16_a_slow_disk_does_not_hold_up_the_loop_nor_the_readers(store: Store) -> None:
    disk = threading.Event()
    writing = asyncio.ensure_future(store.write(lambda _: disk.wait(10)))
    assert await store.read(keys) == set()
    assert not writing.done()
    disk.set()
    assert await writing


@pytest.mark.parametrize("sql", ["INSERT INTO meta VALUES ('a', 'b')", "PRAGMA user_version = 3", "DROP TABLE meta"])
async def test_a_reader_cannot_write(store: Store, sql: str) -> None:
    with pytest.raises(StoreFailed, match="readonly"):
        await store.read(lambda tx: tx.run(sql))


@pytest.mark.parametrize("how", ["PASSIVE", "FULL", "RESTART", "TRUNCATE"])
async def test_S18_only_the_writer_can_checkpoint(store: Store, path: Path, how: str) -> None:
    await store.write(put("a"))
    size = path.with_name("tiendo.db-wal").stat().st_size
    with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
        await store.read(lambda tx: tx.run(f"PRAGMA wal_checkpoint({how})"))
    assert path.with_name("tiendo.db-wal").stat().st_size == size > 0


async def test_a_second_reader_works_beside_the_writer_and_without_one(path: Path) -> None:
    async with open_store(path, create=True) as store:
        await store.write(put("a"))
        async with open_reader(path) as beside:
            assert await beside.read(keys) == {"a"}
            await store.write(put("b"))
            assert await beside.read(keys) == {"a", "b"}
    async with open_reader(path) as alone:
        assert await alone.read(keys) == {"a", "b"}
        with pytest.raises(StoreFailed, match="reading only"):
            await alone.write(put("c"))


async def test_a_writer_opens_on_what_a_lone_reader_left_behind(path: Path) -> None:
    async with open_store(path, create=True) as store:
        await store.write(put("a"))
    async with open_reader(path):
        pass
    async with open_store(path) as store:
        await store.write(put("b"))
        assert await store.read(keys) == {"a", "b"}


async def test_closing_finishes_what_waits_and_takes_nothing_more(path: Path) -> None:
    begun, slow = threading.Event(), threading.Event()

    def first(_: Tx) -> None:
        begun.set()
        slow.wait(10)

    async with open_store(path, create=True) as store:
        waiting = [asyncio.ensure_future(store.write(first))]
        await asyncio.to_thread(begun.wait, 10)
        waiting += [asyncio.ensure_future(store.write(put(str(number)))) for number in range(50)]
        await asyncio.sleep(0)
        threading.Timer(0.05, slow.set).start()  # by then closing is under way
    await asyncio.gather(*waiting)
    for work in (store.write, store.read):
        with pytest.raises(StoreFailed, match="closed"):
            await work(keys)
    async with open_reader(path) as reader:
        assert len(await reader.read(keys)) == 50


async def test_a_closed_store_leaves_one_file_and_no_log(path: Path) -> None:
    async with open_store(path, create=True) as store:
        await store.write(put("a"))
    assert {file.name for file in path.parent.iterdir()} == {"tiendo.db", "tiendo.db.lock", "tiendo.db.seq"}


@pytest.mark.parametrize("empty", [False, True])
@pytest.mark.parametrize("opener", [open_store, open_reader])
async def test_nothing_starts_empty_by_itself(path: Path, opener: Opener, *, empty: bool) -> None:
    if empty:
        os.close(os.open(path, os.O_CREAT))
    with pytest.raises(NoDatabase):
        async with opener(path):
            pass


async def test_S17_every_file_is_for_the_owner_alone(path: Path) -> None:
    mask = os.umask(0)
    try:
        async with open_store(path, create=True) as store:
            await store.write(put("a"))
            await store.backup(path.with_name("copy.db"))
            files = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    finally:
        os.umask(mask)
    names = ("tiendo.db", "tiendo.db-wal", "tiendo.db-shm", "tiendo.db.lock", "tiendo.db.seq", "copy.db")
    assert files == dict.fromkeys(names, 0o600)


async def test_a_backup_is_a_database_and_takes_no_other_files_place(store: Store, path: Path) -> None:
    await store.write(put("a"))
    await store.backup(path.with_name("copy.db"))
    async with open_reader(path.with_name("copy.db")) as copy:
        assert await copy.read(keys) == {"a"}
    with pytest.raises(FileExistsError):
        await store.backup(path.with_name("copy.db"))
    with pytest.raises(StoreFailed):
        await store.backup(path.with_name("no folder") / "copy.db")
    with pytest.raises(StoreFailed, match="readonly"):
        await store.read(put("b"))


async def test_S11_a_backup_is_taken_beside_the_writer_also_by_whoever_only_reads(store: Store, path: Path) -> None:
    await store.write(put("a"))
    disk = threading.Event()
    writing = asyncio.ensure_future(store.write(lambda _: disk.wait(10)))
    await store.backup(path.with_name("one.db"))
    async with open_reader(path) as reader:
        await reader.backup(path.with_name("two.db"))
    disk.set()
    assert await writing
    for name in ("one.db", "two.db"):
        async with open_reader(path.with_name(name)) as copy:
            assert await copy.read(keys) == {"a"}


@pytest.mark.parametrize("text", ["a\x00b", "x" * 1_000_000, "é\u0301🎉\u202e", "'); DROP TABLE meta; --"])
async def test_S14_strange_texts_come_back_as_they_were(store: Store, text: str) -> None:
    await store.write(put("k", text))
    assert await store.read(lambda tx: meta.get(tx, "k")) == text


async def test_S14_half_a_character_fails_its_own_unit_only(store: Store) -> None:
    results = await asyncio.gather(store.write(put("bad", "\ud800")), store.write(put("a")), return_exceptions=True)
    assert isinstance(results[0], UnicodeEncodeError)
    assert await store.read(keys) == {"a"}


async def test_who_stands_by_goes_on_when_the_writer_rests(store: Store) -> None:
    store.stand_by(60)  # nothing is at work: nobody waits
    begun, ends, over = threading.Event(), threading.Event(), threading.Event()

    def unit(_: Tx) -> None:
        begun.set()
        ends.wait(60)

    def aside() -> None:
        store.stand_by(60)
        over.set()

    written = asyncio.ensure_future(store.write(unit))
    await asyncio.to_thread(begun.wait, 60)
    store.stand_by(0.001)  # and nobody for longer than they said
    thread = threading.Thread(target=aside)
    thread.start()
    assert not over.is_set()
    ends.set()
    await written
    thread.join(60)
    assert over.is_set()
