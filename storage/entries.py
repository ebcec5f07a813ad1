"""Entries: every version of every report, appended and never changed."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from bot.domain.campaign import Key
from bot.domain.units import UnitId
from storage import chain
from storage.sqlite import Tx
from storage.written import written


class Slot(NamedTuple):
    """What one report stands for: a unit's day in a campaign; `person` is 0 unless officers' reports add up."""

    campaign: str
    unit: UnitId
    day: date
    person: int = 0


class EntryKind(StrEnum):
    """How a version came about."""

    LINE = "line"  # a message with numbers
    GUIDED = "guided"  # the dialogue
    EDIT = "edit"  # the message was edited
    UNDO = "undo"  # the version before was taken back
    CONFIRM = "confirm"  # a questioned value was said to be right
    DROP = "drop"  # a questioned value was said to be wrong
    MOVED = "moved"  # the message was edited to mean another day
    OVERRIDE = "override"  # a commander put it right; the note is the reason
    CORRECTION = "correction"  # what was said of a locked day, since a commander has let it count


class EntryState(StrEnum):
    """Whether a version counts."""

    ACCEPTED = "accepted"
    QUESTIONED = "questioned"
    DROPPED = "dropped"


Amounts = Mapping[Key, int]
"""One number for each key; for a metric entered cumulatively it is the running total as typed."""


class Entry(NamedTuple):
    """A version. `amounts` is the whole report after it, `given` what this message said.

    Its row id and the short reference that people see, the last two fields, are given to it when it is stored.
    """

    slot: Slot
    author: int
    kind: EntryKind
    state: EntryState
    given: Amounts
    amounts: Amounts
    update: int
    chat: int
    message: int
    said: int
    recorded: int
    on_time: bool
    doubts: tuple[str, ...] = ()
    note: str = ""
    supersedes: int | None = None
    answers: int | None = None
    id: int = 0
    ref: str = ""


class Said(NamedTuple):
    """What stands in a slot, and what waits there to be confirmed, oldest first."""

    newest: Entry | None
    questions: Sequence[Entry]


_SLOTS = "slots"
_spelt = lru_cache(maxsize=1_024)(str)
_IN_ORDER = attrgetter("state", "id")  # what is accepted comes before what is questioned

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_BITS = 5
_SHORTEST = 4


def reference(number: int) -> str:
    """Return the short name of entry `number`: four characters or more, no 0/O or 1/I, different for each.

    An odd multiplier permutes the numbers of one width, so neighbours look different.
    """
    width = max(_SHORTEST, -(-number.bit_length() // _BITS))
    mixed = (number * 0x9E3779B1 + 0x7F4A7C15) % (1 << (_BITS * width))
    return "".join([_ALPHABET[(mixed >> (_BITS * place)) & 31] for place in range(width - 1, -1, -1)])


def append(tx: Tx, new: Entry) -> Entry:
    """Store a version, chained to the one before it, and return it with its id and reference."""
    former = chain.head(tx, "entries")
    number = former.id + 1
    ref = reference(number)
    amounts = _dump(new.amounts)
    values = (
        number,
        ref,
        new.slot.campaign,
        int(new.slot.unit),
        new.slot.day.isoformat(),
        new.slot.person,
        new.author,
        str(new.kind),
        str(new.state),
        amounts if new.given == new.amounts else _dump(new.given),
        amounts,
        written(new.doubts),
        new.note,
        new.supersedes,
        new.answers,
        new.update,
        new.chat,
        new.message,
        new.said,
        new.recorded,
        int(new.on_time),
    )
    chain.append(tx, "entries", former, values)
    entry = Entry(*new[:-2], number, ref)  # `_replace` would look for every field by its name
    known = tx.known.get(_SLOTS, {})
    if entry.state is EntryState.ACCEPTED and entry.slot in known:
        known[entry.slot] = Said(entry, known[entry.slot].questions)
    return entry


def get(tx: Tx, entry: int) -> Entry:
    """Return a version by its id; LookupError where there is none."""
    row = tx.one("SELECT * FROM entries WHERE id = ?", (entry,))
    if row is None:
        raise LookupError(entry)
    return read(row)


def find(tx: Tx, ref: str) -> Entry | None:
    """Return the version with this reference, or None."""
    row = tx.one("SELECT * FROM entries WHERE ref = ?", (ref,))
    return None if row is None else read(row)


def newest(tx: Tx, slot: Slot) -> Entry | None:
    """Return the newest accepted version, even one that withdrew the report; None before the first."""
    return said(tx, slot).newest


def questions(tx: Tx, slot: Slot) -> Sequence[Entry]:
    """Return the versions of this slot that wait to be confirmed, oldest first."""
    return said(tx, slot).questions


def forget(tx: Tx, slot: Slot) -> None:
    """Read a slot anew: its questions have changed. A version that is appended is known without."""
    tx.known.get(_SLOTS, {}).pop(slot, None)


def said(tx: Tx, slot: Slot) -> Said:
    """Return what stands in a slot and what waits there, read once in a transaction."""
    known: dict[Slot, Said] = tx.known.setdefault(_SLOTS, {})
    found = known.get(slot)
    if found is None:
        where = (slot.campaign, slot.unit, slot.day.isoformat(), slot.person)
        rows = tx.all(
            "SELECT * FROM (SELECT * FROM entries WHERE campaign = ? AND unit = ? AND day = ? AND slot = ?"
            " AND state = 'accepted' ORDER BY id DESC LIMIT 1)"
            " UNION ALL SELECT e.* FROM questions q JOIN entries e ON e.id = q.entry"
            " WHERE q.campaign = ? AND q.unit = ? AND q.day = ? AND q.slot = ?",
            (*where, *where),
        )
        versions = sorted([read(row) for row in rows], key=_IN_ORDER)
        newest = versions.pop(0) if versions and versions[0].state is EntryState.ACCEPTED else None
        found = known[slot] = Said(newest, versions)
    return found


def said_since(tx: Tx, slot: Slot, moment: datetime) -> list[Entry]:
    """Return the accepted versions that were said after a moment, newest first, without those taken back since."""
    rows = tx.all(
        "SELECT * FROM entries WHERE campaign = ? AND unit = ? AND day = ? AND slot = ? AND state = 'accepted'"
        " AND said > ? ORDER BY id DESC",
        (slot.campaign, slot.unit, slot.day.isoformat(), slot.person, int(moment.timestamp())),
    )
    found = [read(row) for row in rows]
    undone = {each.supersedes for each in found if each.kind is EntryKind.UNDO}
    return [each for each in found if each.id not in undone]


def of_message(tx: Tx, chat: int, message: int) -> Entry | None:
    """Return the newest version that this message brought about, or None."""
    row = tx.one(
        "SELECT * FROM entries WHERE chat = ? AND message = ? AND kind IN ('line', 'edit', 'correction')"
        " AND state <> 'dropped' ORDER BY id DESC LIMIT 1",
        (chat, message),
    )
    return None if row is None else read(row)


def versions(tx: Tx, entry: Entry) -> list[Entry]:
    """Return what the entry's message said of the same slot before it, newest first."""
    rows = tx.all(
        "SELECT * FROM entries WHERE chat = ? AND message = ? AND campaign = ? AND unit = ? AND day = ? AND slot = ?"
        " AND id < ? AND kind IN ('line', 'edit', 'correction') AND state <> 'dropped' ORDER BY id DESC",
        (
            entry.chat,
            entry.message,
            entry.slot.campaign,
            entry.slot.unit,
            entry.slot.day.isoformat(),
            entry.slot.person,
            entry.id,
        ),
    )
    return [read(row) for row in rows]


def open_question(tx: Tx, person: int) -> Entry | None:
    """Return the newest version of this author that still waits to be confirmed, or None."""
    row = tx.one(
        "SELECT e.* FROM questions q JOIN entries e ON e.id = q.entry WHERE q.person = ? ORDER BY e.id DESC LIMIT 1",
        (person,),
    )
    return None if row is None else read(row)


def is_open(tx: Tx, entry: int) -> bool:
    """Tell whether a questioned version still waits to be confirmed."""
    return tx.one("SELECT 1 FROM questions WHERE entry = ?", (entry,)) is not None


def reported_by(tx: Tx, slot: Slot) -> list[Slot]:
    """Return the slots of the same unit and day in which a report stands."""
    rows = tx.all(
        "SELECT slot FROM reports WHERE campaign = ? AND unit = ? AND day = ? ORDER BY slot",
        (slot.campaign, slot.unit, slot.day.isoformat()),
    )
    return [slot._replace(person=row["slot"]) for row in rows]


def all_questions(tx: Tx) -> list[Entry]:
    """Return every version that waits to be confirmed, oldest first."""
    return [read(row) for row in tx.all("SELECT e.* FROM questions q JOIN entries e ON e.id = q.entry ORDER BY e.id")]


def answer_to(tx: Tx, question: Entry) -> Entry | None:
    """Return the version that said whether a questioned one is right, or else the first that spoke after it."""
    slot = question.slot
    row = tx.one(
        "SELECT * FROM entries WHERE campaign = ? AND unit = ? AND day = ? AND slot = ? AND id > ?"
        " ORDER BY answers IS NOT ?, id LIMIT 1",
        (slot.campaign, slot.unit, slot.day.isoformat(), slot.person, question.id, question.id),
    )
    return None if row is None else read(row)


def _dump(amounts: Amounts) -> str:
    return written({_spelt(key): amount for key, amount in amounts.items()})


def _load(text: str) -> Amounts:
    return {Key.parse(key): amount for key, amount in json.loads(text).items()}


def read(row: Any) -> Entry:
    """Turn a row of `entries` into its value."""
    return Entry(
        slot=Slot(row["campaign"], UnitId(row["unit"]), date.fromisoformat(row["day"]), row["slot"]),
        author=row["person"],
        kind=EntryKind(row["kind"]),
        state=EntryState(row["state"]),
        given=_load(row["given"]),
        amounts=_load(row["amounts"]),
        update=row["update_id"],
        chat=row["chat"],
        message=row["message"],
        said=row["said"],
        recorded=row["recorded"],
        on_time=bool(row["on_time"]),
        doubts=tuple(json.loads(row["doubts"])),
        note=row["note"],
        supersedes=row["supersedes"],
        answers=row["answers"],
        id=row["id"],
        ref=row["ref"],
    )
