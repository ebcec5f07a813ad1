"""A bench: what a row shows is made before the row lines up, so that nobody waits behind the making."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from storage.outbox import Waiting

T = TypeVar("T")


class Bench(Generic[T]):
    """Rows for which something is still to be made, one after the other, answers before pushes.

    `line_up` gets each row when its piece is there, or is known never to come (`make` returns None). At most
    `held` pieces are held until their rows are done with, since a row may be refused for now and leave
    again; `let_go` gets each at the end.
    """

    def __init__(
        self,
        make: Callable[[Waiting], Awaitable[T | None]],
        line_up: Callable[[Waiting], None],
        held: int,
        let_go: Callable[[T], None] = lambda _: None,
    ) -> None:
        self._make = make
        self._line_up = line_up
        self._held = held
        self._let_go = let_go
        self._rows: list[tuple[int, int, Waiting]] = []
        self._pieces: dict[int, T] = {}
        self._work: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def is_busy(self) -> bool:
        """Tell whether something is being made."""
        return self._work is not None and not self._work.done()

    def put(self, row: Waiting) -> None:
        """Take a row in."""
        heapq.heappush(self._rows, (row.priority, row.id, row))
        self._go_on()

    def piece(self, row: int) -> T | None:
        """Return what was made for a row, None where nothing was."""
        return self._pieces.get(row)

    def done(self, row: int) -> None:
        """Let go of what was made for a row."""
        piece = self._pieces.pop(row, None)
        if piece is not None:
            self._let_go(piece)
            self._go_on()

    def close(self) -> None:
        """Make no more and let go of everything; rows that were not sent stay waiting in the outbox."""
        self._rows.clear()
        if self._work is not None:
            self._work.cancel()
        while self._pieces:
            self._let_go(self._pieces.popitem()[1])

    def _go_on(self) -> None:
        if self._rows and not self.is_busy and len(self._pieces) < self._held:
            self._work = asyncio.create_task(self._make_all(), name="bench")

    async def _make_all(self) -> None:
        while self._rows and len(self._pieces) < self._held:
            _, _, row = heapq.heappop(self._rows)
            try:
                piece = await self._make(row)
                if piece is not None:
                    self._pieces[row.id] = piece
            finally:  # a maker that breaks its word must not keep the row from being sent
                self._line_up(row)
