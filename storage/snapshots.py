"""Snapshots for a process that does nothing but read: without an event loop, and two queries beside each other."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TypeVar

from storage import connecting, sidecar, transaction
from storage.sidecar import Sequence
from storage.sqlite import existing, require_schema, translated
from storage.transaction import Tx, Unit

S = TypeVar("S")
T = TypeVar("T")


def read(path: Path, query: Unit[T]) -> T:
    """Run a query on one snapshot. Raises what `open_reader` and the query raise."""
    with _opened(path) as connection:
        return transaction.snapshot(connection, query)


def read_beside(path: Path, query: Callable[[Tx, "Future[T]"], S], aside: Unit[T]) -> S:
    """Run a query, and beside it on the same snapshot another one whose result it is promised.

    SQLite works without the interpreter, so what adds up millions of rows `aside` costs no time where the query makes
    Python of thousands. Every row that it returns waits for the interpreter, though: it should return one.
    """
    with _opened(path) as ours, _opened(path) as theirs, ThreadPoolExecutor(1, "aside") as thread:
        # To look at the log it would wait for the interpreter too. Ours gives way for both.
        connecting.give_way(theirs, None)
        while _begun(ours) != _begun(theirs):
            continue  # something was committed between the two
        promised = thread.submit(transaction.finish, theirs, aside)
        try:
            return transaction.finish(ours, lambda tx: query(tx, promised))
        finally:
            theirs.interrupt()  # nobody waits for it any more


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with ExitStack() as stack:
        with translated():
            connection = stack.enter_context(closing(connecting.reader(existing(path, create=False))))
            require_schema(connection, path)
        yield connection


def _begun(connection: sqlite3.Connection) -> Sequence:
    """Begin a snapshot, and return which commit it shows."""
    transaction.begin(connection)
    return sidecar.reached(connection)
