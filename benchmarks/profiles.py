"""Profiles: where a report's time goes, on the writer's thread and in the event loop, as tables of functions.

A profiler makes small functions look dearer than they are: read the order, not the seconds.
"""

import asyncio
import cProfile
import pstats
import signal
import tempfile
from io import StringIO
from pathlib import Path

from benchmarks import country, handlers, rush
from benchmarks.child import Child
from bot.app import SystemClock
from bot.rehearsal.botapi import BotApiServer

FOLDER = Path(__file__).parents[1] / "docs" / "profiles"
OFFICERS = 3_000
SHOWN = 45
PATIENCE_S = 60.0


def report() -> None:
    """Profile both and write the tables."""
    FOLDER.mkdir(exist_ok=True)
    profile = cProfile.Profile()
    handlers.measure(OFFICERS, profile)
    _write("handlers", f"What {OFFICERS:,} lines take on the writer's thread, from raw updates to receipts", profile)
    with tempfile.TemporaryDirectory(prefix="tiendo-bench-") as folder:
        path = Path(folder) / "profile"
        asyncio.run(_rush(Path(folder), path))
        _write("loop", f"What a rush of {OFFICERS:,} lines takes in the event loop: polling, courier, calls", str(path))


async def _rush(place: Path, path: Path) -> None:
    """Let the bot serve a rush under a profiler of its main thread, and end it by a signal so that it is written."""
    async with BotApiServer(SystemClock(), limits=None) as server:
        environment = await rush.prepare("tiendo", place, server, OFFICERS)
        for number in range(OFFICERS):
            user = server.world.add_user(f"Cán bộ {number}", user_id=country.FIRST_ACCOUNT + number)
            user.private.send(country.line(number))
        async with Child(rush.BOTS["tiendo"], environment | {"PROFILE": str(path)}, place / "log") as child:
            await server.until(lambda: server.calls["sendMessage"] >= OFFICERS, PATIENCE_S)
            await child.end(signal.SIGTERM, PATIENCE_S)


def _write(name: str, title: str, profile: cProfile.Profile | str) -> None:
    text = StringIO()
    pstats.Stats(profile, stream=text).strip_dirs().sort_stats("tottime").print_stats(SHOWN)
    lines = [line.rstrip() for line in text.getvalue().splitlines()]
    table = lines[next(number for number, line in enumerate(lines) if "function calls" in line) :]
    (FOLDER / f"{name}.txt").write_text("\n".join([title, "", *table]).rstrip() + "\n", encoding="utf-8")
    print(f"docs/profiles/{name}.txt")
