"""The service: what stands around a bot that is left alone: a watch, alerts, metrics, a web server, a supervisor."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from math import inf

from aiohttp import web
from pydantic import SecretStr

from bot.alerts import Alerts
from bot.channels import Channel
from bot.clockwork import Clockwork
from bot.config import Config
from bot.courier import Courier
from bot.domain.clock import Clock
from bot.domain.world import Setting
from bot.intake import Intake
from bot.systemd import Notifier
from bot.watch import Watch
from bot.web.gauges import Gauges
from bot.web.health import page
from bot.web.metrics import Metrics
from bot.web.registration import Registration
from bot.web.server import Server
from bot.web.webhook import Hook
from handlers.alerting import Trouble
from handlers.desk import Desk
from storage import held
from storage.errors import StoreFailed
from storage.sqlite import Store

REPORT_S = 5.0
LONGEST_COMMIT_S = 120.0  # a nation's roster is one
LONGEST_READ_S = 2.0
Work = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Serving:
    """How a bot serves: the secret that deliveries show (with mode webhook), and who supervises the process."""

    secret: SecretStr | None = None
    notifier: Notifier = field(default_factory=Notifier)


class Service:
    """Attends to one bot. What keeps the bot itself from being ready is asked of `waits`."""

    def __init__(
        self,
        config: Config,
        setting: Setting,
        store: Store,
        channel: Channel,
        clock: Clock,
        serving: Serving,
        waits: Callable[[], list[str]],
    ) -> None:
        self.watch = Watch(clock)
        self.metrics = Metrics(clock)
        self.alerts = Alerts(store, clock, config.storage.path.parent)
        self._config, self._setting, self._store, self._channel, self._clock = config, setting, store, channel, clock
        self._notifier = serving.notifier
        self._secret = serving.secret
        self._hook = Hook(serving.secret) if serving.secret is not None else None
        self._waits = waits
        self._server: Server | None = None

    def serve(self) -> AbstractAsyncContextManager[object]:
        """Return the web server, to be entered; PortTaken when nobody can listen there."""
        if self._config.web.address is None:
            return nullcontext()
        self._server = Server(self._config.web.address, self._routes())
        return self._server

    @property
    def address(self) -> tuple[str, int] | None:
        """Return where the pages are; None where there are none."""
        return None if self._server is None else (self._server.host, self._server.port)

    def _routes(self) -> Iterator[web.RouteDef]:
        numbers = Gauges(
            self.metrics,
            self._store,
            self._setting,
            self._channel.name,
            self._clock,
            self.watch,
            lambda: not self._waits(),
        )
        yield web.get("/healthz", page(self._alive))
        yield web.get("/readyz", page(self._ready))
        yield web.get("/metrics", numbers.answer)
        if self._hook is not None and self._config.telegram.webhook is not None:
            yield web.post(self._config.telegram.webhook.path, self._hook.receive)

    def attend(self, courier: Courier, clockwork: Clockwork, intake: Intake, desk: Desk) -> dict[str, Work]:
        """Watch and count what they do from now on, and take deliveries in; return the tasks that this takes."""
        alerts = self.alerts
        alerts.sign = self.watch.sign("alerts")
        courier.sign, courier.settled = self.watch.sign("courier"), self.metrics.settled
        clockwork.sign = self.watch.sign("clockwork")
        intake.sign, intake.retries_sign = self.watch.sign("intake"), self.watch.sign("retries")
        intake.counted, intake.trouble = self.metrics.taken, alerts.note
        self.watch.blocked = lambda late: alerts.note(Trouble.LOOP, f"{late:.1f} s")
        self.watch.guard("store", lambda: self._store.sound)
        self._store.timing = partial(self._time, self.watch.sign("writer"))
        server = self._server
        if server is not None:
            self.watch.guard("web server", lambda: server.lives)
        if self._hook is not None:
            self._hook.open(intake.take)
        return {"watch": self.watch.run, "alerts": partial(alerts.run, desk, courier.wake), "supervision": self._report}

    def registration(self, heard: asyncio.Event) -> Registration | None:
        """Return what looks after the webhook, in place of polling; None in mode polling."""
        webhook = self._config.telegram.webhook
        if self._secret is None or webhook is None:
            return None
        found = Registration(self._channel, webhook.url, self._secret, self._clock, heard)
        found.sign, found.trouble = self.watch.sign("intake"), self.alerts.note
        return found

    def ready(self) -> None:
        """Tell the supervisor that the start is over."""
        self._notifier.ready()

    def close(self) -> None:
        """Take nothing more in, and look after nothing that is about to be closed."""
        self._notifier.stopping()
        self.watch.release()
        if self._hook is not None:
            self._hook.close()

    def _time(self, sign: Callable[[float], None], units: int) -> Callable[[bool], None]:
        begun = self._clock.monotonic()
        sign(LONGEST_COMMIT_S)

        def ended(kept: bool) -> None:  # noqa: FBT001  (the store calls it so)
            sign(inf)
            if kept:
                self.metrics.committed(self._clock.monotonic() - begun, units)
            else:
                self.alerts.note(Trouble.STORE)

        return ended

    async def _report(self) -> None:
        """Give signs of life for ever, as long as all is well: a supervisor that hears none starts the bot anew."""
        while True:
            reasons = self.watch.complaints()
            if not reasons:
                self._notifier.alive()
            self._notifier.status("; ".join(reasons or await self._ready()) or "works")
            await self._clock.sleep(min(REPORT_S, (self._notifier.watchdog or inf) / 3))

    async def _alive(self) -> list[str]:
        return self.watch.complaints()

    async def _ready(self) -> list[str]:
        waits = self._waits()
        if waits:
            return waits
        try:
            async with asyncio.timeout(LONGEST_READ_S):  # signs of life must not wait for a long backup
                waiting = await self._store.read(held.is_on)
        except (StoreFailed, TimeoutError):
            return ["the data cannot be read now"]
        return ["the restored data wait for an admin's word"] if waiting else []
