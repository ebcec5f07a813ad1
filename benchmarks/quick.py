"""Quick: what must not get far worse unnoticed, at small sizes: ratios alone, with generous bounds, in about a minute.

Ratios, because two things that are measured side by side suffer alike from a slow or busy machine.
"""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import hour, nation, rush, table
from benchmarks.broadcast import PER_SECOND
from benchmarks.nation import Figures
from benchmarks.questions import found
from storage.sqlite import open_reader

WARDS, SHORT, LONG = 600, 10, 60
OFFICERS, ROUNDS = 500, 3
CROWD, CROWD_S = 240, 2.0


@dataclass(frozen=True, slots=True)
class Ratio:
    """One thing in terms of another, and the most that it may be."""

    name: str
    value: float
    most: float

    @property
    def holds(self) -> bool:
        """Tell whether it is not far off."""
        return self.value <= self.most


def report() -> bool:
    """Measure, print the table, and tell whether all holds."""
    ratios = [*_of_history(), *_of_limits(), *_of_peers()]
    rows = [(each.name, f"{each.value:.2f}", f"{each.most:g}", "" if each.holds else "far off") for each in ratios]
    table.show("quick: ratios", ("", "here", "at most", ""), rows)
    return all(each.holds for each in ratios)


def _of_history() -> Iterator[Ratio]:
    """Compare answers after a long past with those after a short one."""
    short, long = asyncio.run(_answered())
    for name in short:
        if name.endswith("CPU ms"):
            yield Ratio(f"{name.removesuffix(' CPU ms')}: {LONG} days to {SHORT}", long[name] / short[name], 2)


async def _answered() -> list[Figures]:
    async with AsyncExitStack() as stack:
        lands = []
        for days in (SHORT, LONG):
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tiendo-bench-"))
            land = await found(Path(folder), WARDS, days)
            store = await stack.enter_async_context(open_reader(land.config.storage.path))
            lands.append((store, await nation.seen(store, land)))
        return await nation.answered(*lands)


def _of_limits() -> Iterator[Ratio]:
    """Let more report at once than may be answered: compare with what Telegram's limit alone would take."""
    run = asyncio.run(hour.once(CROWD, CROWD_S))
    yield Ratio("receipts under the limits: the last to the limit's own", run.waited[-1] / (CROWD / PER_SECOND), 1.3)
    yield Ratio("receipts lost", run.lost, 0)
    yield Ratio("refused with 429", run.refused, 0)


def _of_peers() -> Iterator[Ratio]:
    """Compare with aiogram."""
    runs = rush.measure(OFFICERS, ROUNDS, ("tiendo", "aiogram"))
    for name in ("seconds", "cpu_ms", "peak_mb"):
        ours, theirs = (median(getattr(run, name) for run in runs[bot]) for bot in ("tiendo", "aiogram"))
        yield Ratio(f"rush, {name}: to aiogram", ours / theirs, 1.5)
