"""Rolls: who holds which post below a commander, and whether they can be reached."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.domain.units import UnitId
from storage.entries import reference
from storage.people import Post, Role
from storage.sqlite import Tx

MARK = "P"


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds a post; `number` is the post's own, `since` Unix seconds."""

    number: int
    person: int
    name: str
    post: Post
    since: int
    reachable: bool

    @property
    def ref(self) -> str:
        """Return the short name of the post, by which it can be typed; no other post ever has it."""
        return MARK + reference(self.number)


_HOLDERS = (
    "SELECT r.id, r.person, r.unit, r.role, r.since, p.name, coalesce(max(c.reachable), 0) AS reachable"
    " FROM roles r JOIN people p ON p.id = r.person"
    " LEFT JOIN accounts a ON a.person = r.person AND a.channel = ?"
    " LEFT JOIN chats c ON c.channel = a.channel AND c.external = a.external AND c.private = 1"
    " WHERE r.until IS NULL{where} GROUP BY r.id ORDER BY r.id"
)


def below(tx: Tx, channel: str, wanted: Callable[[UnitId], bool]) -> list[Holder]:
    """Return everybody who holds a post at a unit that is wanted, oldest post first."""
    rows = tx.all(_HOLDERS.format(where=""), (channel,))
    return [_holder(row) for row in rows if wanted(UnitId(row["unit"]))]


def of_unit(tx: Tx, channel: str, unit: UnitId) -> list[Holder]:
    """Return who holds a post at a unit, oldest post first."""
    return [_holder(row) for row in tx.all(_HOLDERS.format(where=" AND r.unit = ?"), (channel, unit))]


def of_post(tx: Tx, channel: str, number: int) -> Holder | None:
    """Return who holds a post, by the post's own number; None where it has ended."""
    row = tx.one(_HOLDERS.format(where=" AND r.id = ?"), (channel, number))
    return None if row is None else _holder(row)


def _holder(row: Any) -> Holder:
    post = Post(Role(row["role"]), UnitId(row["unit"]))
    return Holder(row["id"], row["person"], row["name"], post, row["since"], bool(row["reachable"]))


def last_day(tx: Tx, campaigns: Sequence[str], holder: Holder) -> date | None:
    """Return the newest day that somebody has reported for at the unit of their post; None where there is none."""
    day = tx.value(
        "SELECT max(day) FROM entries WHERE campaign IN (SELECT value FROM json_each(?)) AND unit = ? AND person = ?"
        " AND kind IN ('line', 'guided', 'edit', 'confirm', 'correction')",
        (json.dumps(list(campaigns)), holder.post.unit, holder.person),
    )
    return None if day is None else date.fromisoformat(day)
