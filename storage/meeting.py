"""Meeting: where something is said, and by whom, learnt in one step for every message that comes in."""

from typing import NamedTuple

from bot.domain.messages import Place
from storage import chats, people
from storage.chats import Chat
from storage.people import Person
from storage.sqlite import Tx

_CHAT = len(Chat._fields)  # columns of the chat, before the one that tells of a dialogue
_WHO = (
    f"SELECT {', '.join(f'c.{name}' for name in Chat._fields)},"
    " EXISTS (SELECT 1 FROM dialogues d WHERE d.chat = c.id AND d.person = p.id),"
    " p.id, p.name, p.language, p.chosen_unit, p.chosen_campaign, r.role, r.unit"
    " FROM chats c LEFT JOIN accounts a ON a.channel = c.channel AND a.external = ?"
    " LEFT JOIN people p ON p.id = a.person LEFT JOIN roles r ON r.person = p.id AND r.until IS NULL"
    " WHERE c.channel = ? AND c.external = ? ORDER BY r.id"
)


class Met(NamedTuple):
    """A chat, who speaks there (None: nobody who is known), and whether a dialogue is kept with them there."""

    chat: Chat
    person: Person | None
    asked: bool


def meet(tx: Tx, channel: str, place: Place, account: int | None) -> Met:
    """Return where something is said and by which account; a new chat is made, a group's title kept up to date."""
    asked_for = (account, channel, place.id)
    rows = tx.all(_WHO, asked_for)
    if not rows or (place.title and place.title != rows[0]["title"]):
        chats.meet(tx, channel, place.id, private=place.private, title=place.title)
        rows = tx.all(_WHO, asked_for)
    first = rows[0]
    person = None if first[_CHAT + 1] is None else people.assembled([row[_CHAT + 1 :] for row in rows])
    return Met(chats.read(first[:_CHAT]), person, bool(first[_CHAT]))
