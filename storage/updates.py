"""What the messenger delivered: raw, each once, each with an end."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from storage.sqlite import Tx
from storage.written import written

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


class Row(NamedTuple):
    """An update as it is stored: its number, the outside id of its chat, its date in Unix seconds, and its JSON."""

    id: int
    chat: int | None
    date: int
    raw: str


def take(tx: Tx, rows: Sequence[Row]) -> list[Row]:
    """Store updates, no two with one number, as done; return those that had not been taken in already, in order."""
    asked = written([row.id for row in rows])
    known = {id_ for (id_,) in tx.all("SELECT id FROM updates WHERE id IN (SELECT value FROM json_each(?))", (asked,))}
    fresh = [row for row in rows if row.id not in known]
    tx.run_many("INSERT INTO updates (id, chat, date, state, raw) VALUES (?, ?, ?, 'done', ?)", fresh)
    return fresh


def settle(tx: Tx, update: int, state: UpdateState, error: str = "", *, due: int = 0, attempts: int = 0) -> None:
    """Note what became of an update."""
    tx.run(
        "UPDATE updates SET state = ?, error = ?, due = ?, attempts = ? WHERE id = ?",
        (state, error, due, attempts, update),
    )


def lanes(tx: Tx) -> set[int]:
    """Return the lanes in which an update waits: a chat where one failed, or an account that wrote too fast."""
    return {lane for (lane,) in tx.all("SELECT DISTINCT chat FROM updates WHERE state = 'retry'")}


def hold(tx: Tx, update: int, lane: int, due: int) -> None:
    """Let an update wait in a lane: until an instant, and behind whatever waits there; 0 for only the latter."""
    tx.run("UPDATE updates SET state = 'retry', chat = ?, due = ? WHERE id = ?", (lane, due, update))


def conceal(tx: Tx, update: int, raw: str) -> None:
    """Keep an update that has come to its end in these words instead."""
    tx.run("UPDATE updates SET raw = ? WHERE id = ? AND state <> 'retry'", (raw, update))


def waiting(tx: Tx, now: int) -> list[Any]:
    """Return the updates (id, chat, raw, attempts) of every lane up to its first one that is not due, in order."""
    return tx.all(
        "WITH stops AS (SELECT chat, min(id) AS id FROM updates WHERE state = 'retry' AND due > ? GROUP BY chat)"
        " SELECT u.id, u.chat, raw, attempts FROM updates u LEFT JOIN stops s ON s.chat = u.chat"
        " WHERE state = 'retry' AND (s.id IS NULL OR u.id < s.id) ORDER BY u.id",
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
