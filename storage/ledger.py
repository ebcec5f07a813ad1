"""The ledger of pushes: each is sent at most once per chat, topic, day and time, or stands here as skipped."""

from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from bot.domain.schedule import Slot
from storage import meta
from storage.sqlite import Tx

RunState = Literal["sent", "late", "skipped", "done"]
WHOLE = 0
"""The chat that stands for a push as a whole."""


@dataclass(frozen=True, slots=True)
class Run:
    """One line of the ledger."""

    campaign: str
    job: str
    chat: int
    day: date
    time: str
    state: str
    reason: str


def watched_until(tx: Tx) -> int | None:
    """Return up to which instant all pushes have been seen to; None before the first start."""
    at = meta.get(tx, "watched_until")
    return None if at is None else int(at)


def watch_until(tx: Tx, at: int) -> None:
    """Note it; a clock that was put back does not make the past due again."""
    meta.put(tx, "watched_until", str(max(at, watched_until(tx) or at)))


def turn_back(tx: Tx, at: int) -> None:
    """Watch from an instant on, as if what lies after it had not been seen; what was sent then stays sent.

    For a clock that went far ahead and came back: what was skipped in that future is due again in its turn.
    """
    tx.run("DELETE FROM job_runs WHERE state = 'skipped' AND at > ?", (at,))
    meta.put(tx, "watched_until", str(at))


def enter(
    tx: Tx,
    slot: Slot,
    state: RunState,
    now: int,
    *,
    chat: int = WHOLE,
    thread: int | None = None,
    reason: str = "",
    outbox: int | None = None,
) -> bool:
    """Enter a push for a chat; False when it stands there already and must not be done again."""
    row = tx.one(
        "INSERT INTO job_runs (campaign, job, chat, thread, day, slot, state, reason, outbox, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING chat",
        (
            slot.campaign,
            slot.job,
            chat,
            thread or 0,
            slot.day.isoformat(),
            f"{slot.time:%H:%M}",
            state,
            reason,
            outbox,
            now,
        ),
    )
    return row is not None


def has(tx: Tx, slot: Slot, chat: int = WHOLE, thread: int | None = None) -> bool:
    """Tell whether a push stands in the ledger for a chat (or as a whole)."""
    return (
        tx.one(
            "SELECT 1 FROM job_runs WHERE campaign = ? AND job = ? AND chat = ? AND thread = ? AND day = ?"
            " AND slot = ?",
            (slot.campaign, slot.job, chat, thread or 0, slot.day.isoformat(), f"{slot.time:%H:%M}"),
        )
        is not None
    )


@dataclass(frozen=True, slots=True)
class Told:
    """When a push last reached anybody: its local day and time, and the instant."""

    day: date
    time: time
    at: int


def last_told(tx: Tx, campaign: str, job: str, before: date) -> Told | None:
    """Return the newest push of a job on a day before `before` that was sent to anybody."""
    row = tx.one(
        "SELECT day, slot, max(at) AS at FROM job_runs WHERE campaign = ? AND job = ? AND day < ?"
        " AND state IN ('sent', 'late') GROUP BY day, slot ORDER BY day DESC, slot DESC LIMIT 1",
        (campaign, job, before.isoformat()),
    )
    return None if row is None else Told(date.fromisoformat(row["day"]), time.fromisoformat(row["slot"]), row["at"])


def skipped_since(tx: Tx, since: int) -> list[Run]:
    """Return what was skipped since an instant, newest first."""
    rows = tx.all(
        "SELECT campaign, job, chat, day, slot, state, reason FROM job_runs WHERE state = 'skipped' AND at >= ?"
        " ORDER BY at DESC, day DESC, slot DESC",
        (since,),
    )
    return [Run(row[0], row[1], row[2], date.fromisoformat(row[3]), row[4], row[5], row[6]) for row in rows]
