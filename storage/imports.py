"""Imports: rosters that admins sent in chat, as read, until they are applied or dropped."""

import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from storage.entries import reference
from storage.sqlite import Tx
from storage.taking import Table


class State(StrEnum):
    """How far an import has come."""

    WAITING = "waiting"  # for its file
    READ = "read"  # for somebody's word
    APPLIED = "applied"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Import:
    """One roster that `account` sent. `since`: from when its figures hold; `seen`: the roster it was compared with."""

    id: int
    ref: str
    account: int
    name: str
    since: date | None
    seen: str
    state: State


def begin(tx: Tx, account: int, chat: int, name: str, since: date | None, now: int) -> Import:
    """Note that a file is to be fetched; what the same account had sent before is dropped for it."""
    for row in tx.all("SELECT id FROM imports WHERE account = ? AND state IN ('waiting', 'read')", (account,)):
        end(tx, row["id"], State.DROPPED)
    number: int = tx.value("SELECT coalesce(max(id), 0) + 1 FROM imports")
    tx.run(
        "INSERT INTO imports (id, ref, account, chat, name, since, created) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (number, "N" + reference(number), account, chat, name, since.isoformat() if since else "", now),
    )
    return get(tx, number)


def hold(tx: Tx, number: int, table: Table, since: date, seen: str) -> None:
    """Keep what the file held, from when it is to hold, and which roster its difference was shown against."""
    tx.run(
        "UPDATE imports SET state = 'read', held = ?, since = ?, seen = ? WHERE id = ?",
        (json.dumps(table, ensure_ascii=False), since.isoformat(), seen, number),
    )


def held(tx: Tx, number: int) -> Table:
    """Return the table that is kept of an import."""
    header, rows = json.loads(tx.value("SELECT held FROM imports WHERE id = ?", (number,)))
    return header, rows


def end(tx: Tx, number: int, state: State) -> None:
    """Let an import be applied or dropped; its table is not kept any longer."""
    tx.run("UPDATE imports SET state = ?, held = '' WHERE id = ?", (state, number))


def get(tx: Tx, number: int) -> Import:
    """Return an import; LookupError where there is none."""
    row = tx.one("SELECT * FROM imports WHERE id = ?", (number,))
    if row is None:
        raise LookupError(number)
    return _import(row)


def find(tx: Tx, ref: str) -> Import | None:
    """Return the import with this reference, or None."""
    row = tx.one("SELECT * FROM imports WHERE ref = ?", (ref,))
    return None if row is None else _import(row)


def _import(row: Any) -> Import:
    since = date.fromisoformat(row["since"]) if row["since"] else None
    return Import(row["id"], row["ref"], row["account"], row["name"], since, row["seen"], State(row["state"]))
