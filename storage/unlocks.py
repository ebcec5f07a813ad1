"""Unlocks: locked days that a commander has opened again for a unit and all below it, until an instant."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.domain.units import UnitId
from storage.sqlite import Tx


@dataclass(frozen=True, slots=True)
class Unlock:
    """A day that is open until an instant (Unix seconds); `given_by` is named as in the audit."""

    id: int
    campaign: str
    unit: UnitId
    day: date
    until: int
    given_by: str


def give(tx: Tx, campaign: str, unit: UnitId, day: date, *, until: int, given_by: str, now: int) -> Unlock:
    """Open a day; an unlock of the same unit and day that was given before ends with it."""
    tx.run(
        "UPDATE unlocks SET revoked = ? WHERE campaign = ? AND unit = ? AND day = ? AND until > ? AND revoked IS NULL",
        (now, campaign, unit, day.isoformat(), now),
    )
    row = tx.one(
        "INSERT INTO unlocks (campaign, unit, day, until, given_by, created) VALUES (?, ?, ?, ?, ?, ?) RETURNING *",
        (campaign, unit, day.isoformat(), until, given_by, now),
    )
    return _unlock(row)


def end(tx: Tx, unlock: Unlock, now: int) -> bool:
    """Close a day before its time; False where it was closed already."""
    row = tx.one("UPDATE unlocks SET revoked = ? WHERE id = ? AND revoked IS NULL RETURNING id", (now, unlock.id))
    return row is not None


def opens(tx: Tx, campaign: str, path: Iterable[UnitId], day: date, moment: int) -> bool:
    """Tell whether a day was open for what was said at an instant, by an unlock of any unit of the path.

    What was said before an unlock ended counts, however late it arrives; nothing has to run at that instant.
    """
    rows = tx.all(
        "SELECT unit FROM unlocks WHERE campaign = ? AND day = ? AND coalesce(revoked, until) > ?",
        (campaign, day.isoformat(), moment),
    )
    return not {row["unit"] for row in rows}.isdisjoint(path)


def standing(tx: Tx, now: int) -> list[Unlock]:
    """Return the unlocks that hold, those that end first before the others."""
    return [
        _unlock(row)
        for row in tx.all("SELECT * FROM unlocks WHERE revoked IS NULL AND until > ? ORDER BY until, id", (now,))
    ]


def untold(tx: Tx, now: int) -> list[Unlock]:
    """Return the unlocks that hold and of which nobody was told yet, and note that they are told now."""
    rows = tx.all("UPDATE unlocks SET told = 1 WHERE told = 0 RETURNING *")
    return [_unlock(row) for row in rows if row["revoked"] is None and row["until"] > now]


def find(tx: Tx, unlock: int) -> Unlock | None:
    """Return an unlock by its id, or None."""
    row = tx.one("SELECT * FROM unlocks WHERE id = ?", (unlock,))
    return None if row is None else _unlock(row)


def _unlock(row: Any) -> Unlock:
    return Unlock(
        row["id"],
        row["campaign"],
        UnitId(row["unit"]),
        date.fromisoformat(row["day"]),
        row["until"],
        row["given_by"],
    )
