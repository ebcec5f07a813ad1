"""The sidecar: how far the file had come, kept beside it, so that commits which went missing are noticed.

`<db>.seq` (0600) is one line of fixed length: how many commits there were, the newest entry, a check sum. It is
written over after each commit and never before, so it can never be ahead of what is on disk. It is not synced:
after a power cut it may lag behind, which hides a loss for a moment and never invents one.
"""

import os
import sqlite3
import zlib
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Self

from storage.errors import Behind

ENDING = ".seq"


class Sequence(NamedTuple):
    """How far a file has come: how many commits, and the newest entry."""

    commits: int
    entry: int


NOTHING = Sequence(0, 0)


def beside(database: Path) -> Path:
    """Return the sidecar that belongs to a database."""
    return database.with_name(database.name + ENDING)


def count(connection: sqlite3.Connection) -> Sequence:
    """Count the commit that is about to be made, and return how far the file will then have come."""
    [row] = connection.execute(
        "UPDATE commits SET number = number + 1 RETURNING number, (SELECT coalesce(max(id), 0) FROM entries)"
    ).fetchall()
    return Sequence(row[0], row[1])


def reached(connection: sqlite3.Connection) -> Sequence:
    """Return how far the file has come; nothing where it is from before commits were counted."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'commits'").fetchone():
        return NOTHING
    row = connection.execute("SELECT number, (SELECT coalesce(max(id), 0) FROM entries) FROM commits").fetchone()
    return Sequence(row[0], row[1])


def read(database: Path) -> Sequence | None:
    """Return what the sidecar says; None where there is none, or a power cut has spoilt it."""
    with suppress(OSError, ValueError):
        commits, entry, check = beside(database).read_text(encoding="ascii").split()
        found = Sequence(int(commits), int(entry))
        return found if _line(found).split()[2] == check else None
    return None


def confirm(connection: sqlite3.Connection, database: Path) -> None:
    """Raise Behind when the file lacks commits that its sidecar knows of."""
    known, found = read(database), reached(connection)
    if known is not None and found.commits < known.commits:
        raise Behind(database, found, known)


def refuse_vanished(database: Path) -> None:
    """Raise Behind when there is a sidecar although the file is gone: that is no place to start empty."""
    if beside(database).exists():
        raise Behind(database, None, read(database) or NOTHING)


class Sidecar:
    """Writes the sidecar of one database."""

    def __init__(self, database: Path) -> None:
        self._file = os.open(beside(database), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def note(self, sequence: Sequence) -> None:
        """Write how far the file has come, after that was committed.

        Where the medium refuses it is left undone: the commit stands, and the sidecar merely lags.
        """
        with suppress(OSError):
            os.pwrite(self._file, _line(sequence).encode(), 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        os.close(self._file)


def _line(sequence: Sequence) -> str:
    said = f"{sequence.commits:020d} {sequence.entry:020d}"
    return f"{said} {zlib.crc32(said.encode()):08x}\n"
