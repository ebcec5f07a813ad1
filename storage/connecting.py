"""Connections: how the file is opened, and what a connection may do in its role as writer or reader."""

import sqlite3
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from storage.errors import StoreFailed

STATEMENTS = 512
BUSY_MS = 5_000
LOG_KEPT = 16 * 2**20  # bytes that the write-ahead log shrinks to once a long reader lets it begin anew
LOG_MOST = 60 * 2**20  # bytes at which readers give way: while one reads, the log cannot begin anew
LOOK_EVERY = 100_000  # steps of SQLite's machine, a few milliseconds, between two looks at the log

EVERYWHERE: dict[str, int] = {
    "foreign_keys": 1,
    # Without recursive triggers INSERT OR REPLACE would delete an entry past the trigger that keeps it.
    "recursive_triggers": 1,
    "trusted_schema": 0,
}
TO_WRITE: dict[str, int] = {
    "synchronous": 2,  # FULL: a commit is on disk before anybody hears of it
    "secure_delete": 1,
    # MEMORY: pages that a savepoint may have to put back are not written to a file for every update.
    "temp_store": 2,
    "cache_size": -4_096,  # KiB; ten thousand reports read and write hardly more with it than with ten times as much
    "journal_size_limit": LOG_KEPT,
}
TO_READ: dict[str, int] = {
    "cache_size": -12_288,  # KiB: a board of 700 units of a nation looks at 2,000 pages
}

Role = Callable[[sqlite3.Connection], None]


def log_of(path: Path) -> Path:
    """Return the write-ahead log of a database."""
    return path.with_name(f"{path.name}-wal")


def writer(path: Path) -> sqlite3.Connection:
    """Open the one connection that writes. StoreFailed when the file takes no log, sqlite3.Error for the rest."""
    return connect(path, "rw", to_write)


def reader(path: Path) -> sqlite3.Connection:
    """Open a connection that only reads, and gives way when it keeps the log from beginning anew for too long."""
    return connect(path, "ro", partial(to_read, path=path))


def connect(path: Path, mode: str, take_role: Role) -> sqlite3.Connection:
    """Open the file in a mode of SQLite's (`ro`, `rw`), which never makes one."""
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, check_same_thread=False, cached_statements=STATEMENTS)
    try:
        prepare(connection)
        take_role(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def prepare(connection: sqlite3.Connection) -> None:
    """Give it what all connections have, whatever their role."""
    connection.row_factory = sqlite3.Row
    connection.isolation_level = None
    _set(connection, {**EVERYWHERE, "busy_timeout": BUSY_MS})


def to_write(connection: sqlite3.Connection) -> None:
    """Make it the one that writes."""
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise StoreFailed(f"the file takes no write-ahead log, its journal is: {mode}")
    _set(connection, TO_WRITE)
    # SQLite opens a write-protected file all the same, and would only refuse the first report.
    for statement in ("BEGIN IMMEDIATE", "PRAGMA user_version = 0", "ROLLBACK"):
        connection.execute(statement)


def to_read(connection: sqlite3.Connection, path: Path) -> None:
    """Make it one that reads."""
    _set(connection, TO_READ)
    connection.set_authorizer(_no_checkpoint)
    give_way(connection, log_of(path))


def give_way(connection: sqlite3.Connection, log: Path | None) -> None:
    """Interrupt what it reads while the log is longer than `LOG_MOST`; with None, never."""
    if log is None:
        connection.set_progress_handler(None, 0)
    else:
        connection.set_progress_handler(lambda: _is_long(log), LOOK_EVERY)


def fold_log(connection: sqlite3.Connection) -> bool:
    """Copy the log back into the file and empty it; False, at once, when a reader still needs it."""
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    return not busy


def _set(connection: sqlite3.Connection, pragmas: Mapping[str, int]) -> None:
    """Set pragmas and read them back: SQLite passes over what it does not know or cannot do."""
    for name, value in pragmas.items():
        connection.execute(f"PRAGMA {name} = {value}").fetchall()
        row = connection.execute(f"PRAGMA {name}").fetchone()
        if row is None or row[0] != value:
            raise StoreFailed(f"SQLite does not take {name} = {value}")


def _is_long(log: Path) -> bool:
    try:
        return log.stat().st_size > LOG_MOST
    except FileNotFoundError:
        return False


def _no_checkpoint(action: int, name: str | None, *_: str | None) -> int:
    """Refuse checkpoints: even a read-only connection can reset a log that has been copied back.

    Before 3.51.3 SQLite may lose commits when two connections do that at once (https://sqlite.org/wal.html).
    """
    refused = action == sqlite3.SQLITE_PRAGMA and name == "wal_checkpoint"
    return sqlite3.SQLITE_DENY if refused else sqlite3.SQLITE_OK
