"""The reckoning: what came of a kill, from what the messenger held, what stands in the data, and what arrived."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bot.domain.world import World
from bot.rehearsal.page.theatre import Theatre
from storage import fates, rebuilding
from storage.sqlite import Tx

MESSAGES = ("message", "edited_message")
LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the messages that waited for the bot, and of the answers that it had not sent yet.

    `lost` are messages that it never handled, `doubled` numbers that count twice; `right` says that all sums
    worked out anew from the entries are the ones that are kept.
    """

    waited: int
    recorded: int
    lost: int
    doubled: int
    receipts: int
    owed: int
    arrived: int
    right: bool


class Reckoning:
    """Notes what is under way when the bot ends, and reckons once all of it has been seen to.

    `told` hears each account, and None when one has been opened. A bot that ends again before that adds to it.
    """

    def __init__(self, theatre: Theatre, told: Callable[[Account | None], None] = lambda _: None) -> None:
        self.told = told
        self._theatre = theatre
        self._waited: set[int] = set()
        self._owed: set[int] = set()
        self._open = False
        self._reckoning: asyncio.Task[None] | None = None

    async def note(self) -> None:
        """Note what the bot, which has just ended, still had to send."""
        if self._reckoning is not None:
            self._reckoning.cancel()
        if not self._open:
            self._open, self._waited, self._owed = True, set(), set()
        self.told(None)
        self._owed |= await self._theatre.store.read(fates.on_their_way)

    def begin(self) -> None:
        """Note which messages wait for the bot, which is about to start."""
        for _, update in self._theatre.server.bot.queue.marked():
            if any(kind in json.loads(update.body) for kind in MESSAGES):
                self._waited.add(update.update_id)

    def follow(self) -> None:
        """Reckon as soon as the bot, which has just started, has caught up."""
        self._reckoning = asyncio.create_task(self._follow())

    async def end(self) -> None:
        """Reckon no more."""
        if self._reckoning is not None:
            self._reckoning.cancel()
            await asyncio.gather(self._reckoning, return_exceptions=True)

    async def _follow(self) -> None:
        queue, store = self._theatre.server.bot.queue, self._theatre.store
        mark = queue.pushed
        while not queue.confirmed_up_to(mark):
            await self._theatre.server.world.stage.changed.wait()
        answers = await store.read(fates.on_their_way)
        while answers:
            await asyncio.sleep(LOOK_S)
            answers &= await store.read(fates.on_their_way)
        account = await store.read(partial(self._reckon, world=await self._theatre.world()))
        self._open = False
        self.told(account)

    def _reckon(self, tx: Tx, world: World) -> Account:
        came = fates.of(tx, self._waited)
        return Account(
            waited=len(self._waited),
            recorded=came.entries,
            lost=len(self._waited) - came.handled,
            doubled=came.doubled,
            receipts=came.receipts,
            owed=len(self._owed),
            arrived=fates.arrived(tx, self._owed),
            right=not rebuilding.compare(tx, world),
        )
