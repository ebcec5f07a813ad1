"""Waking those who wait for the world to change."""

import asyncio
from collections.abc import Callable


class Signal:
    """Wake every waiter at each change; nothing is remembered between changes."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def fire(self) -> None:
        """Wake all who wait at this moment."""
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def wait(self) -> None:
        """Return at the next change."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)

    async def until(self, true: Callable[[], bool], within: float) -> None:
        """Return once `true()` holds; raise TimeoutError after `within` seconds of the event loop.

        The limit is in the loop's own seconds, not the world's, so that a lost change ends a
        test instead of hanging it under a clock that nobody moves.
        """
        async with asyncio.timeout(within):
            while not true():
                await self.wait()
