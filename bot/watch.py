"""The watch: which tasks still show life, how late the event loop is, and whether all that must live does."""

import asyncio
import math
from collections import deque
from collections.abc import Callable

from bot.domain.clock import Clock

LOOK_S = 0.25
WINDOW_S = 15.0
LONGEST_LAG_S = 5.0
BLOCKED_S = 1.0

Sign = Callable[[float], None]
"""A task shows life, and says within how many seconds it will do so again; inf while it waits for others."""


class TaskEnded(Exception):
    """An internal task ended although it never should; the process must end too."""


def unwatched(_: float) -> None:
    """Be nobody's concern: the sign of a task that is not watched."""


class Lag:
    """How late the event loop ran what was due; the worst of the last quarter of a minute is what counts."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque()

    def note(self, now: float, late: float) -> None:
        """Note that something ran at `now`, `late` seconds after its time."""
        while self._seen and self._seen[-1][1] <= late:
            self._seen.pop()  # what is older and smaller can never be the worst again
        self._seen.append((now, late))

    def worst(self, now: float) -> float:
        """Return the worst of the window, in seconds."""
        while self._seen and self._seen[0][0] < now - WINDOW_S:
            self._seen.popleft()
        return self._seen[0][1] if self._seen else 0.0


class Watch:
    """Knows by when each task owes a sign of life, and looks after what cannot give one: threads and sockets."""

    def __init__(self, clock: Clock) -> None:
        self.lag = Lag()
        self.blocked: Callable[[float], None] = lambda _: None
        self._clock = clock
        self._owed: dict[str, float] = {}
        self._guarded: dict[str, Callable[[], bool]] = {}

    def sign(self, name: str) -> Sign:
        """Return what a task with this name calls."""

        def give(within: float) -> None:
            self._owed[name] = self._clock.monotonic() + within

        give(math.inf)
        return give

    def guard(self, name: str, lives: Callable[[], bool]) -> None:
        """Look after something, from now on."""
        self._guarded[name] = lives

    def release(self) -> None:
        """Look after nothing any more: all of it is about to be closed."""
        self._guarded.clear()

    def silent(self) -> list[str]:
        """Return the names of those who owe a sign of life."""
        now = self._clock.monotonic()
        return [name for name, due in self._owed.items() if due < now]

    def complaints(self) -> list[str]:
        """Return why the process should be started anew; empty where all is well."""
        late = self.worst_lag()
        slow = [f"the event loop was late by {late:.1f} s"] if late >= LONGEST_LAG_S else []
        return [*slow, *(f"{name} shows no life" for name in self.silent())]

    def worst_lag(self) -> float:
        """Return by how many seconds the loop was late at worst, of late."""
        return self.lag.worst(asyncio.get_running_loop().time())

    async def run(self) -> None:
        """Look for ever. Raises TaskEnded with the name of the first that has died."""
        # The loop's own seconds: how late it is has nothing to do with what time the bot is told that it is.
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LOOK_S
            await asyncio.sleep(LOOK_S)
            late = max(0.0, loop.time() - due)
            self.lag.note(loop.time(), late)
            if late > BLOCKED_S:
                self.blocked(late)
            for name, lives in self._guarded.items():
                if not lives():
                    raise TaskEnded(name)
