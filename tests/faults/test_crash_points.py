"""C: the bot exits at its k-th step and loses nothing; `make soak` tries every step, this a few of each kind."""

import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from storage import chats
from storage.sqlite import Tx
from tests.cast import AN_HOI
from tests.crash.process import ROOT
from tests.faults.crash_points import nursery, play
from tests.stage import Stage, backstage, perform

pytestmark = pytest.mark.slow
STEPS = (4, 17, 31, 46, 58)
BEYOND = 10_000


@pytest.mark.timeout(180)
async def test_C1_to_C11_a_crash_at_any_step_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    async with nursery() as bots:
        for step in STEPS:
            played = await play(bots, tmp_path / str(step), (step,))
            assert (len(played.crashes), played.findings) == (1, [])
        played = await play(bots, tmp_path / "beyond", (BEYOND,))
        assert (played.crashes, played.findings) == ([], [])


async def test_C13_a_group_moves_whole_or_not_at_all(bot: Stage) -> None:
    group = await bot.group("BT", await bot.commander("BT"))

    def die(tx: Tx) -> None:
        chats.migrate(tx, "telegram", group.id, -77)
        raise LookupError

    with pytest.raises(LookupError):
        await bot.store.write(die)
    assert await bot.store.read(lambda tx: tx.value("SELECT unit FROM chats WHERE external = ?", (group.id,)))
    assert await bot.store.read(lambda tx: tx.value("SELECT count(*) FROM chats WHERE external = -77")) == 0


async def test_C20_twenty_starts_in_a_row_tell_nobody_anything(tmp_path: Path) -> None:
    async with backstage(tmp_path) as ready:
        async with perform(ready.server, ready.clock, ready.config) as bot:
            officer = await bot.join(AN_HOI)
            await bot.say(officer, "45 30")
        said = len(ready.server.accepted)
        for _ in range(20):
            ready.clock.advance(3)
            async with perform(ready.server, ready.clock, ready.config):
                pass
        assert len(ready.server.accepted) == said


FOLDING = """
import asyncio, sys
from itertools import count
from pathlib import Path
from storage.sqlite import open_store

async def main():
    async with open_store(Path(sys.argv[1]), create=True) as store:
        for number in count():
            row = (f"c{number % 500}", str(number) * 200)
            await store.write(lambda tx: tx.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", row))
            print(number, flush=True)
            if number % 5 == 4:
                await store.fold_log()

asyncio.run(main())
"""


@pytest.mark.timeout(120)
def test_C15_a_kill_while_the_log_is_folded_back_keeps_every_commit(tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311  (repeatable)
    path = tmp_path / "tiendo.db"
    for _ in range(4):
        command = [sys.executable, "-c", FOLDING, str(path)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:  # noqa: S603  (our own words)
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(chance.randint(20, 200))]
            process.kill()
            last = int((lines + process.stdout.read().split())[-1])
        with closing(sqlite3.connect(path)) as data:
            assert data.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            (kept,) = data.execute("SELECT value FROM meta WHERE key = ?", (f"c{last % 500}",)).fetchone()
            assert kept == str(last) * 200
