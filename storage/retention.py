"""Retention: what is no longer needed goes, a little at a time, so that nobody waits for it.

Entries, audit and ledger stay; what was said, raw or as an answer, is kept for a week. How far the clock has come
is not believed blindly: a clock that is ten years ahead for ten seconds must not empty the file.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

from storage import meta
from storage.sqlite import Store, Tx
from storage.updates import DEAD_KEPT, MEMORY

DAY_S = 86_400
STEP_S = 2 * DAY_S
BATCH = 300  # rows: some milliseconds of the writer's time, erased parts overwritten

_KEY = "swept_until"
_SAID = "('sent', 'failed', 'unknown', 'expired', 'replaced')"
# What a later edit of the message needs; see `storage.outbox.put`.
_BLANK = "CASE WHEN payload ->> '$.edits' IS NULL THEN '{}' ELSE json_object('edits', payload -> '$.edits') END"


@dataclass(frozen=True, slots=True)
class Sweep:
    """One kind of thing that goes: how long it is kept, and the statement that lets one batch of it go.

    With `walk`, the name of a table, the statement takes `:first` and `:last` and is run from one end of the
    table's ids to the other; otherwise it takes `:batch` and is run until nothing is left. All take `:before`.
    """

    name: str
    kept_s: int
    sql: str
    walk: str = ""


def _rows(table: str, key: str, condition: str) -> str:
    return f"DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {condition} LIMIT :batch)"


SWEEPS: tuple[Sweep, ...] = (
    Sweep("updates", MEMORY, _rows("updates", "id", "date < :before AND state IN ('done', 'ignored')")),
    Sweep("dead updates", DEAD_KEPT, _rows("updates", "id", "date < :before AND state = 'dead'")),
    Sweep("keyboards", 0, _rows("nonces", "token", "expires < :before")),
    Sweep("dialogues", 0, _rows("dialogues", "chat, person", "expires < :before")),
    Sweep("strangers", 30 * DAY_S, _rows("strangers", "channel, external", "answered < :before AND failed < :before")),
    # The newest row stays: its number must not be given again, for others know rows by it.
    Sweep(
        "messages",
        30 * DAY_S,
        "DELETE FROM outbox WHERE id BETWEEN :first AND :last AND done < :before"
        f" AND state IN {_SAID} AND id < (SELECT max(id) FROM outbox)",
        "outbox",
    ),
    Sweep(
        "texts",
        7 * DAY_S,
        f"UPDATE outbox SET payload = {_BLANK} WHERE id BETWEEN :first AND :last AND done < :before"
        f" AND state IN {_SAID} AND payload <> {_BLANK}",
        "outbox",
    ),
)


def reference(last: int | None, said: int | None, now: int) -> int:
    """Return up to which instant the clock is believed: never more than two days beyond what is known for sure.

    Known for sure are the sweep before, and the newest report, which the messenger has dated.
    """
    known = [each for each in (said, None if last is None else last + STEP_S) if each is not None]
    return min(now, max(known, default=now))


def is_due(tx: Tx, since: int) -> bool:
    """Tell whether nothing has been swept since an instant."""
    last = _last(tx)
    return last is None or last < since


def begin(tx: Tx, now: int) -> int:
    """Note a sweep, and return the instant that it goes by."""
    said = tx.value("SELECT said FROM entries WHERE kind = 'line' ORDER BY id DESC LIMIT 1")
    until = reference(_last(tx), said, now)
    meta.put(tx, _KEY, str(until))
    return until


async def sweep(store: Store, now: int) -> dict[str, int]:
    """Let everything go whose time is over, in small units of work; return how many rows of each kind went."""
    until = await store.write(partial(begin, now=now))
    found = {each.name: sum([gone async for gone in _batches(store, each, until)]) for each in SWEEPS}
    await store.fold_log()  # or what was erased would stay readable in the log
    return found


async def _batches(store: Store, sweep: Sweep, until: int) -> AsyncIterator[int]:
    """Run one sweep, and yield how many rows each batch of it took."""
    facts = {"before": until - sweep.kept_s, "batch": BATCH}
    if not sweep.walk:
        gone = BATCH
        while gone == BATCH:
            gone = await store.write(partial(_run, sql=sweep.sql, facts=facts))
            yield gone
        return
    first, last = await store.read(partial(_ends, table=sweep.walk))
    for start in range(first, last + 1, BATCH):
        yield await store.write(
            partial(_run, sql=sweep.sql, facts={**facts, "first": start, "last": start + BATCH - 1})
        )


def _run(tx: Tx, sql: str, facts: dict[str, int]) -> int:
    return tx.run(sql, facts).rowcount


def _ends(tx: Tx, table: str) -> tuple[int, int]:
    row = tx.one(f"SELECT coalesce(min(id), 1) AS first, coalesce(max(id), 0) AS last FROM {table}")
    return row["first"], row["last"]


def _last(tx: Tx) -> int | None:
    value = meta.get(tx, _KEY)
    return None if value is None else int(value)
