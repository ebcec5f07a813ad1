"""Messages without a messenger: what came in, what goes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Said(StrEnum):
    """What kind of thing arrived."""

    TEXT = "text"
    EDIT = "edit"
    BUTTON = "button"
    MEDIA = "media"  # something shown to the bot that is not text: photo, voice, sticker …
    MEMBERSHIP = "membership"  # the bot was added, removed, blocked or unblocked
    MIGRATED = "migrated"  # the group has a new id


class Place(NamedTuple):
    """Where something was said: a chat by its outside id, and the topic in it."""

    id: int
    private: bool
    title: str = ""
    thread: int | None = None


class Speaker(NamedTuple):
    """Who said it, by the outside id that alone identifies an account."""

    id: int
    name: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file that somebody sent: its outside id, and what the messenger says of it; `size` in bytes, 0 unknown."""

    id: str
    name: str = ""
    size: int = 0
    mime: str = ""


class Incoming(NamedTuple):
    """One thing said to the bot, channel-neutral.

    `speaker` is None where nobody may act: anonymous admins, channels, other bots.
    `at` is when the message was written (for an edit: the original message), `moment` when this
    happened (for an edit: the edit). Both are aware and in UTC, both by the messenger's clock. `file` is
    what can be fetched of a MEDIA; nothing is until somebody asks for it.
    """

    update: int
    said: Said
    place: Place
    speaker: Speaker | None
    at: datetime
    moment: datetime
    message: int = 0
    text: str = ""
    forwarded: bool = False
    reply_to_bot: bool = False
    reply_to: int = 0  # the bot's message that this answers; 0 where it answers none
    query: str = ""  # identifies a press, so that it can be answered
    data: str = ""  # what the pressed button carries
    present: bool = True  # MEMBERSHIP: whether the bot can now speak there
    new_id: int = 0  # MIGRATED: the group's new outside id
    file: FileRef | None = None


class Button(NamedTuple):
    """One button under a message: a label, and what pressing it does."""

    label: str
    action: str = ""
    args: Mapping[str, Any] = NOTHING
    url: str = ""


Keyboard = tuple[tuple[Button, ...], ...]


class Priority(StrEnum):
    """What goes first: answers to people before what the bot says by itself."""

    ANSWER = "answer"
    PUSH = "push"


Verb = Literal["send", "photo", "document", "edit", "toast", "leave", "fetch"]

LARGEST_FETCH = 5 * 1024 * 1024
"""Bytes of a file that is taken in: a nation's roster has a tenth of it."""


class Outgoing(NamedTuple):
    """One thing to send to a chat.

    `html` is rendered text in the small HTML that messengers share. `edits` names the outbox row whose
    message is to be rewritten. `coalesce`: a newer waiting row with the same word replaces an older one.
    `subject` is what the message speaks of (`entry:17`), so that it can be found again. `repeatable`
    says whether it may be sent again after an unknown outcome: answers may, pushes may not. `account`
    is the only outside id whose presses on the keyboard count; 0 lets everybody in the chat press.

    A photo is painted from the recipe `picture` when it is sent, with `html` as its caption; where it
    cannot be shown, the caption is sent with the line `spare` under it. A document is printed from the
    order `paper` in the same way; `bulky` stands in for one that is larger than the messenger takes.

    With `fetch` nothing is sent: the file with the outside id `file` is fetched, and handed in under the
    `subject` (`import:17`) in the transaction that ends the row.

    What is `secret` is not kept once it was sent or given up.
    """

    verb: Verb
    html: str = ""
    keyboard: Keyboard = ()
    account: int = 0
    thread: int | None = None
    reply_to: int | None = None
    edits: int | None = None
    query: str = ""
    subject: str = ""
    coalesce: str = ""
    priority: Priority = Priority.ANSWER
    repeatable: bool = True
    expires: datetime | None = None
    picture: Mapping[str, Any] = NOTHING
    spare: str = ""
    paper: Mapping[str, Any] = NOTHING
    bulky: str = ""
    file: str = ""
    secret: bool = False
