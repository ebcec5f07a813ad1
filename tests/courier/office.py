"""Everything around a courier: a server, a file of data, a channel, and a clock that is moved."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from bot.channels.telegram import TelegramChannel
from bot.courier import Courier
from bot.domain.messages import Outgoing
from bot.rehearsal.botapi import Accepted, BotApiServer, GroupChat, User
from bot.rehearsal.clocks import ManualClock
from storage import chats, outbox
from storage.sqlite import Store


@dataclass
class Office:
    """Put messages in, move the clock, see what people see and what the rows say."""

    server: BotApiServer
    clock: ManualClock
    store: Store
    channel: TelegramChannel
    courier: Courier
    running: "asyncio.Task[None] | None" = None
    rooms: dict[int, int] = field(default_factory=dict)

    @property
    def now(self) -> int:
        return int(self.clock.now().timestamp())

    def person(self, name: str = "An") -> User:
        user = self.server.world.add_user(name)
        user.private.send("/start")
        return user

    def start(self) -> None:
        self.running = asyncio.create_task(self.courier.run())

    async def stop(self, grace: float = 0) -> None:
        await self.courier.stop(grace)
        if self.running is not None:
            await self.running
            self.running = None

    async def put(self, to: User | GroupChat, html: str = "x", **fields: Any) -> int:
        """Queue a message and wake the courier, as those do who commit."""
        fields = {"verb": "send", "html": html} | fields
        chat = await self.room(to)
        row = await self.store.write(lambda tx: outbox.put(tx, chat, Outgoing(**fields), self.now))
        self.courier.wake()
        return row

    async def send(self, to: User | GroupChat, html: str = "x", **fields: Any) -> int:
        """Queue a message and let everything happen that can happen now."""
        row = await self.put(to, html, **fields)
        await self.courier.idle()
        return row

    async def room(self, to: User | GroupChat) -> int:
        """Return the row of a chat."""
        if to.id not in self.rooms:
            chat = await self.store.write(lambda tx: chats.meet(tx, "telegram", to.id, private=isinstance(to, User)))
            self.rooms[to.id] = chat.id
        return self.rooms[to.id]

    async def passes(self, seconds: int, steps: int = 1) -> None:
        """Let time pass, in that many steps a second."""
        for _ in range(seconds * steps):
            self.clock.advance(1 / steps)
            await self.courier.idle()

    async def row(self, row: int) -> Any:
        return await self.store.read(lambda tx: tx.one("SELECT * FROM outbox WHERE id = ?", (row,)))

    async def state(self, row: int) -> str:
        return str((await self.row(row))["state"])

    def shown(self, to: User | GroupChat) -> list[str]:
        """Return the texts of every send and edit that Telegram has accepted for a chat, in order."""
        return [accepted.text for accepted in self.accepted(to)]

    def accepted(self, to: User | GroupChat) -> list[Accepted]:
        return [accepted for accepted in self.server.accepted if accepted.chat_id == to.id]
