"""What can go wrong with the data.

DataError
├── NoDatabase        the file does not exist, and nothing may start empty by itself
├── InstanceRunning   another process writes this file
├── SchemaError       newer than this program, altered, or older and not to be migrated
├── Damaged           the file fails its checks
├── Behind            the file lacks commits that it had, or is gone
└── StoreFailed       the medium refused: disk full, locked, input/output error
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.sidecar import Sequence


class DataError(Exception):
    """Something is wrong with the data or its file."""


class NoDatabase(DataError):
    """The file does not exist."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path


class InstanceRunning(DataError):
    """Another process holds the instance lock."""

    def __init__(self, lock: Path) -> None:
        super().__init__(lock)
        self.lock = lock


class SchemaError(DataError):
    """The schema is not the one this program knows: `found` and `known` are migration numbers."""

    def __init__(self, problem: str, found: int, known: int) -> None:
        super().__init__(problem, found, known)
        self.problem, self.found, self.known = problem, found, known


class Damaged(DataError):
    """The file fails its checks; `complaints` are SQLite's own words."""

    def __init__(self, complaints: list[str]) -> None:
        super().__init__(complaints)
        self.complaints = complaints


class Behind(DataError):
    """The file lacks commits that its sidecar knows of; `found` is None where the file itself is gone.

    `found` and `known` are `storage.sidecar.Sequence`: how many commits, and the newest entry.
    """

    def __init__(self, path: Path, found: "Sequence | None", known: "Sequence") -> None:
        super().__init__(path, found, known)
        self.path, self.found, self.known = path, found, known


class StoreFailed(DataError):
    """The medium refused, and the whole transaction was given up."""
