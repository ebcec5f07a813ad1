"""The outbox: everything to be sent, written in the same transaction as the facts it speaks of.

A row is `waiting` until the courier claims it (`sending`, committed before the first byte leaves), and
then ends as `sent`, `failed`, `unknown`, `expired` or `replaced`, or goes back to `waiting`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from bot.domain.messages import Keyboard, Outgoing, Priority, Verb
from bot.domain.pieces import split, units, without_tags
from storage import held, nonces
from storage.sqlite import Tx
from storage.written import read, written

# Telegram counts text in UTF-16 units and refuses more than 4096 of them
# (https://core.telegram.org/bots/api#sendmessage). Tags are counted here too, which is never too little.
LARGEST = 4_000
LARGEST_CAPTION = 1_024  # without tags: https://core.telegram.org/bots/api#sendphoto
WITH_CAPTION = frozenset({"photo", "document"})
SHOWING = frozenset({"send", *WITH_CAPTION})
MOST = 2**63 - 1  # the greatest number that a row can have
TOAST_S = 60  # a press is answered at once or not at all
RANK = {Priority.ANSWER: 0, Priority.PUSH: 1}

# SQLite uses a partial index only for a query that repeats the index's own words.
_OPEN = "state IN ('waiting', 'sending')"
_COALESCING = "state = 'waiting' AND coalesce_key <> ''"
_ASKED = "(SELECT value FROM json_each(?))"
_INSERT = (
    "INSERT INTO outbox (id, chat, verb, payload, subject, coalesce_key, priority, repeatable, created, expires,"
    " secret) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_NEWEST = "newest row of the outbox"
_IDLE = "coalescing words under which nothing waits"


class State(StrEnum):
    """How far a row has come."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REPLACED = "replaced"


class Waiting(NamedTuple):
    """What the courier keeps in memory of a row that waits; `due` is Unix seconds, 0 for at once.

    `taken` is when it was put there, in seconds, as well as that can be told: rows hold whole seconds only.
    """

    id: int
    chat: int
    verb: str
    private: bool
    priority: int
    due: int
    edits: int | None
    taken: float = 0.0


class Parcel(NamedTuple):
    """A claimed row, with all that is needed to send it. `external` and `message` are outside ids.

    `chat` is the row of the chat that `external` belongs to: where the row's own has moved to another.
    """

    id: int
    chat: int
    external: int
    verb: Verb
    html: str
    keyboard: list[list[dict[str, str]]]
    thread: int | None
    reply_to: int | None
    query: str
    edits: int | None
    message: int | None
    subject: str
    coalesce: str
    repeatable: bool
    unsure: int
    spare: str = ""
    bulky: str = ""
    file: str = ""


class Settlement(NamedTuple):
    """What became of a claimed row. `due` matters for `waiting` only; `unsure` adds one to its doubts.

    `edits` names the row whose message has been replaced by the new `message`.
    """

    id: int
    state: State
    message: int | None = None
    edits: int | None = None
    due: int = 0
    unsure: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """A row as others see it: where it went, how far it came, and the outside id of its message."""

    id: int
    chat: int
    state: State
    message: int | None


def put(tx: Tx, chat: int, outgoing: Outgoing, now: int) -> int:
    """Queue a message for the chat with this row id and return the row that carries its keyboard.

    A text that is too long becomes several rows, cut between lines; the keyboard is under the last. A
    caption that is too long goes before its photo or document as a text. A waiting row of the same chat and
    coalescing word is replaced.
    """
    if outgoing.coalesce:
        cancel(tx, chat, outgoing.coalesce, now)
        tx.known.pop(_IDLE, None)
    *firsts, last = _pieces(outgoing)
    for piece in firsts:
        _insert(tx, chat, outgoing._replace(verb="send"), {"html": piece, "thread": outgoing.thread}, now)
    payload = {
        "html": last,
        "keyboard": _keyboard(tx, chat, outgoing, now),
        "thread": outgoing.thread,
        "reply_to": None if firsts else outgoing.reply_to,
        "edits": _first_form(tx, outgoing.edits),
        "query": outgoing.query,
        "picture": outgoing.picture,
        "spare": outgoing.spare,
        "paper": outgoing.paper,
        "bulky": outgoing.bulky,
        "file": outgoing.file,
    }
    return _insert(tx, chat, outgoing, payload, now, outgoing.subject)


def _first_form(tx: Tx, edits: int | None) -> int | None:
    """Return the row that first showed the message: an edit of an edit is an edit of that."""
    row = tx.one("SELECT verb, payload FROM outbox WHERE id = ?", (edits,)) if edits else None
    if row is None or row["verb"] != "edit":
        return edits
    first: int | None = json.loads(row["payload"]).get("edits")
    return first


def _insert(tx: Tx, chat: int, outgoing: Outgoing, payload: dict[str, Any], now: int, subject: str = "") -> int:
    expires = None if outgoing.expires is None else int(outgoing.expires.timestamp())
    if outgoing.verb == "toast" and expires is None:
        expires = now + TOAST_S
    # The same edit twice is one edit, leaving twice is leaving, and nobody sees a file fetched.
    repeatable = outgoing.verb in {"edit", "leave", "fetch"} or (outgoing.repeatable and outgoing.verb in SHOWING)
    newest = tx.known.get(_NEWEST)
    row: int = (tx.value("SELECT coalesce(max(id), 0) FROM outbox") if newest is None else newest) + 1
    values = (
        row,
        chat,
        outgoing.verb,
        written({name: value for name, value in payload.items() if value}),
        subject,
        outgoing.coalesce,
        RANK[outgoing.priority],
        repeatable,
        now,
        expires,
        outgoing.secret,
    )
    tx.later("outbox", _INSERT, [values])
    tx.known[_NEWEST] = row
    return row


def _keyboard(tx: Tx, chat: int, outgoing: Outgoing, now: int) -> list[list[dict[str, str]]]:
    """Return rows of buttons as the messenger wants them; those that act are issued a nonce together."""
    acting = [button for row in outgoing.keyboard for button in row if button.action]
    token = nonces.issue(tx, chat, outgoing.account, acting, now) if acting else ""
    return list(_rows(outgoing.keyboard, token))


def _rows(keyboard: Keyboard, token: str) -> Iterator[list[dict[str, str]]]:
    number = 0
    for row in keyboard:
        shown = []
        for button in row:
            if button.action:
                shown.append({"text": button.label, "callback_data": f"{token}.{number}"})
                number += 1
            else:
                shown.append({"text": button.label, "url": button.url})
        yield shown


def _pieces(outgoing: Outgoing) -> list[str]:
    """Return the text in pieces that fit. An edit stays one message: what does not fit ends in `…`."""
    text = outgoing.html
    if outgoing.verb in WITH_CAPTION:
        return [text] if units(without_tags(text)) <= LARGEST_CAPTION else [*split(text, LARGEST), ""]
    if outgoing.verb not in {"send", "edit"} or 2 * len(text) <= LARGEST or units(text) <= LARGEST:
        return [text]  # no character has more than two units
    pieces = split(text, LARGEST)
    if outgoing.verb == "edit" and len(pieces) > 1:
        return [split(text, LARGEST - 2)[0] + "\n…"]
    return pieces


def waiting_after(tx: Tx, after: int, limit: int, now: float = 0.0, until: int = MOST) -> list[Waiting]:
    """Return the rows with ids above `after` and up to `until` that wait, in order."""
    rows = tx.tuples(
        "SELECT o.id, o.chat, o.verb, c.private, o.priority, o.due,"
        " CASE WHEN o.verb = 'edit' THEN o.payload ->> 'edits' END, o.created + 1.0"
        " FROM outbox o JOIN chats c ON c.id = o.chat"
        f" WHERE o.{_OPEN} AND o.state = 'waiting' AND o.id > ? AND o.id <= ? ORDER BY o.id LIMIT ?",
        (after, until, limit),
    )
    return [
        Waiting(row, chat, verb, bool(private), priority, due, edits, min(now, taken))
        for row, chat, verb, private, priority, due, edits, taken in rows
    ]


def recipe(tx: Tx, row_id: int) -> Mapping[str, Any] | None:
    """Return what the photo or document of a row is made from; None where the row no longer waits."""
    held = tx.value("SELECT payload FROM outbox WHERE id = ? AND state = 'waiting'", (row_id,))
    payload = {} if held is None else json.loads(held)
    found: Mapping[str, Any] | None = payload.get("picture") or payload.get("paper")
    return found


def subject_of(tx: Tx, chat: int, message: int) -> str:
    """Return what our message with this outside id speaks of; empty where that is nothing, or not known."""
    found: str | None = tx.value(
        "SELECT subject FROM outbox WHERE chat = ? AND message = ? AND subject <> '' AND message IS NOT NULL"
        " ORDER BY id LIMIT 1",
        (chat, message),
    )
    return found or ""


def is_open(tx: Tx, chat: int, coalesce: str) -> bool:
    """Tell whether something waits for a chat, or is on its way, under a coalescing word."""
    query = (
        f"SELECT 1 FROM outbox WHERE chat = ? AND coalesce_key = ? AND {_COALESCING} UNION ALL"
        f" SELECT 1 FROM outbox WHERE chat = ? AND coalesce_key = ? AND {_OPEN} AND state = 'sending'"
    )
    return tx.one(query, (chat, coalesce, chat, coalesce)) is not None


def put_since(tx: Tx, subject: str, since: int) -> list[int]:
    """Return when rows that speak of the subject were queued, from an instant on, oldest first."""
    rows = tx.all(
        "SELECT created FROM outbox WHERE subject = ? AND subject <> '' AND created >= ? ORDER BY id", (subject, since)
    )
    return [row["created"] for row in rows]


def claim(tx: Tx, ids: Sequence[int], now: int) -> list[Parcel]:
    """Mark the rows as being sent and return those to send now, in the order of `ids`.

    Rows that no longer wait are left out; expired ones end as `expired`, those whose chat cannot be
    reached as `failed`. An edit of a message that never appeared becomes a message of its own.
    """
    rows = tx.tuples(
        "SELECT o.id, o.verb, o.payload, o.expires, o.subject, o.coalesce_key, o.repeatable, o.unsure,"
        " c.id, c.external, c.reachable FROM outbox o JOIN chats p ON p.id = o.chat"
        f" JOIN chats c ON c.id = coalesce(p.moved_to, p.id) WHERE o.id IN {_ASKED} AND o.state = 'waiting'",
        (written(ids),),
    )
    waiting = {row[0]: row for row in rows}
    found = [waiting[row_id] for row_id in dict.fromkeys(ids) if row_id in waiting]
    ended = {row[0]: end for row in found if (end := _in_vain(row, now)) is not None}
    if ended:
        _end(tx, [*ended.values()], now)
    leaving = [row for row in found if row[0] not in ended]
    tx.run(
        f"UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE id IN {_ASKED}",
        (written([row[0] for row in leaving]),),
    )
    return [_parcel(tx, row) for row in leaving]


def _in_vain(row: tuple[Any, ...], now: int) -> Settlement | None:
    """Return how a row ends that need not leave any more, None for one that may."""
    row_id, verb, _, expires, *_, reachable = row
    if expires is not None and expires <= now:
        return Settlement(row_id, State.EXPIRED)
    if not reachable and verb in {"edit", *SHOWING}:
        return Settlement(row_id, State.FAILED, error="unreachable")
    return None


def _parcel(tx: Tx, row: tuple[Any, ...]) -> Parcel:
    row_id, verb, held, _, subject, coalesce, repeatable, unsure, seat, external, _ = row
    payload = read(held)
    edits = payload.get("edits")
    message = tx.value("SELECT message FROM outbox WHERE id = ?", (edits,)) if edits else None
    return Parcel(
        id=row_id,
        chat=seat,
        external=external,
        verb="send" if verb == "edit" and not message else verb,
        html=payload.get("html", ""),
        keyboard=payload.get("keyboard", []),
        thread=payload.get("thread"),
        reply_to=payload.get("reply_to"),
        query=payload.get("query", ""),
        edits=edits,
        message=message,
        subject=subject,
        coalesce=coalesce,
        repeatable=bool(repeatable),
        unsure=unsure,
        spare=payload.get("spare", ""),
        bulky=payload.get("bulky", ""),
        file=payload.get("file", ""),
    )


def settle(tx: Tx, settlements: Sequence[Settlement], now: int) -> None:
    """Note what became of claimed rows."""
    tx.known.pop(_IDLE, None)
    again = [each for each in settlements if each.state is State.WAITING]
    tx.run_many(
        "UPDATE outbox SET state = 'waiting', due = ?, unsure = unsure + ?, error = ? WHERE id = ?",
        [(each.due, each.unsure, each.error, each.id) for each in again],
    )
    if len(again) < len(settlements):
        _end(tx, [each for each in settlements if each.state is not State.WAITING], now)


def _end(tx: Tx, settlements: Sequence[Settlement], now: int) -> None:
    """Write how rows end, in one statement: each statement lets go of the interpreter's lock, and waits for it."""
    tx.run(
        "UPDATE outbox SET state = end.value ->> 1, message = end.value ->> 2, unsure = unsure + (end.value ->> 3),"
        " error = end.value ->> 4, done = ? FROM json_each(?) AS end WHERE outbox.id = end.value ->> 0",
        (now, written([(each.id, each.state, each.message, each.unsure, each.error) for each in settlements])),
    )
    anew = [each for each in settlements if each.edits is not None and each.message]
    tx.run_many("UPDATE outbox SET message = ? WHERE id = ?", [(each.message, each.edits) for each in anew])


def fail_waiting(tx: Tx, chat: int, reason: str, now: int) -> int:
    """Give up everything that waits for a chat, and return how many rows that was."""
    return tx.run(
        f"UPDATE outbox SET state = 'failed', error = ?, done = ? WHERE chat = ? AND {_OPEN} AND state = 'waiting'",
        (reason, now, chat),
    ).rowcount


def coalescing(tx: Tx, coalesce: str) -> bool:
    """Tell whether anything waits, for any chat, under a coalescing word."""
    idle: set[str] = tx.known.setdefault(_IDLE, set())
    if coalesce in idle:  # as every report of a batch finds
        return False
    query = f"SELECT 1 FROM outbox WHERE coalesce_key = ? AND {_COALESCING} LIMIT 1"
    waits = tx.one(query, (coalesce,)) is not None
    if not waits:
        idle.add(coalesce)
    return waits


def cancel(tx: Tx, chat: int, coalesce: str, now: int) -> int:
    """Take back what still waits for a chat under a coalescing word, and return how many rows that was."""
    return tx.run(
        f"UPDATE outbox SET state = 'replaced', done = ? WHERE chat = ? AND coalesce_key = ? AND {_COALESCING}",
        (now, chat, coalesce),
    ).rowcount


def requeue_after_crash(tx: Tx, now: int) -> tuple[int, int]:
    """Return rows that were being sent to the queue where they may be repeated; the others are `unknown`.

    Returns how many went back and how many are unknown.
    """
    tx.known.pop(_IDLE, None)
    back = tx.run(
        "UPDATE outbox SET state = 'waiting', unsure = unsure + 1"
        f" WHERE {_OPEN} AND state = 'sending' AND repeatable = 1"
    ).rowcount
    lost = tx.run(
        "UPDATE outbox SET state = 'unknown', unsure = unsure + 1, done = ?, error = 'stopped while sending'"
        f" WHERE {_OPEN} AND state = 'sending'",
        (now,),
    ).rowcount
    return back, lost


def find(tx: Tx, subject: str) -> Posted | None:
    """Return the newest row that speaks of the subject (`entry:17`), or None."""
    row = tx.one(
        "SELECT id, chat, state, message FROM outbox WHERE subject = ? AND subject <> '' ORDER BY id DESC LIMIT 1",
        (subject,),
    )
    return None if row is None else Posted(row["id"], row["chat"], State(row["state"]), row["message"])


def counts(tx: Tx) -> dict[str, int]:
    """Return how many rows stand in each state that is not the end, without those that are held."""
    rows = tx.all(f"SELECT state, count(*) FROM outbox WHERE {_OPEN} AND id > ? GROUP BY state", (held.until(tx),))
    return {"waiting": 0, "sending": 0} | {row[0]: row[1] for row in rows}
