"""The courier: takes what waits in the outbox to the messenger, paced, in order, and notes what became of it.

Every turn settles what has come back and claims what may leave, in one transaction; only then do the
claimed rows leave. So a row that is not marked as being sent has never been sent.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from math import ceil, inf
from typing import Any, NamedTuple, TypeVar

import structlog

from bot.channels import BadToken, Channel, Moved, Outcome, Retry, TokenRefused, Unknown, Unreachable, Wait
from bot.courier.fetching import Nowhere, Reception, fetch, hand_in
from bot.courier.lanes import Lanes
from bot.courier.pacing import EPSILON, UNLIMITED, Limits, Rate
from bot.courier.remedies import Remedy, lesser, remedy
from bot.courier.trouble import Floods, Trouble
from bot.courier.workshop import Paint, Print, Workshop, no_papers, no_pictures
from bot.domain.clock import Clock
from storage import chats, held, outbox
from storage.errors import StoreFailed
from storage.outbox import Parcel, Settlement, State, Waiting
from storage.sqlite import Store, Tx

__all__ = ["UNLIMITED", "Courier", "Limits", "Rate"]

SENDERS = 160  # more than a poll brings: its receipts leave while answers to the last ones come
PAGE = 1_000
HELD = 50_000  # rows in memory: about 200 bytes each
STORE_REST_S = 1.0
LONG_WAIT_S = 60.0
MANY = 8  # on their way: so many come back one right after the other
PASSES = 3
GATHER_S = 0.005  # two commits' time on a fair disk

TURN_S = 120.0

OF_THE_LINE = (Retry, Unknown, BadToken)
"""What may ail everything that is sent, and not one chat alone."""

T = TypeVar("T")
_log = structlog.get_logger()


class Errand(NamedTuple):
    """A row on its way: when it left, by the monotonic clock, and what came of it."""

    row: Waiting
    parcel: Parcel
    left: float
    outcome: Outcome
    anew: bool = False  # an edit that was sent as a message of its own
    read: Any = None  # what a fetched file holds


Settled = Callable[[Waiting, Parcel, Outcome, Remedy], None]
"""Is told what came of a row that left, once for each time that it left, before that is written down."""


def untold(_: Waiting, __: Parcel, ___: Outcome, ____: Remedy) -> None:
    """Tell nobody."""


class Courier:
    """Deliver the outbox over one channel.

    `jitter` returns a number from 0 to 1 that is added to waiting times in seconds, so that chats which
    were refused together do not come back together. `paint` makes the pictures and `press` the documents;
    fetched files are handed in at the `reception`, which is set before `run`. `counters` counts, since the
    start: sent, repeated, retried, waits, moved, failed, muted, unknown; and the refusals that a lesser
    form got past, by the outcome's name (Unparsable, ThreadGone, TargetGone, Muted, Refused). `settled` and
    `sign` (life, and within how many seconds it is shown again) may be set by whoever watches.
    """

    def __init__(
        self,
        store: Store,
        channel: Channel,
        clock: Clock,
        limits: Limits = Limits(),  # noqa: B008  (frozen)
        *,
        jitter: Callable[[], float] = lambda: 0.0,
        paint: Paint = no_pictures,
        press: Print = no_papers,
    ) -> None:
        self.counters: Counter[str] = Counter()
        self.reception: Reception = Nowhere()
        self.settled: Settled = untold
        self.sign: Callable[[float], None] = lambda _: None
        self._store = store
        self._channel = channel
        self._clock = clock
        self._jitter = jitter
        self._lanes = Lanes(limits)
        self._workshop = Workshop(store, channel, clock, self._made, paint, press)
        self._trouble = Trouble()
        self._floods = Floods()
        self._last_id = 0
        self._held_until = 0
        self._more = True
        self._away: dict[asyncio.Task[Errand], tuple[Waiting, Parcel]] = {}
        self._bell = asyncio.Event()
        self._bell.set()
        self._turned = asyncio.Event()
        self._turning = False
        self._alarm_at: float | None = None
        self._deadline: float | None = None
        self._ended = asyncio.Event()
        self._running = False

    def wake(self) -> None:
        """Say that rows were put into the outbox; call it after their commit."""
        self._more = True
        self._bell.set()

    async def idle(self) -> None:
        """Return when nothing is being sent and nothing could be sent now, or when the courier has ended."""
        while self._is_busy() and not self._ended.is_set():
            await self._turned.wait()

    async def stop(self, grace: float) -> None:
        """Claim no more, give what is on its way `grace` seconds, and mark the rest as after a crash."""
        self._deadline = self._clock.monotonic() + grace
        self._bell.set()
        if self._running:
            await self._ended.wait()

    async def run(self) -> None:
        """Deliver until stopped. Raises what breaks inside; TokenRefused when the token does not hold."""
        self._running = True
        try:
            await self._write(self._recover)
            await self._turn()
            while self._deadline is None or (self._away and self._clock.monotonic() < self._deadline):
                await self._rest()
                await self._gather()
                await self._turn()
            await self._give_up()
        finally:
            self._workshop.close()
            for task in self._away:
                task.cancel()
            self._ended.set()
            self._turned.set()

    def _recover(self, tx: Tx) -> None:
        back, lost = outbox.requeue_after_crash(tx, self._now())
        if back or lost:
            _log.warning("outbox_recovered", again=back, unknown=lost)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    def _is_busy(self) -> bool:
        overdue = self._alarm_at is not None and self._alarm_at <= self._clock.monotonic()
        return self._turning or self._bell.is_set() or bool(self._away) or self._workshop.is_busy or overdue

    async def _rest(self) -> None:
        """Wait for news, or for the moment at which something may leave."""
        moments = [] if self._deadline is None else [self._deadline]
        if self._deadline is None and len(self._away) < SENDERS:
            moments += [moment for moment in [self._lanes.next_at()] if moment is not None]
        self._alarm_at = min(moments, default=None)
        self.sign(inf if self._alarm_at is None else self._alarm_at - self._clock.monotonic() + TURN_S)
        alarm = None
        if self._alarm_at is not None and not self._bell.is_set():
            alarm = asyncio.create_task(self._ring_at(self._alarm_at))
        try:
            await self._bell.wait()
        finally:
            self._alarm_at = None
            if alarm is not None:
                alarm.cancel()

    async def _gather(self) -> None:
        """Let many who come back one right after the other share a turn: its commit costs as much as ten rows.

        In seconds of the machine, which is what a disk takes.
        """
        if len(self._away) >= MANY:
            await asyncio.sleep(GATHER_S)
            for _ in range(PASSES):  # what came while the loop stood aside is read and handed on, and not left behind
                await asyncio.sleep(0)

    async def _ring_at(self, moment: float) -> None:
        # Asked anew when it starts: a clock that is moved by hand may have moved before that. A hair early,
        # which the lanes allow for: rounding must not let the moment pass without a ring.
        await self._clock.sleep(moment - self._clock.monotonic() - EPSILON / 2)
        self._bell.set()

    async def _turn(self) -> None:
        self._turning = True
        self._bell.clear()
        self.sign(TURN_S)
        if self._more and self._deadline is None and len(self._lanes) + len(self._workshop) < HELD:
            await self._load()
        errands = self._come_back()
        picked = [] if self._deadline is not None else self._pick()
        if errands or picked:
            parcels = await self._write(lambda tx: self._settle_and_claim(tx, errands, picked))
            self._send_off(picked, parcels)
            if any(_is_fetched(*each) for each in errands):
                self.wake()  # whoever took a file in has something to say
        if self._trouble.token_refused:
            raise TokenRefused
        self._turning = False
        turned, self._turned = self._turned, asyncio.Event()
        turned.set()

    async def _load(self) -> None:
        self._more = False
        seen = self._clock.now().timestamp()
        held_until, rows = await self._store.read(lambda tx: self._unloaded(tx, seen))
        if len(rows) == PAGE or held_until < self._held_until:
            self.wake()
        for row in rows:
            if not self._workshop.takes(row):
                self._line_up(row)
            self._last_id = max(self._last_id, row.id)
        self._held_until = held_until

    def _unloaded(self, tx: Tx, seen: float) -> tuple[int, list[Waiting]]:
        """Return up to which row data are held, and the next rows behind it; once released, what was held."""
        until = held.until(tx)
        if until < self._held_until:
            return until, outbox.waiting_after(tx, 0, HELD, seen, self._held_until)
        return until, outbox.waiting_after(tx, max(self._last_id, until), PAGE, seen)

    def _line_up(self, row: Waiting) -> None:
        self._lanes.add(row, self._clock.monotonic() + max(0, row.due - self._now()) if row.due else 0.0)

    def _made(self, row: Waiting) -> None:
        self._line_up(row)
        self._bell.set()

    def _pick(self) -> list[Waiting]:
        return self._lanes.pick(self._clock.monotonic(), SENDERS - len(self._away))

    def _settle_and_claim(self, tx: Tx, errands: list[tuple[Errand, Remedy]], picked: list[Waiting]) -> list[Parcel]:
        now = self._now()
        outbox.settle(tx, [_settlement(errand, found, now) for errand, found in errands], now)
        for errand, found in errands:
            self._follow(tx, errand, now)
            if _is_fetched(errand, found):
                hand_in(tx, self.reception, errand.parcel.subject, errand.read, self._clock.now())
        return outbox.claim(tx, [row.id for row in picked], now)

    def _follow(self, tx: Tx, errand: Errand, now: int) -> None:
        """Write down what an outcome says about the chat."""
        parcel = errand.parcel
        match errand.outcome:
            case Unreachable(reason) if parcel.verb != "toast":
                chats.set_reachable(tx, parcel.chat, reachable=False)
                outbox.fail_waiting(tx, parcel.chat, reason, now)
            case Moved(new_id):
                chats.migrate(tx, self._channel.name, parcel.external, new_id)
            case _:
                pass

    def _send_off(self, picked: list[Waiting], parcels: list[Parcel]) -> None:
        claimed = {parcel.id: parcel for parcel in parcels}
        for row in picked:
            parcel = claimed.get(row.id)
            if parcel is None:
                self._lanes.done(row, refund=True)
                self._workshop.done(row)
                self._bell.set()
            else:
                self._away[asyncio.create_task(self._carry(row, parcel))] = (row, parcel)
        counted = sum(row.id in claimed and row.verb != "toast" for row in picked)
        self._lanes.left(counted, self._clock.monotonic())

    async def _carry(self, row: Waiting, parcel: Parcel) -> Errand:
        """Make the call, and after some refusals the same in a lesser form, each form once; ring when it is over."""
        left = self._clock.monotonic()
        try:
            if parcel.verb == "fetch":
                outcome, read = await fetch(self._channel, self._store, self.reception, self._clock, parcel)
                return Errand(row, parcel, left, outcome, read=read)
            call = self._workshop.call(parcel)
            outcome = await self._channel.deliver(call)
            while (other := lesser(parcel, call, outcome)) is not None:
                # Only the kind is told: Telegram's words on broken markup quote the text.
                kind = type(outcome).__name__
                _log.error("lesser_form", row=row.id, chat=row.chat, subject=parcel.subject, why=kind)
                self.counters[kind] += 1
                call, outcome = other, await self._channel.deliver(other)
            return Errand(row, parcel, left, outcome, anew=call.verb == "send" and parcel.edits is not None)
        finally:
            self._bell.set()

    def _come_back(self) -> list[tuple[Errand, Remedy]]:
        """Collect those who have come back, free their lanes, and note what it says about the line."""
        back = [task for task in self._away if task.done()]
        errands = []
        for task in back:
            del self._away[task]
            errand = task.result()
            found = remedy(errand.parcel, errand.outcome)
            self._judge(errand, found)
            errands.append((errand, found))
        return errands

    def _judge(self, errand: Errand, found: Remedy) -> None:
        now = self._clock.monotonic()
        self.counters[found.count] += 1
        self.settled(errand.row, errand.parcel, errand.outcome, found)
        again_at = None
        if found.state is State.WAITING:
            again_at = now + (found.wait + self._jitter() if found.wait else 0.0)
        else:
            self._workshop.done(errand.row)
        self._lanes.done(errand.row, again_at=again_at)
        if isinstance(errand.outcome, OF_THE_LINE):
            self._lanes.pause(self._trouble.note(errand.outcome, errand.left, now, self._jitter()))
        else:
            self._trouble.over()
        if isinstance(errand.outcome, Wait) and errand.parcel.verb != "toast":
            self._lanes.pause(self._floods.note(errand.row.chat, now, now + errand.outcome.seconds))
        if found.count != "sent":
            self._report(errand, found)

    def _report(self, errand: Errand, found: Remedy) -> None:
        long = isinstance(errand.outcome, Wait) and found.wait > LONG_WAIT_S
        tell = _log.warning if long or found.state in {State.FAILED, State.UNKNOWN} else _log.info
        tell(
            "not_simply_sent",
            row=errand.row.id,
            chat=errand.row.chat,
            state=found.state,
            count=found.count,
            outcome=type(errand.outcome).__name__,
            why=found.error,
        )

    async def _give_up(self) -> None:
        """Settle what has come back, and end what has not as an unknown outcome."""
        late = [task for task in self._away if not task.done()]
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        unknown = [
            Errand(*self._away.pop(task), self._clock.monotonic(), Unknown("stopped while sending")) for task in late
        ]
        errands = [
            *self._come_back(),
            *((errand, remedy(errand.parcel, errand.outcome)) for errand in unknown),
        ]
        await self._write(lambda tx: self._settle_and_claim(tx, errands, []))

    async def _write(self, unit: Callable[[Tx], T]) -> T:
        """Write, again and again while the medium refuses: what has been sent must not be forgotten."""
        while True:
            try:
                return await self._store.write(unit)
            except StoreFailed as error:
                _log.error("outbox_not_written", error=str(error))
                self.sign(TURN_S)
                if self._deadline is not None and self._clock.monotonic() >= self._deadline:
                    raise
            await self._clock.sleep(STORE_REST_S)


def _is_fetched(errand: Errand, found: Remedy) -> bool:
    """Tell whether the row asked for a file and has ended, with or without it."""
    return errand.parcel.verb == "fetch" and found.state is not State.WAITING


def _settlement(errand: Errand, found: Remedy, now: int) -> Settlement:
    return Settlement(
        id=errand.row.id,
        state=found.state,
        message=found.message,
        edits=errand.parcel.edits if errand.anew else None,
        due=now + ceil(found.wait) if found.wait else 0,
        unsure=found.unsure,
        error=found.error,
    )
