"""Fates: what became of updates and of rows to be sent that were under way when a bot ended. It only reads."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from storage.sqlite import Tx

# SQLite takes a limited number of parameters, and any number of values in one JSON array.
_ASKED = "(SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Fates:
    """Of some updates: how many were handled, the entries made of them, how many of those stand twice."""

    handled: int
    entries: int
    doubled: int
    receipts: int


def on_their_way(tx: Tx) -> set[int]:
    """Return the rows of the outbox that are still to be sent."""
    return {row[0] for row in tx.all("SELECT id FROM outbox WHERE state IN ('waiting', 'sending')")}


def arrived(tx: Tx, rows: Iterable[int]) -> int:
    """Return how many of these rows were sent."""
    found = tx.value(f"SELECT count(*) FROM outbox WHERE state = 'sent' AND id IN {_ASKED}", (_list(rows),))
    return int(found)


def of(tx: Tx, updates: Collection[int]) -> Fates:
    """Return what became of these updates.

    A message counts twice where it has two entries that say the same of one report: an edit makes another.
    """
    asked = (_list(updates),)
    handled = tx.value(f"SELECT count(*) FROM updates WHERE state IN ('done', 'ignored') AND id IN {_ASKED}", asked)
    made = tx.value(f"SELECT count(*) FROM entries WHERE update_id IN {_ASKED}", asked)
    doubled = tx.value(
        "SELECT coalesce(sum(times - 1), 0) FROM (SELECT count(*) AS times FROM entries WHERE kind = 'line'"
        f" AND (chat, message) IN (SELECT chat, message FROM entries WHERE update_id IN {_ASKED})"
        " GROUP BY chat, message, campaign, unit, day, slot)",
        asked,
    )
    receipts = tx.value(
        "SELECT count(*) FROM entries e WHERE EXISTS (SELECT 1 FROM outbox WHERE state = 'sent'"
        f" AND subject = 'entry:' || e.id) AND update_id IN {_ASKED}",
        asked,
    )
    return Fates(handled, made, doubled, receipts)


def _list(numbers: Iterable[int]) -> str:
    return json.dumps(sorted(numbers))
