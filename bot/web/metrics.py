"""Metrics: what the bot counts beside its work, at a microsecond or two each (docs/metrics.md)."""

from collections import deque
from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.process_collector import ProcessCollector

from bot.channels import Outcome, Unreachable
from bot.courier.remedies import Remedy
from bot.domain.clock import Clock
from storage.outbox import Parcel, State, Waiting

LATENCIES = (0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300, 3_600)
COMMITS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
UNITS = (1, 2, 5, 10, 20, 50, 100, 200)
RECEIPTS = 10_000  # whose latency waits for somebody who asks
RECEIPT = "entry:"
ANSWER = 0
SHOWN = frozenset({"send", "photo", "document"})


class Metrics:
    """What is counted since the start."""

    def __init__(self, clock: Clock) -> None:
        self.registry = CollectorRegistry()
        self._clock = clock
        self._receipts: deque[tuple[int, float]] = deque(maxlen=RECEIPTS)
        self._updates = self._counter(
            "updates", "Updates by what became of them, each time that one was seen to.", "outcome"
        )
        self._sends = self._counter("sends", "Calls to the messenger by what came of them.", "verb", "outcome")
        self._receipt = self._histogram(
            "receipt_seconds", "From a report's own date to its accepted receipt.", LATENCIES
        )
        self._answer = self._histogram("answer_seconds", "From what was taken in to its accepted answer.", LATENCIES)
        self._commit = self._histogram("commit_seconds", "How long commits took that were kept.", COMMITS)
        self._units = self._histogram("commit_units", "How many units of work shared a commit.", UNITS)
        ProcessCollector(registry=self.registry)

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"tiendo_{name}", words, labels, registry=self.registry)

    def _histogram(self, name: str, words: str, bounds: Iterable[float]) -> Histogram:
        return Histogram(f"tiendo_{name}", words, buckets=tuple(bounds), registry=self.registry)

    def taken(self, fates: Mapping[str, int]) -> None:
        """Count updates by what became of them."""
        for fate, number in fates.items():
            self._updates.labels(fate).inc(number)

    def settled(self, row: Waiting, parcel: Parcel, outcome: Outcome, found: Remedy) -> None:
        """Count a call; of an answer that was accepted, note how long whoever asked has waited."""
        blocked = isinstance(outcome, Unreachable)
        self._sends.labels(parcel.verb, "blocked" if blocked else found.count).inc()
        if found.state is not State.SENT or row.priority != ANSWER or parcel.verb not in SHOWN:
            return
        now = self._clock.now().timestamp()
        self._answer.observe(max(0.0, now - row.taken))
        number = parcel.subject.removeprefix(RECEIPT)
        if number != parcel.subject and number.isdecimal():
            self._receipts.append((int(number), now))

    def committed(self, seconds: float, units: int) -> None:
        """Note a commit that was kept."""
        self._commit.observe(seconds)
        self._units.observe(units)

    def drain(self) -> list[tuple[int, float]]:
        """Hand over the receipts that were accepted since the last time: the entry, and when, in seconds."""
        noted = list(self._receipts)
        self._receipts.clear()
        return noted

    def received(self, seconds: Iterable[float]) -> None:
        """Note how long receipts took."""
        for each in seconds:
            self._receipt.observe(each)
