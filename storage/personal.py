"""Personal: what is kept of a person, handed out or taken out on their wish."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from bot.domain.units import UnitId
from storage import erasures, outbox, parting, people
from storage.people import Post, Role
from storage.sqlite import Tx

REASON = "erased"
PSEUDONYM = "Cán bộ #{number}"

# A cleared row still says which message it was an edit of.
_CLEARED = "json_remove(payload, '$.html', '$.keyboard', '$.spare', '$.picture', '$.query')"

_ACCOUNTS = "SELECT channel, external FROM accounts WHERE person = :person"
_MINE = "SELECT external FROM accounts WHERE person = :person"
_CHATS = f"SELECT id FROM chats WHERE private = 1 AND (channel, external) IN ({_ACCOUNTS})"

# What a person may have a copy of; names of columns are those of the file.
_COPIED: Mapping[str, str] = {
    "person": "SELECT id, name, language, created FROM people WHERE id = :person",
    "accounts": _ACCOUNTS,
    "posts": "SELECT r.role, u.code AS unit, u.name, r.since, r.until FROM roles r JOIN units u ON u.id = r.unit"
    " WHERE r.person = :person ORDER BY r.id",
    "leave": "SELECT first, last, given_by, created, revoked FROM leaves WHERE person = :person ORDER BY id",
    "reminders": "SELECT intensity, quiet_until FROM reminders WHERE person = :person",
    "entries": "SELECT e.ref, e.campaign, u.code AS unit, e.day, e.kind, e.state, e.given, e.note, e.said, e.recorded"
    " FROM entries e JOIN units u ON u.id = e.unit WHERE e.person = :person ORDER BY e.id",
    "requests": "SELECT ref, kind, role, campaign, day, note, state, created, decided, reason FROM requests"
    " WHERE person = :person ORDER BY id",
    "announcements": "SELECT ref, text, state, created, sent FROM announcements WHERE person = :person ORDER BY id",
    "decisions": "SELECT at, what, facts FROM audit WHERE actor = 'person:' || :person ORDER BY id",
    "invites": "SELECT i.kind, u.code AS unit, i.created, i.expires, i.uses_left FROM invites i"
    " JOIN units u ON u.id = i.unit WHERE i.issued_by = 'person:' || :person ORDER BY i.created",
    "received": f"SELECT raw FROM updates WHERE chat IN ({_MINE}) ORDER BY id",
    "sent": f"SELECT payload, state, created FROM outbox WHERE chat IN ({_CHATS}) ORDER BY id",
}
_JSON = frozenset({"given", "facts", "raw", "payload"})


class Kept(NamedTuple):
    """How much is kept of a person; `first` and `last` are the days of their entries, if any."""

    posts: int
    entries: int
    first: date | None
    last: date | None
    leaves: int
    sent: int


def kept(tx: Tx, person: int) -> Kept:
    """Return how much is kept of a person."""
    mine = {"person": person}
    entries = tx.one("SELECT count(*), min(day), max(day) FROM entries WHERE person = :person", mine)
    first, last = (None if day is None else date.fromisoformat(day) for day in entries[1:])
    return Kept(
        posts=tx.value("SELECT count(*) FROM roles WHERE person = :person", mine),
        entries=entries[0],
        first=first,
        last=last,
        leaves=tx.value("SELECT count(*) FROM leaves WHERE person = :person", mine),
        sent=tx.value(f"SELECT count(*) FROM outbox WHERE chat IN ({_CHATS}) AND state = 'sent'", mine),
    )


def find(tx: Tx, external: int) -> int | None:
    """Return the person of an account by its outside id, on whatever channel; None where there is none."""
    person: int | None = tx.value("SELECT person FROM accounts WHERE external = ?", (external,))
    return person


def exists(tx: Tx, person: int) -> bool:
    """Tell whether there is such a person, who was not taken out before."""
    return tx.one("SELECT 1 FROM people WHERE id = ? AND erased IS NULL", (person,)) is not None


def export(tx: Tx, person: int) -> dict[str, list[dict[str, Any]]]:
    """Return all that is kept of a person, as plain values; instants are Unix seconds. No codes, no hashes."""
    return {name: [_plain(row) for row in tx.all(sql, {"person": person})] for name, sql in _COPIED.items()}


def _plain(row: Any) -> dict[str, Any]:
    return {name: json.loads(value) if name in _JSON else value for name, value in dict(row).items()}


def erase(tx: Tx, person: int, now: int) -> str:
    """Take out name, accounts and messages of a person, end their posts, and return the name that stands instead.

    Entries stay with the unit, with their notes, under that name: they are facts of the campaign, and are
    never changed. So do leave and decisions. Sums do not change.
    """
    name, mine = PSEUDONYM.format(number=person), {"person": person}
    for row in tx.all("SELECT role, unit FROM roles WHERE person = :person AND until IS NULL", mine):
        people.end_post(tx, person, Post(Role(row["role"]), UnitId(row["unit"])), now)
    parting.close(tx, person)
    tx.run(
        "UPDATE requests SET state = CASE kind WHEN 'erase' THEN 'approved' ELSE 'withdrawn' END, decided = :now"
        " WHERE person = :person AND state = 'open' AND kind <> 'correction'",
        mine | {"now": now},
    )
    _clear_messages(tx, person, now)
    _unlink(tx, person)
    tx.run("DELETE FROM reminders WHERE person = :person", mine)
    tx.run(
        "UPDATE people SET name = ?, language = '', chosen_unit = NULL, chosen_campaign = '', erased = ? WHERE id = ?",
        (name, now, person),
    )
    return name


def _clear_messages(tx: Tx, person: int, now: int) -> None:
    """Blank what was said to the person, what was said of them to others, and what they said.

    What is on its way, or waits for others, is blanked by the file itself once it is done.
    """
    mine = {"person": person, "about": f"person:{person}"}
    for row in tx.all(_CHATS, mine):
        outbox.fail_waiting(tx, row["id"], REASON, now)
    tx.run(
        "UPDATE outbox SET secret = 1,"
        f" payload = CASE WHEN state IN ('waiting', 'sending') THEN payload ELSE {_CLEARED} END"
        f" WHERE chat IN ({_CHATS}) OR (subject <> '' AND (subject = :about"
        " OR EXISTS (SELECT 1 FROM requests q WHERE q.person = :person"
        " AND (subject LIKE 'request:' || q.ref || ':%' OR subject LIKE 'matter:' || q.ref || ':%'))))",
        mine,
    )
    for row in tx.all(_MINE, mine):
        said = {"chat": row["external"], "id": f'%"id":{int(row["external"])},%'}
        tx.run(
            "UPDATE updates SET raw = '{}', state = CASE state WHEN 'retry' THEN 'ignored' ELSE state END"
            " WHERE chat = :chat",
            said,
        )
        tx.run("UPDATE updates SET raw = '{}' WHERE state <> 'retry' AND replace(raw, '\": ', '\":') LIKE :id", said)


def _unlink(tx: Tx, person: int) -> None:
    """Take the outside ids out: rows of chats stay, since entries name them, and lead nowhere."""
    mine = {"person": person}
    tx.run(f"DELETE FROM nonces WHERE account IN ({_MINE})", mine)
    tx.run(f"DELETE FROM strangers WHERE (channel, external) IN ({_ACCOUNTS})", mine)
    tx.run(
        "UPDATE chats SET channel = 'erased', external = id, title = '', language = '', reachable = 0"
        f" WHERE id IN ({_CHATS})",
        mine,
    )
    tx.run("DELETE FROM accounts WHERE person = :person", mine)


def erase_for_good(tx: Tx, person: int, now: int) -> str:
    """Erase a person and list their accounts, so that a restored backup is without them too."""
    accounts = [
        (row["channel"], row["external"]) for row in tx.all("SELECT * FROM accounts WHERE person = ?", (person,))
    ]
    erasures.note(tx, accounts, now)
    return erase(tx, person, now)


def reapply(tx: Tx, erased: Mapping[str, int], now: int) -> int:
    """Erase again whoever was erased after this backup was made, and return how many that were.

    Somebody who was erased and let in anew later is a new person, younger than the erasure, and stays.
    """
    found = tx.all("SELECT a.channel, a.external, a.person, p.created FROM accounts a JOIN people p ON p.id = a.person")
    gone = {
        row["person"]
        for row in found
        if erased.get(erasures.mark((row["channel"], row["external"])), -1) >= row["created"]
    }
    for person in sorted(gone):
        erase(tx, person, now)
    return len(gone)
