"""Nation: every ward of the country, four metrics, a month, a quarter and a year of reports; what looking costs then.

What is said is read through the store as the bot reads it, a snapshot each, and worded. Pictures and papers are made
by their own processes, the start and the rebuild are the real program's.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import country, history
from benchmarks.child import Child
from benchmarks.history import CAMPAIGN, Past
from benchmarks.samples import Samples, quantile, sample
from bot.app import SystemClock, setting_of
from bot.config import Config
from bot.domain import boards
from bot.domain.campaign import BoardKind, Campaign
from bot.domain.papers import Format, Order
from bot.domain.recipes import Kind, Recipe
from bot.domain.schedule import Slot
from bot.domain.series import Chart
from bot.domain.silence import silence
from bot.domain.units import Unit
from bot.domain.world import World
from bot.jobs.beat import Beat
from bot.jobs.summary import MOST_HIGHLIGHTS, Review, summary
from bot.papers import Papers
from bot.rehearsal.botapi import BotApiServer
from bot.render.charts.painter import Painter
from bot.render.texts import Texts
from storage import boards as standing
from storage import people, progress, series, worlds
from storage.boards import Wanted
from storage.people import Role
from storage.sqlite import Store, Tx, open_reader, open_store
from storage.statuses import unit_status

BOUNDS: Mapping[str, float] = {
    "/status ward p99 ms": 10,
    "/status district p99 ms": 10,
    "/status province p99 ms": 10,
    "/status country p99 ms": 10,
    "board of 705 p99 ms": 20,
    "summary of the country p99 ms": 500,
    "workbook s": 5,
    "start to first poll s": 2,
}
GROWTH = 1.2
"""How much slower the longest history may be than the shortest, in CPU time of /status."""

LEVELS = {"xã": "ward", "huyện": "district", "tỉnh": "province", "nước": "country"}
TIMES = 200
SEVERAL = 20
STARTS = 3
PATIENCE_S = 120.0
BEAT_S = 0.01
FIRST_COMMANDER = country.FIRST_ACCOUNT + 1_000_000

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Nation:
    """A country with its past, in a file; `now` is half past five on its last day."""

    config: Config
    path: Path
    past: Past
    now: datetime

    @property
    def campaign(self) -> Campaign:
        """Return its one campaign."""
        return self.config.campaigns[0]

    @property
    def day(self) -> date:
        """Return the last day."""
        return self.past.last


async def found(folder: Path, wards: int, days: int, *, tell: bool = False) -> Nation:
    """Make the file: the roster, people, and so many days of reports that end today."""
    clock = SystemClock()
    today = clock.now().date()
    starts = today - timedelta(days - 1)
    data = country.settings(folder, starts=starts, deadline=today + timedelta(30), metrics=len(country.METRICS))
    data["web"] = {"listen": ""}
    config = Config.model_validate(data, context={"folder": folder})
    begun = datetime.combine(starts, history.MORNING, config.zone)
    await country.settle(config, country.country(wards, len(country.METRICS)), begun, wards)
    async with open_store(config.storage.path) as store:
        await store.write(partial(_appoint, at=int(begun.timestamp())))
    past = Past(today, days, len(country.METRICS), config.zone)
    await asyncio.to_thread(history.write, config.storage.path, past, tell=tell)
    evening = datetime.combine(today, history.EVENING, config.zone) - timedelta(minutes=30)
    return Nation(config, country.write(folder, data), past, evening.astimezone(UTC))


def _appoint(tx: Tx, at: int) -> None:
    """Appoint a commander for every unit above the wards."""
    for number, row in enumerate(tx.all("SELECT id, name FROM units WHERE level <> 'xã' ORDER BY id")):
        person = people.enrol(tx, country.CHANNEL, FIRST_COMMANDER + number, name=f"Chỉ huy {row['name']}", now=at)
        people.appoint(tx, person, Role.COMMANDER, row["id"], at)


@dataclass(frozen=True, slots=True)
class Sight:
    """What questions are asked of: the world as it is loaded once, and the words."""

    nation: Nation
    world: World
    texts: Texts

    @property
    def root(self) -> Unit:
        """Return the country."""
        root = self.world.root(self.nation.campaign)
        if root is None:
            raise LookupError(self.nation.campaign.root)
        return root

    def units(self, level: str) -> list[Unit]:
        """Return the units of a level."""
        return [unit for unit in self.world.tree.units.values() if unit.level == level]

    def status(self, tx: Tx, unit: Unit) -> str:
        """Answer `/status`."""
        found = unit_status(tx, self.world, self.nation.campaign, unit, self.nation.day)
        return self.texts("status.status", statuses=[(found, self.nation.day)])

    def board(self, tx: Tx, unit: Unit) -> str:
        """Answer `/bxh`."""
        campaign, day = self.nation.campaign, self.nation.day
        race = boards.race(self.world, campaign, unit.id)
        if race is None:
            raise LookupError(unit.code)
        board = standing.read(tx, self.world, campaign, Wanted(race, campaign.main, BoardKind.SHARE, day, over=True))
        at = int(self.nation.now.timestamp())
        return self.texts("board.board", board=board, at=at, closed=False, late=False)

    def missing(self, tx: Tx, unit: Unit) -> str:
        """Answer `/thieu`."""
        campaign, day = self.nation.campaign, self.nation.day
        silent = progress.missing(tx, self.world, campaign.code, unit.id, day)
        found = silence(self.world, campaign, unit, day, silent, ())
        return self.texts("missing.missing", silence=found, today=day)

    def summary(self, tx: Tx, unit: Unit) -> str:
        """Word the day's summary for a commander."""
        review = Review(self.beat(tx), self.nation.day)
        return self.texts("summary.commander", s=review.of(unit, MOST_HIGHLIGHTS), late=False)

    def summaries(self, tx: Tx) -> int:
        """Word the summaries of all commanders; return how many."""
        texts = [self.texts(push.message, late=False, **push.facts) for push in summary(self.beat(tx))]
        return len(texts)

    def beat(self, tx: Tx) -> Beat:
        """Return the beat of the summary at half past five."""
        now = self.nation.now
        at = now.astimezone(self.nation.config.zone).time()
        slot = Slot(self.nation.campaign.code, 0, "summary", self.nation.day, at, now)
        return Beat(tx, self.world, self.nation.campaign, slot, country.CHANNEL, {"vi": self.texts}, now)

    def chart(self, tx: Tx, kind: Kind) -> Chart:
        """Read what a chart of the country shows."""
        recipe = Recipe(kind, self.nation.campaign.code, self.root.id, self.nation.day, "vi", over=True)
        return series.chart(tx, self.world, recipe)


async def looked_at(nation: Nation) -> Figures:
    """Measure everything that is read, worded, drawn or printed."""
    figures: Figures = {"database MB": nation.config.storage.path.stat().st_size / 1e6}
    setting = setting_of(nation.config)
    async with open_reader(nation.config.storage.path) as store:
        begun = time.perf_counter()
        world = await store.read(lambda tx: worlds.load(tx, setting, nation.day))
        figures["roster loaded s"] = time.perf_counter() - begun
        sight = Sight(nation, world, Texts("vi", nation.config.zone))
        for level, name in LEVELS.items():
            units = islice(cycle(sight.units(level)), TIMES)
            _note(figures, f"/status {name}", await _ask(store, sight.status, list(units)))
        for name, ask, times in (
            ("board of 63", sight.board, SEVERAL),
            ("missing list of the country", sight.missing, SEVERAL),
            ("summary of the country", sight.summary, SEVERAL),
        ):
            _note(figures, name, await _ask(store, ask, [sight.root] * times))
        begun = time.perf_counter()
        pushes = await store.read(sight.summaries)
        figures["all summaries, ms each"] = (time.perf_counter() - begun) / pushes * 1_000
        figures |= await _drawn(store, sight)
    return figures | await _printed(nation, sight.root)


async def _ask(store: Store, ask: Callable[[Tx, Unit], str], units: Sequence[Unit]) -> Samples:
    return await sample(store, [partial(_asked, ask=ask, unit=unit) for unit in units])


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
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # noqa: S603  (our own program)
    said = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(said)
    return {
        "rebuild s": time.perf_counter() - begun,
        "rebuild CPU s": usage.ru_utime + usage.ru_stime,
        "rebuild memory MB": usage.ru_maxrss / 1024,
    }


async def flattened(nation: Nation) -> Figures:
    """Put the districts right below the country and measure the board of all of them."""
    setting = setting_of(nation.config)
    async with open_store(nation.config.storage.path) as store:
        await store.write(
            lambda tx: tx.run(
                "UPDATE units SET parent = (SELECT id FROM units WHERE level = 'nước') WHERE level = 'huyện'"
            )
        )
        world = await store.read(lambda tx: worlds.load(tx, setting, nation.day))
        sight = Sight(nation, world, Texts("vi", nation.config.zone))
        figures: Figures = {}
        _note(figures, "board of 705", await _ask(store, sight.board, [sight.root] * SEVERAL))
    return figures


async def one(wards: int, days: int) -> Figures:
    """Measure one length of history."""
    with tempfile.TemporaryDirectory(prefix="tiendo-bench-") as folder:
        begun = time.perf_counter()
        nation = await found(Path(folder), wards, days, tell=True)
        print(f"  {days} days loaded in {time.perf_counter() - begun:.0f} s", flush=True)
        figures = await looked_at(nation)
        figures |= await started(nation)
        figures |= rebuilt(nation)
        return figures | await flattened(nation)
