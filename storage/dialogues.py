"""Conversations that are half done; they live in the file, so a restart does not end them."""

import json
from dataclasses import dataclass
from typing import Any

from storage.sqlite import Tx


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One half-done conversation of a person in a chat."""

    chat: int
    person: int
    kind: str
    data: dict[str, Any]


def current(tx: Tx, chat: int, person: int, now: int) -> Dialogue | None:
    """Return the open dialogue; one that has expired is removed and not returned."""
    row = tx.one("SELECT kind, data, expires FROM dialogues WHERE chat = ? AND person = ?", (chat, person))
    if row is None:
        return None
    if row["expires"] <= now:
        end(tx, chat, person)
        return None
    return Dialogue(chat, person, row["kind"], json.loads(row["data"]))


def begin(tx: Tx, dialogue: Dialogue, expires: int) -> None:
    """Open a dialogue or take it a step further; it replaces the one that was open."""
    tx.run(
        "INSERT INTO dialogues (chat, person, kind, data, expires) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (chat, person) DO UPDATE SET kind = excluded.kind, data = excluded.data,"
        " expires = excluded.expires, offered = 0",
        (dialogue.chat, dialogue.person, dialogue.kind, json.dumps(dialogue.data), expires),
    )


def end(tx: Tx, chat: int, person: int) -> bool:
    """Close the dialogue; False when none was open."""
    found = tx.one("DELETE FROM dialogues WHERE chat = ? AND person = ? RETURNING kind", (chat, person))
    return found is not None


def end_all(tx: Tx, person: int) -> None:
    """Close whatever a person has half done, in every chat."""
    tx.run("DELETE FROM dialogues WHERE person = ?", (person,))


def unoffered(tx: Tx, now: int) -> list[Dialogue]:
    """Return open dialogues not yet offered again since their last step, and note that they are now."""
    rows = tx.all(
        "UPDATE dialogues SET offered = 1 WHERE offered = 0 AND expires > ? RETURNING chat, person, kind, data",
        (now,),
    )
    return [Dialogue(row["chat"], row["person"], row["kind"], json.loads(row["data"])) for row in rows]
