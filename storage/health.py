"""Health: how the machine is doing, read from what is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from storage import held, ledger, meta
from storage.ledger import Run
from storage.sqlite import Tx

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits in the outbox with one priority, unless it is held; `oldest` is when the first of it was put there."""

    waiting: int
    oldest: int | None


@dataclass(frozen=True, slots=True)
class Health:
    """The state of the machine. Instants are in seconds, None where something has not happened yet.

    `failed` counts what could not be sent within a day, or may not have been, by its reason, most frequent
    first. `missed` are today's pushes that were skipped. `size` is that of the database in bytes.
    """

    now: int
    started: int | None
    last_update: int | None
    retrying: int
    dead: int
    answers: Queue
    pushes: Queue
    failed: Mapping[str, int]
    unreachable: int
    groups: int
    backup: int | None
    missed: tuple[Run, ...]
    size: int
    schema: int


def examine(tx: Tx, channel: str, today: date, midnight: int, now: int) -> Health:
    """Read how the machine is doing. `today` is the campaigns' local day, which began at `midnight`."""
    answers, pushes = (_queue(tx, priority) for priority in (0, 1))
    return Health(
        now=now,
        started=_instant(tx, "started"),
        last_update=tx.value("SELECT max(date) FROM updates"),
        retrying=tx.value("SELECT count(*) FROM updates WHERE state = 'retry'"),
        dead=tx.value("SELECT count(*) FROM updates WHERE state = 'dead'"),
        answers=answers,
        pushes=pushes,
        failed=_failed(tx, now - DAY_S),
        unreachable=_unreachable(tx, channel),
        groups=tx.value(
            "SELECT count(*) FROM chats WHERE channel = ? AND private = 0 AND unit IS NOT NULL AND reachable = 1",
            (channel,),
        ),
        backup=_instant(tx, "backup_at"),
        missed=tuple(run for run in ledger.skipped_since(tx, midnight) if run.day == today),
        size=tx.value("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"),
        schema=tx.value("SELECT max(number) FROM migrations"),
    )


def _instant(tx: Tx, key: str) -> int | None:
    """Return an instant that `meta` holds."""
    value = meta.get(tx, key)
    return int(value) if value and value.isdecimal() else None


def _queue(tx: Tx, priority: int) -> Queue:
    row = tx.one(
        "SELECT count(*) AS waiting, min(created) AS oldest FROM outbox"
        " WHERE state IN ('waiting', 'sending') AND priority = ? AND id > ?",
        (priority, held.until(tx)),
    )
    return Queue(row["waiting"], row["oldest"])


def _failed(tx: Tx, since: int) -> dict[str, int]:
    rows = tx.all(
        "SELECT state, error, count(*) AS number FROM outbox WHERE state IN ('failed', 'unknown') AND done >= ?"
        " GROUP BY state, error ORDER BY number DESC, error",
        (since,),
    )
    return {f"{row['state']}: {row['error']}" if row["error"] else row["state"]: row["number"] for row in rows}


def _unreachable(tx: Tx, channel: str) -> int:
    """Return how many people with a post the bot cannot speak to."""
    number: int = tx.value(
        "SELECT count(DISTINCT r.person) FROM roles r JOIN accounts a ON a.person = r.person AND a.channel = ?"
        " JOIN chats c ON c.channel = a.channel AND c.external = a.external AND c.private = 1"
        " WHERE r.until IS NULL AND c.reachable = 0",
        (channel,),
    )
    return number
