"""One-time codes: kept only as hashes, spent atomically."""

import hashlib
import secrets
from enum import StrEnum
from typing import NamedTuple

from bot.domain.masking import MASK, codes
from bot.domain.units import UnitId
from storage.sqlite import Tx

LENGTH = 22  # characters of a code: 128 bits, in base64 without its padding


class InviteKind(StrEnum):
    """Whom a code binds to a unit: a person in a role, or a group."""

    OFFICER = "officer"
    COMMANDER = "commander"
    GROUP = "group"


class Invite(NamedTuple):
    """What a valid code stands for; `issued_by` is named as in the audit, `replaces` is whose post it takes over."""

    kind: InviteKind
    unit: UnitId
    issued_by: str = ""
    replaces: int | None = None


class NoInvite(StrEnum):
    """Why a code opens nothing."""

    UNKNOWN = "unknown"
    USED = "used"
    EXPIRED = "expired"


def _hash(code: str) -> str:
    # 128 random bits need no salt: there is nothing to guess from the hash.
    return hashlib.blake2b(code.encode(), digest_size=32, person=b"tiendo-invite").hexdigest()


def issue(
    tx: Tx,
    kind: InviteKind,
    unit: UnitId,
    *,
    uses: int,
    expires: int,
    now: int,
    issued_by: str = "",
    replaces: int | None = None,
) -> str:
    """Make a code of 128 random bits (fit for a deep link) and keep its hash."""
    code = secrets.token_urlsafe(16)
    tx.run(
        "INSERT INTO invites (hash, kind, unit, uses_left, expires, created, issued_by, replaces)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (_hash(code), kind, unit, uses, expires, now, issued_by, replaces),
    )
    return code


def open_of(tx: Tx, issued_by: str, now: int) -> int:
    """Return how many invites of somebody still open something."""
    return int(
        tx.value(
            "SELECT count(*) FROM invites WHERE issued_by = ? AND issued_by <> '' AND uses_left > 0 AND expires >= ?",
            (issued_by, now),
        )
    )


def revoke_of(tx: Tx, issued_by: str) -> int:
    """Let what somebody has issued open nothing any more, and return how many invites that was."""
    return tx.run(
        "UPDATE invites SET expires = 0 WHERE issued_by = ? AND issued_by <> '' AND uses_left > 0 AND expires > 0",
        (issued_by,),
    ).rowcount


def revoke_handovers(tx: Tx, kind: InviteKind, unit: UnitId, replaces: int) -> None:
    """Let earlier codes for taking over somebody's post open nothing any more."""
    tx.run(
        "UPDATE invites SET expires = 0 WHERE kind = ? AND unit = ? AND replaces = ? AND uses_left > 0",
        (kind, unit, replaces),
    )


def look(tx: Tx, code: str, now: int) -> Invite | NoInvite:
    """Return what a code would open, without using it.

    A clock that was stepped back does not revive a code: the messenger's own newest date counts too.
    """
    row = tx.one(
        "SELECT kind, unit, uses_left, expires, issued_by, replaces FROM invites WHERE hash = ?", (_hash(code),)
    )
    if row is None:
        return NoInvite.UNKNOWN
    if row["uses_left"] < 1:
        return NoInvite.USED
    if max(now, tx.value("SELECT max(date) FROM updates") or 0) > row["expires"]:
        return NoInvite.EXPIRED
    return Invite(InviteKind(row["kind"]), UnitId(row["unit"]), row["issued_by"], row["replaces"])


def spend(tx: Tx, code: str) -> None:
    """Use a code up once."""
    tx.run("UPDATE invites SET uses_left = uses_left - 1 WHERE hash = ?", (_hash(code),))


def masked(tx: Tx, text: str) -> str:
    """Return words without codes that were ever issued; what only looks like one, such as a long link, stays."""
    for run in codes(text):
        parts = (run[start : start + LENGTH] for start in range(len(run) - LENGTH + 1))
        if any(tx.one("SELECT 1 FROM invites WHERE hash = ?", (_hash(part),)) for part in parts):
            text = text.replace(run, MASK)
    return text
