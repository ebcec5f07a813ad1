"""Nation: every ward of the country, four metrics, a month, a quarter and a year of reports; what looking costs then.

What is said is read through the store as the bot reads it, a snapshot each, and worded. Pictures and papers are made
by their own processes, the start and the rebuild are the real program's.
"""

import asyncio
import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import datetime
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import country, table
from benchmarks.child import LOOK_S, Child, usage
from benchmarks.history import CAMPAIGN
from benchmarks.questions import Nation, Sight, found
from benchmarks.samples import Samples, in_turn, quantile
from bot.app import SystemClock, setting_of
from bot.domain.papers import Format, Order
from bot.domain.recipes import Kind
from bot.domain.units import Unit
from bot.papers import Papers
from bot.rehearsal.botapi import BotApiServer
from bot.render.charts.painter import Painter
from bot.render.texts import Texts
from storage import worlds
from storage.sqlite import Store, Tx, open_reader, open_store

BOUNDS: Mapping[str, float] = {
    "/status ward p99 ms": 10,
    "/status district p99 ms": 10,
    "/status province p99 ms": 10,
    "/status country p99 ms": 10,
    "board of all districts p99 ms": 20,
    "summary p99 ms": 500,
    "workbook s": 5,
    "start to first poll s": 2,
}
GROWTH = 1.2
"""How much slower `/status` may be with the longest history than with the shortest, by the CPU's time."""

LEVELS = {"xã": "ward", "huyện": "district", "tỉnh": "province", "nước": "country"}
TIMES = 200
SEVERAL = 20
STARTS = 3
PATIENCE_S = 120.0
BEAT_S = 0.01

Figures = dict[str, float]


async def looked_at(nation: Nation) -> Figures:
    """Measure everything that is read, worded, drawn or printed."""
    figures: Figures = {"database MB": nation.config.storage.path.stat().st_size / 1e6}
    async with open_reader(nation.config.storage.path) as store:
        begun = time.perf_counter()
        sight = await seen(store, nation)
        figures["roster loaded s"] = time.perf_counter() - begun
        figures |= (await answered((store, sight)))[0]
        begun = time.perf_counter()
        pushes = await store.read(sight.summaries)
        figures["all summaries, ms each"] = (time.perf_counter() - begun) / pushes * 1_000
        figures |= await _drawn(store, sight)
    return figures | await _printed(nation, sight.root)


async def answered(*lands: tuple[Store, Sight]) -> list[Figures]:
    """Measure what people are answered, and the summary: of several lands in turn, so that they suffer alike."""
    figures: list[Figures] = [{} for _ in lands]
    for level, name in LEVELS.items():
        units = [list(islice(cycle(sight.units(level)), TIMES)) for _, sight in lands]
        await _ask(figures, f"/status {name}", lands, "status", units)
    for name, ask in {"board of the provinces": "board", "missing list": "missing", "summary": "summary"}.items():
        await _ask(figures, name, lands, ask, [[sight.root] * SEVERAL for _, sight in lands])
    return figures


async def _ask(
    figures: Sequence[Figures], name: str, lands: Sequence[tuple[Store, Sight]], ask: str, units: Sequence[list[Unit]]
) -> None:
    asked = [
        (store, [partial(_asked, ask=getattr(sight, ask), unit=unit) for unit in chosen])
        for (store, sight), chosen in zip(lands, units, strict=True)
    ]
    for each, samples in zip(figures, await in_turn(asked), strict=True):
        _note(each, name, samples)


def _asked(tx: Tx, ask: Callable[[Tx, Unit], str], unit: Unit) -> str:
    return ask(tx, unit)


def _note(figures: Figures, name: str, samples: Samples) -> None:
    figures[f"{name} p50 ms"] = quantile(samples.wall, 0.5)
    figures[f"{name} p99 ms"] = quantile(samples.wall, 0.99)
    figures[f"{name} CPU ms"] = median(samples.cpu)


async def _drawn(store: Store, sight: Sight) -> Figures:
    """Measure the charts of the country: reading, and drawing by a worker that runs already."""
    figures: Figures = {}
    painter = Painter()
    try:
        for kind in Kind:
            begun = time.perf_counter()
            chart = await store.read(partial(sight.chart, kind=kind))
            figures[f"chart {kind} read ms"] = (time.perf_counter() - begun) * 1_000
            await painter.paint(chart)
            begun = time.perf_counter()
            await painter.paint(chart)
            figures[f"chart {kind} drawn ms"] = (time.perf_counter() - begun) * 1_000
    finally:
        await painter.close()
    return figures


async def _printed(nation: Nation, root: Unit) -> Figures:
    """Measure the workbook of the country, from the order to the file, and how long the event loop was held by it."""
    order = Order(Format.XLSX, CAMPAIGN, root.id, nation.day, "vi")
    papers = Papers(nation.config.storage.path, setting_of(nation.config), _Evening(nation.now))
    try:
        begun, spent = time.perf_counter(), _of_children()
        paper, held = await _beside(papers.print(order.dump()))
        return {
            "workbook s": time.perf_counter() - begun,
            "workbook CPU s": _of_children() - spent,
            "workbook MB": paper.path.stat().st_size / 1e6,
            "loop held by it ms": held * 1_000,
        }
    finally:
        await papers.close()


def _of_children() -> float:
    """Return the CPU seconds of all child processes that have ended."""
    used = os.times()
    return used.children_user + used.children_system


class _Evening(SystemClock):
    """A clock that shows the same moment always."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


async def _beside(work: Awaitable[Any]) -> tuple[Any, float]:
    """Return what comes of the work, and by how many seconds a sleep of BEAT_S was prolonged at worst meanwhile."""
    worst = 0.0

    async def listen() -> None:
        nonlocal worst
        while True:
            before = time.perf_counter()
            await asyncio.sleep(BEAT_S)
            worst = max(worst, time.perf_counter() - before - BEAT_S)

    listening = asyncio.create_task(listen())
    try:
        return await work, worst
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


async def started(nation: Nation) -> Figures:
    """Measure `tiendo run` from its call to its first poll."""
    times, spent, peak = [], 0.0, 0.0
    for _ in range(STARTS):
        async with BotApiServer(SystemClock(), limits=None) as server:
            environment = _environment(nation, server)
            begun = time.perf_counter()
            async with Child("bot", environment, nation.path.with_name("log"), arguments=("run",)) as child:
                await child.until(partial(_polled, server), PATIENCE_S)
                times.append(time.perf_counter() - begun)
                spent, peak = child.usage().cpu, child.usage().peak_mb
    return {"start to first poll s": median(times), "start CPU s": spent, "memory at the start MB": peak}


def _polled(server: BotApiServer) -> bool:
    return server.calls["getUpdates"] > 0


def _environment(nation: Nation, server: BotApiServer) -> dict[str, str]:
    """Write a config that names the server, and return what the program is started with."""
    path = nation.path.with_name("running.toml")
    path.write_text(
        nation.path.read_text(encoding="utf-8") + f'\n[telegram]\nbase_url = "{server.base_url}"\n', encoding="utf-8"
    )
    return {"TIENDO_CONFIG": str(path), "TIENDO_TELEGRAM_TOKEN": server.token}


def rebuilt(nation: Nation) -> Figures:
    """Measure `tiendo rebuild`. RuntimeError where it finds a difference: then the past was not a true one."""
    command = (sys.executable, "-m", "bot", "rebuild", "--config", str(nation.path))
    begun, spent, peak = time.perf_counter(), _of_children(), 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:  # noqa: S603  (our own program)
        # Looked at while it runs: what is told of it afterwards includes what this process held when it began.
        while process.poll() is None:
            with suppress(StopIteration):  # it has just ended
                peak = usage(process.pid).peak_mb
            time.sleep(LOOK_S)
        said = process.stdout.read() if process.stdout else ""
    if process.returncode:
        raise RuntimeError(said)
    return {
        "rebuild s": time.perf_counter() - begun,
        "rebuild CPU s": _of_children() - spent,
        "rebuild memory MB": peak,
    }


async def flattened(nation: Nation) -> Figures:
    """Put the districts right below the country, the provinces below one of them, and measure the board of all 705."""
    async with open_store(nation.config.storage.path) as store:
        await store.write(
            lambda tx: tx.run(
                "UPDATE units SET parent = (SELECT id FROM units WHERE level = iif(u.level = 'huyện', 'nước', 'huyện'))"
                " FROM units u WHERE u.id = units.id AND u.level IN ('huyện', 'tỉnh')"
            )
        )
        sight = await seen(store, nation)
        figures: Figures = {}
        await _ask([figures], "board of all districts", [(store, sight)], "board", [[sight.root] * SEVERAL])
    return figures


def loaded(folder: Path, wards: int, days: int) -> Nation:
    """Make a country with so many days of reports, in a new folder."""
    folder.mkdir()
    begun = time.perf_counter()
    nation = asyncio.run(found(folder, wards, days, tell=True))
    print(f"  {days} days loaded in {time.perf_counter() - begun:.0f} s", flush=True)
    return nation


async def one(nation: Nation) -> Figures:
    """Measure one length of history."""
    figures = await looked_at(nation)
    figures |= await started(nation)
    return figures | rebuilt(nation)


async def growth(short: Nation, long: Nation) -> float:
    """Return how many times the CPU the dearest `/status` takes with the longer history; both are asked in turn."""
    grown = 0.0
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(open_reader(each.config.storage.path)) for each in (short, long)]
        sights = [await seen(store, nation) for store, nation in zip(stores, (short, long), strict=True)]
        for level in LEVELS:
            units = list(islice(cycle(sights[0].units(level)), TIMES))
            queries = [[partial(_asked, ask=sight.status, unit=unit) for unit in units] for sight in sights]
            asked = list(zip(stores, queries, strict=True))
            await in_turn(asked)  # what lay on the disk is in memory from now on
            few, many = await in_turn(asked)
            grown = max(grown, median(many.cpu) / median(few.cpu))
    return grown


async def seen(store: Store, nation: Nation) -> Sight:
    """Return a country as the bot has it in memory."""
    world = await store.read(lambda tx: worlds.load(tx, setting_of(nation.config), nation.day))
    gc.freeze()  # as the bot does once it is ready
    return Sight(nation, world, Texts("vi", nation.config.zone))


def report(wards: int, lengths: Sequence[int]) -> dict[int, Figures]:
    """Measure each length of history in turn, print the table, keep the figures."""
    with tempfile.TemporaryDirectory(prefix="tiendo-bench-") as folder:
        nations: dict[int, Nation] = {}
        runs: dict[int, Figures] = {}
        for days in lengths:
            nations[days] = loaded(Path(folder) / str(days), wards, days)
            runs[days] = asyncio.run(one(nations[days]))
        grown = asyncio.run(growth(nations[lengths[0]], nations[lengths[-1]]))
        for days, nation in nations.items():
            runs[days] |= asyncio.run(flattened(nation))
    rows = [
        (name, *(f"{runs[days][name]:,.2f}" for days in lengths), f"{BOUNDS[name]:g}" if name in BOUNDS else "")
        for name in runs[lengths[0]]
    ]
    rows.append(("/status, the longest to the shortest", *[""] * (len(lengths) - 1), f"{grown:.2f}", f"{GROWTH:g}"))
    columns = ("", *(f"{days} days" for days in lengths), "bound")
    table.show(f"nation: {wards:,} wards, {len(country.METRICS)} metrics", columns, rows)
    table.keep(f"nation-{wards}", {"growth": grown, "days": {str(days): run for days, run in runs.items()}})
    return runs
