"""Clocks that are moved by hand: for tests, and for the rehearsal's page, whose bot is a process of its own."""

import asyncio
import heapq
import mmap
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Self

MICRO = timedelta(microseconds=1)


class Sleepers:
    """Those who wait for a moment of a clock that somebody moves; moments are in seconds since its start."""

    def __init__(self) -> None:
        self._turns = count()
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []

    async def until(self, moment: float) -> None:
        """Wait until `wake` is called with that moment or a later one."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (moment, next(self._turns), future))
        await future

    def wake(self, now: float) -> None:
        """Wake those whose time has come, earliest first."""
        while self._waiting and self._waiting[0][0] <= now:
            _, _, future = heapq.heappop(self._waiting)
            if not future.done():
                future.set_result(None)


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
        self._sleepers = Sleepers()

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
        await self._sleepers.until(self._elapsed + seconds)

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass at once, and wake those whose time has come, earliest first."""
        if seconds < 0:
            raise ValueError("time only passes forwards; `set` steps the wall clock back")
        self._now += timedelta(seconds=seconds)
        self._elapsed += seconds
        self._sleepers.wake(self._elapsed)

    def set(self, moment: datetime) -> None:
        """Make it `moment`: forwards time passes, backwards only the wall clock is put back."""
        self.advance(max(0.0, (moment - self._now).total_seconds()))
        self._now = moment


class Face:
    """A clock's face in a file that other processes read: the microseconds since the start, and nothing else.

    One number of eight bytes, so that nobody can read a moment that is half written.
    """

    SIZE = 8

    def __init__(self, path: Path, *, create: bool = False) -> None:
        file = os.open(path, os.O_RDWR | (os.O_CREAT | os.O_EXCL if create else 0), 0o600)
        try:
            if create:
                os.truncate(file, self.SIZE)
            self._memory = mmap.mmap(file, self.SIZE)
        finally:
            os.close(file)
        self._hands = memoryview(self._memory).cast("q")

    def show(self, elapsed: timedelta) -> None:
        """Show how much time has passed."""
        self._hands[0] = elapsed // MICRO

    def read(self) -> timedelta:
        """Return how much time has passed."""
        return self._hands[0] * MICRO

    def close(self) -> None:
        """Let the file go."""
        self._hands.release()
        self._memory.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class SharedClock(ManualClock):
    """A clock moved by hand that shows its face to another process; it only goes forwards.

    `moved` is called after every move, so that the other one can be told to look.
    """

    def __init__(self, start: datetime, face: Face) -> None:
        super().__init__(start)
        self.moved: Callable[[], None] = lambda: None
        self._start = start
        self._face = face

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass at once, here and there."""
        super().advance(seconds)
        self._face.show(self._now - self._start)
        self.moved()

    def set(self, moment: datetime) -> None:
        """Make it `moment`; ValueError for one that lies behind."""
        self.advance((moment - self._now).total_seconds())


class MirrorClock:
    """The same time as a `SharedClock` in another process; implements `bot.domain.clock.Clock`.

    What it says is right at any moment. Whoever sleeps is woken by `look`, to be called after every move.
    """

    def __init__(self, start: datetime, face: Face) -> None:
        self._start = start
        self._face = face
        self._sleepers = Sleepers()

    def now(self) -> datetime:
        """Return the wall clock's moment."""
        return self._start + self._face.read()

    def monotonic(self) -> float:
        """Return the seconds that have passed since the start."""
        return self._face.read().total_seconds()

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been moved that far; zero or less only lets others run."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        await self._sleepers.until(self.monotonic() + seconds)

    def look(self) -> None:
        """Wake those whose time has come."""
        self._sleepers.wake(self.monotonic())
