"""Gauges: what the data and the watch say at the moment when somebody asks for the metrics."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from functools import partial

from aiohttp import web
from prometheus_client import Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from bot.domain.clock import Clock
from bot.domain.world import Setting
from bot.watch import Watch
from bot.web.metrics import Metrics
from storage import gauges, health, held
from storage.errors import StoreFailed
from storage.gauges import Turnout
from storage.health import Health
from storage.sqlite import Store, Tx
from storage.worlds import Worlds

TURNOUT_S = 60.0  # who is missing is a walk through the tree of units
PLAIN = {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What one snapshot of the data says; `turnouts` is None where it was read a moment ago, `receipts` in seconds."""

    health: Health
    held: bool
    pushes: dict[str, int]
    receipts: list[float]
    turnouts: list[Turnout] | None


class Gauges(Collector):
    """Answers `/metrics`. `ready` tells whether the bot is."""

    def __init__(
        self,
        metrics: Metrics,
        store: Store,
        setting: Setting,
        channel: str,
        clock: Clock,
        watch: Watch,
        ready: Callable[[], bool],
    ) -> None:
        self._metrics, self._store, self._setting, self._channel = metrics, store, setting, channel
        self._clock, self._watch, self._ready = clock, watch, ready
        self._worlds = Worlds(setting)
        self._turnout_at = -math.inf
        self._pushes: dict[str, int] = {}
        self._open = self._gauge(
            "updates_open", "Updates that wait for another try, and that nothing came of.", "state"
        )
        self._waiting = self._gauge("outbox_waiting", "Messages that wait to be sent.", "priority")
        self._oldest = self._gauge("outbox_oldest_seconds", "How long the first of them has waited.", "priority")
        self._lag = self._gauge("loop_lag_seconds", "By how much the event loop was late at worst in 15 seconds.")
        self._missing = self._gauge("units_missing", "Units that owe a report for today.", "campaign")
        self._expected = self._gauge("units_expected", "Units that are expected to report today.", "campaign")
        self._backup = self._gauge("backup_age_seconds", "How old the newest verified backup is.")
        self._unreachable = self._gauge("people_unreachable", "People with a post whom the bot cannot speak to.")
        self._is_ready = self._gauge("ready", "Whether the bot has got through to the messenger and works.")
        self._held = self._gauge("held", "Whether a restored database waits for an admin's word.")
        metrics.registry.register(self)

    def _gauge(self, name: str, words: str, *labels: str) -> Gauge:
        return Gauge(f"tiendo_{name}", words, labels, registry=self._metrics.registry)

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Yield what only ever grows in the data: the pushes of all times, by state."""
        family = CounterMetricFamily("tiendo_pushes", "Pushes by what became of them, of all times.", labels=["state"])
        for state, number in self._pushes.items():
            family.add_metric([state], number)
        yield family

    async def answer(self, _: web.Request) -> web.Response:
        """Answer a scrape; where the data cannot be read, with what is known without them."""
        self._lag.set(self._watch.worst_lag())
        self._is_ready.set(self._ready())
        noted = self._metrics.drain()
        try:
            self._show(await self._store.read(partial(self._read, noted=noted, now=self._clock.now())))
        except StoreFailed:
            self._is_ready.set(0)
        return web.Response(body=generate_latest(self._metrics.registry), headers=PLAIN)

    def _read(self, tx: Tx, noted: list[tuple[int, float]], now: datetime) -> Reading:
        local = now.astimezone(self._setting.zone)
        midnight = int(datetime.combine(local.date(), time.min, self._setting.zone).timestamp())
        dates = gauges.said(tx, [number for number, _ in noted])
        return Reading(
            health.examine(tx, self._channel, local.date(), midnight, int(now.timestamp())),
            held.is_on(tx),
            gauges.pushes(tx),
            [max(0.0, at - said) for (_, at), said in zip(noted, dates, strict=True) if said is not None],
            self._read_turnouts(tx, now),
        )

    def _read_turnouts(self, tx: Tx, now: datetime) -> list[Turnout] | None:
        if self._clock.monotonic() - self._turnout_at < TURNOUT_S:
            return None
        return gauges.turnouts(tx, self._worlds.of(tx, now.astimezone(self._setting.zone).date()), now)

    def _show(self, reading: Reading) -> None:
        found = reading.health
        self._metrics.received(reading.receipts)
        self._open.labels("retry").set(found.retrying)
        self._open.labels("dead").set(found.dead)
        for priority, queue in (("answer", found.answers), ("push", found.pushes)):
            self._waiting.labels(priority).set(queue.waiting)
            self._oldest.labels(priority).set(0 if queue.oldest is None else max(0, found.now - queue.oldest))
        # Without any backup it is older than every alarm.
        self._backup.set(math.inf if found.backup is None else max(0, found.now - found.backup))
        self._unreachable.set(found.unreachable)
        self._held.set(reading.held)
        self._pushes = reading.pushes
        if reading.turnouts is not None:
            self._turnout_at = self._clock.monotonic()
            self._missing.clear()
            self._expected.clear()
            for turnout in reading.turnouts:
                self._missing.labels(turnout.campaign).set(turnout.missing)
                self._expected.labels(turnout.campaign).set(turnout.expected)
