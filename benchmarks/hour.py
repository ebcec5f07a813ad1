"""Rush hour: many officers report within a minute, under Telegram's limits; how long until each holds the receipt."""

import asyncio
import random
import tempfile
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from benchmarks import country, people, table
from benchmarks.child import usage
from benchmarks.people import Play
from benchmarks.samples import quantile
from bot.app import SystemClock

WITHIN_S = 60.0
PATIENCE_S = 120.0
SEED = 7
LARGEST_MB = 200


@dataclass(frozen=True, slots=True)
class Hour:
    """One rush hour: the seconds that each officer waited, ascending."""

    officers: int
    lost: int
    refused: int
    waited: tuple[float, ...]
    cpu_ms: float
    peak_mb: float


async def once(officers: int, within: float = WITHIN_S) -> Hour:
    """Let so many report at moments that are spread at random over so many seconds."""
    with tempfile.TemporaryDirectory(prefix="tiendo-bench-") as folder:
        async with people.play(Path(folder), officers) as play:
            return await _reported(play, within)


async def _reported(play: Play, within: float) -> Hour:
    server, clock, count = play.server, SystemClock(), len(play.officers)
    said: dict[int, datetime] = {}
    before = usage(play.child.pid)
    begun = clock.monotonic()
    chance = random.Random(SEED)  # noqa: S311  (no secret hangs on it)
    moments = sorted(chance.uniform(0, within) for _ in play.officers)
    for number, (moment, officer) in enumerate(zip(moments, play.officers, strict=True)):
        await asyncio.sleep(begun + moment - clock.monotonic())
        said[officer.id] = clock.now()
        officer.private.send(country.line(number))
    await server.until(lambda: len(server.accepted) >= count, PATIENCE_S)
    after = usage(play.child.pid)
    receipts = [each for each in server.accepted if each.text.startswith("✅")]
    return Hour(
        officers=count,
        lost=count - len({each.chat_id for each in receipts}),
        refused=len(server.refusals),
        waited=tuple(sorted((each.at - said[each.chat_id]).total_seconds() for each in receipts)),
        cpu_ms=(after.cpu - before.cpu) / count * 1_000,
        peak_mb=after.peak_mb,
    )


def report(officers: int) -> Hour:
    """Measure, print the table, keep the figures."""
    run = asyncio.run(once(officers))
    rows = [
        *((f"receipt {name} s", f"{quantile(run.waited, share):.3f}", "") for name, share in QUANTILES.items()),
        ("lost", run.lost, 0),
        ("refused with 429", run.refused, 0),
        ("CPU ms a report", f"{run.cpu_ms:.2f}", ""),
        ("peak MB", f"{run.peak_mb:.0f}", LARGEST_MB),
    ]
    title = f"rush hour: {officers} officers within {WITHIN_S:.0f} s under Telegram's limits"
    table.show(title, ("", "here", "bound"), rows)
    table.keep(f"hour-{officers}", asdict(run))
    return run


QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
