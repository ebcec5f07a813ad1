"""Times of one thing that is done again and again."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from storage.sqlite import Store, Tx, Unit

WARM_UP = 3


@dataclass(frozen=True, slots=True)
class Samples:
    """Milliseconds, ascending: `wall` by the clock, as somebody waits; `cpu` of the thread that did it."""

    wall: tuple[float, ...]
    cpu: tuple[float, ...]

    @classmethod
    def of(cls, seconds: Iterable[tuple[float, float]]) -> "Samples":
        """Sort what was measured, in seconds: by the clock, and of the CPU."""
        wall, cpu = zip(*seconds, strict=True)
        return cls(*(tuple(sorted(each * 1_000 for each in times)) for times in (wall, cpu)))


def quantile(times: Sequence[float], share: float) -> float:
    """Return the smallest time that this share of all does not exceed."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def in_turn(asked: Sequence[tuple[Store, Sequence[Unit[object]]]]) -> list[Samples]:
    """Run the queries of several stores in turn, each on a snapshot of its own, after a few that do not count.

    In turn, so that the machine's moods meet all of them alike.
    """
    for store, queries in asked:
        for query in queries[:WARM_UP]:
            await store.read(query)
    times: list[list[tuple[float, float]]] = [[] for _ in asked]
    stores = [store for store, _ in asked]
    for together in zip(*(queries for _, queries in asked), strict=True):
        for store, query, kept in zip(stores, together, times, strict=True):
            begun = time.perf_counter()
            cpu = await store.read(partial(_clocked, query=query))
            kept.append((time.perf_counter() - begun, cpu))
    return [Samples.of(each) for each in times]


def _clocked(tx: Tx, query: Unit[object]) -> float:
    begun = time.thread_time()
    query(tx)
    return time.thread_time() - begun
