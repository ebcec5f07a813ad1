"""A message as it stands in its chat."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.rehearsal.botapi.accounts import Account
from bot.rehearsal.botapi.content import MEDIA, SERVICE
from bot.rehearsal.botapi.files import StoredFile

if TYPE_CHECKING:
    from bot.rehearsal.botapi.chats import Chat

Json = dict[str, Any]


@dataclass(eq=False, slots=True)
class Message:
    """Hold one message; `content` is kept in the Bot API's shape, `date` is in Unix seconds.

    `extra` holds what few messages carry: forwards, albums, signatures.
    """

    chat: "Chat"
    message_id: int
    sender: Account | None
    date: int
    content: Json
    sender_chat: "Chat | None" = None
    thread: int | None = None
    in_topic: bool = False
    reply_to: "Message | None" = None
    reply_markup: Json | None = None
    edit_date: int | None = None
    extra: Json = field(default_factory=dict)
    reactions: dict[int, list[Json]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return the text or the caption, empty where there is none."""
        return str(self.content.get("text", self.content.get("caption", "")))

    @property
    def entities(self) -> list[Json]:
        """Return the entities of the text or the caption."""
        entities = self.content.get("entities") or self.content.get("caption_entities")
        return list(entities or ())

    @property
    def who(self) -> str:
        """Return the sender's name as the chat shows it."""
        if self.sender_chat is not None:
            return self.sender_chat.title
        return self.sender.name if self.sender else self.chat.title

    @property
    def by_bot(self) -> bool:
        """Return whether a bot wrote it (an anonymous admin is not a bot)."""
        return self.sender is not None and self.sender.is_bot and self.sender_chat is None and not self.service

    @property
    def service(self) -> bool:
        """Return whether it only tells what happened to the chat."""
        return not SERVICE.isdisjoint(self.content)

    @property
    def buttons(self) -> list[list[str]]:
        """Return the labels of the inline keyboard, row by row."""
        rows = (self.reply_markup or {}).get("inline_keyboard", [])
        return [[button["text"] for button in row] for row in rows]

    @property
    def media(self) -> str | None:
        """Return the kind of media it carries, or None."""
        return next((kind for kind in self.content if kind in MEDIA), None)

    @property
    def file(self) -> StoredFile | None:
        """Return the file it carries, with its bytes, or None."""
        held = self.content.get(self.media or "")
        card = held[-1] if isinstance(held, list) else held or {}
        return self.chat.stage.files.by_id.get(card.get("file_id", ""))

    def origin(self) -> Json:
        """Return the `MessageOrigin` that a forward of it carries."""
        if self.sender_chat is not None:
            kind = "channel" if self.sender_chat.kind == "channel" else "chat"
            key = "chat" if kind == "channel" else "sender_chat"
            origin = {"type": kind, "date": self.date, key: self.sender_chat.card()}
            return origin | {"message_id": self.message_id} if kind == "channel" else origin
        if self.sender is None:
            raise TypeError("a message without a sender has no origin")
        return {"type": "user", "date": self.date, "sender_user": self.sender.card()}

    @property
    def edited(self) -> bool:
        """Return whether it was edited after it was sent."""
        return self.edit_date is not None

    @property
    def pinned(self) -> bool:
        """Return whether it is pinned in its chat."""
        return self in self.chat.pinned

    def json(self, *, with_reply: bool = True) -> Json:
        """Return the `Message` object of the Bot API."""
        body: Json = {"message_id": self.message_id}
        if self.sender is not None:
            body["from"] = self.sender.card()
        if self.sender_chat is not None:
            body["sender_chat"] = self.sender_chat.card()
        body["chat"] = self.chat.card()
        body["date"] = self.date
        if self.edit_date is not None:
            body["edit_date"] = self.edit_date
        if self.thread is not None:
            body["message_thread_id"] = self.thread
        if self.in_topic:
            body["is_topic_message"] = True
        if self.reply_to is not None and with_reply:
            body["reply_to_message"] = self.reply_to.json(with_reply=False)
        body |= self.extra
        body |= self.content
        if self.reply_markup is not None:
            body["reply_markup"] = self.reply_markup
        return body
