"""Long polling by Telegram's rules."""

import asyncio

from bot.rehearsal.botapi.bots import BotAccount
from bot.rehearsal.botapi.errors import ApiError
from bot.rehearsal.botapi.updates import updates_body

LONGEST_POLL_S = 50
_STRETCH_WITHIN_S = 3
_SINGLE_WITHIN_S = 0.5
_CONFLICT_EVERY_S = 3

OTHER_POLL = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_SET = "terminated by setWebhook request"
WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


class Poller:
    """Serve getUpdates for one bot; at most one poll waits, a newer one aborts it with 409.

    `slows_repolls` keeps Telegram's brake: the same offset again within half a second gets one
    update, and within three seconds a poll of less than three seconds lasts three. `waits` counts
    the polls that found nothing and had to wait.
    """

    def __init__(self, bot: BotAccount) -> None:
        self.slows_repolls = True
        self.waits = 0
        self._bot = bot
        self._clock = bot.stage.clock
        self._waiting: asyncio.Future[None] | None = None
        self._last_offset: int | None = None
        self._last_start = 0.0
        self._next_conflict = float("-inf")
        bot.queue.watchers.append(self._wake)

    def _wake(self, *_: object) -> None:
        """End the waiting poll, if there is one, with what there is."""
        if self._waiting is not None:
            _end(self._waiting)

    @property
    def waiting(self) -> bool:
        """Return whether a poll waits at this moment."""
        return self._waiting is not None

    def abort(self, why: str) -> None:
        """End the waiting poll, if there is one, with a conflict."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ApiError(409, f"Conflict: {why}"))

    async def poll(self, offset: int, limit: int, wait: int) -> bytes:
        """Confirm up to `offset` and answer with updates, waiting up to `wait` seconds for one."""
        limit, wait = self._brake(offset, limit, wait)
        queue, stage = self._bot.queue, self._bot.stage
        queue.confirm(offset)
        updates = queue.answer(limit, stage.seconds())
        if not updates and wait:
            self.abort(OTHER_POLL)
            await self._wait(wait)
            updates = queue.answer(limit, stage.seconds())
        return updates_body(updates)

    def _brake(self, offset: int, limit: int, wait: int) -> tuple[int, int]:
        now = self._clock.monotonic()
        since = now - self._last_start
        if self.slows_repolls and offset == self._last_offset:
            if since < _STRETCH_WITHIN_S:
                wait = max(wait, _STRETCH_WITHIN_S)
            if since < _SINGLE_WITHIN_S:
                limit = 1
        self._last_offset, self._last_start = offset, now
        return limit, wait

    async def _wait(self, seconds: int) -> None:
        """Wait for an update or the end of `seconds`; raise the conflict that aborts the wait."""
        waiting = self._waiting = asyncio.get_running_loop().create_future()
        alarm = asyncio.ensure_future(self._clock.sleep(seconds))
        alarm.add_done_callback(lambda _: _end(waiting))
        try:
            await asyncio.sleep(0)  # lets the alarm look at the clock before anybody may move it
            self.waits += 1
            self._bot.stage.changed.fire()
            await waiting
        except ApiError as conflict:
            await self.hold_conflict()
            raise conflict from None
        finally:
            alarm.cancel()
            if self._waiting is waiting:
                self._waiting = None

    async def hold_conflict(self) -> None:
        """Let one conflict through every three seconds and hold the others for three."""
        now = self._clock.monotonic()
        if now >= self._next_conflict:
            self._next_conflict = now + _CONFLICT_EVERY_S
        else:
            await self._clock.sleep(_CONFLICT_EVERY_S)


def _end(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)
