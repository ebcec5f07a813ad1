"""One run of the suite: a province, officers who talk, a bot that is killed again and again, and a verdict."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import partial
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.app import SystemClock
from bot.config import Config, load
from bot.rehearsal.botapi.server import BotApiServer
from storage import people, worlds
from storage.people import Role
from storage.sqlite import Tx, open_store
from tests.crash.checker import Evidence
from tests.crash.line import FarServer
from tests.crash.officers import Officer, keep_talking
from tests.crash.process import BotProcess
from tests.stage import apply_roster

DISTRICTS = ("D1", "D2", "D3")
WARDS = 60
WAIT_S = 1.0
BOOT_REACH = 1.2  # times the quickest boot that was seen
DRAIN_S = 240.0
LOOK_S = 0.25

CONFIG = """\
timezone = "{zone}"
admins = [1000001]

[storage]
url = "sqlite:///{folder}/tiendo.db"

[telegram]
token = "{token}"
base_url = "{url}"

[web]
listen = "127.0.0.1:0"

[calendar]
working_days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

[[campaigns]]
code = "vneid"
name = "Cao điểm kích hoạt"
root = "P"
starts = {starts}
deadline = {deadline}
on_time_until = "23:59"
day_closes = "23:59"

  [[campaigns.metrics]]
  code = "tn"
  name = "Thu nhận"

  [[campaigns.metrics]]
  code = "kh"
  name = "Kích hoạt"
  main = true
"""


class After(Enum):
    """Tell what a kill waits for, before chance adds a moment."""

    START = auto()
    FIRST_POLL = auto()
    NEXT_POLL = auto()  # what the first poll brought is stored, and its confirmation is on its way
    MESSAGE = auto()  # the first poll, and then a message that people see


class Strike(NamedTuple):
    """A kind of kill: its weight, what it waits for, and the seconds after that, at least and at most."""

    weight: int
    after: After
    earliest: float
    latest: float


BOOT = Strike(25, After.START, 0.05, 1.2)
STRIKES = (
    BOOT,
    Strike(5, After.START, 0.02, 0.25),
    Strike(15, After.FIRST_POLL, 0.0, 0.15),
    Strike(15, After.NEXT_POLL, 0.0, 0.03),
    Strike(25, After.FIRST_POLL, 0.1, 1.5),
    Strike(15, After.MESSAGE, 0.0, 0.05),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """Say how often the bot is killed, and which chances are drawn."""

    kills: int
    seed: int


async def play(plan: Plan, folder: Path) -> Evidence:
    """Kill the bot as planned, let it finish undisturbed, and return what it left behind in `folder`."""
    chance = random.Random(plan.seed)  # noqa: S311  (a repeatable run, not a secret)
    clock = SystemClock()
    async with FarServer(clock, plan.seed) as server:
        config = configure(folder, server, clock.now())
        first = server.next_update_id
        officers = await appoint(config, server, clock.now(), chance)
        process = BotProcess(folder / "config.toml", server, clock)
        try:
            async with talking(officers, chance, clock):
                for _ in range(plan.kills):
                    await live_and_die(process, server, chance, clock)
            code = await finish(process, server, config.storage.path, clock)
        finally:
            await process.clear_away()
        return Evidence(config, server, officers, process.log, code, plan.kills, first, process.recoveries, clock.now())


def configure(folder: Path, server: BotApiServer, now: datetime) -> Config:
    """Write the config, with a time zone in which it is noon now: no run ever meets a midnight."""
    east = 12 - now.hour
    zone = f"Etc/GMT{-east:+}" if east else "Etc/UTC"
    today = now.astimezone(ZoneInfo(zone)).date()
    path = folder / "config.toml"
    path.touch(mode=0o600)
    path.write_text(
        CONFIG.format(
            zone=zone,
            folder=folder,
            token=server.token,
            url=server.base_url,
            starts=today - timedelta(days=10),
            deadline=today + timedelta(days=20),
        ),
        encoding="utf-8",
    )
    return load(path)


def roster() -> str:
    """Return a province of three districts and sixty wards."""
    rows = ["code,name,level,parent,target.tn,target.kh", "P,Tỉnh,tinh,,,"]
    rows += [f"{code},Huyện {code},huyen,P,," for code in DISTRICTS]
    rows += [f"W{n:02},Xã {n:02},xa,{DISTRICTS[n % len(DISTRICTS)]},2000,2000" for n in range(WARDS)]
    return "\n".join(rows) + "\n"


async def appoint(
    config: Config, server: BotApiServer, now: datetime, chance: random.Random, wards: int = WARDS
) -> list[Officer]:
    """Make the database and give every ward, or the first so many, an officer who has opened the chat."""
    dated = calendar(server, config)
    officers = [
        Officer(f"W{n:02}", server.world.add_user(f"Cán bộ {n:02}"), server, random.Random(chance.random()), dated)  # noqa: S311  (as above)
        for n in range(wards)
    ]
    async with open_store(config.storage.path, create=True) as store:
        await store.write(partial(apply_roster, config=config, text=roster(), now=now))
        await store.write(partial(_give_posts, officers=officers, now=int(now.timestamp())))
    for officer in officers:
        officer.user.private.send("/start")
    return officers


def calendar(server: BotApiServer, config: Config) -> Callable[[int], str]:
    """Return what names the date of so many days ago, by the clock of the messenger."""

    def dated(ago: int) -> str:
        now = server.world.stage.clock.now().astimezone(config.zone)
        return (now.date() - timedelta(days=ago)).isoformat()

    return dated


def _give_posts(tx: Tx, officers: Sequence[Officer], now: int) -> None:
    units = {unit.code: unit.id for unit in worlds.units(tx)}
    for officer in officers:
        person = people.enrol(tx, "telegram", officer.user.id, name=officer.user.name, now=now)
        people.appoint(tx, person, Role.OFFICER, units[officer.ward], now)


@asynccontextmanager
async def talking(officers: Sequence[Officer], chance: random.Random, clock: SystemClock) -> AsyncIterator[None]:
    """Let the officers talk beside the block."""
    talk = asyncio.create_task(keep_talking(officers, random.Random(chance.random()), clock.sleep))  # noqa: S311  (as above)
    try:
        yield
        if talk.done():
            talk.result()
    finally:
        talk.cancel()
        await asyncio.gather(talk, return_exceptions=True)


async def live_and_die(process: BotProcess, server: BotApiServer, chance: random.Random, clock: SystemClock) -> None:
    """Start the bot, and kill it at a moment that chance chooses."""
    (strike,) = chance.choices(STRIKES, [each.weight for each in STRIKES])
    latest = strike.latest
    if strike is BOOT:
        # Where imports alone take longer than that, all such kills would strike before a line of the bot has run.
        latest = max(latest, BOOT_REACH * min(process.recoveries, default=0.0))
    await process.start()
    if strike.after is not After.START:
        await process.first_poll()
    if strike.after is After.NEXT_POLL:
        polls = server.calls["getUpdates"]
        await wait_for(server, lambda: server.calls["getUpdates"] > polls)
    if strike.after is After.MESSAGE:
        heard = len(server.accepted)
        await wait_for(server, lambda: len(server.accepted) > heard)
    await clock.sleep(chance.uniform(strike.earliest, latest))
    await process.kill()


async def wait_for(server: BotApiServer, true: Callable[[], bool]) -> None:
    """Wait until `true()` holds, but not for long: officers may be silent just now."""
    with suppress(TimeoutError):
        await server.until(true, WAIT_S)


async def finish(
    process: BotProcess, server: BotApiServer, data: Path, clock: SystemClock, patience: float = DRAIN_S
) -> int:
    """Let the bot do what is left, undisturbed; stop it and return its exit code. TimeoutError if it hangs."""
    server.faults.clear()
    server.faults.release()
    await process.start()
    await process.first_poll()
    async with asyncio.timeout(patience):
        await server.drained(patience)
        while has_work(data):
            await clock.sleep(LOOK_S)
    return await process.stop()


def has_work(data: Path) -> bool:
    """Tell whether anything waits to be sent or to be tried again."""
    with closing(sqlite3.connect(f"{data.as_uri()}?mode=ro", uri=True)) as connection:
        (waiting,) = connection.execute(
            "SELECT (SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending'))"
            " + (SELECT count(*) FROM updates WHERE state = 'retry')"
        ).fetchone()
    return bool(waiting)
