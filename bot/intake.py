"""Intake: what was delivered is stored, handled and answered in one transaction, and only then confirmed."""

import asyncio
import json
import random
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from bot.channels import BadUpdate, CallFailed, Channel, TokenRefused, Wait
from bot.channels.refusals import Refusals
from bot.domain.clock import Clock
from bot.domain.messages import Incoming, Said
from handlers.desk import Desk
from storage import nonces, updates
from storage.errors import StoreFailed
from storage.sqlite import Store, Tx
from storage.updates import UpdateState

POLL_S = 30.0
LONGEST_PAUSE_S = 30.0
TRIES = 3

log = structlog.get_logger()


class Intake:
    """Takes updates in: polls for them, and tries those again whose handling failed.

    `heard` is set while everything that was said so far has been taken in.
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
        self._store = store
        self._channel = channel
        self._desk = desk
        self._clock = clock
        self._wake = wake
        self._heard = heard
        self._jitter = random.Random(0)  # noqa: S311  (spreads retries, guards nothing)

    async def poll(self) -> None:
        """Poll for ever. Raises TokenRefused when the token stays refused; everything else is waited out."""
        offset: int | None = None
        refusals = Refusals()
        pause = 0.0
        while True:
            try:
                batch = await self._channel.poll(offset, POLL_S if self._heard.is_set() else 0)
                offset = await self.take(batch) or offset
            except CallFailed as error:
                self._heard.clear()
                if refusals.note(error.outcome, self._clock.monotonic()):
                    raise TokenRefused from None
                pause = self._pause(pause, error.outcome)
                log.warning("poll failed", outcome=type(error.outcome).__name__, pause=round(pause, 1))
            except StoreFailed as error:
                pause = self._pause(pause, None)
                log.error("updates not stored, they stay with the messenger", error=str(error), pause=round(pause, 1))
            else:
                refusals.clear()
                if not batch:
                    self._heard.set()
                # A server that ignores what is confirmed would otherwise be asked in a hot loop.
                pause = 1.0 if batch and offset is None else 0.0
            if pause:
                await self._clock.sleep(pause)

    async def take(self, batch: Sequence[Any]) -> int | None:
        """Store and handle a batch in one transaction; return the offset that confirms it.

        The offset follows the batch itself and not the highest number ever seen, since Telegram may
        begin anew with lower ones after a week of silence.
        """
        if batch:
            await self._store.write(partial(self._take, batch=batch, now=self._clock.now()))
            self._wake()
        keys = [key for raw in batch if (key := self._channel.update_key(raw)) is not None]
        return max(keys) + 1 if keys else None

    async def retry(self) -> None:
        """Try again, for ever, what failed: each in its turn, and behind it what the same chat said since."""
        while True:
            now = self._clock.now()
            due = await self._store.read(updates.next_due)
            if due is not None and due <= now.timestamp():
                await self._store.write(partial(self._retry, now=now))
                self._wake()
            await self._clock.sleep(1.0)

    def _pause(self, last: float, outcome: object) -> float:
        if isinstance(outcome, Wait):
            return outcome.seconds
        return min(LONGEST_PAUSE_S, max(1.0, last * 2)) * (1 + self._jitter.random() / 4)

    def _take(self, tx: Tx, batch: Sequence[Any], now: datetime) -> None:
        newest = 0
        for raw in batch:
            key = self._channel.update_key(raw)
            if key is None:
                log.error("update without a number", size=len(str(raw)))
                continue
            incoming, fault = self._read(raw)
            moment = int((incoming.moment if incoming else now).timestamp())
            if incoming is not None and incoming.said is not Said.BUTTON:
                newest = max(newest, moment)  # presses and what cannot be read are dated by our own clock
            chat = incoming.place.id if incoming else None
            if not updates.take(tx, key, chat, moment, json.dumps(raw)):
                continue
            if fault:
                updates.settle(tx, key, UpdateState.DEAD, fault)
                log.error("update makes no sense", update=key, fault=fault)
            elif incoming is None:
                updates.settle(tx, key, UpdateState.IGNORED)
            elif updates.is_waiting(tx, incoming.place.id):
                updates.settle(tx, key, UpdateState.RETRY)
            else:
                self._handle(tx, incoming, now, attempts=0)
        updates.forget(tx, newest)
        nonces.purge(tx, newest)

    def _read(self, raw: Any) -> tuple[Incoming | None, str]:
        """Return what an update says, and what is wrong with it."""
        try:
            return self._channel.read(raw), ""
        except BadUpdate as error:
            return None, error.reason

    def _handle(self, tx: Tx, incoming: Incoming, now: datetime, *, attempts: int) -> bool:
        """Handle one update in a savepoint of its own; False when it failed and waits, or is given up."""
        try:
            with tx.attempt():
                self._desk.receive(tx, incoming, now)
        except StoreFailed:
            raise
        except Exception as error:  # noqa: BLE001  (a fault in one update must not touch its neighbours)
            self._fail(tx, incoming, now, attempts + 1, error)
            return False
        return True

    def _fail(self, tx: Tx, incoming: Incoming, now: datetime, attempts: int, error: Exception) -> None:
        code = secrets.token_hex(3).upper()
        kind = type(error).__name__
        # The message of an exception may hold what somebody wrote; its type and place are enough to find the fault.
        place = _place(error)
        if attempts < TRIES:
            due = int(now.timestamp()) + 2**attempts
            updates.settle(tx, incoming.update, UpdateState.RETRY, kind, due=due, attempts=attempts)
            log.error("update failed, will be tried again", update=incoming.update, error=kind, place=place)
            return
        updates.settle(tx, incoming.update, UpdateState.DEAD, f"{kind} {code}", attempts=attempts)
        log.error("update given up", update=incoming.update, error=kind, place=place, code=code)
        try:
            with tx.attempt():
                self._desk.apologise(tx, incoming, now, code)
        except StoreFailed:
            raise
        except Exception as again:  # noqa: BLE001  (the apology may fail of the same fault)
            log.error("could not tell the sender", update=incoming.update, error=type(again).__name__)

    def _retry(self, tx: Tx, now: datetime) -> None:
        held: set[int] = set()
        for row in updates.waiting(tx, int(now.timestamp())):
            if row["chat"] in held:
                continue
            incoming, fault = self._read(json.loads(row["raw"]))
            if incoming is None:
                updates.settle(tx, row["id"], UpdateState.DEAD, fault)
                continue
            updates.settle(tx, row["id"], UpdateState.DONE)
            if not self._handle(tx, incoming, now, attempts=row["attempts"]) and row["attempts"] + 1 < TRIES:
                held.add(row["chat"])


def _place(error: Exception) -> str:
    """Return file and line where an exception was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
