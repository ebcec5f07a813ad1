"""How many turns it takes: each is a commit."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.channels import Call, Outcome, Sent
from bot.channels.telegram import TelegramChannel
from bot.courier import MANY, UNLIMITED, Courier
from bot.rehearsal.botapi import BotApiServer
from bot.rehearsal.clocks import ManualClock
from storage.sqlite import open_store
from tests.cast import MORNING
from tests.courier.office import Office


class Slow(TelegramChannel):
    """Everything arrives when the test says so; `full` is set when that many are on their way."""

    def __init__(self, server: BotApiServer, clock: ManualClock, expected: int) -> None:
        super().__init__(server.token, server.base_url, clock)
        self.full = asyncio.Event()
        self._expected = expected
        self._away: list[asyncio.Future[Outcome]] = []

    async def deliver(self, _: Call) -> Outcome:
        self._away.append(asyncio.get_running_loop().create_future())
        if len(self._away) == self._expected:
            self.full.set()
        return await self._away[-1]

    async def arrive(self, which: slice) -> None:
        """Let some arrive, and the loop go round until everybody knows it."""
        for each in self._away[which]:
            each.set_result(Sent(1))
        for _ in range(10):
            await asyncio.sleep(0)


@pytest.mark.parametrize(("rows", "commits"), [(MANY, 1), (MANY - 1, 2)], ids=["many", "a few"])
async def test_many_that_come_back_bit_by_bit_are_settled_in_one_commit_and_a_few_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, commits: int
) -> None:
    monkeypatch.setattr("bot.courier.GATHER_S", 0.2)
    clock = ManualClock(MORNING)
    async with BotApiServer(clock, limits=None) as server, open_store(tmp_path / "tiendo.db", create=True) as store:
        channel = Slow(server, clock, rows)
        office = Office(server, clock, store, channel, Courier(store, channel, clock, UNLIMITED))
        for number in range(rows):
            await office.put(office.person(str(number)))
        office.start()
        await channel.full.wait()
        made = commits_of(office)
        await channel.arrive(slice(3))
        await channel.arrive(slice(3, rows))
        await office.courier.idle()
        assert len(made) == commits
        await office.stop()


def commits_of(office: Office) -> list[int]:
    """Return a list to which every commit is added from now on."""
    commits: list[int] = []

    def timing(units: int) -> Callable[[bool], None]:
        commits.append(units)
        return lambda _: None

    office.store.timing = timing
    return commits
