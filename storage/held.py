"""Held: data that were put back from a backup say nothing by themselves until an admin has given word.

What waited when the backup was made may long have been sent, so it stays where it is, answers and pushes alike;
so does every push that falls due. What people say is answered as ever.
"""

import json
from dataclasses import dataclass

from storage import ledger, meta
from storage.sqlite import Tx

SHOWN = 5
REASON = "restored"

_KEY = "held"
_HELD = "FROM outbox WHERE state IN ('waiting', 'sending') AND state = 'waiting' AND id <= ?"


@dataclass(frozen=True, slots=True)
class Row:
    """One message that is held: when it was queued, whether somebody waits for it, and the group it is for, if any."""

    created: int
    answer: bool
    group: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Since when data are held, how many messages wait, and the oldest of them."""

    since: int
    answers: int
    pushes: int
    first: tuple[Row, ...]

    @property
    def waiting(self) -> int:
        """Return how many messages wait in all."""
        return self.answers + self.pushes


def begin(tx: Tx, now: int) -> None:
    """Hold everything that waits now, and every push from now on."""
    newest: int = tx.value("SELECT coalesce(max(id), 0) FROM outbox")
    meta.put(tx, _KEY, json.dumps([now, newest]))


def is_on(tx: Tx) -> bool:
    """Tell whether data are held."""
    return _read(tx) is not None


def until(tx: Tx) -> int:
    """Return the last row of the outbox that is held; 0 where nothing is."""
    held = _read(tx)
    return held[1] if held else 0


def look(tx: Tx) -> Hold | None:
    """Return what is held, or None."""
    held = _read(tx)
    if held is None:
        return None
    since, last = held
    counts = {row[0]: row[1] for row in tx.all(f"SELECT priority, count(*) {_HELD} GROUP BY priority", (last,))}
    rows = tx.all(
        "SELECT created, priority, (SELECT title FROM chats c WHERE c.id = outbox.chat AND c.private = 0) AS title"
        f" {_HELD} ORDER BY id LIMIT {SHOWN}",
        (last,),
    )
    first = tuple(Row(row["created"], row["priority"] == 0, row["title"] or "") for row in rows)
    return Hold(since, counts.get(0, 0), counts.get(1, 0), first)


def release(tx: Tx, now: int, *, drop: bool) -> int | None:
    """Let go of what is held, or give it up with `drop`; return how many messages that was, None when none are held.

    With `drop`, pushes that fell due before the restore are not caught up either.
    """
    held = _read(tx)
    if held is None:
        return None
    since, last = held
    number: int = tx.value(f"SELECT count(*) {_HELD}", (last,))
    if drop:
        tx.run(
            "UPDATE outbox SET state = 'expired', error = ?, done = ?"
            " WHERE state IN ('waiting', 'sending') AND state = 'waiting' AND id <= ?",
            (REASON, now, last),
        )
        if ledger.watched_until(tx) is not None:
            ledger.watch_until(tx, since)
    meta.drop(tx, _KEY)
    return number


def _read(tx: Tx) -> tuple[int, int] | None:
    value = meta.get(tx, _KEY)
    if value is None:
        return None
    since, last = json.loads(value)
    return since, last
