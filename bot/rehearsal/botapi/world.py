"""The accounts and chats behind the server."""

from collections.abc import Iterable, Sequence
from itertools import count
from typing import Literal

from bot.domain.clock import Clock
from bot.rehearsal.botapi.accounts import Account
from bot.rehearsal.botapi.bots import BotAccount
from bot.rehearsal.botapi.chats import Chat
from bot.rehearsal.botapi.errors import ApiError, bad_request
from bot.rehearsal.botapi.groups import Group, Side
from bot.rehearsal.botapi.people import User
from bot.rehearsal.botapi.stage import Stage

_SUPERGROUP_BASE = -1_002_000_000_000


class World:
    """Hold all bots, people and chats; `bot` is the first bot, the one that people write to."""

    def __init__(self, clock: Clock, username: str = "tiendo_bot", token: str = "") -> None:
        self.stage = Stage(clock)
        self.bots: dict[str, BotAccount] = {}
        self.users: dict[int, User] = {}
        self.groups: dict[int, Group] = {}
        self._bot_ids = count(7_000_000_001)
        self._user_ids = count(210_000_001)
        self._group_ids = count(-4_000_000_001, -1)
        self._supergroup_ids = count(_SUPERGROUP_BASE - 1, -1)
        self.bot = self.add_bot(username, token)

    def add_bot(self, username: str, token: str = "", name: str = "Tiến Độ") -> BotAccount:
        """Add a bot; its token begins with its id."""
        number = int(token.partition(":")[0]) if token else next(self._bot_ids)
        token = token or f"{number}:AAExample-rehearsal-token-0000000000"
        bot = BotAccount(id=number, first_name=name, username=username, token=token, stage=self.stage)
        self.bots[token] = bot
        return bot

    def revoke_token(self, bot: BotAccount | None = None) -> None:
        """Make the bot's token invalid: every call is answered 401 from now on."""
        del self.bots[(bot or self.bot).token]

    def add_user(
        self,
        name: str,
        *,
        last_name: str = "",
        username: str = "",
        language_code: str = "vi",
        user_id: int | None = None,
    ) -> User:
        """Add a person who has not yet written to the bot."""
        user = User(
            id=next(self._user_ids) if user_id is None else user_id,
            first_name=name,
            last_name=last_name,
            username=username,
            language_code=language_code,
            stage=self.stage,
            bot=self.bot,
        )
        self.users[user.id] = user
        return user

    def add_group(
        self,
        title: str,
        members: Iterable[Account] = (),
        *,
        admins: Sequence[Account] = (),
        kind: Literal["group", "supergroup"] = "supergroup",
        with_bot: bool = True,
    ) -> "GroupChat":
        """Add a group; the bot joins last and hears of it, as it does when somebody adds it."""
        number = next(self._group_ids if kind == "group" else self._supergroup_ids)
        group = GroupChat(self, number, title, kind)
        self.groups[group.id] = group
        for account, status in [*((m, "member") for m in members), *((a, "administrator") for a in admins)]:
            group.people[account.id] = account
            group.members[account.id] = status
        if with_bot:
            group.add_bot()
        return group

    def add_channel(self, title: str, linked: Group | None = None) -> Group:
        """Add a channel with the bot as its admin; posts are forwarded to the `linked` group."""
        channel = Group(self.stage, next(self._supergroup_ids), title, "channel")
        channel.linked = linked
        self.groups[channel.id] = channel
        channel.set_status(self.bot, "administrator")
        return channel

    def find_chat(self, bot: BotAccount, chat_id: str) -> Chat:
        """Return the chat that a bot means by `chat_id`; raise ApiError when it cannot know it."""
        if not chat_id:
            raise bad_request("chat_id is empty")
        chat = self._find(bot, chat_id)
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def _find(self, bot: BotAccount, chat_id: str) -> Chat | None:
        try:
            number = int(chat_id)
        except ValueError:
            return None
        if number < 0:
            group = self.groups.get(number)
            return group if group is not None and bot.id in group.members else None
        if number in bot.private_chats:
            return bot.private_chats[number]
        user = self.users.get(number)
        return user.chat_with(bot) if user is not None else None

    def authorised(self, token: str) -> BotAccount:
        """Return the bot that `token` opens; raise 401, or 404 for what cannot be a token."""
        bot = self.bots.get(token)
        if bot is not None:
            return bot
        number, colon, secret = token.partition(":")
        if number.isdecimal() and colon and secret:
            raise ApiError(401, "Unauthorized")
        raise ApiError(404, "Not Found")


class GroupChat(Group):
    """Act on a group that the world's first bot knows."""

    def __init__(self, world: World, chat_id: int, title: str, kind: Literal["group", "supergroup"] = "group") -> None:
        super().__init__(world.stage, chat_id, title, kind)
        self.world = world

    def _anybody(self) -> Account:
        people = (each for each in self.people.values() if not each.is_bot)
        return next(people, self.world.bot)

    def add_bot(self) -> None:
        """Add the bot, as the first member does it."""
        self.add(self.world.bot, by=self._anybody())

    def kick_bot(self) -> None:
        """Put the bot out."""
        self.kick(self.world.bot, by=self._anybody())

    def promote_bot(self) -> None:
        """Make the bot an admin: it then hears everything."""
        self.set_status(self.world.bot, "administrator", by=self._anybody())

    def upgrade_to_supergroup(self, announce: Sequence[Side] = ("old", "new")) -> "GroupChat":
        """Upgrade the group and return the new chat; sends to the old one are then refused.

        `announce` gives the order of the two service messages, or leaves some of them out.
        """
        new = self.world.add_group(self.title, with_bot=False)
        self.upgrade(new, self._anybody(), announce)
        return new
