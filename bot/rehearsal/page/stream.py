"""The stream: what changes in the world reaches every open page at once, as server-sent events."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from bot.rehearsal.botapi import BotApiServer, Message
from bot.rehearsal.botapi.chats import Chat
from bot.rehearsal.page import state

Json = dict[str, Any]

REST_S = 0.06
LONGEST_REST_S = 1.0
MOST_WAITING = 2_000
_ALIVE = b": \n\n"


class Seen(NamedTuple):
    """What a page has been told of a message; whoever changes a message replaces these, and never fills them."""

    content: Json
    keyboard: Json | None
    edited: int | None
    pinned: bool


class Feed:
    """Tells pages what is new.

    `chat_line` and `bubble` turn a chat and a message into JSON. A page that does not read fast enough is
    let go: it comes back and asks for everything anew.
    """

    def __init__(
        self, server: BotApiServer, chat_line: Callable[[Chat], Json], bubble: Callable[[Message], Json]
    ) -> None:
        self._server = server
        self._chat_line = chat_line
        self._bubble = bubble
        self._seen: dict[int, dict[int, Seen]] = {}
        self._lines: dict[int, Json] = {}
        self._told: dict[str, Any] = {}
        self._readers: set[asyncio.Queue[bytes | None]] = set()

    async def run(self) -> None:
        """Tell what changes, for ever: at once after a rest, else together with what else comes in that rest."""
        now = asyncio.get_running_loop().time
        while True:
            self.look()
            rested = now() + REST_S
            with suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_REST_S):
                    await self._server.world.stage.changed.wait()
            await asyncio.sleep(max(0.0, rested - now()))

    def look(self) -> None:
        """Tell what has changed since the last look; of a chat's line only what differs, whole the first time."""
        for chat in state.chats(self._server.world):
            new, gone = self._difference(chat)
            line, known = self._chat_line(chat), self._lines.get(chat.id, {})
            if new or gone or line != known:
                self._lines[chat.id] = line
                changed = {key: value for key, value in line.items() if key == "id" or known.get(key, ...) != value}
                bubbles = [self._bubble(message) for message in new]
                self._send("chat", {"chat": changed, "messages": bubbles, "gone": gone})

    def tell(self, event: str, what: Any) -> None:
        """Tell something that stands until it is told anew; pages that come later learn it too."""
        if self._told.get(event) != what:
            self._told[event] = what
            self._send(event, what)

    def listen(self) -> "Subscription":
        """Begin to listen; the first events say how everything stands."""
        self.look()
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(MOST_WAITING)
        queue.put_nowait(_event("chats", list(self._lines.values())))
        for event, what in self._told.items():
            queue.put_nowait(_event(event, what))
        self._readers.add(queue)
        return Subscription(queue, self._readers)

    def _difference(self, chat: Chat) -> tuple[list[Message], list[int]]:
        seen = self._seen.setdefault(chat.id, {})
        new = []
        for message in chat.transcript():
            stands = Seen(message.content, message.reply_markup, message.edit_date, message.pinned)
            if seen.get(message.message_id) != stands:
                seen[message.message_id] = stands
                new.append(message)
        gone = [number for number in seen if number not in chat.messages]
        for number in gone:
            del seen[number]
        return new, gone

    def _send(self, event: str, what: Any) -> None:
        told = _event(event, what) if self._readers else b""
        for reader in tuple(self._readers):
            try:
                reader.put_nowait(told)
            except asyncio.QueueFull:
                self._readers.discard(reader)
                reader.get_nowait()
                reader.put_nowait(None)


class Subscription:
    """One page's place in the feed."""

    def __init__(self, queue: "asyncio.Queue[bytes | None]", readers: "set[asyncio.Queue[bytes | None]]") -> None:
        self._queue = queue
        self._readers = readers

    async def next(self, within: float) -> bytes | None:
        """Return the next event as it goes over the line, or a sign of life; None when the page was let go."""
        try:
            return await asyncio.wait_for(self._queue.get(), within)
        except TimeoutError:
            return _ALIVE

    def end(self) -> None:
        """Listen no more."""
        self._readers.discard(self._queue)


def _event(event: str, what: Any) -> bytes:
    data = json.dumps(what, ensure_ascii=False, separators=(",", ":"))
    return f"event: {event}\ndata: {data}\n\n".encode()
