"""Delivery of updates by POST."""

import asyncio
import random
from collections import deque

import aiohttp
from yarl import URL

from bot.rehearsal.botapi.bots import BotAccount
from bot.rehearsal.botapi.errors import bad_request
from bot.rehearsal.botapi.updates import Update

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
_LONGEST_RETRY_AFTER_S = 3600
_GONE = 410
_GONE_FOR_S = 23 * 3600


class Webhook:
    """Deliver one bot's updates to `url`: one lane per chat, in order; presses in lanes of their own.

    Any 2xx confirms an update. Otherwise it is tried again: at once, then after delays that double
    up to a limit between 60 and 120 seconds, or after what `Retry-After` asks for, until it expires.
    `retrying` counts the lanes that wait before another attempt.
    """

    def __init__(self, bot: BotAccount, url: str, secret: str, max_connections: int) -> None:
        if URL(url).host not in LOOPBACK:
            raise bad_request("bad webhook: only addresses of this machine can be reached")
        self.url = url
        self.secret = secret
        self.max_connections = max_connections
        self.last_error = ""
        self.last_error_at = 0
        self.gone = False
        self.retrying = 0
        self._bot = bot
        self._stage = bot.stage
        self._slots = asyncio.Semaphore(max_connections)
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        self._lanes: dict[tuple[str, int], deque[tuple[int, Update]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._longest_delay = random.Random(url).randint(60, 120)  # noqa: S311 - spreads retries
        self._first_gone: float | None = None

    def start(self) -> None:
        """Begin with what is queued and go on with what comes."""
        for mark, update in self._bot.queue.marked():
            self._assign(mark, update)
        self._bot.queue.watchers.append(self._assign)

    def _assign(self, mark: int, update: Update) -> None:
        """Put an update into its lane and see that somebody works there."""
        lane = self._lanes.get(update.lane)
        if lane is not None:
            lane.append((mark, update))
            return
        self._lanes[update.lane] = deque([(mark, update)])
        task = asyncio.ensure_future(self._work(update.lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, key: tuple[str, int]) -> None:
        lane = self._lanes[key]
        while lane:
            mark, update = lane[0]
            await self._deliver(mark, update)
            lane.popleft()
        del self._lanes[key]

    async def _deliver(self, mark: int, update: Update) -> None:
        delay, failures, queue = 1, 0, self._bot.queue
        while queue.holds(mark) and not self.gone:
            retry_after = await self._post(update)
            if retry_after is None:
                queue.drop(mark)
                return
            if retry_after == 0 and failures:
                retry_after = delay = min(self._longest_delay, delay * 2)
            failures += 1
            if self._stage.seconds() + retry_after > update.expires:
                queue.drop(mark)
                return
            await self._pause(retry_after)

    async def _pause(self, seconds: int) -> None:
        """Wait before the next attempt; only real waits count as retrying."""
        waits = seconds > 0
        self.retrying += waits
        try:
            self._stage.changed.fire()
            await self._stage.clock.sleep(seconds)
        finally:
            self.retrying -= waits

    async def _post(self, update: Update) -> int | None:
        """Return None after a success, otherwise the seconds that the other side asks to wait."""
        headers = {"Content-Type": "application/json"}
        if self.secret:
            headers[_SECRET_HEADER] = self.secret
        try:
            async with self._slots, self._session.post(self.url, data=update.body, headers=headers) as answer:
                if answer.ok:
                    self._first_gone = None
                    return None
                self._failed(f"Wrong response from the webhook: {answer.status} {answer.reason}")
                self._count_gone(answer.status)
                asked = answer.headers.get("Retry-After", "")
                return min(int(asked), _LONGEST_RETRY_AFTER_S) if asked.isdecimal() else 0
        except TimeoutError:
            self._failed("Read timeout expired")
        except aiohttp.ClientError:
            self._failed("Connection refused")
        return 0

    def _failed(self, why: str) -> None:
        self.last_error, self.last_error_at = why, self._stage.seconds()

    def _count_gone(self, status: int) -> None:
        """Give up for good after 23 hours of nothing but 410."""
        now = self._stage.clock.monotonic()
        if status != _GONE:
            self._first_gone = None
        elif self._first_gone is None:
            self._first_gone = now
        elif now > self._first_gone + _GONE_FOR_S:
            self.gone = True

    async def close(self) -> None:
        """Stop delivering; what is undelivered stays queued."""
        self._bot.queue.watchers.remove(self._assign)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()
