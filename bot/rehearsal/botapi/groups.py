"""Groups, supergroups with their topics, and channels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bot.rehearsal.botapi.accounts import ANONYMOUS_ADMIN, TELEGRAM, Account
from bot.rehearsal.botapi.bots import BotAccount
from bot.rehearsal.botapi.chats import Chat
from bot.rehearsal.botapi.content import text_content
from bot.rehearsal.botapi.entities import entity_text
from bot.rehearsal.botapi.errors import bad_request, forbidden
from bot.rehearsal.botapi.messages import Message
from bot.rehearsal.botapi.stage import Stage

Json = dict[str, Any]
Kind = Literal["group", "supergroup", "channel"]
Side = Literal["old", "new"]

_ADMINS = ("creator", "administrator")
_GONE = ("left", "kicked")


@dataclass(eq=False)
class Topic:
    """Hold one forum topic; its id is that of the message that made it."""

    id: int
    name: str
    closed: bool = False


class Group(Chat):
    """Hold a chat of many; `members` maps account ids to statuses of the Bot API."""

    def __init__(self, stage: Stage, chat_id: int, title: str, kind: Kind = "group") -> None:
        super().__init__(stage, chat_id, title)
        self.kind: Kind = kind
        self.forum = False
        self.people: dict[int, Account] = {}
        self.members: dict[int, str] = {}
        self.muted = False
        self.general_closed = False
        self.topics: dict[int, Topic] = {}
        self.migrated_to: Group | None = None
        self.linked: Group | None = None

    def card(self) -> Json:
        """Return the `Chat` object of the Bot API."""
        card: Json = {"id": self.id, "title": self.title, "type": self.kind}
        if self.forum:
            card["is_forum"] = True
        if self.kind == "group":
            card["all_members_are_administrators"] = False
        return card

    def status(self, account: Account) -> str:
        """Return the account's standing here, `left` for a stranger."""
        return self.members.get(account.id, "left")

    def is_admin(self, account: Account) -> bool:
        """Return whether the account runs this group."""
        return self.status(account) in _ADMINS

    def bots(self) -> list[BotAccount]:
        """Return the bots that are in the group."""
        inside = (self.people[key] for key, status in self.members.items() if status not in _GONE)
        return [account for account in inside if isinstance(account, BotAccount)]

    def listeners(self, message: Message) -> Sequence[BotAccount]:
        """Return the bots that see this message under privacy mode; none sees another bot's."""
        if isinstance(message.sender, BotAccount):
            return ()
        return [bot for bot in self.bots() if self._hears(bot, message)]

    def _hears(self, bot: BotAccount, message: Message) -> bool:
        open_ears = not bot.privacy or self.is_admin(bot) or self.kind == "channel"
        if open_ears or message.service or message.extra.get("via_bot", {}).get("id") == bot.id:
            return True
        if message.reply_to is not None and message.reply_to.sender is bot:
            return True
        return self._commanded(bot, message)

    def _commanded(self, bot: BotAccount, message: Message) -> bool:
        """Tell whether a command is for this bot; a bare one is when this bot spoke last."""
        commands = [e for e in message.entities if e["type"] == "bot_command"]
        for _, at, name in (entity_text(message.text, e).partition("@") for e in commands):
            if name.lower() == bot.username.lower() if at else self.last_bot is bot:
                return True
        return False

    def check_sending(self, bot: BotAccount, what: str) -> None:
        """Refuse after an upgrade, a kick or a leave, and while bots are muted."""
        if self.migrated_to is not None:
            moved = "group chat was upgraded to a supergroup chat"
            raise bad_request(moved, migrate_to_chat_id=self.migrated_to.id)
        status = self.status(bot)
        if status == "kicked":
            raise forbidden(f"bot was kicked from the {self.kind} chat")
        if status == "left":
            raise forbidden(f"bot is not a member of the {self.kind} chat")
        if self.muted and not self.is_admin(bot):
            raise bad_request(f"not enough rights to send {what} to the chat")

    def thread_for(self, bot: BotAccount, thread: int | None) -> tuple[int | None, bool]:
        """Return where a new message goes; only real topics are threads, closed ones are for admins."""
        if thread is None:
            if self.forum and self.general_closed and not self.is_admin(bot):
                raise bad_request("TOPIC_CLOSED")
            return None, False
        topic = self.topics.get(thread)
        if topic is None:
            raise bad_request("message thread not found")
        if topic.closed and not self.is_admin(bot):
            raise bad_request("TOPIC_CLOSED")
        return thread, True

    def say(
        self,
        person: Account,
        text: str,
        *,
        reply_to: Message | None = None,
        topic: Topic | None = None,
        at: datetime | None = None,
        extra: Json | None = None,
    ) -> Message:
        """Write `text` as a member; a reply outside topics gets the thread of what it answers."""
        return self._said(person, text_content(text), reply_to=reply_to, topic=topic, at=at, extra=extra)

    def say_media(
        self,
        person: Account,
        kind: str,
        data: bytes = b"\x00",
        *,
        name: str = "",
        caption: str = "",
        topic: Topic | None = None,
    ) -> Message:
        """Send media of `kind` (one of `content.MEDIA`) as a member."""
        return self._said(person, self.media(kind, data, name, caption), topic=topic)

    def forward(self, person: Account, message: Message) -> Message:
        """Forward somebody's message as a member."""
        return self._said(person, message.content, extra={"forward_origin": message.origin()})

    def _said(
        self,
        person: Account,
        content: Json,
        *,
        reply_to: Message | None = None,
        topic: Topic | None = None,
        at: datetime | None = None,
        extra: Json | None = None,
    ) -> Message:
        thread: tuple[int | None, bool] = (topic.id, True) if topic else (None, False)
        if topic is None and reply_to is not None and self.kind == "supergroup":
            thread = (reply_to.thread or reply_to.message_id, reply_to.in_topic)
        post = self.post(person, content, at=at, reply_to=reply_to, thread=thread, extra=extra)
        return self.publish(post)

    def say_as_anonymous_admin(self, text: str, *, reply_to: Message | None = None) -> Message:
        """Write `text` as an admin who hides behind the group's name."""
        post = self.post(ANONYMOUS_ADMIN, text_content(text), reply_to=reply_to, sender_chat=self)
        return self.publish(post)

    def post_to_channel(self, text: str) -> Message:
        """Write `text` as the channel; a linked group gets it from Telegram itself."""
        post = self.publish(self.post(None, text_content(text), sender_chat=self), "channel_post")
        if self.linked is not None:
            extra = {"is_automatic_forward": True, "forward_origin": post.origin()}
            copy = self.linked.post(TELEGRAM, post.content, sender_chat=self, extra=extra)
            self.linked.publish(copy)
        return post

    def set_status(self, account: Account, status: str, *, by: Account | None = None) -> None:
        """Change somebody's standing; bots that are or were inside hear of it."""
        old = self.status(account)
        listeners = self.bots()
        self.people[account.id] = account
        self.members[account.id] = status
        if isinstance(account, BotAccount) and account not in listeners:
            listeners.append(account)
        for bot in listeners:
            if bot is account or self.is_admin(bot):
                bot.hear_membership(self.card(), by or account, old, status, account)

    def add(self, account: Account, *, by: Account | None = None) -> None:
        """Let somebody in, with the service message that groups show."""
        self.set_status(account, "member", by=by)
        if self.kind != "channel":
            self.publish(self.post(by or account, {"new_chat_members": [account.card()]}))

    def kick(self, account: Account, *, by: Account | None = None) -> None:
        """Put somebody out for good."""
        if self.kind == "group":
            self.publish(self.post(by or account, {"left_chat_member": account.card()}))
        self.set_status(account, "kicked", by=by)

    def add_topic(self, person: Account, name: str) -> Topic:
        """Open a forum topic; the group becomes a forum."""
        self.forum = True
        topic = Topic(self._last_id + 1, name)
        self.topics[topic.id] = topic
        made = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        self.publish(self.post(person, made, thread=(topic.id, True)))
        return topic

    def close_topic(self, person: Account, topic: Topic) -> None:
        """Close a topic: only admins may write there."""
        topic.closed = True
        self.publish(self.post(person, {"forum_topic_closed": {}}, thread=(topic.id, True)))

    def delete_topic(self, topic: Topic) -> None:
        """Delete a topic with all its messages; no bot hears of it."""
        del self.topics[topic.id]
        for message in [m for m in self.messages.values() if m.thread == topic.id and m.in_topic]:
            self.remove(message)

    def upgrade(self, new: "Group", person: Account, announce: Sequence[Side] = ("old", "new")) -> "Group":
        """Move everybody to `new`; `announce` orders (or leaves out) the two service messages."""
        new.people, new.members = dict(self.people), dict(self.members)
        notes: dict[Side, tuple[Group, Json]] = {
            "old": (self, {"migrate_to_chat_id": new.id}),
            "new": (new, {"migrate_from_chat_id": self.id}),
        }
        self.migrated_to = new
        for chat, content in (notes[side] for side in announce):
            chat.publish(chat.post(person, content))
        return new
