"""The same drive with a bot that is killed between and during its pushes: the same pushes, each once."""

import asyncio
import random
from collections import Counter
from contextlib import AsyncExitStack
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.app import App
from bot.config import Config
from bot.domain.schedule import upcoming
from bot.rehearsal.botapi import BotApiServer
from bot.rehearsal.clocks import ManualClock
from storage.sqlite import Tx
from tests import cast
from tests.cast import AN_HOI
from tests.jobs.drive import BEATS, SEED, Drive, backdrop, cast_for
from tests.stage import Stage, backstage, perform

DAYS = 6
Row = tuple[str, int, str, str]


class Mortal(Stage):
    """A bot that dies at random while time passes, and is started again at once or a while later."""

    def bear(self, stack: AsyncExitStack, backdrop: tuple[BotApiServer, ManualClock, Config], seed: int) -> None:
        """Give it the means to be born again."""
        self._stack, self._backdrop, self.deaths = stack, backdrop, 0
        self._chance = random.Random(seed)  # noqa: S311  (repeatable, guards nothing)

    async def die(self, away: timedelta = timedelta(0)) -> None:
        """End in the middle of whatever is being done, as a kill would, and come back."""
        self.deaths += 1
        await self._stack.aclose()
        self.clock.advance(away.total_seconds())
        again = await self._stack.enter_async_context(perform(*self._backdrop))
        self.app, self.task = again.app, again.task

    async def pass_to(self, moment: datetime) -> None:
        """Let time pass as a scene does, but die before, in or after a push, now and then for minutes."""
        setting, now = self.setting, self.clock.now()
        for slot in upcoming(setting.campaigns, setting.calendar, setting.zone, now, moment - now):
            if slot.at > self.clock.now():
                self.clock.set(slot.at)
            await self._look_and_perhaps_die()
        if moment > self.clock.now():
            self.clock.set(moment)
        await self.look()

    async def _look_and_perhaps_die(self) -> None:
        fate = self._chance.choice(["before", "during", "away", "lives"])
        if fate == "before":
            await self.die()
        elif fate == "during":
            looking = asyncio.ensure_future(self.app.clockwork.look())
            for _ in range(self._chance.randint(0, 40)):
                await asyncio.sleep(0)
            await self.die()
            await asyncio.gather(looking, return_exceptions=True)
        elif fate == "away":
            await self.die(timedelta(minutes=self._chance.randint(1, 12)))
        await self.look()


@pytest.fixture
def abrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the bot end without its last seconds of grace."""

    async def at_once(app: App) -> None:
        del app

    monkeypatch.setattr(App, "stop", at_once)


def _ledger(tx: Tx) -> list[Row]:
    rows = tx.all("SELECT job, chat, day, slot FROM job_runs WHERE chat <> 0 AND state IN ('sent', 'late')")
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _unsure(tx: Tx) -> int:
    return int(tx.value("SELECT count(*) FROM outbox WHERE state = 'unknown'"))


async def _play(drive: Drive) -> list[Row]:
    for day in (drive.campaign.starts + timedelta(days=n) for n in range(DAYS)):
        await drive.play(day)
    return await drive.bot.store.read(_ledger)


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.usefixtures("abrupt")
async def test_killed_and_restarted_at_random_it_gives_the_same_pushes(tmp_path: Path) -> None:
    (tmp_path / "calm").mkdir()
    (tmp_path / "mortal").mkdir()
    async with backdrop(tmp_path / "calm") as place, perform(*place) as bot:
        calm = await _play(await cast_for(bot, SEED))
    async with backdrop(tmp_path / "mortal") as place, AsyncExitStack() as stack:
        born = await stack.enter_async_context(perform(*place))
        bot = Mortal(born.server, born.clock, born.config, born.setting, born.app, born.task)
        bot.bear(stack, place, SEED)
        drive = await cast_for(bot, SEED)
        rows = await _play(drive)
        sent = [a for a in bot.server.accepted[drive.curtain :] if a.method.startswith("send")]
        unsure = await bot.store.read(_unsure)
        await bot.check_sums()
    assert bot.deaths > 15
    assert sorted(rows) == sorted(calm)
    pushed = [each for each in sent if "Đã ghi nhận" not in each.text and "Đã ghi nghỉ" not in each.text]
    assert len(rows) - unsure <= len(pushed)
    days = Counter((a.chat_id, a.at.date()) for a in sent if "chưa có báo cáo" in a.text)
    assert max(days.values()) <= len(BEATS)


async def test_R1_who_reported_while_the_bot_was_away_is_not_reminded(tmp_path: Path) -> None:
    rows = [{"job": "remind", "at": "15:00"}]
    async with backstage(tmp_path, campaigns=[cast.campaign(schedule=rows)]) as ready:
        async with perform(ready.server, ready.clock, ready.config) as bot:
            officer = await bot.join(AN_HOI)
            await bot.turn_to(time(14, 50))
        officer.private.send("45 30")
        ready.clock.advance(timedelta(minutes=20).total_seconds())
        async with perform(ready.server, ready.clock, ready.config) as bot:
            await bot.look()
    assert [m.text for m in officer.private.from_bots() if "chưa có báo cáo" in m.text] == []
    assert bot.today == date(2023, 12, 1)
