"""Live boards: which message of a group shows which board today, and how much it knows."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.domain.campaign import BoardKind
from bot.domain.units import UnitId
from storage.sqlite import Tx

_COLUMNS = "campaign, chat, day, kind, unit, slot, subject, shown, seen, edited"


@dataclass(frozen=True, slots=True)
class Live:
    """One posted board. `slot` is the local time at which it was due, `edited` an instant in seconds."""

    campaign: str
    chat: int
    day: date
    kind: BoardKind
    unit: UnitId
    slot: str
    subject: str
    shown: str
    seen: int
    edited: int


def open_board(tx: Tx, live: Live) -> None:
    """Note a board that is being posted; a group has one of a kind a day."""
    tx.run(
        f"INSERT INTO boards ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            live.campaign,
            live.chat,
            live.day.isoformat(),
            live.kind,
            live.unit,
            live.slot,
            live.subject,
            live.shown,
            live.seen,
            live.edited,
        ),
    )


def find(tx: Tx, campaign: str, chat: int, day: date, kind: BoardKind) -> Live | None:
    """Return the board that a group has of a kind and day."""
    row = tx.one(
        f"SELECT {_COLUMNS} FROM boards WHERE campaign = ? AND chat = ? AND day = ? AND kind = ?",
        (campaign, chat, day.isoformat(), kind),
    )
    return None if row is None else _live(row)


def unfrozen(tx: Tx) -> list[Live]:
    """Return the boards that are still edited, oldest day first."""
    return [
        _live(row) for row in tx.all(f"SELECT {_COLUMNS} FROM boards WHERE frozen = 0 ORDER BY day, campaign, chat")
    ]


def note(tx: Tx, live: Live, shown: str, seen: int, edited: int) -> None:
    """Note what a board shows and knows now."""
    tx.run(
        "UPDATE boards SET shown = ?, seen = ?, edited = ? WHERE campaign = ? AND chat = ? AND day = ? AND kind = ?",
        (shown, seen, edited, live.campaign, live.chat, live.day.isoformat(), live.kind),
    )


def freeze(tx: Tx, live: Live) -> None:
    """Edit a board no more."""
    tx.run(
        "UPDATE boards SET frozen = 1 WHERE campaign = ? AND chat = ? AND day = ? AND kind = ?",
        (live.campaign, live.chat, live.day.isoformat(), live.kind),
    )


def newest_entry(tx: Tx) -> int:
    """Return the id of the newest entry, 0 before the first."""
    return int(tx.value("SELECT coalesce(max(id), 0) FROM entries"))


def heard_since(tx: Tx, entry: int) -> set[tuple[str, UnitId]]:
    """Return campaigns and units from which entries have come after this one."""
    rows = tx.all("SELECT DISTINCT campaign, unit FROM entries WHERE id > ?", (entry,))
    return {(row["campaign"], UnitId(row["unit"])) for row in rows}


def _live(row: Any) -> Live:
    return Live(
        row["campaign"],
        row["chat"],
        date.fromisoformat(row["day"]),
        BoardKind(row["kind"]),
        UnitId(row["unit"]),
        row["slot"],
        row["subject"],
        row["shown"],
        row["seen"],
        row["edited"],
    )
