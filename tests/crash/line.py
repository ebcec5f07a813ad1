"""The line between the bot and the server: it takes its time, and loses one answer in a hundred."""

import random

from aiohttp import web

from bot.domain.clock import Clock
from bot.rehearsal.botapi.calls import Call
from bot.rehearsal.botapi.faults import Fault
from bot.rehearsal.botapi.limits import Limits
from bot.rehearsal.botapi.server import BotApiServer

LOST_ANSWERS = 0.01
LOSSY = ("sendMessage", "editMessageText", "getUpdates", "answerCallbackQuery")
LOSSES = (Fault.accept_then_reset(), Fault.accept_then_hang(), Fault.truncate(), Fault.html_502(accepted=True))
QUICKEST_S, SLOWEST_S = 0.005, 0.06  # one way
# Twice what Telegram allows: the limits are on, so that a bot that forgets its pacing in a crash is refused
# now and then and has to wait, but a burst after every restart does not turn the run into a test of floods.
LIMITS = Limits(private_per_second=2, private_burst=6, overall_per_second=60, overall_burst=60)


class FarServer(BotApiServer):
    """A server that is not on this machine: a call takes effect when it arrives, and is answered later.

    On loopback a kill would hardly ever strike while a call is on its way.
    """

    def __init__(self, clock: Clock, seed: int, limits: Limits = LIMITS) -> None:
        super().__init__(clock, limits=limits)
        self._clock = clock
        self._chance = random.Random(seed)  # noqa: S311  (a repeatable run, not a secret)
        self._lose_answers(seed)

    def _lose_answers(self, seed: int) -> None:
        """Let answers get lost after the deed, in four ways alike."""
        share = LOST_ANSWERS / len(LOSSES)
        ways = [(method, fault) for method in LOSSY for fault in LOSSES]
        for number, (method, fault) in enumerate(ways):
            self.faults.rate(method, fault, probability=share, seed=seed * len(ways) + number)

    async def _answer(self, asked: str, call: Call) -> web.Response:
        """Carry out a call; a caller who dies meanwhile takes with it what is on its way."""
        self.world.stage.changed.fire()  # whoever counts calls sees this one while it is still on its way
        await self._travel()
        response = await super()._answer(asked, call)
        await self._travel()
        return response

    async def _travel(self) -> None:
        await self._clock.sleep(self._chance.uniform(QUICKEST_S, SLOWEST_S))
