"""The composition root: the one place that wires everything, for run, rehearsal and tests alike."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Any, Protocol

import structlog

from bot.channels import BadToken, CallFailed, Channel, Me, TokenRefused
from bot.channels.refusals import Refusals
from bot.clockwork import Alarm, Clockwork, cron
from bot.config import Config
from bot.config.clock import SystemClock
from bot.config.setting import setting_of
from bot.courier import Courier, Limits
from bot.courier.workshop import Printed
from bot.domain.clock import Clock
from bot.intake import Intake
from bot.keeper import Keeper
from bot.papers import Papers
from bot.pictures import Painter, Pictures
from bot.render.charts import painter as charts
from bot.render.texts import LANGUAGES, Texts
from bot.service import Service, Serving
from bot.watch import TaskEnded
from handlers import commands
from handlers.desk import Desk
from handlers.policy import Where, Who
from storage import meta
from storage.sqlite import Store, Tx, open_store
from storage.worlds import Worlds

GRACE_S = 5.0
RETRY_S = 5.0

log = structlog.get_logger()


class OtherBot(Exception):
    """The token belongs to another bot than the one whose data this is: `found` and `expected` are bot ids."""

    def __init__(self, found: int, expected: int) -> None:
        super().__init__(found, expected)
        self.found, self.expected = found, expected


class Press(Protocol):
    """What prints files: `bot.papers.Papers`, or a stand-in."""

    async def print(self, stored: Mapping[str, Any]) -> Printed:
        """Print a stored order; raises where nothing comes of it."""
        ...

    async def close(self) -> None:
        """Let go of whatever prints."""
        ...


class App:
    """The running bot: its tasks live and die together. With `serving` it is attended to as a service."""

    def __init__(
        self,
        config: Config,
        store: Store,
        channel: Channel,
        clock: Clock,
        alarm: Alarm,
        limits: Limits,
        painter: Painter,
        press: Press,
        serving: Serving | None = None,
    ) -> None:
        self.store = store
        self._setting = setting_of(config)
        self._delivered = serving is not None and serving.secret is not None
        pictures = Pictures(store, Worlds(self._setting), painter)
        self.courier = Courier(store, channel, clock, limits, paint=pictures.paint, press=press.print)
        self.ready = asyncio.Event()
        # Handlers and pushes live in the same day; pictures may be of another one.
        self._worlds = Worlds(self._setting)
        self.clockwork = Clockwork(store, self._setting, channel.name, clock, alarm, self.courier.wake, self._worlds)
        self.keeper = Keeper(store, self._setting, config.storage.path, config.backup, clock, alarm)
        self._channel = channel
        self._clock = clock
        self._intake: asyncio.Task[None] | None = None
        self._heard = asyncio.Event()
        self._stopping = False
        self._ending = False
        self.service: Service | None = None
        if serving is not None:
            self.service = Service(config, self._setting, store, channel, clock, serving, self._waits)

    def _waits(self) -> list[str]:
        """Return what keeps the bot from its work."""
        reasons = {"the bot is stopping": self._stopping, "the messenger has not answered yet": not self.ready.is_set()}
        return [reason for reason, holds in reasons.items() if holds]

    def wake(self) -> None:
        """Look at once for what can leave and what is due."""
        self.courier.wake()
        self.clockwork.ring()

    async def run(self) -> None:
        """Work until cancelled. Raises what ended a task: TokenRefused, OtherBot, or a fault."""
        me = await self._introduce()
        desk = Desk(self._setting, self._channel.name, me.username, self._worlds)
        self.courier.reception = desk
        await self.store.read(partial(desk.prepare, now=self._clock.now()))
        await self.store.write(partial(desk.offer_drafts, now=self._clock.now()))
        intake = Intake(self.store, self._channel, desk, self._clock, self.courier.wake, self._heard)
        tasks: dict[str, Callable[[], Awaitable[None]]] = {
            "courier": self.courier.run,
            "retries": intake.retry,
            "clockwork": partial(self.clockwork.run, self._heard),
            "keeper": self.keeper.run,
        }
        receive: Callable[[], Awaitable[None]] = intake.poll
        if self.service is not None:
            tasks |= self.service.attend(self.courier, self.clockwork, intake, desk)
            self.keeper.trouble = self.service.alerts.note
            registration = self.service.registration(self._heard)
            receive = receive if registration is None else registration.run
        self._intake = asyncio.create_task(self._for_ever("intake", receive), name="intake")
        try:
            async with asyncio.TaskGroup() as group:
                for name, work in tasks.items():
                    group.create_task(self._for_ever(name, work), name=name)
                group.create_task(self._set_menus(), name="menus")
                self.ready.set()
                if self.service is not None:
                    self.service.ready()
                await asyncio.wait((self._intake,))
                # When stopping, leaving here waits for the courier; raising would cancel it in the middle of a send.
                if not self._stopping:
                    await self._intake
        finally:
            self._intake.cancel()

    async def stop(self) -> None:
        """Take nothing more in, and give what is being sent a few seconds."""
        self._stopping = self._ending = True
        if self.service is not None:
            self.service.close()
        if self._intake is not None:
            self._intake.cancel()
        # Seconds of the machine guard those of the clock, which may stand still.
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_S + 1):
                await self.courier.stop(GRACE_S)

    async def _introduce(self) -> Me:
        """Learn who the bot is, however long the network takes, and make sure that the data is this bot's."""
        refusals = Refusals()
        while True:
            try:
                me = await self._channel.me()
                webhook = await self._channel.get_webhook()
                if webhook.url and not self._delivered:
                    log.warning("webhook removed, updates are polled for", pending=webhook.pending)
                    await self._channel.delete_webhook()
            except CallFailed as error:
                if refusals.note(error.outcome, self._clock.monotonic()):
                    raise TokenRefused from None
                log.warning("cannot reach the messenger yet", outcome=type(error.outcome).__name__)
                if isinstance(error.outcome, BadToken):
                    log.error("the messenger does not know this token")
                await self._clock.sleep(RETRY_S)
            else:
                await self.store.write(partial(_own, me=me))
                if me.can_read_all:
                    log.warning("privacy mode is off: the bot is shown everything that groups say")
                return me

    async def _for_ever(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Let a task work; whatever ends it, be it cancelled alone, ends the others too."""
        try:
            await work()
        except asyncio.CancelledError:
            if self._ending:
                raise
        except BaseException:
            self._ending = True
            raise
        self._ending = True
        raise TaskEnded(name)

    async def _set_menus(self) -> None:
        """Set the command menus of every scope and language; they are a convenience, so failing is no fault."""
        for language in LANGUAGES:
            texts = Texts(language, self._setting.zone)
            chosen = "" if language == self._setting.language else language
            for scope, elsewhere, hidden in self._menus():
                menu = [
                    (command.english if language == "en" else command.name, texts(f"commands.{command.name}"))
                    for command in commands.TABLE
                    if command.where is not elsewhere and command.who is not hidden and command.name != "start"
                ]
                try:
                    await self._channel.set_commands(scope, chosen, menu)
                except CallFailed as error:  # an admin who has never written to the bot has no chat to set one for
                    log.warning("menu not set", scope=scope, outcome=type(error.outcome).__name__)

    def _menus(self) -> Iterator[tuple[str | int, Where, Who | None]]:
        """Yield each menu's scope, and which commands are left out: those of elsewhere, and those for admins."""
        yield "all_private_chats", Where.GROUP, Who.ADMIN
        yield "all_group_chats", Where.PRIVATE, Who.ADMIN
        for admin in sorted(self._setting.admins):
            yield admin, Where.GROUP, None


def _own(tx: Tx, me: Me) -> None:
    """Note whose data this is, the first time; OtherBot when it is somebody else's."""
    known = meta.get(tx, "bot_id")
    if known is not None and known != str(me.id):
        raise OtherBot(me.id, int(known))
    meta.put(tx, "bot_id", str(me.id))
    meta.put(tx, "bot_name", me.username)


@asynccontextmanager
async def running(
    config: Config,
    channel: Channel,
    clock: Clock,
    *,
    alarm: Alarm = cron,
    limits: Limits = Limits(),  # noqa: B008  (frozen)
    painter: Painter | None = None,
    press: Press | None = None,
    serving: Serving | None = None,
) -> AsyncIterator[tuple[App, asyncio.Task[None]]]:
    """Run the bot beside the block, and stop it in good order afterwards.

    Yields the app and its task, which ends only by a fault: whoever waits should wait for it too. PortTaken
    where the web server of a service cannot listen.
    """
    async with open_store(config.storage.path) as store, AsyncExitStack() as stack:
        await channel.open()
        stack.push_async_callback(channel.close)
        painter = painter or charts.Painter()
        press = press or Papers(config.storage.path, setting_of(config), clock, config.files.report_template)
        stack.push_async_callback(press.close)
        stack.push_async_callback(painter.close)
        app = App(config, store, channel, clock, alarm, limits, painter, press, serving)
        if app.service is not None:
            await stack.enter_async_context(app.service.serve())
        task = asyncio.create_task(app.run(), name="app")
        try:
            yield app, task
        finally:
            await app.stop()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


__all__ = ["App", "OtherBot", "SystemClock", "TaskEnded", "TokenRefused", "running", "setting_of"]
