"""Chats: what is said in them and who hears it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.rehearsal.botapi.accounts import Account
from bot.rehearsal.botapi.bots import BotAccount
from bot.rehearsal.botapi.content import media_content, text_content, with_caption
from bot.rehearsal.botapi.errors import ApiError, bad_request, forbidden
from bot.rehearsal.botapi.messages import Message
from bot.rehearsal.botapi.stage import Press, Stage

Json = dict[str, Any]


class Chat:
    """Hold the messages of one chat; kinds of chats say who hears them and what is refused."""

    kind = "private"

    def __init__(self, stage: Stage, chat_id: int, title: str) -> None:
        self.stage = stage
        self.id = chat_id
        self.title = title
        self.messages: dict[int, Message] = {}
        self.pinned: list[Message] = []
        self.last_bot: BotAccount | None = None
        self._last_id = 0

    def card(self) -> Json:
        """Return the `Chat` object of the Bot API."""
        raise NotImplementedError

    def listeners(self, message: Message) -> Sequence[BotAccount]:
        """Return the bots that get this message as an update."""
        raise NotImplementedError

    def check_sending(self, bot: BotAccount, what: str) -> None:
        """Raise the refusal that Telegram gives when this bot may not send `what` here."""
        raise NotImplementedError

    def thread_for(self, bot: BotAccount, thread: int | None) -> tuple[int | None, bool]:
        """Return the thread of a new message and whether it is a topic; raise for a wrong one."""
        del bot
        if thread is not None:
            raise bad_request("message thread not found")
        return None, False

    def post(
        self,
        sender: Account | None,
        content: Json,
        *,
        at: datetime | None = None,
        reply_to: Message | None = None,
        reply_markup: Json | None = None,
        sender_chat: "Chat | None" = None,
        thread: tuple[int | None, bool] = (None, False),
        extra: Json | None = None,
    ) -> Message:
        """Add a message to the chat without telling anybody."""
        self._last_id += 1
        message = Message(
            chat=self,
            message_id=self._last_id,
            sender=sender,
            date=self.stage.seconds(at),
            content=content,
            sender_chat=sender_chat,
            thread=thread[0],
            in_topic=thread[1],
            reply_to=reply_to,
            reply_markup=reply_markup,
            extra=extra or {},
        )
        self.messages[message.message_id] = message
        if isinstance(sender, BotAccount):
            self.last_bot = sender
        return message

    def publish(self, message: Message, kind: str = "message") -> Message:
        """Queue a message for every bot that hears it."""
        for bot in self.listeners(message):
            bot.hear(kind, message)
        self.stage.changed.fire()
        return message

    def media(self, kind: str, data: bytes = b"\x00", name: str = "", caption: str = "") -> Json:
        """Return content of `kind` (one of `content.MEDIA`) for a message of this chat."""
        return media_content(self.stage.files, kind, data, name, caption)

    def edit(self, message: Message, text: str, *, at: datetime | None = None) -> Message:
        """Change what a person wrote; bots hear an edited message."""
        if "text" in message.content:
            message.content = text_content(text)
        else:
            message.content = with_caption(message.content, text)
        message.edit_date = self.stage.seconds(at)
        return self.publish(message, "edited_channel_post" if self.kind == "channel" else "edited_message")

    def remove(self, message: Message) -> None:
        """Delete a message; no bot hears of it."""
        self.messages.pop(message.message_id, None)
        if message in self.pinned:
            self.pinned.remove(message)
        self.stage.changed.fire()

    def press(self, person: Account, message: Message, data: str) -> Press:
        """Press a button that carries `data`, whether or not the message shows one now."""
        if not isinstance(message.sender, BotAccount):
            raise TypeError("only a bot's message has buttons")
        stage = self.stage
        press = Press(str(stage.numbers()), message, data, stage.clock.monotonic(), stage.changed)
        stage.presses[press.id] = press
        message.sender.hear_press(person, press.id, message, data)
        return press

    def transcript(self) -> list[Message]:
        """Return the visible messages in order."""
        return list(self.messages.values())

    def last(self) -> Message:
        """Return the newest visible message; LookupError when the chat is empty."""
        if not self.messages:
            raise LookupError(self.title)
        return next(reversed(self.messages.values()))

    def from_bots(self) -> list[Message]:
        """Return the visible messages that bots wrote, in order."""
        return [message for message in self.messages.values() if message.by_bot]

    def replies(self) -> list[Message]:
        """Return the bots' messages after the newest one of a person, in order."""
        found: list[Message] = []
        for message in reversed(self.messages.values()):
            if message.by_bot:
                found.append(message)
            elif not message.service:
                break
        return found[::-1]

    async def answer(self, count: int = 1, within: float = 5.0) -> Message:
        """Wait for the `count`-th bot message after the newest one of a person, and return it.

        TimeoutError comes after `within` real seconds.
        """
        await self.stage.changed.until(lambda: len(self.replies()) >= count, within)
        return self.replies()[count - 1]


class PrivateChat(Chat):
    """Hold the talk of one person with one bot; it opens when the person first writes."""

    def __init__(self, stage: Stage, person: Account, bot: BotAccount) -> None:
        super().__init__(stage, person.id, person.name)
        self.person = person
        self.bot = bot
        self.started = False
        self.blocked = False
        self.deactivated = False

    def card(self) -> Json:
        """Return the `Chat` object of the Bot API."""
        card = self.person.card()
        return {key: card[key] for key in ("id", "first_name", "last_name", "username") if key in card} | {
            "type": "private"
        }

    def listeners(self, message: Message) -> Sequence[BotAccount]:
        """Return the bot: it hears all that the person writes."""
        del message
        return (self.bot,)

    def check_sending(self, bot: BotAccount, what: str) -> None:
        """Refuse while the person is gone, has blocked the bot, or never wrote to it."""
        del bot, what
        refusal: ApiError | None = None
        if self.deactivated:
            refusal = forbidden("user is deactivated")
        elif self.blocked:
            refusal = forbidden("bot was blocked by the user")
        elif not self.started:
            refusal = forbidden("bot can't initiate conversation with a user")
        if refusal:
            raise refusal

    def send(
        self,
        text: str,
        *,
        reply_to: Message | None = None,
        at: datetime | None = None,
        extra: Json | None = None,
    ) -> Message:
        """Write `text` as the person; `at` dates it, `extra` adds fields such as `forward_origin`."""
        return self._say(text_content(text), reply_to=reply_to, at=at, extra=extra)

    def send_media(
        self,
        kind: str,
        data: bytes = b"\x00",
        *,
        name: str = "",
        caption: str = "",
        at: datetime | None = None,
        extra: Json | None = None,
    ) -> Message:
        """Send media of `kind` (one of `content.MEDIA`) as the person."""
        return self._say(self.media(kind, data, name, caption), at=at, extra=extra)

    def send_document(self, name: str, data: bytes, mime_type: str = "", caption: str = "") -> Message:
        """Send a file as the person."""
        return self._say(media_content(self.stage.files, "document", data, name, caption, mime_type), at=None)

    def forward(self, message: Message) -> Message:
        """Forward somebody's message as the person."""
        return self._say(message.content, at=None, extra={"forward_origin": message.origin()})

    def send_album(self, count: int, caption: str = "") -> list[Message]:
        """Send `count` pictures as one album; the first carries the caption."""
        group = {"media_group_id": str(self.stage.numbers())}
        captions = [caption] + [""] * (count - 1)
        return [self.send_media("photo", caption=words, extra=group) for words in captions]

    def _say(
        self, content: Json, *, reply_to: Message | None = None, at: datetime | None, extra: Json | None = None
    ) -> Message:
        if self.blocked:
            raise PermissionError("the person has blocked the bot: unblock it first")
        self.started = True
        return self.publish(self.post(self.person, content, at=at, reply_to=reply_to, extra=extra))

    def block(self, *, blocked: bool) -> None:
        """Block or unblock the bot; the bot hears of it."""
        old, new = ("kicked", "member") if self.blocked else ("member", "kicked")
        if self.blocked != blocked:
            self.blocked = blocked
            self.bot.hear_membership(self.card(), self.person, old, new, self.bot)
