"""The easel: photos are painted before they line up, so that nobody waits behind a picture."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from storage.outbox import Waiting

Paint = Callable[[Mapping[str, Any]], Awaitable[bytes | None]]
"""Returns the PNG of a recipe, None where no picture comes of it. Never raises."""

Recipe = Callable[[Waiting], Awaitable[Mapping[str, Any] | None]]
"""Returns the recipe of a row, None where it needs none any more."""

HELD = 64  # pictures that wait to be sent: some 100 KB each


async def no_pictures(_: Mapping[str, Any]) -> bytes | None:
    """Paint nothing: photos are sent as their captions."""
    return None


class Easel:
    """Rows whose picture is still to be painted, one after the other, answers before pushes.

    `line_up` gets each row when its picture is there, or is known never to come. Pictures are held until
    the row is done with, since a row may be refused for now and leave again.
    """

    def __init__(self, paint: Paint, recipe: Recipe, line_up: Callable[[Waiting], None]) -> None:
        self._paint = paint
        self._recipe = recipe
        self._line_up = line_up
        self._rows: list[tuple[int, int, Waiting]] = []
        self._pictures: dict[int, bytes] = {}
        self._work: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def is_busy(self) -> bool:
        """Tell whether something is being painted."""
        return self._work is not None and not self._work.done()

    def put(self, row: Waiting) -> None:
        """Take a row in."""
        heapq.heappush(self._rows, (row.priority, row.id, row))
        self._go_on()

    def picture(self, row: int) -> bytes:
        """Return the picture of a row, empty where none came."""
        return self._pictures.get(row, b"")

    def done(self, row: int) -> None:
        """Let go of a row's picture."""
        if self._pictures.pop(row, None) is not None:
            self._go_on()

    def close(self) -> None:
        """Stop painting; rows that are not painted stay waiting in the outbox."""
        self._rows.clear()
        if self._work is not None:
            self._work.cancel()

    def _go_on(self) -> None:
        if self._rows and not self.is_busy and len(self._pictures) < HELD:
            self._work = asyncio.create_task(self._paint_all(), name="easel")

    async def _paint_all(self) -> None:
        while self._rows and len(self._pictures) < HELD:
            _, _, row = heapq.heappop(self._rows)
            try:
                recipe = await self._recipe(row)
                picture = None if recipe is None else await self._paint(recipe)
                if picture:
                    self._pictures[row.id] = picture
            finally:  # a painter that breaks its word must not keep the row from being sent
                self._line_up(row)
