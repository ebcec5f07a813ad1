"""Announcements: drafted, perhaps held through the quiet hours, sent once; who gets them and whom they reached."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.domain.units import UnitId
from storage import chats
from storage.chats import Chat
from storage.entries import reference
from storage.people import Role
from storage.sqlite import Tx


class State(StrEnum):
    """How far an announcement has come."""

    DRAFT = "draft"
    HELD = "held"  # sent by its author; it leaves when the quiet hours end
    SENT = "sent"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Announcement:
    """One announcement. `chat` and `message` are where its author wrote it; `shown` what its report tells now."""

    id: int
    ref: str
    person: int
    unit: UnitId
    text: str
    chat: int
    message: int
    with_groups: bool
    state: State
    sent: int | None
    shown: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """An account below a unit; `units` are those that its person reports for."""

    account: int
    chat: Chat
    language: str
    units: tuple[UnitId, ...]


def draft(tx: Tx, person: int, unit: UnitId, text: str, chat: int, message: int, now: int) -> Announcement:
    """Store an announcement that is not sent yet."""
    number = int(tx.value("SELECT coalesce(max(id), 0) + 1 FROM announcements"))
    row = tx.one(
        "INSERT INTO announcements (id, ref, person, unit, text, chat, message, created)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING *",
        (number, "T" + reference(number), person, unit, text, chat, message, now),
    )
    return _announcement(row)


def redraft(tx: Tx, announcement: Announcement) -> bool:
    """Store another text, unit or circle of an announcement; False when it is no draft any more."""
    row = tx.one(
        "UPDATE announcements SET text = ?, unit = ?, with_groups = ? WHERE id = ? AND state = 'draft' RETURNING id",
        (announcement.text, announcement.unit, announcement.with_groups, announcement.id),
    )
    return row is not None


def move(tx: Tx, announcement: Announcement, states: Collection[State], to: State, now: int) -> bool:
    """Bring an announcement from one of `states` to another, once; False when something else came first.

    `sent` is when its author sent it, whether or not it was held then.
    """
    row = tx.one(
        "UPDATE announcements SET state = ?, sent = coalesce(sent, ?)"
        f" WHERE id = ? AND state IN ({', '.join('?' * len(states))}) RETURNING id",
        (to.value, now, announcement.id, *(state.value for state in states)),
    )
    return row is not None


def note_shown(tx: Tx, announcement: Announcement, shown: str, concluded: int | None) -> None:
    """Note what its report tells now, and when the last word on it was said."""
    tx.run("UPDATE announcements SET shown = ?, concluded = ? WHERE id = ?", (shown, concluded, announcement.id))


def find(tx: Tx, ref: str) -> Announcement | None:
    """Return the announcement with this reference, or None."""
    row = tx.one("SELECT * FROM announcements WHERE ref = ?", (ref,))
    return None if row is None else _announcement(row)


def of_message(tx: Tx, chat: int, message: int) -> Announcement | None:
    """Return the announcement that a message holds, or None."""
    row = tx.one("SELECT * FROM announcements WHERE chat = ? AND message = ? ORDER BY id DESC LIMIT 1", (chat, message))
    return None if row is None else _announcement(row)


def latest(tx: Tx, person: int, limit: int) -> list[Announcement]:
    """Return a person's last announcements, newest first; cancelled drafts are left out."""
    rows = tx.all(
        "SELECT * FROM announcements WHERE person = ? AND state <> 'cancelled' ORDER BY id DESC LIMIT ?",
        (person, limit),
    )
    return [_announcement(row) for row in rows]


def sent_since(tx: Tx, person: int, since: int) -> int:
    """Return how many a person has sent since an instant."""
    number: int = tx.value(
        "SELECT count(*) FROM announcements WHERE person = ? AND state IN ('held', 'sent') AND sent >= ?",
        (person, since),
    )
    return number


def unfinished(tx: Tx) -> list[Announcement]:
    """Return those that are held, or sent without the last word on them, oldest first."""
    rows = tx.all("SELECT * FROM announcements WHERE state IN ('held', 'sent') AND concluded IS NULL ORDER BY id")
    return [_announcement(row) for row in rows]


def recipients(tx: Tx, channel: str, units: Collection[UnitId], without: int) -> list[Recipient]:
    """Return every account with a post in these units, once each, but not those of the person `without`."""
    rows = tx.all(
        "SELECT r.unit, r.role, p.language, a.external, c.id AS chat FROM roles r JOIN people p ON p.id = r.person"
        " JOIN accounts a ON a.person = r.person JOIN chats c ON c.channel = a.channel AND c.external = a.external"
        " WHERE r.until IS NULL AND a.channel = ? AND c.private = 1 AND r.person <> ? ORDER BY r.id, a.external",
        (channel, without),
    )
    found: dict[int, tuple[Any, list[UnitId]]] = {}
    for row in rows:
        if row["unit"] in units:
            reports_for = found.setdefault(row["external"], (row, []))[1]
            if row["role"] == Role.OFFICER:
                reports_for.append(UnitId(row["unit"]))
    return [
        Recipient(account, chats.get(tx, row["chat"]), row["language"], tuple(reports_for))
        for account, (row, reports_for) in found.items()
    ]


def subject(announcement: Announcement, external: int) -> str:
    """Return the word in the outbox for what one account or group is told."""
    return f"announce:{announcement.ref}:{external}"


def states(tx: Tx, announcement: Announcement) -> Mapping[int, str]:
    """Return what became of it, by the outside id of account or group."""
    prefix = subject(announcement, 0).removesuffix("0")
    rows: Iterable[Any] = tx.run(
        "SELECT subject, state FROM outbox WHERE subject > ? AND subject < ? AND subject <> ''",
        (prefix, prefix[:-1] + ";"),  # the sign after the colon
    )
    return {int(row["subject"].removeprefix(prefix)): row["state"] for row in rows}


def _announcement(row: Any) -> Announcement:
    return Announcement(
        row["id"],
        row["ref"],
        row["person"],
        UnitId(row["unit"]),
        row["text"],
        row["chat"],
        row["message"],
        bool(row["with_groups"]),
        State(row["state"]),
        row["sent"],
        row["shown"],
    )
