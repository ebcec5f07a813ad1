"""Addressees: the people whom the bot can speak to by itself, each with the chat that reaches them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.domain.units import UnitId
from storage import chats
from storage.chats import Chat
from storage.people import Role
from storage.sqlite import Tx


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody with a role; `units` are those it is held for, the newest post last."""

    person: int
    language: str
    account: int
    units: tuple[UnitId, ...]
    chat: Chat


def holding(tx: Tx, channel: str, role: Role) -> Iterator[Addressee]:
    """Yield everybody who holds a role and can be reached in private, once each, in the order of the posts."""
    rows = tx.all(
        "SELECT r.person, r.unit, p.language, a.external, c.id AS chat FROM roles r"
        " JOIN people p ON p.id = r.person JOIN accounts a ON a.person = r.person"
        " JOIN chats c ON c.channel = a.channel AND c.external = a.external"
        " WHERE r.role = ? AND r.until IS NULL AND a.channel = ? AND c.private = 1 AND c.reachable = 1"
        " ORDER BY r.id, a.external",
        (role.value, channel),
    )
    posts: dict[int, dict[UnitId, None]] = {}
    first: dict[int, Any] = {}
    for row in rows:
        posts.setdefault(row["person"], {})[UnitId(row["unit"])] = None
        first.setdefault(row["person"], row)
    for person, row in first.items():
        chat = chats.get(tx, row["chat"])
        yield Addressee(person, row["language"], row["external"], tuple(posts[person]), chat)


def officers_of(tx: Tx, channel: str, unit: UnitId) -> list[tuple[int, int]]:
    """Return the officers of a unit as (person, row of a private chat)."""
    rows = tx.all(
        "SELECT r.person, c.id AS chat FROM roles r JOIN accounts a ON a.person = r.person"
        " JOIN chats c ON c.channel = a.channel AND c.external = a.external"
        " WHERE r.unit = ? AND r.role = 'officer' AND r.until IS NULL AND a.channel = ? AND c.private = 1",
        (unit, channel),
    )
    return [(row["person"], row["chat"]) for row in rows]


def officers_of_unit(tx: Tx, unit: UnitId) -> list[tuple[int, int]]:
    """Return the same on every channel."""
    rows = tx.all("SELECT DISTINCT channel FROM accounts ORDER BY channel")
    return [officer for row in rows for officer in officers_of(tx, row["channel"], unit)]
