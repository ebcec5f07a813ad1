"""The store: whole units of work on the writer's thread, snapshots on read-only connections.

`write(unit)` runs `unit(tx)` in a savepoint of its own; units that wait together share one commit.
Nothing is awaited inside a transaction, so tasks cannot interleave in it and a cancelled caller
cannot tear it: the unit is committed whole or not at all, and its outcome is merely not heard.
"""

import asyncio
import os
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import aiosqlite

from storage import connecting, schema, sidecar
from storage.errors import Damaged, NoDatabase, StoreFailed
from storage.lock import InstanceLock
from storage.sidecar import Sequence as Reached
from storage.sidecar import Sidecar
from storage.transaction import Outcome, Summed, Tx, Unit, commit_together, snapshot

__all__ = ["InstanceLock", "Store", "Summed", "Tx", "Unit", "open_reader", "open_store"]

T = TypeVar("T")
P = ParamSpec("P")

READERS = 2

Timing = Callable[[int], Callable[[bool], None]]
"""Is called when a commit of so many units begins; what it returns is called at its end: whether it was kept."""


def untimed(_: int) -> Callable[[bool], None]:
    """Time nothing."""
    return lambda _: None


class Store:
    """One file of data: a single writing connection (None: opened for reading only), a few reading ones.

    `timing` may be set by whoever wants to know how long commits take.
    """

    def __init__(
        self,
        writer: aiosqlite.Connection | None,
        readers: Sequence[aiosqlite.Connection],
        committed: Callable[[Reached], None] = lambda _: None,
    ) -> None:
        self._writer = writer
        self._committed = committed
        self._readers: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()
        for reader in readers:
            self._readers.put_nowait(reader)
        self._waiting: list[tuple[Unit[Any], asyncio.Future[Any]]] = []
        self._committer: asyncio.Task[None] | None = None
        self._closed = False
        self._threads = [each._thread for each in (writer, *readers) if each is not None]  # noqa: SLF001  (as below)
        self._torn = False
        self._rests = threading.Event()
        self._rests.set()
        self.timing: Timing = untimed

    @property
    def sound(self) -> bool:
        """Tell whether all that must live here lives: the threads, and whoever commits."""
        return not self._torn and all(thread.is_alive() for thread in self._threads)

    async def write(self, unit: Unit[T]) -> T:
        """Run `unit(tx)` whole and return what it returned, once it is on disk.

        Raises what the unit raised (its changes are undone, its neighbours' kept), or StoreFailed when
        the medium refused: then nothing of the whole group was kept.
        """
        writer = self._open_writer()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        future.add_done_callback(_heard)
        self._waiting.append((unit, future))
        if self._committer is None or self._committer.done():
            self._committer = asyncio.create_task(self._commit_waiting(writer), name="committer")
            self._committer.add_done_callback(self._note_end)
        return await asyncio.shield(future)

    async def read(self, query: Unit[T]) -> T:
        """Run `query(tx)` on one snapshot of a read-only connection; StoreFailed when the medium refuses."""
        return await self._on_reader(partial(snapshot, query=query))

    async def _on_reader(self, work: Callable[[sqlite3.Connection], T]) -> T:
        reader = await self._readers.get()
        if self._closed:
            self._readers.put_nowait(reader)
            raise StoreFailed("the store is closed")
        working = asyncio.ensure_future(_hand(reader, work))
        working.add_done_callback(_heard)
        # Not before the thread is done: a query that nobody waits for any more still runs to its end.
        working.add_done_callback(lambda _: self._readers.put_nowait(reader))
        return await asyncio.shield(working)

    def _open_writer(self) -> aiosqlite.Connection:
        if self._writer is None:
            raise StoreFailed("opened for reading only")
        if self._closed:
            raise StoreFailed("the store is closed")
        return self._writer

    async def _commit_waiting(self, writer: aiosqlite.Connection) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            outcomes: list[Outcome]
            ended = self.timing(len(group))
            try:
                outcomes = await _hand(writer, self._commit, [unit for unit, _ in group])
            except Exception as fault:  # noqa: BLE001  (whatever ails the thread, nobody may wait for ever)
                outcomes = [(None, fault)] * len(group)
            ended(not any(isinstance(error, StoreFailed) for _, error in outcomes))
            for (_, future), (value, error) in zip(group, outcomes, strict=True):
                if error is None:
                    future.set_result(value)
                else:
                    future.set_exception(error)

    def _commit(self, connection: sqlite3.Connection, units: Sequence[Unit[Any]]) -> list[Outcome]:
        self._rests.clear()
        try:
            return commit_together(connection, units, self._committed)
        finally:
            self._rests.set()

    def stand_by(self, seconds: float) -> None:
        """Hold the calling thread while the writer's is at work, for so many seconds at the most.

        Both need the interpreter: whoever has nothing better to do than to wait for the writer makes it quicker so.
        """
        self._rests.wait(seconds)

    def _note_end(self, committer: "asyncio.Task[None]") -> None:
        """Note that a committer was killed: whoever waits for its group would wait for ever."""
        self._torn = self._torn or committer.cancelled()

    async def backup(self, path: Path) -> None:
        """Write a verified copy of one snapshot, beside whatever is written meanwhile.

        FileExistsError when `path` is there, Damaged when the copy fails its checks, StoreFailed when
        the medium refuses; then nothing is left at `path`.
        """
        with translated():
            await self._on_reader(partial(_copy, target=path))

    async def verify(self) -> None:
        """Look through the whole file, beside whatever is written meanwhile. Damaged when it fails its checks."""
        with translated():
            await self._on_reader(schema.verify)

    async def fold_log(self) -> bool:
        """Copy the log back into the file and empty it; False when a reader still needs it: another time, then."""
        return await _hand(self._open_writer(), connecting.fold_log)

    async def close(self) -> None:
        """Take nothing more in and finish what waits; whoever opened the connections closes them."""
        self._closed = True
        if self._committer is not None:
            await asyncio.wait((self._committer,))


def _copy(connection: sqlite3.Connection, target: Path) -> None:
    """Copy without giving way: a copy that is given up is made anew, and holds the log up for longer."""
    connecting.give_way(connection, None)
    try:
        schema.copy_into(connection, target)
    finally:
        file = Path(connection.execute("PRAGMA database_list").fetchone()["file"])
        connecting.give_way(connection, connecting.log_of(file))


def _heard(future: "asyncio.Future[Any]") -> None:
    """Mark the error as seen, for callers that were cancelled while they waited."""
    if not future.cancelled():
        future.exception()


@contextmanager
def translated() -> Iterator[None]:
    """Turn errors of SQLite and of the operating system into the data's own."""
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        raise StoreFailed(str(error)) from error
    except sqlite3.Error as error:
        code: int = getattr(error, "sqlite_errorcode", None) or 0
        if code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise Damaged([str(error)]) from error
        raise StoreFailed(str(error)) from error


async def _hand(
    connection: aiosqlite.Connection,
    function: Callable[Concatenate[sqlite3.Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Run a whole function on the connection's own thread; being cancelled does not stop it there.

    aiosqlite offers this only as its inner `_execute`; its public calls are one statement each.
    """
    execute: Callable[..., Awaitable[T]] = connection._execute  # noqa: SLF001
    return await execute(function, connection._conn, *args, **kwargs)  # noqa: SLF001


@asynccontextmanager
async def _connection(connector: Callable[[], sqlite3.Connection]) -> AsyncIterator[aiosqlite.Connection]:
    """Open a connection on a thread of its own; closing waits for what that thread still does."""
    connection = aiosqlite.Connection(connector, iter_chunk_size=64)
    # A thread that waits for work must not keep a failed process alive (aiosqlite's is not a daemon).
    connection._thread.daemon = True  # noqa: SLF001
    try:
        await connection
        yield connection
    finally:
        await connection.close()
        # Where opening failed aiosqlite does not wait: its thread would report to an event loop that is gone.
        await asyncio.to_thread(connection._thread.join)  # noqa: SLF001


@asynccontextmanager
async def open_store(
    path: Path, *, create: bool = False, migrate: bool = True, accept_loss: bool = False
) -> AsyncIterator[Store]:
    """Open the file for writing: the only writer there is.

    NoDatabase when it does not exist or holds nothing and `create` is false; InstanceRunning when another
    process writes it; Behind when it lacks commits that its sidecar knows of, unless `accept_loss`; SchemaError
    when it is newer, altered, or older while `migrate` is false; Damaged when it is no database; StoreFailed
    when the medium refuses.
    """
    async with AsyncExitStack() as stack:
        with translated():
            stack.enter_context(InstanceLock(existing(path, create=create)))
            writer = await stack.enter_async_context(_connection(partial(connecting.writer, path)))
            if not accept_loss:
                await _hand(writer, sidecar.confirm, path)
            if not create and not await _hand(writer, schema.applied):
                raise NoDatabase(path)
            await _hand(writer, schema.prepare, path, migrate)
            aside = stack.enter_context(Sidecar(path))
            aside.note(await _hand(writer, sidecar.reached))
            reader = partial(connecting.reader, path)
            readers = [await stack.enter_async_context(_connection(reader)) for _ in range(READERS)]
        store = Store(writer, readers, aside.note)
        stack.push_async_callback(store.close)
        yield store


@asynccontextmanager
async def open_reader(path: Path) -> AsyncIterator[Store]:
    """Open the file for reading only, beside whoever writes it. Raises what `open_store` raises."""
    async with AsyncExitStack() as stack:
        with translated():
            connector = partial(connecting.reader, existing(path, create=False))
            reader = await stack.enter_async_context(_connection(connector))
            await _hand(reader, require_schema, path)
        store = Store(None, [reader])
        stack.push_async_callback(store.close)
        yield store


def require_schema(connection: sqlite3.Connection, path: Path) -> None:
    """Raise NoDatabase where the file holds nothing, SchemaError where it has not the schema of this program."""
    if not schema.applied(connection):
        raise NoDatabase(path)
    schema.check(connection)


def existing(path: Path, *, create: bool) -> Path:
    """Return the path of a file that is there, where need be made; NoDatabase, or Behind where it has vanished."""
    if not path.exists():
        sidecar.refuse_vanished(path)
        if not create:
            raise NoDatabase(path)
        # Made here and not by SQLite, which would leave it readable for all (0644); -wal and -shm inherit.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    return path
