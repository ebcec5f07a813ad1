"""Idle: what the bot costs while nobody says anything: `tiendo run` as it is started, with a nation's roster."""

import asyncio
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks import country, table
from benchmarks.child import Child, resident_mb
from bot.app import SystemClock
from bot.config import Config
from bot.rehearsal.botapi import BotApiServer

HOUR_S = 3_600
PATIENCE_S = 60.0
SETTLING_S = 5.0


@dataclass(frozen=True, slots=True)
class Idle:
    """Seconds to the first poll with the CPU seconds spent, then memory, and the CPU seconds of an idle hour."""

    start_s: float
    start_cpu_s: float
    resident_mb: float
    cpu_per_hour_s: float


async def once(wards: int, seconds: float) -> Idle:
    """Start the bot on a new file and leave it alone for so many seconds."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="tiendo-bench-") as folder:
        place, now = Path(folder), clock.now()
        data = country.settings(place, starts=now.date() - timedelta(10), deadline=now.date() + timedelta(30))
        await country.settle(Config.model_validate(data, context={"folder": place}), country.country(wards), now, 0)
        async with BotApiServer(clock) as server:
            data |= {"telegram": {"base_url": server.base_url}, "web": {"listen": "127.0.0.1:0"}}
            environment = {"TIENDO_CONFIG": str(country.write(place, data)), "TIENDO_TELEGRAM_TOKEN": server.token}
            begun = time.perf_counter()
            async with Child("bot", environment, place / "log", arguments=("run",)) as child:
                await child.until(lambda: server.polling, PATIENCE_S)
                started, spent = time.perf_counter() - begun, child.usage().cpu
                await asyncio.sleep(SETTLING_S)
                before = child.usage().cpu
                await asyncio.sleep(seconds)
                used = child.usage().cpu - before
                return Idle(started, spent, resident_mb(child.pid), used / seconds * HOUR_S)


def report(wards: int, seconds: float) -> Idle:
    """Measure, print the table, keep the figures."""
    run = asyncio.run(once(wards, seconds))
    rows = [
        ("start to first poll s", f"{run.start_s:.2f}"),
        ("CPU s of the start", f"{run.start_cpu_s:.2f}"),
        ("resident MB", f"{run.resident_mb:.0f}"),
        ("CPU s an hour", f"{run.cpu_per_hour_s:.0f}"),
    ]
    table.show(f"idle: {wards} wards, {seconds:.0f} s without a word", ("", "here"), rows)
    table.keep("idle", {"wards": wards, "seconds": seconds, **asdict(run)})
    return run
