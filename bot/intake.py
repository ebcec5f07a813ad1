"""Intake: what was delivered is stored, handled and answered in one transaction, and only then confirmed."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from math import ceil
from typing import Any

import structlog

from bot.channels import BadUpdate, CallFailed, Channel, Contested, TokenRefused, Wait
from bot.channels.refusals import Refusals
from bot.domain.clock import Clock
from bot.domain.masking import codes
from bot.domain.messages import Incoming, Said
from bot.logs import HIDDEN, place
from handlers.alerting import Alert, Trouble, new_code
from handlers.desk import Desk
from storage import updates
from storage.errors import StoreFailed
from storage.sqlite import Store, Tx
from storage.updates import Row, UpdateState
from storage.written import written

POLL_S = 30.0
LONGEST_PAUSE_S = 30.0
LONGEST_TAKE_S = 120.0
TRIES = 3
BACKLOG = 50  # updates at once: more have come than one by one could be taken in
LEAD_S = 0.003  # what is ready to leave takes about so long
STAND_S = 0.1
BREATH_S = 0.0005  # the loop's, between two times that it stands aside
RIVALRY = 3  # refusals in a row for another's sake; one is left over from our own last poll

REPEATED = "repeated"
"""What becomes of an update that is known already; the other fates are the names of `UpdateState`."""

Handle = Callable[[Tx, Incoming, datetime], UpdateState]

log = structlog.get_logger()


class Intake:
    """Takes updates in: polls for them, and tries those again whose handling failed.

    `heard` is set while everything that was said so far has been taken in. May be set by whoever watches:
    `counted`, which is told the fates of updates after their commit; `trouble`, which is told what admins
    should know; `sign` and `retries_sign`, at which the two tasks show life.
    """

    def __init__(
        self,
        store: Store,
        channel: Channel,
        desk: Desk,
        clock: Clock,
        wake: Callable[[], None],
        heard: asyncio.Event,
    ) -> None:
        self.counted: Callable[[Mapping[str, int]], None] = lambda _: None
        self.trouble: Callable[[Trouble], None] = lambda _: None
        self.sign: Callable[[float], None] = lambda _: None
        self.retries_sign: Callable[[float], None] = lambda _: None
        self._store = store
        self._channel = channel
        self._desk = desk
        self._clock = clock
        self._wake = wake
        self._heard = heard
        self._rivals = 0
        self._jitter = random.Random(0)  # noqa: S311  (spreads retries, guards nothing)

    async def poll(self) -> None:
        """Poll for ever. Raises TokenRefused when the token stays refused; everything else is waited out."""
        offset: int | None = None
        refusals = Refusals()
        pause = 0.0
        while True:
            self.sign(POLL_S + LONGEST_TAKE_S)
            try:
                batch = await self._channel.poll(offset, POLL_S if self._heard.is_set() else 0)
                offset = await self.take(batch) or offset
            except CallFailed as error:
                self._heard.clear()
                if refusals.note(error.outcome, self._clock.monotonic()):
                    raise TokenRefused from None
                self._note_rival(error.outcome)
                pause = self._pause(pause, error.outcome)
                log.warning("poll failed", outcome=type(error.outcome).__name__, pause=round(pause, 1))
            except StoreFailed as error:
                pause = self._pause(pause, None)
                log.error("updates not stored, they stay with the messenger", error=str(error), pause=round(pause, 1))
            else:
                refusals.clear()
                self._rivals = 0
                if not batch:
                    self._heard.set()
                # A server that ignores what is confirmed would otherwise be asked in a hot loop.
                pause = 1.0 if batch and offset is None else 0.0
            if pause:
                self.sign(pause + LONGEST_TAKE_S)
                await self._clock.sleep(pause)

    async def take(self, batch: Sequence[Any]) -> int | None:
        """Store and handle a batch in one transaction, and return the offset that confirms all of it.

        The offset follows the batch itself and not the highest number ever seen, since Telegram may
        begin anew with lower ones after a week of silence.
        """
        if batch:
            self.counted(await self._take_in(batch))
            self._wake()
        keys = [key for raw in batch if (key := self._channel.update_key(raw)) is not None]
        return max(keys) + 1 if keys else None

    async def _take_in(self, batch: Sequence[Any]) -> Counter[str]:
        """Take a batch in. For a large one, of which all wait for the end, the event loop stands aside.

        What is ready to leave may leave before, in seconds of the machine (docs/decisions/0046).
        """
        if len(batch) < BACKLOG:
            return await self._store_batch(batch, self._clock.now())
        await asyncio.sleep(LEAD_S)
        aside = asyncio.create_task(self._stand_aside())
        try:
            return await self._store_batch(batch, self._clock.now())
        finally:
            aside.cancel()

    async def _stand_aside(self) -> None:
        while True:
            await asyncio.sleep(BREATH_S)
            self._store.stand_by(STAND_S)

    async def _store_batch(self, batch: Sequence[Any], now: datetime) -> Counter[str]:
        """Take a batch in. Should any update in it fail, all of it is taken back and done again one by one.

        A savepoint costs a copy of every page that it touches; faults are rare enough to pay twice.
        """
        try:
            return await self._store.write(partial(self._take, batch=batch, now=now))
        except StoreFailed:
            raise
        except Exception as error:  # noqa: BLE001  (whose fault it is shows when they are taken one by one)
            log.info("batch taken one by one", error=type(error).__name__)
            return await self._store.write(partial(self._take_singly, batch=batch, now=now))

    async def retry(self) -> None:
        """Try again, for ever, what failed: each in its turn, and behind it what the same chat said since."""
        while True:
            self.retries_sign(LONGEST_TAKE_S)
            try:
                await self._retry_due(self._clock.now())
            except StoreFailed as error:
                log.error("retries not stored, they stay due", error=str(error))
            await self._clock.sleep(1.0)

    async def _retry_due(self, now: datetime) -> None:
        due = await self._store.read(updates.next_due)
        if due is not None and due <= now.timestamp():
            self.counted(await self._store.write(partial(self._retry, now=now)))
            self._wake()

    def _note_rival(self, outcome: object) -> None:
        self._rivals = self._rivals + 1 if isinstance(outcome, Contested) else 0
        if self._rivals >= RIVALRY:
            self.trouble(Trouble.CONTESTED)

    def _pause(self, last: float, outcome: object) -> float:
        if isinstance(outcome, Wait):
            return outcome.seconds
        return min(LONGEST_PAUSE_S, max(1.0, last * 2)) * (1 + self._jitter.random() / 4)

    def _take(self, tx: Tx, batch: Sequence[Any], now: datetime) -> Counter[str]:
        """Take updates in that stand or fall together."""
        return self._take_each(tx, batch, now, self._trust)

    def _take_singly(self, tx: Tx, batch: Sequence[Any], now: datetime) -> Counter[str]:
        """Take updates in of which each stands or falls by itself."""
        return self._take_each(tx, batch, now, partial(self._handle, attempts=0))

    def _take_each(self, tx: Tx, batch: Sequence[Any], now: datetime, handle: Handle) -> Counter[str]:
        newest = 0
        lanes = updates.lanes(tx)
        fates: Counter[str] = Counter()
        delivered: dict[int, tuple[Incoming | None, str]] = {}
        rows: list[Row] = []
        for raw in batch:
            key = self._channel.update_key(raw)
            if key is None:
                log.error("update without a number", size=len(str(raw)))
                continue
            incoming, fault = self._read(raw)
            moment = int((incoming.moment if incoming else now).timestamp())
            if incoming is not None and incoming.said is not Said.BUTTON:
                newest = max(newest, moment)  # presses and what cannot be read are dated by our own clock
            if key in delivered:
                fates[REPEATED] += 1
                continue
            delivered[key] = incoming, fault
            rows.append(Row(key, incoming.place.id if incoming else None, moment, written(raw)))
        fresh = updates.take(tx, rows)
        fates[REPEATED] += len(rows) - len(fresh)
        for row in fresh:
            incoming, fault = delivered[row.id]
            fates[self._see_to(tx, row.id, incoming, fault, now, lanes, handle)] += 1
            _conceal(tx, row.id, incoming, row.raw)
        updates.forget(tx, newest)
        return fates

    def _see_to(
        self,
        tx: Tx,
        key: int,
        incoming: Incoming | None,
        fault: str,
        now: datetime,
        lanes: set[int],
        handle: Handle,
    ) -> UpdateState:
        """Bring a new update to its end, or as far as it comes; `lanes` are those in which something waits."""
        if incoming is None:
            if not fault:
                updates.settle(tx, key, UpdateState.IGNORED)
                return UpdateState.IGNORED
            self._bury(tx, key, fault, now)
            return UpdateState.DEAD
        chat, account = incoming.place.id, incoming.speaker.id if incoming.speaker else 0
        # In private both are the same; in a group one account that waits keeps nobody else waiting.
        lane = next((each for each in (account, chat) if each in lanes), None) if lanes else None
        wait = self._desk.delay(tx, incoming, now, waits=lane is not None)
        if wait is None:
            updates.settle(tx, key, UpdateState.IGNORED)
            return UpdateState.IGNORED
        if wait:
            lane = account
        if lane is not None:
            updates.hold(tx, key, lane, ceil(now.timestamp() + wait) if wait else 0)
            lanes.add(lane)
            return UpdateState.RETRY
        fate = handle(tx, incoming, now)
        if fate is UpdateState.RETRY:
            lanes.add(chat)
        return fate

    def _bury(self, tx: Tx, key: int, fault: str, now: datetime) -> None:
        """Keep an update that makes no sense; `fault` names a field, never its content."""
        code = new_code()
        updates.settle(tx, key, UpdateState.DEAD, fault)
        log.error("update makes no sense", update=key, fault=fault, code=code)
        self._desk.alert(tx, Alert(Trouble.UPDATE, code, fault), now)

    def _read(self, raw: Any) -> tuple[Incoming | None, str]:
        """Return what an update says, and what is wrong with it."""
        try:
            return self._channel.read(raw), ""
        except BadUpdate as error:
            return None, error.reason

    def _trust(self, tx: Tx, incoming: Incoming, now: datetime) -> UpdateState:
        """Handle one update as one of a batch that stands or falls together."""
        self._desk.receive(tx, incoming, now)
        return UpdateState.DONE

    def _handle(self, tx: Tx, incoming: Incoming, now: datetime, *, attempts: int) -> UpdateState:
        """Handle one update in a savepoint of its own; where that fails it waits for another try, or is given up."""
        try:
            with tx.attempt():
                self._desk.receive(tx, incoming, now)
        except StoreFailed:
            raise
        except Exception as error:  # noqa: BLE001  (a fault in one update must not touch its neighbours)
            return self._fail(tx, incoming, now, attempts + 1, error)
        return UpdateState.DONE

    def _fail(self, tx: Tx, incoming: Incoming, now: datetime, attempts: int, error: Exception) -> UpdateState:
        code = new_code()
        kind = type(error).__name__
        # The message of an exception may hold what somebody wrote; its type and place are enough to find the fault.
        where = place(error)
        if attempts < TRIES:
            due = int(now.timestamp()) + 2**attempts
            updates.settle(tx, incoming.update, UpdateState.RETRY, kind, due=due, attempts=attempts)
            log.error("update failed, will be tried again", update=incoming.update, error=kind, place=where)
            return UpdateState.RETRY
        updates.settle(tx, incoming.update, UpdateState.DEAD, f"{kind} {code}", attempts=attempts)
        log.error("update given up", update=incoming.update, error=kind, place=where, code=code)
        self._desk.alert(tx, Alert(Trouble.UPDATE, code, kind), now)
        try:
            with tx.attempt():
                self._desk.apologise(tx, incoming, now, code)
        except StoreFailed:
            raise
        except Exception as again:  # noqa: BLE001  (the apology may fail of the same fault)
            log.error("could not tell the sender", update=incoming.update, error=type(again).__name__)
        return UpdateState.DEAD

    def _retry(self, tx: Tx, now: datetime) -> Counter[str]:
        held: set[int] = set()
        fates: Counter[str] = Counter()
        for row in updates.waiting(tx, int(now.timestamp())):
            if row["chat"] in held:
                continue
            incoming, fault = self._read(json.loads(row["raw"]))
            if incoming is None:
                self._bury(tx, row["id"], fault, now)
                fates[UpdateState.DEAD] += 1
                continue
            updates.settle(tx, row["id"], UpdateState.DONE)
            fate = self._handle(tx, incoming, now, attempts=row["attempts"])
            _conceal(tx, row["id"], incoming, row["raw"])
            fates[fate] += 1
            if fate is UpdateState.RETRY:
                held.add(row["chat"])
        return fates


def _conceal(tx: Tx, key: int, incoming: Incoming | None, stored: str) -> None:
    """Take codes out of an update that has come to its end: what opens a door is not kept in the words that used it."""
    found = codes(incoming.text if incoming else stored)
    if found:
        for code in found:
            stored = stored.replace(code, HIDDEN)
        updates.conceal(tx, key, stored)
