"""Clocks that are moved by hand: for tests, and for the rehearsal's page."""

import asyncio
import heapq
from datetime import datetime, timedelta
from itertools import count


class ManualClock:
    """Stand still until somebody moves it; implements `bot.domain.clock.Clock`.

    `advance` moves the wall clock and the monotonic one together. `set` does the same forwards; backwards
    it steps the wall clock alone, as a correction of a real machine's clock would.
    """

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("the start must be aware")
        self._now = start
        self._elapsed = 0.0
        self._turns = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """Return the wall clock's moment."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds that have passed since the start; they never go back."""
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been moved that far; zero or less only lets others run."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._turns), future))
        await future

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass at once, and wake those whose time has come, earliest first."""
        if seconds < 0:
            raise ValueError("time only passes forwards; `set` steps the wall clock back")
        self._now += timedelta(seconds=seconds)
        self._elapsed += seconds
        while self._sleepers and self._sleepers[0][0] <= self._elapsed:
            _, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                future.set_result(None)

    def set(self, moment: datetime) -> None:
        """Make it `moment`: forwards time passes, backwards only the wall clock is put back."""
        self.advance(max(0.0, (moment - self._now).total_seconds()))
        self._now = moment
