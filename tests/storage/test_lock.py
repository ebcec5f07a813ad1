"""The instance lock: one process writes, however the other one ends."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage import connecting
from storage.errors import InstanceRunning, StoreFailed
from storage.sqlite import open_reader, open_store

HOLDER = """
import asyncio, sys
from pathlib import Path
from storage import meta
from storage.sqlite import open_store

async def hold():
    async with open_store(Path(sys.argv[1]), create=True) as store:
        await store.write(lambda tx: meta.put(tx, "held", "yes"))
        print("open", flush=True)
        sys.stdin.readline()

asyncio.run(hold())
"""


@contextmanager
def another_process(path: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", HOLDER, str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:  # noqa: S603  (our own text)
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        try:
            yield process
        finally:
            process.kill()


async def test_S12_a_second_process_is_refused_while_the_first_one_writes(path: Path) -> None:
    with another_process(path), pytest.raises(InstanceRunning) as refused:
        async with open_store(path):
            pass
    assert refused.value.lock.name == "tiendo.db.lock"


async def test_S12_a_second_process_may_read_what_the_first_one_wrote(path: Path) -> None:
    with another_process(path):
        async with open_reader(path) as reader:
            assert await reader.read(lambda tx: tx.value("SELECT value FROM meta WHERE key = 'held'")) == "yes"


async def test_S12_a_killed_process_holds_nothing_and_has_lost_nothing(path: Path) -> None:
    with another_process(path) as process:
        process.kill()
        process.wait()
        assert path.with_name("tiendo.db-wal").stat().st_size > 0
        async with open_store(path) as store:
            assert await store.read(lambda tx: tx.value("SELECT value FROM meta WHERE key = 'held'")) == "yes"


async def test_S12_the_same_process_is_refused_too_and_the_first_one_works_on(path: Path) -> None:
    async with open_store(path, create=True) as store:
        with pytest.raises(InstanceRunning):
            async with open_store(path):
                pass
        assert await store.write(lambda tx: tx.value("SELECT 1")) == 1


async def test_S3_a_place_that_cannot_hold_a_file_is_refused_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreFailed, match="Not a directory"):
        async with open_store(tmp_path / "file" / "tiendo.db", create=True):
            pass


async def test_S3_a_file_that_can_only_be_read_is_not_taken_for_writing(path: Path) -> None:
    async with open_store(path, create=True):
        pass
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connecting.connect(path, "ro", connecting.to_write)
