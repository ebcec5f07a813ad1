"""Requests that wait for somebody's decision; the first decision stands."""

from dataclasses import dataclass
from typing import Any

from bot.domain.units import UnitId
from storage.entries import reference
from storage.people import Role
from storage.sqlite import Tx


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody asks for a post."""

    id: int
    ref: str
    person: int
    unit: UnitId
    role: Role
    state: str


def _request(row: Any) -> Request:
    return Request(row["id"], row["ref"], row["person"], UnitId(row["unit"]), Role(row["role"]), row["state"])


def ask(tx: Tx, person: int, unit: UnitId, role: Role, now: int) -> Request:
    """Store a request; asking again while one is open returns that one."""
    row = tx.one(
        "SELECT * FROM requests WHERE person = ? AND unit = ? AND role = ? AND state = 'open'", (person, unit, role)
    )
    if row is None:
        number = int(tx.value("SELECT coalesce(max(id), 0) + 1 FROM requests"))
        row = tx.one(
            "INSERT INTO requests (id, ref, kind, person, unit, role, created) VALUES (?, ?, 'join', ?, ?, ?, ?)"
            " RETURNING *",
            (number, "D" + reference(number), person, unit, role, now),
        )
    return _request(row)


def find(tx: Tx, ref: str) -> Request | None:
    """Return the request with this reference, or None."""
    row = tx.one("SELECT * FROM requests WHERE ref = ?", (ref,))
    return None if row is None else _request(row)


def waiting(tx: Tx) -> list[Request]:
    """Return all open requests, oldest first."""
    return [_request(row) for row in tx.all("SELECT * FROM requests WHERE state = 'open' ORDER BY id")]


def decide(tx: Tx, request: Request, state: str, decided_by: str, now: int) -> bool:
    """Close a request as `approved` or `rejected`; False when somebody else was first."""
    row = tx.one(
        "UPDATE requests SET state = ?, decided = ?, decided_by = ? WHERE id = ? AND state = 'open' RETURNING id",
        (state, now, decided_by, request.id),
    )
    return row is not None
