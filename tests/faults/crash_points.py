"""The loop over crash points: `python -m tests.faults.crash_points` crashes at every step there is, one after the other.

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
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import click

from bot.app import SystemClock
from bot.rehearsal.botapi.server import BotApiServer
from tests.crash.checker import Evidence, judge
from tests.crash.officers import How, Officer
from tests.crash.process import ROOT
from tests.crash.suite import appoint, configure, has_work
from tests.faults.crashing import CRASHED
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
    """Play one round: a bot for each of `steps`, crashing at that step, and one that does not."""
    clock, chance = SystemClock(), random.Random(7)  # noqa: S311  (repeatable)
    async with BotApiServer(clock, limits=None) as server:
        server.slows_repolls = False
        config, first = configure(folder, server, clock.now()), server.next_update_id
        officers = await appoint(config, server, clock.now(), chance, SPEAKERS)
        path = folder / "config.toml"
        with path.open("a", encoding="utf-8") as file:
            file.write(NO_BACKUPS)
        _speak(officers, 0)
        for turn, step in enumerate(steps, 1):
            pid = await bots.bear(step, path)
            ending = asyncio.ensure_future(bots.end())
            await _until_quiet(server, config.storage.path, ending)
            _speak(officers, turn)
            await _until_quiet(server, config.storage.path, ending)
            if not ending.done():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
            if await ending != CRASHED:
                break
        pid = await bots.bear(0, path)
        ending = asyncio.ensure_future(bots.end())
        await _until_quiet(server, config.storage.path, ending)
        if not ending.done():
            os.kill(pid, signal.SIGTERM)
        code = await ending
        log = folder / "stderr.log"
        evidence = Evidence(config, server, officers, log, code, len(steps), first, [0.0], clock.now())
        findings = (await judge(evidence)).findings
    crashes = [line.removeprefix("crash ") for line in log.read_text().splitlines() if line.startswith("crash ")]
    return Round(crashes, findings)


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
                place = folder / "-".join(map(str, steps))
                place.mkdir(parents=True)
                played = await play(bots, place, steps)
                findings += played.findings
                for finding in played.findings:
                    click.echo(f"step {steps}: {finding.kind}: {finding.where}: {finding.found}, wanted {finding.wanted}")
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
