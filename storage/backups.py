"""Backups: verified copies in a folder of their own, the newest of each day and of each week.

A name tells the moment of the copy in local time: `tiendo-20231215-023000.db`. Nothing else in the folder is touched.
"""

import re
import shutil
import sqlite3
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from storage.errors import Damaged, StoreFailed

SPARE = 100 * 2**20  # bytes that must stay free for the bot itself

_STAMP = "%Y%m%d-%H%M%S"

# Sums of every kind must agree with each other; that they agree with the entries is what `tiendo check` looks at.
_DISAGREE = (
    "SELECT campaign, unit, metric, part FROM totals t WHERE amount <> (SELECT coalesce(sum(amount), 0) FROM daily d"
    " WHERE (d.campaign, d.unit, d.metric, d.part) = (t.campaign, t.unit, t.metric, t.part)) LIMIT 3"
)


def place(folder: Path, database: Path, at: datetime) -> Path:
    """Return where a copy made at this local moment goes; the folder is made for its owner alone.

    StoreFailed when the copy would take the space that the bot needs.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    free, needed = shutil.disk_usage(folder).free, database.stat().st_size + SPARE
    if free < needed:
        raise StoreFailed(f"{free // 2**20} MB free in {folder}, a copy needs {needed // 2**20} MB")
    for left in folder.glob(f"{database.stem}-*.db.partial"):
        left.unlink()
    return folder / f"{database.stem}-{at:{_STAMP}}.db"


def confirm(copy: Path) -> None:
    """Raise Damaged where the sums in a copy do not agree. Pages and foreign keys were looked at when it was made."""
    with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        wrong = connection.execute(_DISAGREE).fetchall()
    if wrong:
        raise Damaged([f"sums of {tuple(row)} do not agree" for row in wrong])


def rotate(folder: Path, database: Path, days: int, weeks: int) -> list[Path]:
    """Remove the copies that are no longer to be kept, and return them."""
    copies = dict(_copies(folder, database))
    kept = keep(copies, days, weeks)
    gone = [path for moment, path in copies.items() if moment not in kept]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def keep(moments: Iterable[datetime], days: int, weeks: int) -> set[datetime]:
    """Choose the newest moment of each of the last days and weeks that have any.

    Days without a copy do not count: after a long pause, or with a clock gone astray, the old ones stay.
    """
    newest_first = sorted(moments, reverse=True)
    by_day = _firsts(newest_first, lambda moment: moment.date())
    by_week = _firsts(newest_first, lambda moment: moment.isocalendar()[:2])
    return {*by_day[:days], *by_week[:weeks]}


def newest(folder: Path, database: Path) -> Path | None:
    """Return the newest copy, or None."""
    return max(_copies(folder, database), default=(None, None))[1]


def _firsts(moments: Sequence[datetime], period: Callable[[datetime], Hashable]) -> list[datetime]:
    found: dict[Hashable, datetime] = {}
    for moment in moments:
        found.setdefault(period(moment), moment)
    return list(found.values())


def _copies(folder: Path, database: Path) -> list[tuple[datetime, Path]]:
    shape = re.compile(re.escape(database.stem) + r"-(\d{8}-\d{6})\.db")
    named = ((shape.fullmatch(path.name), path) for path in folder.glob("*.db"))
    return [(_moment(match[1]), path) for match, path in named if match]


def _moment(stamp: str) -> datetime:
    return datetime.strptime(stamp, _STAMP)  # noqa: DTZ007  (local time, as the name says)
