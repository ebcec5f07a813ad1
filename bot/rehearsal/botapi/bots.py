"""A bot's account, its settings and its queue."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.rehearsal.botapi.accounts import Account
from bot.rehearsal.botapi.stage import Stage
from bot.rehearsal.botapi.updates import CALLBACK_LIFETIME_S, DAY_S, UpdateQueue

if TYPE_CHECKING:
    from bot.rehearsal.botapi.chats import PrivateChat
    from bot.rehearsal.botapi.messages import Message

Json = dict[str, Any]


@dataclass(eq=False, kw_only=True)
class BotAccount(Account):
    """Hold one bot: `token` opens it, `privacy` hides most group messages from it.

    `commands` is keyed by scope (its JSON text) and language; the two descriptions by language.
    """

    token: str
    stage: Stage
    is_bot: bool = True
    privacy: bool = True
    queue: UpdateQueue = field(init=False)
    private_chats: dict[int, "PrivateChat"] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.queue = UpdateQueue(self.stage.changed)

    def me(self) -> Json:
        """Return what getMe answers."""
        return {
            **self.card(),
            "can_join_groups": True,
            "can_read_all_group_messages": not self.privacy,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    def hear(self, kind: str, message: "Message") -> None:
        """Queue a message or an edit; it lives for a day from its own date."""
        born = message.edit_date or message.date
        lane = ("chat", message.chat.id)
        self.queue.push(kind, message.json(), expires=born + DAY_S, now=self.stage.seconds(), lane=lane)

    def hear_press(self, person: Account, press_id: str, message: "Message", data: str) -> None:
        """Queue a button press; it lives for 150 seconds and has a lane of its own."""
        now = self.stage.seconds()
        query = {
            "id": press_id,
            "from": person.card(),
            "message": message.json(),
            "chat_instance": str(-message.chat.id * 7919),
            "data": data,
        }
        lane = ("press", person.id)
        self.queue.push("callback_query", query, expires=now + CALLBACK_LIFETIME_S, now=now, lane=lane)

    def hear_membership(self, chat: Json, actor: Account, old: str, new: str, subject: Account) -> None:
        """Queue a change of membership, the bot's own or another's."""
        now = self.stage.seconds()
        kind = "my_chat_member" if subject is self else "chat_member"
        change = {
            "chat": chat,
            "from": actor.card(),
            "date": now,
            "old_chat_member": member_card(subject, old),
            "new_chat_member": member_card(subject, new),
        }
        self.queue.push(kind, change, expires=now + DAY_S, now=now, lane=("members", chat["id"]))


_ADMIN_RIGHTS = (
    "can_be_edited",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
)


def member_card(subject: Account, status: str) -> Json:
    """Return the `ChatMember` object of the Bot API for a status."""
    card: Json = {"user": subject.card(), "status": status}
    match status:
        case "creator":
            card["is_anonymous"] = False
        case "administrator":
            card |= dict.fromkeys(_ADMIN_RIGHTS, True) | {"is_anonymous": False, "can_be_edited": False}
        case "kicked":
            card["until_date"] = 0
    return card
