"""What every method works on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.rehearsal.botapi.bots import BotAccount
from bot.rehearsal.botapi.calls import Call
from bot.rehearsal.botapi.chats import Chat
from bot.rehearsal.botapi.errors import too_many_requests
from bot.rehearsal.botapi.limits import FloodControl, Limits, Refusal
from bot.rehearsal.botapi.messages import Message
from bot.rehearsal.botapi.polling import Poller
from bot.rehearsal.botapi.webhook import Webhook
from bot.rehearsal.botapi.world import World

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Accepted:
    """Record one call that showed something to people, in the order of their effects.

    `message_id` is 0 and `chat_id` the person's id for the answer to a button press.
    """

    method: str
    chat_id: int
    thread: int | None
    text: str
    reply_markup: Json | None
    message_id: int
    at: datetime
    media: str | None = None


class Api:
    """Hold the world and what the server keeps about its bots."""

    def __init__(self, world: World, limits: Limits | None) -> None:
        self.world = world
        self.accepted: list[Accepted] = []
        self.refusals: list[Refusal] = []
        self.webhooks: dict[int, Webhook] = {}
        self._limits = limits
        self._floods: dict[int, FloodControl] = {}
        self._pollers: dict[int, Poller] = {}

    @property
    def limits(self) -> Limits | None:
        """Return the flood limits, None when there are none."""
        return self._limits

    @limits.setter
    def limits(self, limits: Limits | None) -> None:
        """Change the flood limits and forget what was counted."""
        self._limits = limits
        self._floods.clear()

    def poller(self, bot: BotAccount) -> Poller:
        """Return the poller of a bot."""
        if bot.id not in self._pollers:
            self._pollers[bot.id] = Poller(bot)
        return self._pollers[bot.id]

    def chat(self, call: Call) -> Chat:
        """Return the chat that the call speaks of; raise ApiError when there is none."""
        return self.world.find_chat(call.bot, call.text("chat_id"))

    def count_send(self, call: Call, chat: Chat) -> None:
        """Count one send against the flood limits; raise the 429 when it is too many."""
        if self._limits is None:
            return
        flood = self._floods.setdefault(call.bot.id, FloodControl(self._limits))
        now = self.world.stage.clock.monotonic()
        wait = flood.retry_after(chat.id, now)
        if wait:
            self.refusals.append(Refusal(call.method, chat.id, wait, now))
            raise too_many_requests(wait)

    def record(self, call: Call, message: Message, reply_markup: Json | None) -> None:
        """Write down that people see `message` now."""
        self.accepted.append(
            Accepted(
                method=call.method,
                chat_id=message.chat.id,
                thread=message.thread,
                text=message.text,
                reply_markup=reply_markup,
                message_id=message.message_id,
                at=self.world.stage.clock.now(),
                media=message.media,
            )
        )
        self.world.stage.changed.fire()
