"""Numbered migrations with checksums, and verified copies."""

import hashlib
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from storage.errors import Damaged, SchemaError

SYNC_S = 0.05


class Migration(NamedTuple):
    """One step of the schema, as its file holds it."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """Return the SHA-256 of the text, which an applied migration must keep for ever."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations() -> tuple[Migration, ...]:
    """Return all steps in order, from `storage/migrations/NNNN_name.sql`."""
    files = (file for file in (resources.files("storage") / "migrations").iterdir() if file.name.endswith(".sql"))
    found = []
    for file in files:
        number, _, name = file.name.removesuffix(".sql").partition("_")
        found.append(Migration(int(number), name, file.read_text(encoding="utf-8")))
    return tuple(sorted(found))


def applied(connection: sqlite3.Connection) -> list[tuple[int, str]]:
    """Return (number, checksum) of the steps that this file has behind it."""
    exists = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'migrations'").fetchone()
    if not exists:
        return []
    rows = connection.execute("SELECT number, checksum FROM migrations ORDER BY number")
    return [(number, checksum) for number, checksum in rows]


def pending(connection: sqlite3.Connection, known: Sequence[Migration] | None = None) -> list[Migration]:
    """Return the steps still to be taken. SchemaError when the file is newer or was altered."""
    known = migrations() if known is None else known
    done = applied(connection)
    last = done[-1][0] if done else 0
    newest = known[-1].number
    if last > newest:
        raise SchemaError("newer", last, newest)
    for (number, checksum), migration in zip(done, known, strict=False):
        if (number, checksum) != (migration.number, migration.checksum):
            raise SchemaError("altered", number, newest)
    return list(known[len(done) :])


def check(connection: sqlite3.Connection) -> None:
    """Raise SchemaError unless the file has exactly the schema of this program."""
    steps = pending(connection)
    if steps:
        raise SchemaError("older", steps[0].number - 1, steps[-1].number)


def prepare(connection: sqlite3.Connection, path: Path, migrate: bool) -> None:  # noqa: FBT001  (called by position)
    """Bring the file to the schema of this program, in one transaction, with a copy taken before."""
    steps = pending(connection)
    if not steps:
        return
    if not migrate:
        raise SchemaError("older", steps[0].number - 1, steps[-1].number)
    if steps[0].number > 1:
        # A former try that failed has left its copy; what the file holds now is what must be kept.
        copy_into(connection, path.with_name(f"{path.name}.before-{steps[0].number:04d}"), replace=True)
    apply(connection, steps)


def apply(connection: sqlite3.Connection, steps: Sequence[Migration]) -> None:
    """Take the steps in one transaction: all or none.

    A step may make a table anew, which SQLite wants done with foreign keys off; they are checked before the commit.
    """
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        _apply(connection, steps)
    finally:
        connection.execute("PRAGMA foreign_keys = ON")


def _apply(connection: sqlite3.Connection, steps: Sequence[Migration]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS migrations"
            " (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT"
        )
        for step in steps:
            for statement in _statements(step.sql):
                connection.execute(statement)
            connection.execute("INSERT INTO migrations VALUES (?, ?, ?)", (step.number, step.name, step.checksum))
        _verify_references(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _statements(sql: str) -> list[str]:
    """Split a script where SQLite says that a statement is complete (triggers hold semicolons)."""
    found: list[str] = []
    buffer = ""
    for line in sql.splitlines(keepends=True):
        buffer += line
        if sqlite3.complete_statement(buffer):
            found.append(buffer)
            buffer = ""
    return [*found, buffer]  # the rest is blank or a comment; were it a statement, SQLite runs it all the same


def verify(connection: sqlite3.Connection) -> None:
    """Raise Damaged unless the file passes SQLite's quick check and the foreign keys hold."""
    complaints = [str(row[0]) for row in connection.execute("PRAGMA quick_check") if row[0] != "ok"]
    if complaints:
        raise Damaged(complaints)
    _verify_references(connection)


def _verify_references(connection: sqlite3.Connection) -> None:
    complaints = [f"foreign key: {tuple(row)}" for row in connection.execute("PRAGMA foreign_key_check")]
    if complaints:
        raise Damaged(complaints)


def copy_into(connection: sqlite3.Connection, target: Path, *, replace: bool = False) -> None:
    """Write a verified copy to `target` (0600), complete or not at all.

    FileExistsError if something is there and `replace` is false.
    """
    if target.exists() and not replace:
        raise FileExistsError(target)
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        with _synced(partial):
            connection.execute("VACUUM INTO ?", (str(partial),))
        with closing(sqlite3.connect(partial)) as copy:
            verify(copy)
        partial.rename(target)
        _sync(target.parent)  # or a power cut could take the new name away again
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


@contextmanager
def _synced(path: Path) -> Iterator[None]:
    """Bring a file to the disk while it is written: one sync of all at the end would hold up every commit behind it."""
    over = threading.Event()
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def sync() -> None:
        while not over.wait(SYNC_S):
            with suppress(OSError):  # the last one, below, is what counts
                os.fsync(file)

    syncing = threading.Thread(target=sync, name="sync", daemon=True)
    syncing.start()
    try:
        yield
        over.set()
        syncing.join()
        os.fsync(file)
    finally:
        over.set()
        syncing.join()
        os.close(file)


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
