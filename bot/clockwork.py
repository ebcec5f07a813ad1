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
from typing import Protocol

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.domain.campaign import JobKind
from bot.domain.clock import Clock
from bot.domain.messages import Outgoing, Priority
from bot.domain.schedule import Slot, slots
from bot.domain.world import Setting
from bot.jobs.beat import Beat, Push
from bot.jobs.kinds import KINDS, CatchUp
from bot.render.texts import LANGUAGES, Texts
from storage import ledger, outbox
from storage.errors import StoreFailed
from storage.sqlite import Store, Tx
from storage.worlds import Worlds

PUNCTUAL = timedelta(minutes=2)
"""What is sent within it needs no word about being late."""

PAGE = 500
"""Pushes that are written in one transaction, so that answers to people are not kept waiting."""

HEARTBEAT_S = 30

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
    times = {at for campaign in setting.campaigns for row in campaign.schedule for at in row.at}
    for at in {*times, setting.calendar.quiet[1]}:
        scheduler.add_job(ring, CronTrigger(hour=at.hour, minute=at.minute, timezone=setting.zone))
    scheduler.add_job(ring, IntervalTrigger(seconds=HEARTBEAT_S, timezone=setting.zone))
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


class Clockwork:
    """Sees to pushes, for ever."""

    def __init__(
        self, store: Store, setting: Setting, channel: str, clock: Clock, alarm: Alarm, wake: Callable[[], None]
    ) -> None:
        self._store = store
        self._setting = setting
        self._channel = channel
        self._clock = clock
        self._alarm = alarm
        self._wake = wake
        self._worlds = Worlds(setting)
        self._texts: Mapping[str, Texts] = {language: Texts(language, setting.zone) for language in LANGUAGES}
        self._bell = asyncio.Event()

    async def run(self) -> None:
        """Look whenever the alarm rings, and once at the start."""
        async with self._alarm(self._setting, self._bell.set):
            while True:
                self._bell.clear()
                try:
                    await self.look()
                except StoreFailed as error:
                    log.error("pushes not stored, they stay due", error=str(error))
                await self._bell.wait()

    async def look(self) -> None:
        """See to everything that is due now, a page at a time."""
        more = True
        while more:
            more = await self._store.write(partial(self._look, now=self._clock.now()))
            self._wake()

    def _look(self, tx: Tx, now: datetime) -> bool:
        """Write one page of what is due; False when nothing is left, or the quiet hours keep it waiting."""
        if self._setting.calendar.is_quiet(now.astimezone(self._setting.zone).time()):
            return False
        since = ledger.watched_until(tx)
        if since is None:  # a first start: what lay before it was nobody's to send
            ledger.watch_until(tx, int(now.timestamp()))
            return False
        seen = datetime.fromtimestamp(since, UTC)
        room = PAGE
        for campaign in self._setting.campaigns:
            passed: dict[JobKind, list[Slot]] = defaultdict(list)
            for slot in slots(campaign, self._setting.calendar, self._setting.zone, seen, now):
                if slot.job in KINDS:
                    passed[slot.job].append(slot)
            for due in passed.values():
                room -= self._see_to(tx, due, now, room)
                if room <= 0:
                    return True
        ledger.watch_until(tx, int(now.timestamp()))
        return False

    def _see_to(self, tx: Tx, due: Sequence[Slot], now: datetime, room: int) -> int:
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
        beat = self._beat(tx, newest, now, tuple(slot.day for slot in older) if merges else ())
        pushes = list(islice(_unsent(beat, kind.run(beat)), room))
        for push in pushes:
            self._push(beat, push)
        if len(pushes) < room:
            ledger.enter(tx, newest, "done", int(now.timestamp()))
        return len(pushes)

    def _skip(self, tx: Tx, due: Sequence[Slot], now: datetime, reason: str) -> None:
        for slot in due:
            if not ledger.has(tx, slot) and ledger.enter(tx, slot, "skipped", int(now.timestamp()), reason=reason):
                log.warning("push skipped", job=slot.job, day=slot.day.isoformat(), reason=reason)

    def _beat(self, tx: Tx, slot: Slot, now: datetime, missed: tuple[date, ...]) -> Beat:
        world = self._worlds.of(tx, now.astimezone(self._setting.zone).date())
        campaign = next(each for each in self._setting.campaigns if each.code == slot.campaign)
        late = now - slot.at > PUNCTUAL
        return Beat(tx, world, campaign, slot, self._channel, self._texts, now, late, missed)

    def _push(self, beat: Beat, push: Push) -> None:
        texts = self._texts[push.language or beat.language(push.chat)]
        html = texts(push.message, late=beat.late, **push.facts)
        row = outbox.put(
            beat.tx,
            push.chat.id,
            Outgoing(
                "send",
                html,
                push.keyboard,
                account=push.account,
                thread=push.chat.thread,
                subject=push.subject,
                coalesce=push.coalesce,
                priority=Priority.PUSH,
                repeatable=False,
            ),
            int(beat.now.timestamp()),
        )
        ledger.enter(
            beat.tx,
            beat.slot,
            "late" if beat.late else "sent",
            int(beat.now.timestamp()),
            chat=push.chat.id,
            thread=push.chat.thread,
            outbox=row,
        )


def _unsent(beat: Beat, pushes: Iterable[Push]) -> Iterator[Push]:
    """Pass on what does not stand in the ledger yet: a page before may have sent the first ones."""
    for push in pushes:
        if not ledger.has(beat.tx, beat.slot, push.chat.id, push.chat.thread):
            yield push
