"""Leaves: the days on which a person or a unit is not expected to report, and what follows for units."""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.absence import Absences, Leave
from bot.domain.campaign import Campaign
from bot.domain.units import Tree, UnitId
from storage import meta
from storage.sqlite import Tx

VERSION = "leaves"
"""The fact in `meta` that differs whenever absences may differ."""

_DAY = timedelta(days=1)
_WHOSE = "coalesce(person, 0) = ? AND coalesce(unit, 0) = ?"


class Whose(NamedTuple):
    """Who is on leave: exactly one of the two."""

    person: int | None = None
    unit: UnitId | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    """A post of an officer: held on the days from `since` on and before `until`."""

    person: int
    since: date
    until: date | None

    def on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


def give(tx: Tx, whose: Whose, leave: Leave, given_by: str, now: int) -> None:
    """Give leave; `given_by` is named as in the audit."""
    tx.run(
        "INSERT INTO leaves (person, unit, first, last, given_by, created) VALUES (?, ?, ?, ?, ?, ?)",
        (whose.person, whose.unit, leave.first.isoformat(), leave.last.isoformat(), given_by, now),
    )
    changed(tx)


def end(tx: Tx, whose: Whose, today: date, now: int) -> bool:
    """End all leave from `today` on; days before it stay days of leave. False where there was none."""
    found = bool(standing(tx, whose, today))
    where = (whose.person or 0, whose.unit or 0, today.isoformat())
    tx.run(
        f"UPDATE leaves SET revoked = ? WHERE {_WHOSE} AND first >= ? AND revoked IS NULL",
        (now, *where),
    )
    tx.run(
        f"UPDATE leaves SET last = ? WHERE {_WHOSE} AND last >= ? AND revoked IS NULL",
        ((today - _DAY).isoformat(), *where),
    )
    if found:
        changed(tx)
    return found


def standing(tx: Tx, whose: Whose, today: date) -> list[Leave]:
    """Return the leave that is not over on `today`, in order."""
    rows = tx.all(
        f"SELECT first, last FROM leaves WHERE {_WHOSE} AND last >= ? AND revoked IS NULL ORDER BY first, id",
        (whose.person or 0, whose.unit or 0, today.isoformat()),
    )
    return [Leave(date.fromisoformat(row["first"]), date.fromisoformat(row["last"])) for row in rows]


def people_away(tx: Tx, day: date) -> frozenset[int]:
    """Return the people who are on leave on a day."""
    rows = tx.all(
        "SELECT person FROM leaves WHERE person IS NOT NULL AND first <= :day AND last >= :day AND revoked IS NULL",
        {"day": day.isoformat()},
    )
    return frozenset(row[0] for row in rows)


def changed(tx: Tx) -> None:
    """Note that absences may differ from now on."""
    # Random and not counted up: a change that is rolled back must not share its mark with the next one.
    meta.put(tx, VERSION, secrets.token_hex(8))


def note_hands(tx: Tx, unit: UnitId) -> None:
    """Note that a unit's officers change, where any of them has leave: it may decide whether the unit is away."""
    touched = tx.one(
        "SELECT 1 FROM roles r JOIN leaves l ON l.person = r.person"
        " WHERE r.unit = ? AND r.role = 'officer' AND r.until IS NULL AND l.revoked IS NULL LIMIT 1",
        (unit,),
    )
    if touched is not None:
        changed(tx)


def absences(tx: Tx, tree: Tree, campaigns: Iterable[Campaign], zone: ZoneInfo) -> Absences:
    """Read on which days which units are on leave: by their own leave, or since all their officers are.

    Leave of a unit holds for everything below it. A unit without officers is on leave by its own leave only.
    """
    campaigns = tuple(campaigns)
    since = min(campaign.starts for campaign in campaigns)
    away: defaultdict[UnitId, set[date]] = defaultdict(set)
    own: defaultdict[int, set[date]] = defaultdict(set)
    for row in tx.all(
        "SELECT person, unit, first, last FROM leaves WHERE revoked IS NULL AND last >= ?", (since.isoformat(),)
    ):
        days = set(_days(date.fromisoformat(row["first"]), date.fromisoformat(row["last"])))
        if row["person"] is not None:
            own[row["person"]] |= days
        elif row["unit"] in tree.units:
            for unit in tree.below(UnitId(row["unit"])):
                away[unit] |= days
    for unit, posts in _posts(tx, zone).items():
        for day in set().union(*(own[post.person] for post in posts)):
            present = [post.person for post in posts if post.on(day)]
            if present and all(day in own[person] for person in present):
                away[unit].add(day)
    frozen = {unit: frozenset(days) for unit, days in away.items() if days and unit in tree.units}
    return Absences(frozen, frozenset(_came(tx, campaigns, frozen)))


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + number * _DAY


def _posts(tx: Tx, zone: ZoneInfo) -> Mapping[UnitId, list[_Held]]:
    """Return the officers, also former ones, of every unit of which any was ever on leave."""
    rows = tx.all(
        "SELECT unit, person, since, until FROM roles WHERE role = 'officer' AND unit IN"
        " (SELECT r.unit FROM roles r JOIN leaves l ON l.person = r.person"
        " WHERE r.role = 'officer' AND l.revoked IS NULL)"
    )
    posts: defaultdict[UnitId, list[_Held]] = defaultdict(list)
    for row in rows:
        since, until = (
            None if at is None else datetime.fromtimestamp(at, zone).date() for at in (row["since"], row["until"])
        )
        posts[UnitId(row["unit"])].append(_Held(row["person"], since or date.min, until))
    return posts


def _came(
    tx: Tx, campaigns: Iterable[Campaign], away: Mapping[UnitId, frozenset[date]]
) -> Iterator[tuple[str, UnitId, date]]:
    for campaign in campaigns:
        for unit, days in away.items():
            rows = tx.all(
                "SELECT day FROM turnout WHERE campaign = ? AND unit = ? AND day BETWEEN ? AND ? AND reported > 0",
                (campaign.code, unit, min(days).isoformat(), max(days).isoformat()),
            )
            yield from ((campaign.code, unit, date.fromisoformat(row["day"])) for row in rows)
