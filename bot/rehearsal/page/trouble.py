"""Trouble on demand: what can go wrong between the bot and the messenger, to see how the bot takes it."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from bot.rehearsal.botapi import Fault, GroupChat, PrivateChat
from bot.rehearsal.page.cast import Cast
from bot.rehearsal.page.hours import Hours
from bot.rehearsal.page.reckoning import Account, Reckoning
from bot.rehearsal.page.theatre import Theatre
from bot.rehearsal.process import Standing

Json = dict[str, Any]

WAIT_S = 30


class Trouble:
    """Makes trouble, and ends it; `changed` is called when what `card` says is no longer so."""

    def __init__(self, theatre: Theatre, hours: Hours, cast: Cast) -> None:
        self.changed: Callable[[], None] = lambda: None
        self._theatre = theatre
        self._hours = hours
        self._cast = cast
        self._until = ""
        self._account: Account | None = None
        self._reckoning = Reckoning(theatre, self._reckon)
        self._fall: asyncio.Task[None] | None = None
        theatre.bot.changed = self._bot_changed

    def card(self) -> Json:
        """Return what is wrong now."""
        return {"dark": self._hours.dark, "until": self._until}

    def bot_card(self) -> Json:
        """Return how the bot's process stands, and what came of its last end."""
        health = self._theatre.bot.health
        return {
            "standing": health.standing,
            "pid": health.pid,
            "code": health.code,
            "tail": health.tail,
            "waiting": 0 if self._theatre.bot.up.is_set() else self._theatre.server.pending_updates,
            "account": asdict(self._account) if self._account else None,
        }

    @property
    def down(self) -> bool:
        """Return whether no bot runs, not even one that is starting."""
        return self._theatre.bot.health.standing in (Standing.KILLED, Standing.FALLEN)

    async def kill(self) -> None:
        """Kill the bot as a power cut would."""
        await self._theatre.bot.kill()
        await self._reckoning.note()

    async def revive(self) -> bool:
        """Start the bot, which is down, again on the same data; False where it ends at once."""
        if self._fall is not None:
            await self._fall
        self._reckoning.begin()
        if not await self._theatre.bot.start():
            return False
        self._reckoning.follow()
        await self._hours.welcome()
        return True

    async def end(self) -> None:
        """Follow no more what came of a kill."""
        self._theatre.bot.changed = lambda: None
        await self._reckoning.end()

    def _bot_changed(self) -> None:
        if self._theatre.bot.health.standing is Standing.FALLEN:
            self._fall = asyncio.create_task(self._reckoning.note())
        self.changed()

    def _reckon(self, account: Account | None) -> None:
        self._account = account
        self.changed()

    async def cut(self, minutes: int) -> None:
        """Take the network down between bot and messenger, for so many minutes of the rehearsal's clock."""
        if not self._hours.dark:
            self._hours.dark = True
            await self._theatre.server.go_dark()
        end = self._hours.now + timedelta(minutes=minutes)
        self._until = f"{end:%H:%M}"
        self._hours.forget(self.mend)
        self._hours.at(end, self.mend)
        self.changed()

    async def mend(self) -> None:
        """Let the network come back."""
        self._hours.forget(self.mend)
        if self._hours.dark:
            await self._theatre.server.listen()
            self._hours.dark = False
        self._until = ""
        self.changed()

    def slow(self, chat: int) -> None:
        """Let the messenger ask the bot to wait before it next writes to a chat."""
        self._theatre.server.faults.next("sendMessage", Fault.too_many(WAIT_S), chat=chat)

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
