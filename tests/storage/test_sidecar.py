"""Claims about the sidecar: commits that go missing are noticed, and nothing is refused without a reason."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from storage import meta, sidecar
from storage.errors import Behind, NoDatabase
from storage.sidecar import Sequence
from storage.sqlite import Store, Tx, open_store
from tests.storage.test_store_faults import largest_file

Harm = Callable[[Path], None]


def put(tx: Tx, key: str) -> None:
    meta.put(tx, key, "x" * 5_000)


async def crash(path: Path, commits: int) -> None:
    """Write, and leave the files as a killed process does: the commits only in the log."""
    async with open_store(path, create=True):
        pass
    async with open_store(path) as store:
        for number in range(commits):
            await store.write(partial(put, key=str(number)))
        files = {file: file.read_bytes() for file in path.parent.iterdir()}
    for file, data in files.items():
        file.write_bytes(data)


def without_log(path: Path) -> None:
    path.with_name("tiendo.db-wal").unlink()
    path.with_name("tiendo.db-shm").unlink()


def without_file(path: Path) -> None:
    without_log(path)
    path.unlink()


def emptied(path: Path) -> None:
    without_log(path)
    path.write_bytes(b"")


@pytest.mark.parametrize(("harm", "found"), [(without_log, 0), (without_file, None), (emptied, 0)])
@pytest.mark.parametrize("create", [False, True])
async def test_S9_a_file_that_lost_commits_is_refused_and_left_as_it_is(
    path: Path, harm: Harm, found: int | None, *, create: bool
) -> None:
    await crash(path, 7)
    harm(path)
    with pytest.raises(Behind) as refused:
        async with open_store(path, create=create):
            pass
    assert refused.value.known == Sequence(7, 0)
    assert (refused.value.found and refused.value.found.commits) == found
    assert [file.name for file in path.parent.glob("*.db")] == ([] if harm is without_file else ["tiendo.db"])


async def test_S9_after_a_crash_with_its_log_nothing_is_refused_and_the_count_goes_on(path: Path) -> None:
    await crash(path, 7)
    async with open_store(path) as store:
        await store.write(partial(put, key="more"))
        assert sidecar.read(path) == Sequence(8, 0)


async def test_S9_the_sidecar_is_never_ahead_of_what_is_committed(store: Store, path: Path) -> None:
    async def compare() -> None:
        for _ in range(50):
            known = sidecar.read(path)
            reached = await store.read(lambda tx: tx.value("SELECT number FROM commits"))
            assert known is not None
            assert known.commits <= reached

    await asyncio.gather(compare(), *(store.write(partial(put, key=str(number))) for number in range(200)))
    assert sidecar.read(path) == Sequence(await store.read(lambda tx: tx.value("SELECT number FROM commits")), 0)


async def test_what_changes_nothing_is_not_counted(store: Store, path: Path) -> None:
    await store.write(partial(put, key="a"))
    await store.write(lambda tx: tx.value("SELECT 1"))
    assert sidecar.read(path) == Sequence(1, 0)


@pytest.mark.parametrize("spoilt", [b"", b"\0" * 51, b"00000000000000000009 00000000000000000000 00000000\n"])
async def test_a_sidecar_spoilt_by_a_power_cut_says_nothing_and_is_written_anew(path: Path, spoilt: bytes) -> None:
    await crash(path, 3)
    sidecar.beside(path).write_bytes(spoilt)
    assert sidecar.read(path) is None
    async with open_store(path):
        assert sidecar.read(path) == Sequence(3, 0)


def test_S1_a_sidecar_that_cannot_be_written_fails_nothing_and_lags(path: Path) -> None:
    with sidecar.Sidecar(path) as aside:
        aside.note(Sequence(1, 0))
        with largest_file(0):
            aside.note(Sequence(2, 0))
    assert sidecar.read(path) == Sequence(1, 0)


async def test_a_place_without_any_trace_of_data_is_merely_empty(path: Path) -> None:
    with pytest.raises(NoDatabase):
        async with open_store(path):
            pass
