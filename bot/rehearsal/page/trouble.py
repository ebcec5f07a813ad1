"""Trouble on demand: what can go wrong between the bot and the messenger, to see how the bot takes it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot.rehearsal.botapi import Fault, GroupChat, PrivateChat
from bot.rehearsal.page.cast import Cast
from bot.rehearsal.page.hours import Hours
from bot.rehearsal.scene import Scene

Json = dict[str, Any]

WAIT_S = 30


class Trouble:
    """Makes trouble, and ends it; `changed` is called when what `card` says is no longer so."""

    def __init__(self, scene: Scene, hours: Hours, cast: Cast, changed: Callable[[], None] = lambda: None) -> None:
        self.changed = changed
        self._scene = scene
        self._hours = hours
        self._cast = cast
        self._until = ""

    def card(self) -> Json:
        """Return what is wrong now."""
        return {"dark": self._hours.dark, "until": self._until}

    async def cut(self, minutes: int) -> None:
        """Take the network down between bot and messenger, for so many minutes of the rehearsal's clock."""
        if not self._hours.dark:
            self._hours.dark = True
            await self._scene.server.go_dark()
        end = self._hours.now + timedelta(minutes=minutes)
        self._until = f"{end:%H:%M}"
        self._hours.forget(self.mend)
        self._hours.at(end, self.mend)
        self.changed()

    async def mend(self) -> None:
        """Let the network come back."""
        self._hours.forget(self.mend)
        if self._hours.dark:
            await self._scene.server.listen()
            self._hours.dark = False
        self._until = ""
        self.changed()

    def slow(self, chat: int) -> None:
        """Let the messenger ask the bot to wait before it next writes to a chat."""
        self._scene.server.faults.next("sendMessage", Fault.too_many(WAIT_S), chat=chat)

    def block(self, chat: PrivateChat, *, blocked: bool) -> None:
        """Let a person block the bot, or unblock it."""
        chat.block(blocked=blocked)

    def upgrade(self, group: GroupChat) -> GroupChat:
        """Turn a group into a supergroup, which gets a new number; ValueError where it is one already."""
        if group.kind != "group" or group.migrated_to is not None:
            raise ValueError(group.kind)
        new = group.upgrade_to_supergroup()
        self._cast.groups[new.id] = self._cast.groups.pop(group.id)
        return new
