"""Requests that wait for somebody's decision; the first decision stands."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from bot.domain.campaign import Key
from bot.domain.units import UnitId
from storage.entries import Amounts, Slot, reference
from storage.people import Role
from storage.sqlite import Tx


class RequestKind(StrEnum):
    """What is asked for."""

    JOIN = "join"  # a commander's invite was redeemed
    CORRECTION = "correction"  # a locked day is to be changed
    ERASE = "erase"  # a person wants their own data taken out


class RequestState(StrEnum):
    """What became of it."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"  # by whoever asked, or since later words or a decision made it idle


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody asks for something. `decided_by`, `invited_by` are named as in the audit; `reason` is the decider's.

    Of a join: `role`, who issued the invite, and `replaces`, the person whose post it takes over.
    """

    id: int
    ref: str
    kind: RequestKind
    person: int
    unit: UnitId
    role: Role | None
    state: RequestState
    created: int
    decided_by: str = ""
    reason: str = ""
    invited_by: str = ""
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class Amendment:
    """What is to become of a locked report, in the words and at the time of whoever asked.

    `given` are the amounts that the message said, adjustments worked out. `mends` is the entry whose message
    was edited; with nothing given, the entry that is to be taken back. `said` is Unix seconds.
    """

    slot: Slot
    given: Amounts
    note: str
    mends: int | None
    update: int
    chat: int
    message: int
    said: int


@dataclass(frozen=True, slots=True)
class Correction:
    """A request to change a locked day."""

    request: Request
    amendment: Amendment


def ask(
    tx: Tx, person: int, unit: UnitId, role: Role, now: int, *, invited_by: str = "", replaces: int | None = None
) -> Request:
    """Store a request for a post; asking again while one is open returns that one."""
    row = tx.one(
        "SELECT * FROM requests WHERE kind = 'join' AND person = ? AND unit = ? AND role = ? AND state = 'open'",
        (person, unit, role),
    )
    if row is None:
        facts = {"role": role, "invited_by": invited_by, "replaces": replaces}
        row = _insert(tx, RequestKind.JOIN, person, unit, now, facts)
    return _request(row)


def ask_erasure(tx: Tx, person: int, unit: UnitId, now: int) -> Request:
    """Store a person's wish to have their data taken out; asking again while one is open returns that one."""
    return open_erasure(tx, person) or _request(_insert(tx, RequestKind.ERASE, person, unit, now, {}))


def open_erasure(tx: Tx, person: int) -> Request | None:
    """Return a person's open wish to have their data taken out, or None."""
    row = tx.one("SELECT * FROM requests WHERE kind = 'erase' AND person = ? AND state = 'open'", (person,))
    return None if row is None else _request(row)


def ask_correction(tx: Tx, person: int, amendment: Amendment, now: int) -> Correction:
    """Store a request to change a locked day."""
    facts = {
        "campaign": amendment.slot.campaign,
        "day": amendment.slot.day.isoformat(),
        "slot": amendment.slot.person,
        "given": json.dumps({str(key): amount for key, amount in amendment.given.items()}),
        "note": amendment.note,
        "mends": amendment.mends,
        "update_id": amendment.update,
        "chat": amendment.chat,
        "message": amendment.message,
        "said": amendment.said,
    }
    return _correction(_insert(tx, RequestKind.CORRECTION, person, amendment.slot.unit, now, facts))


def _insert(tx: Tx, kind: RequestKind, person: int, unit: UnitId, now: int, facts: dict[str, Any]) -> Any:
    number = int(tx.value("SELECT coalesce(max(id), 0) + 1 FROM requests"))
    columns = {"id": number, "ref": "D" + reference(number), "kind": kind, "person": person, "unit": unit}
    values = columns | facts | {"created": now}
    return tx.one(
        f"INSERT INTO requests ({', '.join(values)}) VALUES ({', '.join(f':{name}' for name in values)}) RETURNING *",
        values,
    )


def find(tx: Tx, ref: str) -> Request | Correction | None:
    """Return the request with this reference, or None."""
    row = tx.one("SELECT * FROM requests WHERE ref = ?", (ref,))
    return None if row is None else _read(row)


def waiting(tx: Tx) -> list[Request | Correction]:
    """Return all open requests, oldest first."""
    return [_read(row) for row in tx.all("SELECT * FROM requests WHERE state = 'open' ORDER BY id")]


def corrections(tx: Tx, slot: Slot) -> Iterator[Correction]:
    """Yield the open requests to change a slot, oldest first."""
    rows = tx.all(
        "SELECT * FROM requests WHERE state = 'open' AND kind = 'correction' AND campaign = ? AND unit = ?"
        " AND day = ? AND slot = ? ORDER BY id",
        (slot.campaign, slot.unit, slot.day.isoformat(), slot.person),
    )
    yield from map(_correction, rows)


def newest_correction(tx: Tx, person: int) -> Correction | None:
    """Return the newest open request of a person to change a locked day, or None."""
    row = tx.one(
        "SELECT * FROM requests WHERE state = 'open' AND kind = 'correction' AND person = ? ORDER BY id DESC LIMIT 1",
        (person,),
    )
    return None if row is None else _correction(row)


def decide(tx: Tx, request: Request, state: str, decided_by: str, now: int, reason: str = "") -> bool:
    """Close a request in a state; False when somebody else was first."""
    row = tx.one(
        "UPDATE requests SET state = ?, decided = ?, decided_by = ?, reason = ? WHERE id = ? AND state = 'open'"
        " RETURNING id",
        (state, now, decided_by, reason, request.id),
    )
    return row is not None


def _read(row: Any) -> Request | Correction:
    return _correction(row) if row["kind"] == RequestKind.CORRECTION else _request(row)


def _request(row: Any) -> Request:
    return Request(
        id=row["id"],
        ref=row["ref"],
        kind=RequestKind(row["kind"]),
        person=row["person"],
        unit=UnitId(row["unit"]),
        role=Role(row["role"]) if row["role"] else None,
        state=RequestState(row["state"]),
        created=row["created"],
        decided_by=row["decided_by"] or "",
        reason=row["reason"],
        invited_by=row["invited_by"],
        replaces=row["replaces"],
    )


def _correction(row: Any) -> Correction:
    amendment = Amendment(
        slot=Slot(row["campaign"], UnitId(row["unit"]), date.fromisoformat(row["day"]), row["slot"]),
        given={Key.parse(key): amount for key, amount in json.loads(row["given"]).items()},
        note=row["note"],
        mends=row["mends"],
        update=row["update_id"],
        chat=row["chat"],
        message=row["message"],
        said=row["said"],
    )
    return Correction(_request(row), amendment)
