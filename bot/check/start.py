"""The start: what must hold before the bot opens its data, looked at by `run` as by `check`."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.check import ground
from bot.check.lines import Level, Line
from bot.config import Config
from bot.keeper import MUCH
from storage import backups, schema
from storage.errors import Damaged


class Unfit(Exception):
    """The bot must not start: `lines` say why."""

    def __init__(self, lines: list[Line]) -> None:
        super().__init__(lines)
        self.lines = lines


class Broken(Damaged):
    """The file fails its checks, and this is the way back: the newest verified copy, or None where there is none."""

    def __init__(self, complaints: list[str], path: Path, copy: Path | None) -> None:
        super().__init__(complaints)
        self.path, self.copy = path, copy


def make_fit(config: Config) -> list[Line]:
    """Look at the ground and the file, close the files to others, and return what is to be warned of.

    Unfit when the bot must not start here, Broken when the file is damaged. Nothing is made or mended.
    """
    path = config.storage.path
    lines = list(ground.look(path))
    failed = [line for line in lines if line.level is Level.FAIL]
    if failed:
        raise Unfit(failed)
    ground.close_to_others(path)
    if path.exists() and path.stat().st_size <= MUCH:
        look_through(config)
    return [line for line in lines if line.level is Level.WARN]


def look_through(config: Config) -> None:
    """Read the whole file. Broken when SQLite finds a fault in it."""
    path = config.storage.path
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            schema.verify(connection)
    except Damaged as error:
        raise Broken(error.complaints, path, _way_back(config)) from None
    except sqlite3.DatabaseError as error:
        if (error.sqlite_errorcode or 0) & 0xFF not in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            raise
        raise Broken([str(error)], path, _way_back(config)) from None


def _way_back(config: Config) -> Path | None:
    return backups.newest(config.backup.folder_of(config.storage.path), config.storage.path)
