"""The store: whole units of work on the writer's thread, snapshots on read-only connections.

`write(unit)` runs `unit(tx)` in a savepoint of its own; units that wait together share one commit.
Nothing is awaited inside a transaction, so tasks cannot interleave in it and a cancelled caller
cannot tear it: the unit is committed whole or not at all, and its outcome is merely not heard.
"""

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import aiosqlite

from storage import schema
from storage.errors import InstanceRunning, NoDatabase, StoreFailed

T = TypeVar("T")
P = ParamSpec("P")
Unit = Callable[["Tx"], T]

READERS = 2
STATEMENTS = 512
BUSY_MS = 5_000

# After any of these SQLite may already have rolled the whole transaction back: going on would run the
# next statement in autocommit and keep half a unit (https://sqlite.org/lang_transaction.html, §3).
_FATAL = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_CANTOPEN,
    }
)


def _is_fatal(error: sqlite3.Error) -> bool:
    code: int = getattr(error, "sqlite_errorcode", None) or 0
    return code & 0xFF in _FATAL


class Tx:
    """A transaction: SQL in, rows out. After StoreFailed it refuses every further statement."""

    __slots__ = ("_connection", "_failed", "_savepoints")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._failed = False
        self._savepoints = 0

    def run(self, sql: str, params: Mapping[str, Any] | Sequence[Any] = ()) -> sqlite3.Cursor:
        """Execute one statement. StoreFailed when the medium refuses, sqlite3.Error for everything else."""
        if self._failed:
            raise StoreFailed("the transaction was already given up")
        try:
            return self._connection.execute(sql, params)
        except sqlite3.Error as error:
            if _is_fatal(error) or not self._connection.in_transaction:
                self._failed = True
                raise StoreFailed(str(error)) from error
            raise

    def each(self, sql: str, rows: Sequence[Mapping[str, Any] | Sequence[Any]]) -> None:
        """Execute one statement for every row of parameters."""
        for row in rows:
            self.run(sql, row)

    def one(self, sql: str, params: Mapping[str, Any] | Sequence[Any] = ()) -> Any:
        """Return the first row, or None."""
        return self.run(sql, params).fetchone()

    def all(self, sql: str, params: Mapping[str, Any] | Sequence[Any] = ()) -> list[Any]:
        """Return all rows."""
        return self.run(sql, params).fetchall()

    def value(self, sql: str, params: Mapping[str, Any] | Sequence[Any] = ()) -> Any:
        """Return the first column of the first row, or None."""
        row = self.run(sql, params).fetchone()
        return None if row is None else row[0]

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Undo what the block did when it raises, and let the rest of the transaction live on."""
        self._savepoints += 1
        name = f"attempt_{self._savepoints}"
        self.run(f"SAVEPOINT {name}")
        try:
            yield
        except StoreFailed:
            raise
        except BaseException:
            self.run(f"ROLLBACK TO {name}")
            self.run(f"RELEASE {name}")
            raise
        else:
            self.run(f"RELEASE {name}")
        finally:
            self._savepoints -= 1


Outcome = tuple[Any, BaseException | None]


def _commit_group(connection: sqlite3.Connection, units: Sequence[Unit[Any]]) -> list[Outcome]:
    """Run the units in one transaction; each result is (value, None) or (None, error)."""
    tx = Tx(connection)
    try:
        connection.execute("BEGIN IMMEDIATE")
        outcomes = [_run_unit(tx, unit) for unit in units]
        connection.execute("COMMIT")
    except StoreFailed as error:
        _abandon(connection)
        return [(None, error)] * len(units)
    except sqlite3.Error as error:
        _abandon(connection)
        return [(None, StoreFailed(str(error)))] * len(units)
    return outcomes


def _run_unit(tx: Tx, unit: Unit[Any]) -> Outcome:
    try:
        with tx.attempt():
            return unit(tx), None
    except StoreFailed:
        raise
    except Exception as error:  # noqa: BLE001  (the unit's own failure belongs to its caller alone)
        return None, error


def _abandon(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _query(connection: sqlite3.Connection, query: Unit[T]) -> T:
    """Run a query on one snapshot."""
    connection.execute("BEGIN")
    try:
        return query(Tx(connection))
    finally:
        connection.execute("ROLLBACK")


def _prepare(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row
    connection.isolation_level = None
    for pragma in ("foreign_keys = ON", f"busy_timeout = {BUSY_MS}", "trusted_schema = OFF"):
        connection.execute(f"PRAGMA {pragma}")


def _open_writer(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False, cached_statements=STATEMENTS)
    _prepare(connection)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "cache_size = -65536"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _open_reader(path: Path) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, check_same_thread=False, cached_statements=STATEMENTS)
    _prepare(connection)
    connection.execute("PRAGMA query_only = ON")
    return connection


class Store:
    """One file of data: a single writing connection, a few reading ones."""

    def __init__(self, writer: aiosqlite.Connection | None, readers: Sequence[aiosqlite.Connection]) -> None:
        self._writer = writer
        self._readers: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()
        self._all_readers = readers
        for reader in readers:
            self._readers.put_nowait(reader)
        self._waiting: list[tuple[Unit[Any], asyncio.Future[Any]]] = []
        self._committer: asyncio.Task[None] | None = None

    async def write(self, unit: Unit[T]) -> T:
        """Run `unit(tx)` whole and return what it returned, once it is on disk.

        Raises what the unit raised (its changes are undone, its neighbours' kept), or StoreFailed when
        the medium refused: then nothing of the whole group was kept.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        future.add_done_callback(_heard)
        self._waiting.append((unit, future))
        if self._committer is None or self._committer.done():
            self._committer = asyncio.create_task(self._commit_waiting(), name="committer")
        return await asyncio.shield(future)

    async def read(self, query: Unit[T]) -> T:
        """Run `query(tx)` on one snapshot of a read-only connection."""
        reader = await self._readers.get()
        try:
            return await _hand(reader, _query, query)
        finally:
            self._readers.put_nowait(reader)

    async def _commit_waiting(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            writer = self._writer
            if writer is None:
                outcomes: list[Outcome] = [(None, StoreFailed("opened for reading only"))] * len(group)
            else:
                outcomes = await _hand(writer, _commit_group, [unit for unit, _ in group])
            for (_, future), (value, error) in zip(group, outcomes, strict=True):
                if error is None:
                    future.set_result(value)
                else:
                    future.set_exception(error)

    async def backup(self, path: Path) -> None:
        """Write a verified copy from the writer's thread, so that no write can starve it."""
        if self._writer is None:
            raise StoreFailed("opened for reading only")
        await _hand(self._writer, schema.copy_into, path)

    async def close(self) -> None:
        """Finish what waits, fold the log into the file and stop the threads."""
        if self._committer is not None:
            await self._committer
        for reader in self._all_readers:
            await reader.close()
        if self._writer is not None:
            await self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            await self._writer.close()


def _heard(future: "asyncio.Future[Any]") -> None:
    """Mark the error as seen, for callers that were cancelled while they waited."""
    if not future.cancelled():
        future.exception()


class InstanceLock:
    """Held by the one process that may write; the operating system frees it however that process ends."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        self._file = -1

    def __enter__(self) -> Self:
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._file)
            raise InstanceRunning(self._path) from None
        return self

    def __exit__(self, *exc: object) -> None:
        os.close(self._file)


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


async def _connect(opener: Callable[[Path], sqlite3.Connection], path: Path) -> aiosqlite.Connection:
    connection = aiosqlite.Connection(lambda: opener(path), iter_chunk_size=64)
    # A thread that waits for work must not keep a failed process alive (aiosqlite's is not a daemon).
    connection._thread.daemon = True  # noqa: SLF001
    return await connection


@asynccontextmanager
async def open_store(path: Path, *, create: bool = False, migrate: bool = True) -> AsyncIterator[Store]:
    """Open the file for writing: the only writer there is.

    NoDatabase when it does not exist and `create` is false; InstanceRunning when another process
    writes it; SchemaError when it is newer, altered, or older while `migrate` is false.
    """
    with InstanceLock(_existing(path, create=create)):
        writer = await _connect(_open_writer, path)
        readers: list[aiosqlite.Connection] = []
        store: Store | None = None
        try:
            await _hand(writer, schema.prepare, path, migrate)
            readers = [await _connect(_open_reader, path) for _ in range(READERS)]
            store = Store(writer, readers)
            yield store
        finally:
            if store is not None:
                await store.close()
            else:
                await writer.close()


@asynccontextmanager
async def open_reader(path: Path) -> AsyncIterator[Store]:
    """Open the file for reading only, beside whoever writes it."""
    reader = await _connect(_open_reader, _existing(path, create=False))
    try:
        await _hand(reader, schema.check)
        store = Store(None, [reader])
        yield store
    finally:
        await reader.close()


def _existing(path: Path, *, create: bool) -> Path:
    if not path.exists():
        if not create:
            raise NoDatabase(path)
        # Made here and not by SQLite, which would leave it readable for all (0644); -wal and -shm inherit.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    return path
