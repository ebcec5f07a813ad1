"""Papers: an order from the outbox becomes a file, read and printed in a process of its own.

That process opens the data itself, read-only: neither the event loop nor the writer nor a reader of the bot is held.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from bot.commissions import Commission, carry_out
from bot.domain.clock import Clock
from bot.domain.papers import Order
from bot.domain.world import Setting
from bot.render.files.press import Press, PressFailed

log = structlog.get_logger()


class NotPrinted(Exception):
    """No file came of an order; `reason` is for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Paper:
    """A printed file, to be deleted by whoever ordered it, and the name under which it is sent."""

    path: Path
    name: str


class Papers:
    """Print orders, one after the other; to be closed at the end."""

    def __init__(self, database: Path, setting: Setting, clock: Clock, template: Path | None = None) -> None:
        self._database = database
        self._setting = setting
        self._clock = clock
        self._template = template
        self._press = Press(carry_out)

    async def print(self, stored: Mapping[str, Any]) -> Paper:
        """Print a stored order as things stand now; NotPrinted where none comes of it."""
        try:
            order = Order.read(stored)
        except (KeyError, ValueError, TypeError) as error:
            raise NotPrinted(f"no order: {type(error).__name__}") from error
        commission = Commission(self._database, self._setting, self._clock.now(), order, self._template)
        try:
            path, printed = await self._press.print(commission)
        except PressFailed as failed:
            raise NotPrinted(failed.reason) from failed
        if printed.broken:
            log.error("template passed over", template=str(self._template), why=printed.broken)
        if printed.failure:
            path.unlink(missing_ok=True)
            raise NotPrinted(printed.failure)
        return Paper(path, printed.name)

    async def close(self) -> None:
        """Wait for what is being printed, and take the folder of the files away."""
        await self._press.close()
