"""The machine's clock, the only place that asks for the time; whoever needs no more need not import the app for it."""

import asyncio
import time
from datetime import UTC, datetime


class SystemClock:
    """The operating system's time; nothing else asks for it."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never go backwards."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait for so long."""
        await asyncio.sleep(seconds)
