"""The clockwork: what falls due is seen to once, in the transaction that also writes what is sent.

What is due is reckoned from config, clock and ledger; the alarm only says when to look. So a restart, a
clock that is put back or forward, or two looks at the same moment can neither repeat a push nor lose one.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import islice
from math import inf
from typing import Protocol

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.domain.campaign import JobKind
from bot.domain.clock import Clock
from bot.domain.days import awake
from bot.domain.messages import Outgoing, Priority
from bot.domain.schedule import Slot, slots, times
from bot.domain.world import Setting, World
from bot.jobs import announced, live, unlocked
from bot.jobs.beat import Beat, Enclosure, Ladder, Push
from bot.jobs.kinds import KINDS, CatchUp
from bot.jobs.live import Gallery
from bot.render.texts import LANGUAGES, Texts
from handlers import alerting
from handlers.alerting import Alert, Trouble, new_code
from storage import held, ledger, outbox
from storage.errors import StoreFailed
from storage.sqlite import Store, Tx
from storage.worlds import Worlds

PUNCTUAL = timedelta(minutes=2)
"""What is sent within it needs no word about being late."""

ASTRAY = timedelta(days=1)
"""A clock that is put back by more had been wrong: what it made us skip is not lost. Less may be a correction."""

SUPERSEDED = frozenset({"merged", "a later one was due"})
"""Why a push is skipped without anybody missing it."""

PAGE = 500
"""Pushes that are written in one transaction, so that answers to people are not kept waiting."""

HEARTBEAT_S = 30
LONGEST_LOOK_S = 120.0

log = structlog.get_logger()


class Alarm(Protocol):
    """Rings at the moments of the schedule, and now and then besides: it may ring too often, never too late."""

    def __call__(self, setting: Setting, ring: Callable[[], None]) -> AbstractAsyncContextManager[None]:
        """Ring from entering to leaving."""
        ...


@asynccontextmanager
async def by_hand(setting: Setting, ring: Callable[[], None]) -> AsyncIterator[None]:
    """Never ring: whoever moves the clock looks by themselves."""
    del setting, ring
    yield


@asynccontextmanager
async def cron(setting: Setting, ring: Callable[[], None]) -> AsyncIterator[None]:
    """Ring at every time of the schedule, when the quiet hours end, and every half minute besides.

    The half minute is for what cron cannot see: a clock that was moved, a machine that slept.
    """
    scheduler = AsyncIOScheduler(
        timezone=setting.zone, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    for at in {*times(setting.campaigns), setting.calendar.quiet[1]}:
        scheduler.add_job(ring, CronTrigger(hour=at.hour, minute=at.minute, timezone=setting.zone))
    scheduler.add_job(ring, IntervalTrigger(seconds=HEARTBEAT_S, timezone=setting.zone))
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


class Clockwork:
    """Sees to pushes, for ever. At `sign` it shows life, saying within how many seconds it will again."""

    def __init__(
        self,
        store: Store,
        setting: Setting,
        channel: str,
        clock: Clock,
        alarm: Alarm,
        wake: Callable[[], None],
        worlds: Worlds | None = None,
    ) -> None:
        self._store = store
        self._setting = setting
        self._channel = channel
        self._clock = clock
        self._alarm = alarm
        self._wake = wake
        self._worlds = worlds or Worlds(setting)
        self._texts: Mapping[str, Texts] = {language: Texts(language, setting.zone) for language in LANGUAGES}
        self._bell = asyncio.Event()
        self.sign: Callable[[float], None] = lambda _: None

    async def run(self, heard: asyncio.Event) -> None:
        """Look whenever the alarm rings, and once at the start; never before everything said was `heard`.

        Otherwise a bot that comes back would remind people whose reports still wait to be taken in.
        """
        async with self._alarm(self._setting, self.ring):
            while True:
                self._bell.clear()
                self.sign(inf)
                await heard.wait()
                self.sign(LONGEST_LOOK_S)
                try:
                    await self.look()
                except StoreFailed as error:
                    log.error("pushes not stored, they stay due", error=str(error))
                self.sign(HEARTBEAT_S + LONGEST_LOOK_S)
                await self._bell.wait()

    def ring(self) -> None:
        """Look now, without waiting for the alarm."""
        self._bell.set()

    async def look(self) -> None:
        """Bring the live boards up to date and see to everything that is due now, a page at a time.

        While data are held nothing is said, and everything stays due.
        """
        if await self._store.read(held.is_on):
            return
        for part in (self._refresh, self._herald, self._look):  # yesterday's boards are frozen before today's are drawn
            more = True
            while more:
                more = await self._store.write(partial(part, now=self._clock.now()))
                self._wake()

    def _refresh(self, tx: Tx, now: datetime) -> bool:
        """Edit one page of live boards; False when all show what is known."""
        try:
            with tx.attempt():
                return live.refresh(Gallery(tx, self._world(tx, now), self._texts, now))
        except StoreFailed:
            raise
        except Exception as error:  # noqa: BLE001  (a fault in a board must not stop the pushes)
            log.error("boards not refreshed", error=type(error).__name__)
            return False

    def _herald(self, tx: Tx, now: datetime) -> bool:
        """Tell what people have set going: of days that were unlocked, and of announcements."""
        world = self._world(tx, now)
        for tell in (unlocked.tell, announced.tell):
            try:
                with tx.attempt():
                    tell(tx, world, self._texts, self._channel, now)
            except StoreFailed:
                raise
            except Exception as error:  # noqa: BLE001  (it must not stop the pushes of the schedule)
                log.error("not told", what=tell.__module__, error=type(error).__name__)
        return False

    def _look(self, tx: Tx, now: datetime) -> bool:
        """Write one page of what is due; False when nothing is left, or the quiet hours keep it waiting."""
        since = ledger.watched_until(tx)
        if since is None or since - now.timestamp() > ASTRAY.total_seconds():
            if since is not None:
                log.error("the clock had gone astray and is back", ahead_s=round(since - now.timestamp()))
            ledger.turn_back(tx, int(now.timestamp()))  # at a first start, what lay before it is nobody's to send
            return False
        if self._setting.calendar.is_quiet(now.astimezone(self._setting.zone).time()):
            return False
        room = PAGE
        passed = self._passed(tx, datetime.fromtimestamp(since, UTC), now)
        for due in passed:
            room -= self._see_to(tx, due, passed, now, room)
            if room <= 0:
                return True
        ledger.watch_until(tx, int(now.timestamp()))
        return False

    def _passed(self, tx: Tx, since: datetime, now: datetime) -> list[Ladder]:
        """Return the slots that fell due since then, by campaign and job, each list in order."""
        passed: dict[tuple[str, JobKind], list[Slot]] = defaultdict(list)
        world = self._world(tx, now)
        for campaign in self._setting.campaigns:
            if world.root(campaign) is None:  # the roster is not there yet: nobody to speak to, or of
                continue
            for slot in slots(campaign, self._setting.calendar, self._setting.zone, since, now):
                passed[slot.campaign, slot.job].append(slot)
        return [tuple(due) for due in passed.values()]

    def _see_to(self, tx: Tx, due: Ladder, passed: Sequence[Ladder], now: datetime, room: int) -> int:
        """Send the newest slot of a job if it is still in time, skip the others; return how many pushes it took."""
        *older, newest = due
        kind = KINDS[newest.job]
        if now - newest.at > kind.window:
            self._skip(tx, due, now, "too late")
            return 0
        merges = kind.catch_up is CatchUp.MERGE
        self._skip(tx, older, now, "merged" if merges else "a later one was due")
        if ledger.has(tx, newest):
            return 0
        alike = [ladder for ladder in passed if ladder[-1].job == newest.job and now - ladder[-1].at <= kind.window]
        ladders = tuple(ladder for ladder in alike if not ledger.has(tx, ladder[-1]))
        beat = self._beat(tx, newest, now, tuple(slot.day for slot in older) if merges else (), ladders)
        try:
            with tx.attempt():
                return self._run(beat, room)
        except StoreFailed:
            raise
        except Exception as error:  # noqa: BLE001  (a fault in one job must stop neither the others nor the bot)
            log.error("push failed", job=newest.job, campaign=newest.campaign, error=type(error).__name__)
            self._skip(tx, [newest], now, f"failed: {type(error).__name__}")
            return 0

    def _run(self, beat: Beat, room: int) -> int:
        """Write what a job has to say, at most `room` pushes of it."""
        kind = KINDS[beat.slot.job]
        if kind.prepare is not None:
            kind.prepare(beat)
        pushes = list(islice(_unsent(beat, kind.run(beat)), room))
        for push in pushes:
            self._push(beat, push)
        if len(pushes) < room:
            ledger.enter(beat.tx, beat.slot, "done", int(beat.now.timestamp()))
        return len(pushes)

    def _skip(self, tx: Tx, due: Iterable[Slot], now: datetime, reason: str) -> None:
        for slot in due:
            if not ledger.has(tx, slot) and ledger.enter(tx, slot, "skipped", int(now.timestamp()), reason=reason):
                code = new_code()
                log.warning("push skipped", job=slot.job, day=slot.day.isoformat(), reason=reason, code=code)
                if reason not in SUPERSEDED:
                    detail = f"{slot.job} {slot.time:%H:%M} {slot.day:%d-%m-%Y}: {reason}"
                    alert = Alert(Trouble.PUSH, code, detail)
                    alerting.tell(tx, self._setting, self._channel, self._texts, alert, int(now.timestamp()))

    def _beat(self, tx: Tx, slot: Slot, now: datetime, missed: tuple[date, ...], ladders: tuple[Ladder, ...]) -> Beat:
        campaign = next(each for each in self._setting.campaigns if each.code == slot.campaign)
        late = now - awake(slot.at, self._setting.zone, self._setting.calendar) > PUNCTUAL
        world = self._world(tx, now)
        return Beat(tx, world, campaign, slot, self._channel, self._texts, now, late, missed, ladders)

    def _world(self, tx: Tx, now: datetime) -> World:
        return self._worlds.of(tx, now.astimezone(self._setting.zone).date())

    def _push(self, beat: Beat, push: Push) -> None:
        texts = self._texts[push.language or beat.language(push.chat)]
        html = texts(push.message, late=beat.late, **push.facts)
        row = outbox.put(
            beat.tx,
            push.chat.id,
            Outgoing(
                "photo" if push.picture else "send",
                html,
                push.keyboard,
                account=push.account,
                thread=push.chat.thread,
                subject=push.subject,
                coalesce=push.coalesce,
                priority=Priority.PUSH,
                repeatable=False,
                expires=push.expires,
                picture=push.picture,
                spare=texts("chart.failed") if push.picture else "",
            ),
            int(beat.now.timestamp()),
        )
        for enclosure in push.enclosures:
            self._enclose(beat, push, enclosure, texts)
        for slot in (beat.slot, *push.also):
            ledger.enter(
                beat.tx,
                slot,
                "late" if beat.late else "sent",
                int(beat.now.timestamp()),
                chat=push.chat.id,
                thread=push.chat.thread,
                outbox=row,
            )

    def _enclose(self, beat: Beat, push: Push, enclosure: Enclosure, texts: Texts) -> None:
        """Queue a file behind its push; the ledger knows them as one, so that neither is sent again."""
        document = Outgoing(
            "document",
            texts(enclosure.message, **enclosure.facts),
            thread=push.chat.thread,
            priority=Priority.PUSH,
            repeatable=False,
            expires=push.expires,
            paper=enclosure.paper,
            spare=texts("export.failed"),
            bulky=texts("export.bulky"),
        )
        outbox.put(beat.tx, push.chat.id, document, int(beat.now.timestamp()))


def _unsent(beat: Beat, pushes: Iterable[Push]) -> Iterator[Push]:
    """Pass on what does not stand in the ledger yet: a page before may have sent the first ones."""
    for push in pushes:
        if not ledger.has(beat.tx, beat.slot, push.chat.id, push.chat.thread):
            yield push
