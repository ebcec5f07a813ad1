"""A past for the country: a report of nearly every ward for every day, and everything derived from them.

Years are written straight into the file, since taking in a report at a time would last hours. Entries are chained as
the bot chains them, and what is derived is added up from the entries by SQL; a test holds that `tiendo rebuild` finds
no difference.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks import country
from storage import chain
from storage.entries import reference

DAY = timedelta(days=1)
CAMPAIGN = "vneid"
MORNING, EVENING = time(8, 0), time(18, 0)
"""When reports begin to come, and when the late ones do."""

CACHE_KB = 500_000
STEP = 500_000

_LATER = ("entries_slot", "entries_message")
_ENTRY = (*chain.COLUMNS["entries"], "chain")

_WARDS = (
    "SELECT r.unit, r.person, c.id FROM roles r JOIN accounts a ON a.person = r.person"
    " JOIN chats c ON c.channel = a.channel AND c.external = a.external WHERE r.role = 'officer' ORDER BY r.unit"
)

_DERIVED = {
    "reports": "INSERT INTO reports (campaign, unit, day, slot, entry, on_time)"
    " SELECT campaign, unit, day, slot, id, on_time FROM entries ORDER BY campaign, unit, day, slot",
    "tallies": "INSERT INTO tallies (campaign, unit, metric, part, day, slot, amount)"
    " SELECT e.campaign, e.unit, said.key, '', e.day, e.slot, said.value"
    " FROM entries e CROSS JOIN json_each(e.amounts) said ORDER BY e.campaign, e.unit, e.day, e.slot",
    "totals": "INSERT INTO totals (campaign, unit, metric, part, amount)"
    " SELECT campaign, unit, metric, part, sum(amount) FROM tallies GROUP BY campaign, unit, metric, part",
    "daily": "INSERT INTO daily (campaign, unit, day, metric, part, amount)"
    " SELECT campaign, unit, day, metric, part, amount FROM tallies",
    "turnout": "INSERT INTO turnout (campaign, unit, day, reported, on_time)"
    " SELECT campaign, unit, day, 1, on_time FROM reports",
}
_PARENTS = "SELECT DISTINCT parent FROM units WHERE parent IS NOT NULL ORDER BY parent DESC"
_BELOW = "campaign = :campaign AND unit IN (SELECT id FROM units WHERE parent = :parent)"
_ABOVE = (
    (
        "INSERT INTO totals (campaign, unit, metric, part, amount)"
        f" SELECT campaign, :parent, metric, part, sum(amount) FROM totals WHERE {_BELOW} GROUP BY metric, part"
    ),
    (
        "INSERT INTO daily (campaign, unit, day, metric, part, amount)"
        f" SELECT campaign, :parent, day, metric, part, sum(amount) FROM daily WHERE {_BELOW}"
        " GROUP BY day, metric, part"
    ),
    (
        "INSERT INTO turnout (campaign, unit, day, reported, on_time)"
        f" SELECT campaign, :parent, day, sum(reported), sum(on_time) FROM turnout WHERE {_BELOW} GROUP BY day"
    ),
)


@dataclass(frozen=True, slots=True)
class Past:
    """What is to have happened: reports of every ward in so many metrics for `days` days, the last of them `last`."""

    last: date
    days: int
    metrics: int
    zone: ZoneInfo

    @property
    def starts(self) -> date:
        """Return the first day."""
        return self.last - (self.days - 1) * DAY

    def is_silent(self, ward: int, day: int) -> bool:
        """Tell whether a ward sends nothing: one of a hundred, on the last day one of ten."""
        return ward % 10 == 0 if day == self.days - 1 else (ward * 31 + day * 17) % 97 == 0

    def is_late(self, ward: int, day: int) -> bool:
        """Tell whether a ward's report comes after the cut-off."""
        return (ward + day) % 23 == 0

    def amounts(self, ward: int, day: int) -> dict[str, int]:
        """Return what a ward reports; whatever the number of days, it adds up to some 2,400 of the first metric."""
        most = 2 * max(1, 2_400 // self.days)
        first = 1 + (ward * 31 + day * 7) % most
        return {metric["code"]: first // (nth + 1) for nth, metric in enumerate(country.METRICS[: self.metrics])}


def write(path: Path, past: Past, *, tell: bool = False) -> int:
    """Write the past into a file that holds roster and officers and is open nowhere; return the number of entries."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{CACHE_KB}"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN EXCLUSIVE")
        _append(connection, past, tell=tell)
        for table, statement in _DERIVED.items():
            connection.execute(statement)
            _tell(f"{table} derived", tell=tell)
        for (parent,) in connection.execute(_PARENTS).fetchall():
            for statement in _ABOVE:
                connection.execute(statement, {"campaign": CAMPAIGN, "parent": parent})
        _tell_summary(connection, past)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")
        return int(connection.execute("SELECT count(*) FROM entries").fetchone()[0])


def _append(connection: sqlite3.Connection, past: Past, *, tell: bool) -> None:
    """Append the entries; what has to be sorted is indexed afterwards."""
    indexes = connection.execute(f"SELECT name, sql FROM sqlite_master WHERE name IN {_LATER}").fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    wards = connection.execute(_WARDS).fetchall()
    rows = _entries(past, wards)
    insert = f"INSERT INTO entries ({', '.join(_ENTRY)}) VALUES ({', '.join('?' * len(_ENTRY))})"
    done = 0
    while page := list(islice(rows, STEP)):
        connection.executemany(insert, page)
        done += len(page)
        _tell(f"{done:,} entries", tell=tell)
    for _, sql in indexes:
        connection.execute(sql)


def _lateness(past: Past, day: int, ward: int) -> bool:
    return past.is_late(ward, day)


def _entries(past: Past, wards: list[tuple[int, int, int]]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of `entries` in the order in which they came: day by day, the late ones last."""
    former, number = "", 0
    for nth in range(past.days):
        day = past.starts + nth * DAY
        heard = [ward for ward in range(len(wards)) if not past.is_silent(ward, nth)]
        for ward in sorted(heard, key=partial(_lateness, past, nth)):
            number += 1
            values = _values(past, number, (ward, *wards[ward]), nth, day)
            former = chain.digest(former, values)
            yield (*values, former)


def _values(past: Past, number: int, ward: tuple[int, int, int, int], nth: int, day: date) -> tuple[Any, ...]:
    place, unit, person, chat = ward
    late = past.is_late(place, nth)
    said = int(datetime.combine(day, EVENING if late else MORNING, past.zone).timestamp()) + place
    given = json.dumps(past.amounts(place, nth))
    names = (number, reference(number), CAMPAIGN, unit, day.isoformat(), 0, person, "line", "accepted")
    words = (given, given, "[]", "", None, None)
    return (*names, *words, number, chat, nth + 1, said, said, int(not late))


def _tell_summary(connection: sqlite3.Connection, past: Past) -> None:
    """Let somebody have been told of the day before: from then on a summary says what came in since."""
    eve = past.last - DAY
    at = int(datetime.combine(eve, time(17, 30), past.zone).timestamp())
    connection.execute(
        "INSERT INTO job_runs (campaign, job, chat, thread, day, slot, state, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (CAMPAIGN, "summary", 1, 0, eve.isoformat(), "17:30", "sent", at),
    )


def _tell(what: str, *, tell: bool) -> None:
    if tell:
        print(f"  {what}", flush=True)
