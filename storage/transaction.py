"""Transactions: what a unit of work is given, and how units that wait together share one commit.

Everything here is plain and runs on the connection's own thread.
"""

import operator
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from storage import sidecar
from storage.errors import StoreFailed

T = TypeVar("T")
Unit = Callable[["Tx"], T]
Outcome = tuple[Any, BaseException | None]
Debt = tuple[tuple[Any, ...], Sequence[int]]
"""A row of sums by the rest of its key, after the unit, and what is added to it."""

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
        sqlite3.SQLITE_PROTOCOL,
    }
)


class Summed(NamedTuple):
    """A table of sums, and the statement that adds to a row: the unit, the rest of its key, then what is added."""

    table: str
    add: str


class Tx:
    """A transaction: SQL in, rows out. After StoreFailed it refuses every further statement.

    `known` holds what was read and still holds: whoever keeps something there keeps it right when they write.
    It is emptied whenever anything is taken back.
    """

    __slots__ = ("_connection", "_failed", "_late", "_owed", "_owing", "_savepoints", "known")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._failed = False
        self._savepoints = 0
        self._owed: dict[str, dict[tuple[int, ...], dict[tuple[Any, ...], Sequence[int]]]] = {}
        self._owing: set[str] = set()
        self._late: dict[str, tuple[str, list[Sequence[Any]]]] = {}
        self.known: dict[str, Any] = {}

    def run(self, sql: str, params: Mapping[str, Any] | Sequence[Any] = ()) -> sqlite3.Cursor:
        """Execute one statement. StoreFailed when the medium refuses, sqlite3.Error for everything else."""
        if self._owing or self._late:
            self._prepare_for(sql)
        return self._execute(sql, params)

    def _execute(self, sql: str, params: Mapping[str, Any] | Sequence[Any]) -> sqlite3.Cursor:
        connection = self._connection
        if self._failed or not connection.in_transaction:
            raise StoreFailed("the transaction is over")
        try:
            return connection.execute(sql, params)
        except sqlite3.Error as error:
            self.judge(error)
            raise

    def peek(self, sql: str, params: Mapping[str, Any] | Sequence[Any] = ()) -> list[Any]:
        """Return all rows of a query that reads nothing to which something is still owed, or which comes later."""
        return self._execute(sql, params).fetchall()

    def owe(self, sums: Summed, units: tuple[int, ...], debts: Iterable[Debt]) -> None:
        """Add to the sums of all these units, at the latest before a statement that names their table.

        What one transaction adds to the same row is written once: of a hundred reports each one adds to the root.
        """
        self._owing.add(sums.table)
        _raise(self._owed.setdefault(sums.add, {}).setdefault(units, {}), debts)

    def later(self, table: str, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute a changing statement for each row of values, at the latest before a statement that names its table.

        A statement for many rows costs less than many statements. Another kind for the same table lets the first come.
        """
        if table in self._late and self._late[table][0] != sql:
            self.catch_up()
        self._late.setdefault(table, (sql, []))[1].extend(rows)

    def catch_up(self) -> None:
        """Execute what was to come later; what is owed to sums stays owed."""
        late, self._late = self._late, {}
        for sql, rows in late.values():
            self._many(sql, rows)

    def settle(self) -> None:
        """Write what is owed, and what was to come later."""
        self.catch_up()
        owed, self._owed = self._owed, {}
        self._owing.clear()
        for add, owing in owed.items():
            rows: dict[tuple[Any, ...], Sequence[int]] = {}
            for units, debts in owing.items():
                _raise(rows, [((unit, *key), added) for unit in units for key, added in debts.items()])
            self._many(add, [(*row, *added) for row, added in rows.items()])

    def forget(self) -> None:
        """Know nothing any more: what was read before may hold no longer, and nothing may wait for its sake."""
        self.settle()
        self.known.clear()

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> int:
        """Execute one changing statement for each row of values, and return how many rows it changed in all."""
        if self._owing or self._late:
            self._prepare_for(sql)
        return self._many(sql, rows)

    def _prepare_for(self, sql: str) -> None:
        """Write what a statement may look at, or write to, itself."""
        words = _words(sql)
        if not self._owing.isdisjoint(words):
            self.settle()
        elif not words.isdisjoint(self._late):
            self.catch_up()

    def _many(self, sql: str, rows: Iterable[Sequence[Any]]) -> int:
        if self._failed or not self._connection.in_transaction:
            raise StoreFailed("the transaction is over")
        try:
            return self._connection.executemany(sql, rows).rowcount
        except sqlite3.Error as error:
            self.judge(error)
            raise

    def judge(self, error: sqlite3.Error) -> None:
        """Give the transaction up where SQLite has, or may have."""
        code: int = getattr(error, "sqlite_errorcode", None) or 0
        if code & 0xFF in _FATAL or not self._connection.in_transaction:
            self._failed = True
            raise StoreFailed(str(error)) from error

    def one(self, sql: str, params: Mapping[str, Any] | Sequence[Any] = ()) -> Any:
        """Return the first row, or None."""
        return self.run(sql, params).fetchone()

    def all(self, sql: str, params: Mapping[str, Any] | Sequence[Any] = ()) -> list[Any]:
        """Return all rows."""
        return self.run(sql, params).fetchall()

    def tuples(self, sql: str, params: Mapping[str, Any] | Sequence[Any] = ()) -> sqlite3.Cursor:
        """Return the rows as tuples without the names of their columns: of thousands they cost a third less."""
        rows = self.run(sql, params)
        rows.row_factory = None
        return rows

    def value(self, sql: str, params: Mapping[str, Any] | Sequence[Any] = ()) -> Any:
        """Return the first column of the first row, or None."""
        row = self.run(sql, params).fetchone()
        return None if row is None else row[0]

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Undo what the block did when it raises, and let the rest of the transaction live on."""
        self.settle()
        self._savepoints += 1
        name = f"attempt_{self._savepoints}"
        self.run(f"SAVEPOINT {name}")
        try:
            yield
            self.settle()
        except StoreFailed:
            raise
        except BaseException as error:
            if isinstance(error, sqlite3.Error):
                self.judge(error)  # reading on through a cursor fails outside `run`
            self._owed.clear()
            self._owing.clear()
            self._late.clear()
            self.known.clear()
            self.run(f"ROLLBACK TO {name}")
            self.run(f"RELEASE {name}")
            raise
        else:
            self.run(f"RELEASE {name}")
        finally:
            self._savepoints -= 1


def _raise(sums: dict[tuple[Any, ...], Sequence[int]], debts: Iterable[Debt]) -> None:
    for key, added in debts:
        before = sums.get(key)
        sums[key] = added if before is None else tuple(map(operator.add, before, added))


@lru_cache(maxsize=1_024)
def _words(sql: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", sql))


def commit_together(
    connection: sqlite3.Connection,
    units: Sequence[Unit[Any]],
    committed: Callable[[sidecar.Sequence], None] = lambda _: None,
) -> list[Outcome]:
    """Run the units in one transaction; each result is (value, None) or (None, error).

    A transaction that changed anything is counted, and `committed` is told once it is on disk.
    """
    _abandon(connection)  # a rollback that the medium refused is owed still
    tx = Tx(connection)
    try:
        connection.execute("BEGIN IMMEDIATE")
        changes = connection.total_changes
        # Whole or not at all needs no savepoint where nobody shares the transaction.
        bounds = tx.attempt if len(units) > 1 else nullcontext
        outcomes = [_outcome(tx, unit, bounds()) for unit in units]
        failed = all(error is not None for _, error in outcomes)
        reached = sidecar.count(connection) if connection.total_changes > changes and not failed else None
        connection.execute("ROLLBACK" if failed else "COMMIT")
    except (StoreFailed, sqlite3.Error) as error:
        return [(None, StoreFailed(str(error))) for _ in units]
    finally:
        _abandon(connection)
    if reached is not None:
        committed(reached)
    return outcomes


def snapshot(connection: sqlite3.Connection, query: Unit[T]) -> T:
    """Run a query on one snapshot and return what it returned; StoreFailed when the medium refuses."""
    begin(connection)
    return finish(connection, query)


def begin(connection: sqlite3.Connection) -> None:
    """Begin a snapshot: it is that of the moment at which something is read first."""
    _abandon(connection)
    connection.execute("BEGIN")


def finish(connection: sqlite3.Connection, query: Unit[T]) -> T:
    """Run a query on the snapshot that was begun, and end it."""
    try:
        value, failure = _outcome(Tx(connection), query, nullcontext())
    finally:
        _abandon(connection)
    if failure is not None:
        raise failure
    result: T = value
    return result


def _outcome(tx: Tx, unit: Unit[Any], bounds: AbstractContextManager[None]) -> Outcome:
    try:
        with bounds:
            value = unit(tx)
            tx.settle()
            return value, None
    except StoreFailed:
        raise
    except StopIteration as error:  # no future can carry this one to its caller
        return None, RuntimeError("the unit raised StopIteration").with_traceback(error.__traceback__)
    except BaseException as error:  # noqa: BLE001  (the unit's own failure belongs to its caller alone)
        if isinstance(error, sqlite3.Error):
            tx.judge(error)  # reading on through a cursor fails outside `run`
        return None, error


def _abandon(connection: sqlite3.Connection) -> None:
    with suppress(sqlite3.Error):
        if connection.in_transaction:
            connection.execute("ROLLBACK")
