"""The composition root: the one place that wires everything, for run, rehearsal and tests alike."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial

import structlog

from bot.channels import BadToken, CallFailed, Channel, Me, TokenRefused
from bot.channels.refusals import Refusals
from bot.clockwork import Alarm, Clockwork, cron
from bot.config import Config
from bot.courier import Courier, Limits
from bot.domain.clock import Clock
from bot.domain.world import Setting
from bot.intake import Intake
from bot.pictures import Painter, Pictures
from bot.render.charts import painter as charts
from bot.render.texts import LANGUAGES, Texts
from handlers import commands
from handlers.desk import Desk
from handlers.policy import Where
from storage import meta
from storage.sqlite import Store, Tx, open_store
from storage.worlds import Worlds

GRACE_S = 5.0
RETRY_S = 5.0

log = structlog.get_logger()


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


class OtherBot(Exception):
    """The token belongs to another bot than the one whose data this is: `found` and `expected` are bot ids."""

    def __init__(self, found: int, expected: int) -> None:
        super().__init__(found, expected)
        self.found, self.expected = found, expected


class TaskEnded(Exception):
    """An internal task ended although it never should; the process must end too."""


def setting_of(config: Config) -> Setting:
    """Return what the config says without its secrets."""
    return Setting(
        language=config.language,
        zone=config.zone,
        calendar=config.calendar,
        campaigns=config.campaigns,
        admins=frozenset(config.admins),
    )


class App:
    """The running bot: its tasks live and die together."""

    def __init__(
        self,
        config: Config,
        store: Store,
        channel: Channel,
        clock: Clock,
        alarm: Alarm,
        limits: Limits,
        painter: Painter,
    ) -> None:
        self.store = store
        self._setting = setting_of(config)
        self.courier = Courier(
            store, channel, clock, limits, paint=Pictures(store, Worlds(self._setting), painter).paint
        )
        self.ready = asyncio.Event()
        self.clockwork = Clockwork(store, self._setting, channel.name, clock, alarm, self.courier.wake)
        self._channel = channel
        self._clock = clock
        self._intake: asyncio.Task[None] | None = None
        self._heard = asyncio.Event()
        self._stopping = False

    async def run(self) -> None:
        """Work until cancelled. Raises what ended a task: TokenRefused, OtherBot, or a fault."""
        me = await self._introduce()
        desk = Desk(self._setting, self._channel.name, me.username)
        await self.store.write(partial(desk.offer_drafts, now=self._clock.now()))
        intake = Intake(self.store, self._channel, desk, self._clock, self.courier.wake, self._heard)
        self._intake = asyncio.create_task(_forever("intake", intake.poll))
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_forever("courier", self.courier.run))
                group.create_task(_forever("retries", intake.retry))
                group.create_task(_forever("clockwork", partial(self.clockwork.run, self._heard)))
                group.create_task(self._set_menus())
                self.ready.set()
                await asyncio.wait((self._intake,))
                # When stopping, leaving here waits for the courier; raising would cancel it in the middle of a send.
                if not self._stopping:
                    await self._intake
        finally:
            self._intake.cancel()

    async def stop(self) -> None:
        """Take nothing more in, and give what is being sent a few seconds."""
        self._stopping = True
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
                if webhook.url:
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

    async def _set_menus(self) -> None:
        """Set the command menus of every scope and language; they are a convenience, so failing is no fault."""
        try:
            for language in LANGUAGES:
                texts = Texts(language, self._setting.zone)
                chosen = "" if language == self._setting.language else language
                for scope, where in (("all_private_chats", Where.GROUP), ("all_group_chats", Where.PRIVATE)):
                    menu = [
                        (command.english if language == "en" else command.name, texts(f"commands.{command.name}"))
                        for command in commands.TABLE
                        if command.where is not where and command.name != "start"
                    ]
                    await self._channel.set_commands(scope, chosen, menu)
        except CallFailed as error:
            log.warning("menus not set", outcome=type(error.outcome).__name__)


def _own(tx: Tx, me: Me) -> None:
    """Note whose data this is, the first time; OtherBot when it is somebody else's."""
    known = meta.get(tx, "bot_id")
    if known is not None and known != str(me.id):
        raise OtherBot(me.id, int(known))
    meta.put(tx, "bot_id", str(me.id))
    meta.put(tx, "bot_name", me.username)


async def _forever(name: str, work: Callable[[], Awaitable[None]]) -> None:
    await work()
    raise TaskEnded(name)


@asynccontextmanager
async def running(
    config: Config,
    channel: Channel,
    clock: Clock,
    *,
    alarm: Alarm = cron,
    limits: Limits = Limits(),  # noqa: B008  (frozen)
    painter: Painter | None = None,
) -> AsyncIterator[tuple[App, asyncio.Task[None]]]:
    """Run the bot beside the block, and stop it in good order afterwards.

    Yields the app and its task, which ends only by a fault: whoever waits should wait for it too.
    """
    async with open_store(config.storage.path) as store:
        await channel.open()
        painter = painter or charts.Painter()
        app = App(config, store, channel, clock, alarm, limits, painter)
        task = asyncio.create_task(app.run(), name="app")
        try:
            yield app, task
        finally:
            await app.stop()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await painter.close()
            await channel.close()


__all__ = ["App", "OtherBot", "SystemClock", "TaskEnded", "TokenRefused", "running", "setting_of"]
