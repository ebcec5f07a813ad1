"""Registration: that the messenger delivers to our address is seen to at the start, and looked after since."""

import asyncio
from collections.abc import Callable

import structlog
from pydantic import SecretStr

from bot.channels import CallFailed, Channel, TokenRefused, Webhook
from bot.channels.refusals import Refusals
from bot.domain.clock import Clock
from handlers.alerting import Trouble

LOOK_S = 60.0
SOON_S = 2.0
# What could not be delivered while we were away is tried again after two minutes at the latest.
CATCH_UP_S = 150.0
LONGEST_CALL_S = 90.0

log = structlog.get_logger()


class Registration:
    """Keeps the address registered, in place of polling.

    `heard` is set once nothing waits at the messenger any more, or when that has taken too long: what cannot
    be delivered must not keep the bot from speaking. `trouble` is told what admins should know, and at `sign`
    life is shown.
    """

    def __init__(self, channel: Channel, url: str, secret: SecretStr, clock: Clock, heard: asyncio.Event) -> None:
        self.trouble: Callable[[Trouble, str], None] = lambda _, __: None
        self.sign: Callable[[float], None] = lambda _: None
        self._channel = channel
        self._url = url
        self._secret = secret
        self._clock = clock
        self._heard = heard
        self._registered = False
        self._failed = 0

    async def run(self) -> None:
        """Look for ever. Raises TokenRefused when the token stays refused; everything else is waited out."""
        refusals = Refusals()
        begun = self._clock.monotonic()
        while True:
            self.sign(LONGEST_CALL_S)
            try:
                await self._see_to()
                refusals.clear()
            except CallFailed as error:
                if refusals.note(error.outcome, self._clock.monotonic()):
                    raise TokenRefused from None
                log.warning("webhook not looked after", outcome=type(error.outcome).__name__)
            if self._clock.monotonic() - begun >= CATCH_UP_S:
                self._heard.set()
            pause = LOOK_S if self._heard.is_set() and self._registered else SOON_S
            self.sign(pause + LONGEST_CALL_S)
            await self._clock.sleep(pause)

    async def _see_to(self) -> None:
        """Register where that is not done, or undone by somebody else; note what the messenger says of us."""
        found = await self._channel.get_webhook() if self._registered else None
        if found is None or found.url != self._url:
            if found is not None:
                log.warning("webhook was taken away, setting it again")
            # Also where the address is the same: the secret may be another.
            await self._channel.set_webhook(self._url, self._secret.get_secret_value())
            self._registered = True
            found = await self._channel.get_webhook()
            self._failed = self._failed or found.failed
            log.info("webhook set", pending=found.pending)
        self._judge(found)
        if not found.pending:
            self._heard.set()

    def _judge(self, found: Webhook) -> None:
        """Tell of a failure that is new since we came."""
        if found.failed > self._failed:
            self._failed = found.failed
            log.warning("the messenger could not deliver", why=found.why, pending=found.pending)
            self.trouble(Trouble.WEBHOOK, found.why)
