"""Snapshots of a process that only reads: one moment, also for two queries beside each other."""

import asyncio
import threading
from concurrent.futures import Future
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from storage import meta, snapshots
from storage.errors import NoDatabase
from storage.sqlite import Store, Tx


def number(tx: Tx) -> str | None:
    return meta.get(tx, "number")


def both(tx: Tx, aside: "Future[str | None]") -> tuple[str | None, str | None]:
    return number(tx), aside.result()


async def test_two_queries_beside_each_other_see_the_same_moment_however_much_is_written(
    store: Store, path: Path
) -> None:
    async def keep_writing() -> None:
        for each in count():
            await store.write(partial(meta.put, key="number", value=str(each)))

    writing = asyncio.create_task(keep_writing())
    seen = [await asyncio.to_thread(snapshots.read_beside, path, both, number) for _ in range(60)]
    writing.cancel()
    assert len(set(seen)) > 10
    assert all(ours == theirs for ours, theirs in seen)


async def test_what_is_read_aside_is_read_on_a_thread_of_its_own(store: Store, path: Path) -> None:
    await store.write(partial(meta.put, key="number", value="1"))
    meeting = threading.Barrier(2, timeout=10)

    def aside(tx: Tx) -> str | None:
        meeting.wait()
        return number(tx)

    def beside(tx: Tx, aside: "Future[str | None]") -> tuple[str | None, str | None]:
        meeting.wait()
        return both(tx, aside)

    assert snapshots.read_beside(path, beside, aside) == ("1", "1")


@pytest.mark.usefixtures("store")
def test_what_goes_wrong_aside_is_raised_where_its_result_is_asked_for(path: Path) -> None:
    def broken(_: Tx) -> str | None:
        raise KeyError("its own")

    assert snapshots.read_beside(path, lambda tx, _: number(tx), broken) is None
    with pytest.raises(KeyError, match="its own"):
        snapshots.read_beside(path, both, broken)


def test_a_file_that_is_not_there_is_not_made(path: Path) -> None:
    with pytest.raises(NoDatabase):
        snapshots.read(path, number)
    assert not path.exists()
