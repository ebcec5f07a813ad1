"""The chain: every entry and every line of the audit carries a digest of itself and of the one before it.

The file's triggers refuse changes, but whoever holds the file can take the triggers away. The chain does not
prevent that, it shows it: a row that was changed, put in or taken out no longer fits the digests after it.
`sealed` in `meta` holds both heads as of the last line of the audit, so that a cut-off end is missed too.
"""

import hashlib
import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from storage import meta
from storage.sqlite import Tx

Table = Literal["entries", "audit"]

COLUMNS: dict[Table, tuple[str, ...]] = {
    "entries": (
        "id",
        "ref",
        "campaign",
        "unit",
        "day",
        "slot",
        "person",
        "kind",
        "state",
        "given",
        "amounts",
        "doubts",
        "note",
        "supersedes",
        "answers",
        "update_id",
        "chat",
        "message",
        "said",
        "recorded",
        "on_time",
    ),
    "audit": ("id", "at", "actor", "what", "facts"),
}
"""What is digested, in this order, as it is stored."""

_INSERTS: Mapping[Table, str] = {
    table: f"INSERT INTO {table} ({', '.join(names)}, chain) VALUES ({', '.join('?' * len(names))}, ?)"
    for table, names in COLUMNS.items()
}

_NEWEST: Mapping[Table, str] = {table: f"newest of {table}" for table in COLUMNS}

_spell = json.JSONEncoder(ensure_ascii=False).encode
_SIZE = 16  # bytes: 128 bits are beyond forging
_SEAL = "sealed"


class Head(NamedTuple):
    """The newest row of a table, 0 before the first, and its digest."""

    id: int
    digest: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row of a table that does not fit: `changed`, or `missing`."""

    table: Table
    row: int
    why: Literal["changed", "missing"]


def digest(former: str, values: Sequence[Any]) -> str:
    """Return BLAKE2b, 128 bits in hex, of the digest before and a row's values as JSON."""
    line = _spell([former, *values])
    return hashlib.blake2b(line.encode("utf-8", "surrogatepass"), digest_size=_SIZE).hexdigest()


def head(tx: Tx, table: Table) -> Head:
    """Return the newest row with its digest.

    Rows from before there was a chain have none stored; the first row after them takes them all in.
    """
    known: Head | None = tx.known.get(_NEWEST[table])
    if known is not None:
        return known
    row = tx.one(f"SELECT id, chain FROM {table} ORDER BY id DESC LIMIT 1")
    if row is None:
        return Head(0, "")
    return Head(row["id"], row["chain"] or _reckoned(tx, table))


def append(tx: Tx, table: Table, former: Head, values: Sequence[Any]) -> None:
    """Append a row, given as `COLUMNS` has it and numbered next to the `former` head, with its digest."""
    found = digest(former.digest, values)
    tx.run(_INSERTS[table], (*values, found))
    tx.known[_NEWEST[table]] = Head(values[0], found)


def seal(tx: Tx) -> None:
    """Note how far both chains reach now."""
    heads = {table: head(tx, table) for table in COLUMNS}
    meta.put(tx, _SEAL, json.dumps({table: [each.id, each.digest] for table, each in heads.items()}))


def first_broken(tx: Tx) -> list[Broken]:
    """Read every row and return the first one of each table that does not fit its chain; empty when all is well."""
    found = (_first_broken(tx, table) for table in COLUMNS)
    return [broken for broken in found if broken is not None]


def _first_broken(tx: Tx, table: Table) -> Broken | None:
    sealed = json.loads(meta.get(tx, _SEAL) or "{}").get(table, [0, ""])
    last, chained = 0, False
    for row, reckoned in _walk(tx, table):
        chained = chained or bool(row["chain"])
        if row["id"] != last + 1:
            return Broken(table, last + 1, "missing")
        last = row["id"]
        wanted = sealed[1] if last == sealed[0] else reckoned
        if reckoned != wanted or (chained and row["chain"] != reckoned):
            return Broken(table, last, "changed")
    return Broken(table, last + 1, "missing") if last < sealed[0] else None


def _reckoned(tx: Tx, table: Table) -> str:
    """Return the digest that the newest row would have, had there always been a chain."""
    return deque((reckoned for _, reckoned in _walk(tx, table)), maxlen=1)[0]


def _walk(tx: Tx, table: Table) -> Iterator[tuple[Any, str]]:
    columns, former = COLUMNS[table], ""
    for row in tx.run(f"SELECT {', '.join(columns)}, chain FROM {table} ORDER BY id"):
        former = digest(former, tuple(row)[:-1])
        yield row, former
