"""Rush: N officers have written a line each; how long until every receipt has been accepted, and at what cost.

The bots run one after the other against the same embedded Bot API server, in turns, each as a process of its own.
The clock starts at a bot's first poll; CPU and memory are the bot process's own. The server has no flood limits here.
"""

import gc
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

import uvloop

from benchmarks import country, table
from benchmarks.child import Child, usage
from bot.app import SystemClock
from bot.config import Config
from bot.rehearsal.botapi import BotApiServer

BOTS: Mapping[str, str] = {
    "tiendo": "benchmarks.peers.tiendo_bot",
    "aiogram": "benchmarks.peers.aiogram_bot",
    "ptb": "benchmarks.peers.ptb_bot",
    "floor": "benchmarks.peers.floor_bot",
}
PEERS = Path(__file__).parents[1] / ".venv-bench" / "bin" / "python"
"""The peers' own environment: aiogram and this bot do not agree on a version of pydantic."""

PATIENCE_S = 300.0


@dataclass(frozen=True)
class Run:
    """One bot's rush. `cpu_ms` a report, the start-up left out; `server` the share of a core the server took."""

    seconds: float
    cpu_ms: float
    peak_mb: float
    start_s: float
    server: float
    receipt: str


async def once(name: str, officers: int) -> Run:
    """Let one bot serve one rush."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="tiendo-bench-") as folder:
        place = Path(folder)
        async with BotApiServer(clock, limits=None) as server:
            environment = await prepare(name, place, server, officers)
            for number in range(officers):
                user = server.world.add_user(f"Cán bộ {number}", user_id=country.FIRST_ACCOUNT + number)
                user.private.send(country.line(number))
            gc.collect()
            begun = time.perf_counter()
            python = sys.executable if name == "tiendo" else str(PEERS)
            async with Child(BOTS[name], environment, place / "log", python) as child:
                await server.until(lambda: server.calls["getUpdates"] > 0, PATIENCE_S)
                polled, before, own = time.perf_counter(), child.usage(), usage(os.getpid())
                await server.until(lambda: len(server.accepted) >= officers, PATIENCE_S)
                done, after, owned = time.perf_counter(), child.usage(), usage(os.getpid())
                _verify(server, officers)
    return Run(
        seconds=done - polled,
        cpu_ms=(after.cpu - before.cpu) / officers * 1_000,
        peak_mb=after.peak_mb,
        start_s=polled - begun,
        server=(owned.cpu - own.cpu) / (done - polled),
        receipt=server.accepted[-1].text,
    )


async def prepare(name: str, place: Path, server: BotApiServer, officers: int) -> dict[str, str]:
    """Make what a bot needs before it starts, and return its environment."""
    environment = {"BASE_URL": server.base_url, "TOKEN": server.token, "DATABASE": str(place / "peer.db")}
    if name == "tiendo":
        now = SystemClock().now()
        data = country.settings(place, starts=now.date() - timedelta(10), deadline=now.date() + timedelta(30))
        path = country.write(place, data)
        config = Config.model_validate(data, context={"folder": place, "file": path})
        await country.settle(config, country.country(officers), now, officers)
        environment["CONFIG"] = str(path)
    return environment


def _verify(server: BotApiServer, officers: int) -> None:
    """Hold that every officer has one receipt."""
    receipts = [each for each in server.accepted if each.method == "sendMessage"]
    if len(receipts) != officers or len({each.chat_id for each in receipts}) != officers:
        raise AssertionError(f"{len(receipts)} receipts for {officers} officers")
    if not all(each.text.startswith("✅") for each in receipts):
        raise AssertionError(next(each.text for each in receipts if not each.text.startswith("✅")))


def measure(officers: int, rounds: int, names: Sequence[str] = tuple(BOTS)) -> dict[str, list[Run]]:
    """Let the bots take turns."""
    runs: dict[str, list[Run]] = {name: [] for name in names}
    for number in range(rounds):
        for name in names:
            runs[name].append(uvloop.run(once(name, officers)))
            last = runs[name][-1]
            print(f"  round {number + 1}: {name:8} {officers / last.seconds:8.0f}/s {last.cpu_ms:6.2f} ms")
    return runs


def report(officers: int, rounds: int, names: Sequence[str] = tuple(BOTS)) -> dict[str, float]:
    """Measure, print the table, keep the figures; return this bot's ratios to aiogram."""
    runs = measure(officers, rounds, names)
    middle = {name: _median(each) for name, each in runs.items()}
    base = middle.get("aiogram", middle["tiendo"])
    rows = [
        (
            name,
            f"{officers / run.seconds:.0f}",
            f"{base.seconds / run.seconds:.2f}",
            f"{run.cpu_ms:.2f}",
            f"{run.cpu_ms / base.cpu_ms:.2f}",
            f"{run.peak_mb:.0f}",
            f"{run.start_s:.2f}",
            f"{run.server:.0%}",
        )
        for name, run in middle.items()
    ]
    columns = ("bot", "reports/s", "x aiogram", "CPU ms", "x aiogram", "peak MB", "start s", "server CPU")
    table.show(f"rush: {officers} officers, median of {rounds}", columns, rows)
    ours = middle["tiendo"]
    ratios = {"rate": base.seconds / ours.seconds, "cpu": ours.cpu_ms / base.cpu_ms, "peak_mb": ours.peak_mb}
    table.keep(
        f"rush-{officers}",
        {
            "officers": officers,
            "ratios": ratios,
            "runs": {name: [asdict(run) for run in each] for name, each in runs.items()},
        },
    )
    return ratios


def _median(runs: Sequence[Run]) -> Run:
    def middle(name: str) -> float:
        return float(median(getattr(run, name) for run in runs))

    return Run(
        seconds=middle("seconds"),
        cpu_ms=middle("cpu_ms"),
        peak_mb=middle("peak_mb"),
        start_s=middle("start_s"),
        server=middle("server"),
        receipt=runs[-1].receipt,
    )
