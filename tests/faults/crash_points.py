"""The loop over crash points: `python -m tests.faults.crash_points` crashes at every step there is, in turn.

Each round has a province of its own, in which two officers report, mend and ask. The bot crashes at its k-th step,
is started again, perhaps to crash again at its j-th, and then left alone: nothing may be lost or doubled. With
k = 1, 2, 3 … a round comes at last that no step was left for; then all have been tried (SQLite's own method).
"""

import asyncio
import os
import random
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import click

from bot.app import SystemClock
from bot.config import Config, load
from bot.rehearsal.botapi.server import BotApiServer
from tests.crash.checker import Evidence, judge
from tests.crash.officers import How, Officer
from tests.crash.process import ROOT
from tests.crash.suite import appoint, configure, has_work
from tests.faults.crashing import CRASHED, NEVER
from tests.soak.history import Finding

SPEAKERS = 2
NO_BACKUPS = "\n[backup]\nkeep = 0\nkeep_weeks = 0\n"
ROUND_S = 40.0
LOOK_S = 0.02
SECOND_CRASHES = (1, 3, 9, 17, 33, 50)


@dataclass(frozen=True)
class Round:
    """What came of one round: the step of each crash (fewer than asked for: it lived), and what was wrong after it."""

    crashes: list[str]
    findings: list[Finding]


class Nursery:
    """Bears bots, one at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def bear(self, step: int, config: Path) -> int:
        """Start a bot that crashes at its k-th step (0: never) and return its process number."""
        if self._process.stdin is None:
            raise RuntimeError("no standard input")
        self._process.stdin.write(f"{step} {config}\n".encode())
        return int(await self._line())

    async def end(self) -> int:
        """Return how the last one ended."""
        return int(await self._line())

    async def _line(self) -> bytes:
        if self._process.stdout is None:
            raise RuntimeError("no standard output")
        async with asyncio.timeout(ROUND_S):
            return await self._process.stdout.readline()


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    """Open a nursery."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.crashing",
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Nursery(process)
    finally:
        process.kill()
        await process.wait()


async def play(bots: Nursery, folder: Path, steps: Sequence[int]) -> Round:
    """Play one round in a new folder: a bot for each of `steps`, crashing at that step, and one that does not."""
    clock, chance = SystemClock(), random.Random(7)  # noqa: S311  (repeatable)
    async with BotApiServer(clock, limits=None) as server:
        server.slows_repolls = False
        config, first = _configure(folder, server, clock.now()), server.next_update_id
        officers = await appoint(config, server, clock.now(), chance, SPEAKERS)
        _speak(officers, 0)
        for turn, step in enumerate(steps, 1):
            if await _life(bots, server, config, step, partial(_speak, officers, turn)) != CRASHED:
                break
        code = await _life(bots, server, config, NEVER)
        log = folder / "stderr.log"
        evidence = Evidence(config, server, officers, log, code, len(steps), first, [0.0], clock.now())
        findings = (await judge(evidence)).findings
    crashes = [line.removeprefix("crash ") for line in log.read_text().splitlines() if line.startswith("crash ")]
    return Round(crashes, findings)


def _configure(folder: Path, server: BotApiServer, now: datetime) -> Config:
    """Make the folder with its config. A backup takes as many steps as everything else together."""
    folder.mkdir()
    configure(folder, server, now)
    path = folder / "config.toml"
    path.write_text(path.read_text(encoding="utf-8") + NO_BACKUPS, encoding="utf-8")
    return load(path)


async def _life(
    bots: Nursery, server: BotApiServer, config: Config, step: int, then: Callable[[], None] = lambda: None
) -> int:
    """Let one live until it crashes, or has nothing to do even after what is said `then`; return its exit code."""
    data = config.storage.path
    pid = await bots.bear(step, data.with_name("config.toml"))
    ending = asyncio.ensure_future(bots.end())
    await _until_quiet(server, data, ending)
    then()
    await _until_quiet(server, data, ending)
    if not ending.done():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    return await ending


def _speak(officers: Sequence[Officer], turn: int) -> None:
    """Let one report anew and the other mend what was said."""
    one, other = officers
    given = {"tn": 40 + turn, "kh": 30 + turn}
    one._newest = one._say(f"{given['tn']} {given['kh']}", one.today, How.SET, given)
    other._newest = other._say("kh +3", other.today, How.ADD, {"kh": 3})
    if turn:
        other._edit()
    one.user.private.send("/status")


async def _until_quiet(server: BotApiServer, data: Path, ending: "asyncio.Future[int]") -> None:
    """Wait until the bot has ended, or has nothing left to do."""
    async with asyncio.timeout(ROUND_S):
        while not ending.done():
            if not server.pending_updates and server.polling and not has_work(data):
                return
            await asyncio.sleep(LOOK_S)


async def every(folder: Path) -> tuple[Counter[str], list[Finding]]:
    """Crash at every step, and at some of them again at once after the restart, until no step is left."""
    crashes: Counter[str] = Counter()
    findings: list[Finding] = []
    async with nursery() as bots:
        step = 0
        while True:
            step += 1
            again = SECOND_CRASHES[step % len(SECOND_CRASHES)]
            for steps in ((step,), (step, again)):
                played = await play(bots, folder / "-".join(map(str, steps)), steps)
                findings += played.findings
                for finding in played.findings:
                    click.echo(
                        f"step {steps}: {finding.kind}: {finding.where}: {finding.found}, wanted {finding.wanted}"
                    )
                crashes.update(played.crashes)
                if not played.crashes:
                    return crashes, findings
            if step % 10 == 0:
                click.echo(f"step {step}: {crashes.total()} crashes, {len(findings)} findings")


@click.command()
def main() -> None:
    """Print at which steps there were crashes; exit 1 when anything was lost or doubled."""
    with tempfile.TemporaryDirectory(prefix="tiendo-steps-") as folder:
        crashes, findings = asyncio.run(every(Path(folder)))
    for name, number in sorted(crashes.items()):
        click.echo(f"  {name:<24}{number:>6}")
    click.echo(f"{crashes.total()} crashes, findings: {len(findings)}")
    raise SystemExit(bool(findings))


if __name__ == "__main__":
    main()
