"""An opened store in a file of its own, and a transaction on a roster in memory."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage.sqlite import Store, Tx, open_store
from tests import blank
from tests.storage.ground import Pen, in_memory, transaction, world_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tiendo.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    blank.lay(path)
    async with open_store(path) as store:
        yield store


@pytest.fixture(scope="session")
def memory() -> Iterator[sqlite3.Connection]:
    with in_memory() as connection:
        yield connection


@pytest.fixture
def tx(memory: sqlite3.Connection) -> Iterator[Tx]:
    with transaction(memory) as tx:
        yield tx


@pytest.fixture
def pen(tx: Tx) -> Pen:
    return Pen(tx, world_of(tx))
