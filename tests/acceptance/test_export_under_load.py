"""A province is exported in a process of its own, and officers who report meanwhile do not notice."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from math import ceil
from pathlib import Path

import pytest

from bot.app import SystemClock, running
from bot.channels.telegram import TelegramChannel
from bot.clockwork import by_hand
from bot.config import Config
from bot.domain.world import World
from bot.rehearsal.botapi import BotApiServer
from bot.rehearsal.botapi.messages import Message
from bot.rehearsal.botapi.people import User
from storage import chats, entries, people, rebuilding
from storage.people import Role
from storage.sqlite import Tx, open_store
from tests import cast
from tests.stage import QuickPainter, apply_roster
from tests.storage.ground import KH, TN, Pen, world_of

CHIEF, OFFICERS = 900, range(1_000, 1_050)
WARDS, DISTRICTS, DAYS = 240, 12, 30
EVERY_S = 5.0
"""Between two lines of an officer: ten a second of all, with a receipt and the end of the former one for each."""

SHORTEST_S = 5.0
"""An export that is over sooner proves nothing about receipts: then half a second is enough."""

PATIENCE_S = 120.0


def roster() -> str:
    """Return a province as a table."""
    rows = ["code,name,level,parent,target.tn,baseline.tn,target.kh,baseline.kh", "BT,Bến Tre,tinh,,,,,"]
    rows += [f"H{number:02},Huyện số {number},huyen,BT,,,," for number in range(DISTRICTS)]
    rows += [f"X{number:03},Xã số {number},xa,H{number % DISTRICTS:02},2000,900,2000,500" for number in range(WARDS)]
    return "\n".join(rows) + "\n"


def settings(folder: Path, server: BotApiServer, today: date) -> Config:
    """Return the config of a campaign that has run for a month: the bot's clock is the machine's."""
    starts, deadline = today - timedelta(days=DAYS), today + timedelta(days=10)
    campaign = cast.campaign(starts=starts, deadline=deadline, report_due=deadline)
    return cast.config(folder, server.base_url, campaigns=[campaign])


def fill(tx: Tx, config: Config, now: datetime) -> None:
    """Let every ward have reported on every day, and fifty wards have somebody who reports."""
    today = now.astimezone(config.zone).date()
    apply_roster(tx, config, roster(), now - timedelta(days=DAYS))
    world = world_of(tx, config, today)
    for account, role, code in (
        (CHIEF, Role.COMMANDER, "BT"),
        *((each, Role.OFFICER, ward(each)) for each in OFFICERS),
    ):
        appoint(tx, world, account, role, code)
    pen = Pen(tx, world)
    for number in range(WARDS):
        for back in range(1, DAYS + 1):
            amounts = {TN: 20 + (number + back) % 9, KH: 10 + back % 5}
            slot = pen.slot(f"X{number:03}", today - timedelta(days=back))
            entries.append(tx, pen.new(slot, amounts, amounts, update=number))
    rebuilding.rebuild(tx, world)


def ward(officer: int) -> str:
    """Return the ward of an officer's account."""
    return f"X{officer % WARDS:03}"


def appoint(tx: Tx, world: World, account: int, role: Role, code: str) -> None:
    person = people.enrol(tx, "telegram", account, name=f"Đồng chí {account}", now=0)
    people.appoint(tx, person, role, world.tree.by_code[code.casefold()], 0)
    chats.meet(tx, "telegram", account, private=True)


@dataclass(frozen=True)
class Rush:
    """How long each receipt took, and the files together; in seconds."""

    waits: list[float]
    export: float

    @property
    def p95(self) -> float:
        """Return what nineteen of twenty receipts took at most."""
        return sorted(self.waits)[ceil(0.95 * len(self.waits)) - 1]


async def rush(server: BotApiServer) -> Rush:
    """Let the commander ask for all files, and the officers report until they are there."""
    clock, commander = SystemClock(), server.world.add_user("Chỉ huy", user_id=CHIEF)
    officers = [server.world.add_user(f"Cán bộ {each}", user_id=each) for each in OFFICERS]
    begun = clock.monotonic()
    commander.private.send("/xuat tất cả")
    files = asyncio.create_task(commander.private.answer(4, within=PATIENCE_S))
    reporting = [
        asyncio.create_task(keep_reporting(officer, clock, begun + EVERY_S * turn / len(officers), files))
        for turn, officer in enumerate(officers)
    ]
    last = await files
    lasted = clock.monotonic() - begun
    assert last.media == "document"
    return Rush([wait for waits in await asyncio.gather(*reporting) for wait in waits], lasted)


async def keep_reporting(officer: User, clock: SystemClock, due: float, until: asyncio.Task[Message]) -> list[float]:
    """Let an officer report again and again, and return how long each receipt took.

    Reckoned from when the line was due: where the bot holds the event loop, it holds the officer's hand too.
    """
    waits: list[float] = []
    while not waits or not until.done():
        await clock.sleep(max(0.0, due - clock.monotonic()))
        officer.private.send(f"{20 + len(waits) % 5} {10 + len(waits) % 3}")
        assert (await officer.private.answer(within=PATIENCE_S)).text.startswith("✅")
        waits.append(clock.monotonic() - due)
        due += EVERY_S
    return waits


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_receipts_are_in_time_while_a_province_is_exported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = SystemClock()
    async with BotApiServer(clock) as server:
        config = settings(tmp_path, server, clock.now().date())
        async with open_store(config.storage.path, create=True) as store:
            await store.write(partial(fill, config=config, now=clock.now()))
        channel = TelegramChannel(server.token, server.base_url, clock)
        async with running(config, channel, clock, alarm=by_hand, painter=QuickPainter()):
            found = await rush(server)
    with capsys.disabled():
        figures = f"{len(found.waits)} receipts in the {found.export:.0f} s of a province's export"
        print(f"\n{figures}: p95 {found.p95:.2f} s")  # noqa: T201  (a figure to be read)
    # Two seconds are promised. On a busy machine all takes longer, files too: so receipts are held against those.
    assert found.p95 < max(SHORTEST_S, found.export) / 10
