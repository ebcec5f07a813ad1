"""What the messenger delivered: raw, each once, each with an end."""

from enum import StrEnum
from typing import Any

from storage.sqlite import Tx

# Telegram keeps an update for a day, and may start its numbers anew after a week of silence
# (https://core.telegram.org/bots/api#update): a memory between the two can neither miss a repetition
# nor mistake a new update for an old one.
MEMORY = 6 * 86_400
DEAD_KEPT = 30 * 86_400


class UpdateState(StrEnum):
    """How far an update has come."""

    DONE = "done"
    IGNORED = "ignored"
    RETRY = "retry"
    DEAD = "dead"


def take(tx: Tx, update: int, chat: int | None, date: int, raw: str) -> bool:
    """Store an update as done; False when it was already taken in."""
    row = tx.one(
        "INSERT INTO updates (id, chat, date, state, raw) VALUES (?, ?, ?, 'done', ?)"
        " ON CONFLICT (id) DO NOTHING RETURNING id",
        (update, chat, date, raw),
    )
    return row is not None


def settle(tx: Tx, update: int, state: UpdateState, error: str = "", *, due: int = 0, attempts: int = 0) -> None:
    """Note what became of an update."""
    tx.run(
        "UPDATE updates SET state = ?, error = ?, due = ?, attempts = ? WHERE id = ?",
        (state, error, due, attempts, update),
    )


def is_waiting(tx: Tx, chat: int) -> bool:
    """Tell whether an earlier update of this chat still waits for another try."""
    return tx.one("SELECT 1 FROM updates WHERE chat = ? AND state = 'retry' LIMIT 1", (chat,)) is not None


def waiting(tx: Tx, now: int) -> list[Any]:
    """Return the updates (id, chat, raw, attempts) whose chat's first waiting one is due, in order."""
    return tx.all(
        "SELECT id, chat, raw, attempts FROM updates u WHERE state = 'retry' AND (SELECT due FROM updates f"
        " WHERE f.chat = u.chat AND f.state = 'retry' ORDER BY f.id LIMIT 1) <= ? ORDER BY id",
        (now,),
    )


def next_due(tx: Tx) -> int | None:
    """Return when the next waiting update is to be tried again; None when none waits."""
    due: int | None = tx.value("SELECT min(due) FROM updates WHERE state = 'retry' AND due > 0")
    return due


def forget(tx: Tx, newest: int) -> None:
    """Drop what is older than the memory, counted from the messenger's own newest date, not from our clock."""
    tx.run("DELETE FROM updates WHERE date < ? AND state IN ('done', 'ignored')", (newest - MEMORY,))
    tx.run("DELETE FROM updates WHERE date < ? AND state = 'dead'", (newest - DEAD_KEPT,))


def counts(tx: Tx) -> dict[str, int]:
    """Return how many updates stand in each state."""
    return {row[0]: row[1] for row in tx.all("SELECT state, count(*) FROM updates GROUP BY state")}
