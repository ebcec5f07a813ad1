"""Troubles: what admins are told about the machine, of each kind at most once an hour."""

from collections.abc import Iterable
from typing import Any

from storage.sqlite import Tx

REST_S = 3_600


def note(tx: Tx, kind: str, now: int) -> int:
    """Note that it has happened again; return how often since it was last told, 0 where it is too soon to tell.

    A clock that was put back does not make anybody wait for the hour that it came from.
    """
    tx.run(
        "INSERT INTO troubles (kind, told, untold) VALUES (?, 0, 1)"
        " ON CONFLICT (kind) DO UPDATE SET untold = untold + 1",
        (kind,),
    )
    row = tx.one("SELECT told, untold FROM troubles WHERE kind = ?", (kind,))
    if 0 <= now - row["told"] < REST_S:
        return 0
    tx.run("UPDATE troubles SET told = ?, untold = 0 WHERE kind = ?", (now, kind))
    count: int = row["untold"]
    return count


def listeners(tx: Tx, channel: str, accounts: Iterable[int]) -> list[tuple[int, str]]:
    """Return the private chats of these accounts that can be reached, each with its person's language or ''."""
    found: list[Any] = [
        tx.one(
            "SELECT c.id, coalesce(p.language, '') AS language FROM chats c"
            " LEFT JOIN accounts a ON a.channel = c.channel AND a.external = c.external"
            " LEFT JOIN people p ON p.id = a.person"
            " WHERE c.channel = ? AND c.external = ? AND c.private = 1 AND c.reachable = 1",
            (channel, account),
        )
        for account in accounts
    ]
    return [(row["id"], row["language"]) for row in found if row is not None]
