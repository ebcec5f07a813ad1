"""Erasures: which accounts were taken out, kept beside the data so that an older backup does not bring them back.

`<db>.erased` holds one line for each account: when, in Unix seconds, and a hash of channel and id. The hash
keeps an id from being read in passing and no more: ids are short enough to be tried one after another.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from storage.sqlite import Tx

Account = tuple[str, int]


def sidecar(database: Path) -> Path:
    """Return the list that belongs to a database."""
    return database.with_name(f"{database.name}.erased")


def note(tx: Tx, accounts: Iterable[Account], now: int) -> None:
    """Write accounts to the list of this database, on disk before the erasure itself; none for one in memory.

    An erasure that fails after this is listed all the same: it was decided, and a restore makes up for it.
    """
    file = next((row["file"] for row in tx.all("PRAGMA database_list") if row["name"] == "main"), "")
    if not file:
        return
    lines = "".join(f"{now} {mark(account)}\n" for account in accounts)
    handle = os.open(sidecar(Path(file)), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, lines.encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def read(database: Path) -> Mapping[str, int]:
    """Return when each listed account was last taken out, by its mark; nothing where there is no list."""
    try:
        lines = sidecar(database).read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return {}
    parts = (line.split() for line in lines)
    return {part[1]: int(part[0]) for part in parts if len(part) == 2 and part[0].isdecimal()}  # noqa: PLR2004  (when, who)


def mark(account: Account) -> str:
    """Return what an account is listed as."""
    channel, external = account
    return hashlib.blake2b(f"{channel}:{external}".encode(), digest_size=32, person=b"tiendo-erased").hexdigest()
