"""Chats: where people and groups are reached, and which unit a group belongs to."""

from typing import Any, NamedTuple

from storage.sqlite import Tx

_COLUMNS = "id, external, private, title, unit, thread, language, reachable"


class Chat(NamedTuple):
    """One chat; `unit` and `thread` are those a group was bound with."""

    id: int
    external: int
    private: bool
    title: str
    unit: int | None
    thread: int | None
    language: str
    reachable: bool


def read(row: Any) -> Chat:
    """Return a chat from its columns, in the order of its fields."""
    id_, external, private, title, unit, thread, language, reachable = row
    return Chat(id_, external, bool(private), title, unit, thread, language, bool(reachable))


def meet(tx: Tx, channel: str, external: int, *, private: bool, title: str = "") -> Chat:
    """Return the chat with this outside id, made now if it is new. A group's title is kept up to date."""
    row = tx.one(
        f"SELECT {_COLUMNS} FROM chats WHERE channel = ? AND external = ?",
        (channel, external),
    )
    if row is None:
        row = tx.one(
            f"INSERT INTO chats (channel, external, private, title) VALUES (?, ?, ?, ?) RETURNING {_COLUMNS}",
            (channel, external, private, title),
        )
    elif title and title != row["title"]:
        tx.run("UPDATE chats SET title = ? WHERE id = ?", (title, row["id"]))
    return read(row)


def get(tx: Tx, chat: int) -> Chat:
    """Return the chat of a row id; LookupError where there is none."""
    row = tx.one(f"SELECT {_COLUMNS} FROM chats WHERE id = ?", (chat,))
    if row is None:
        raise LookupError(chat)
    return read(row)


def bind(tx: Tx, chat: int, unit: int | None, thread: int | None) -> None:
    """Let a group belong to a unit (or, with None, to none), and remember its topic."""
    tx.run("UPDATE chats SET unit = ?, thread = ? WHERE id = ?", (unit, thread, chat))


def set_language(tx: Tx, chat: int, language: str) -> None:
    """Choose the language of a group."""
    tx.run("UPDATE chats SET language = ? WHERE id = ?", (language, chat))


def set_reachable(tx: Tx, chat: int, reachable: bool) -> None:  # noqa: FBT001  (the fact itself is the flag)
    """Note whether the bot can speak in a chat."""
    tx.run("UPDATE chats SET reachable = ? WHERE id = ?", (reachable, chat))


def migrate(tx: Tx, channel: str, old: int, new: int) -> None:
    """Follow a group to its new outside id, whichever of Telegram's three signs comes first or again.

    Everything refers to the row, so that renaming it moves the binding and all that waits. Where the
    new id is already known as another chat, that one takes over what waits, what was pushed already, and
    the binding too unless it has one of its own.
    """
    source = tx.one("SELECT id, moved_to FROM chats WHERE channel = ? AND external = ?", (channel, old))
    if source is None or old == new:
        return
    twin = tx.one("SELECT id, unit FROM chats WHERE channel = ? AND external = ?", (channel, new))
    if twin is None:
        tx.run("UPDATE chats SET external = ?, reachable = 1 WHERE id = ?", (new, source["id"]))
        return
    into = {"old": source["id"], "new": twin["id"]}
    tx.run("UPDATE outbox SET chat = :new WHERE chat = :old AND state IN ('waiting', 'sending')", into)
    tx.run(
        "INSERT INTO job_runs (campaign, job, chat, thread, day, slot, state, reason, outbox, at)"
        " SELECT campaign, job, :new, thread, day, slot, state, reason, outbox, at FROM job_runs WHERE chat = :old"
        " ON CONFLICT DO NOTHING",
        into,
    )
    tx.run(
        "INSERT INTO boards (campaign, chat, day, kind, unit, slot, subject, shown, seen, edited, frozen)"
        " SELECT campaign, :new, day, kind, unit, slot, subject, shown, seen, edited, frozen FROM boards"
        " WHERE chat = :old ON CONFLICT DO NOTHING",
        into,
    )
    if twin["unit"] is None and source["moved_to"] is None:
        tx.run(
            "UPDATE chats SET (unit, thread, language) ="
            " (SELECT unit, thread, language FROM chats WHERE id = :old) WHERE id = :new",
            into,
        )
    tx.run("UPDATE chats SET moved_to = :new, unit = NULL, reachable = 0 WHERE id = :old", into)


def bound_groups(tx: Tx, channel: str) -> list[Chat]:
    """Return the groups that belong to a unit and can be reached, in the order in which they came."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM chats WHERE channel = ? AND private = 0 AND unit IS NOT NULL AND reachable = 1"
        " ORDER BY id",
        (channel,),
    )
    return [read(row) for row in rows]
