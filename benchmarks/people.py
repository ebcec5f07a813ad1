"""The country's people beside a running bot: a bot of its own process, and the officers who write to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks import country
from benchmarks.child import Child
from bot.app import SystemClock
from bot.config import Config
from bot.rehearsal.botapi import BotApiServer
from bot.rehearsal.botapi.people import User

PATIENCE_S = 120.0
START_S = 20  # that a bot may take to its first poll
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
BOT = "benchmarks.peers.tiendo_bot"


@dataclass(frozen=True, slots=True)
class Play:
    """A bot that polls, its server with Telegram's limits, and the officers in the order of their wards."""

    server: BotApiServer
    child: Child
    officers: tuple[User, ...]


def noon(now: datetime) -> str:
    """Return a time zone in which it is about noon: pushes keep quiet hours, a benchmark must not wait for them."""
    hours = 12 - now.astimezone(UTC).hour
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"


def settings(folder: Path, now: datetime) -> dict[str, Any]:
    """Return a config whose campaign runs today, on whatever weekday that is."""
    zone = noon(now)
    today: date = now.astimezone(ZoneInfo(zone)).date()
    data = country.settings(folder, starts=today - timedelta(10), deadline=today + timedelta(30))
    data["timezone"] = zone
    data["calendar"] = {"working_days": WEEK}
    data["web"] = {"listen": ""}
    return data


@asynccontextmanager
async def play(folder: Path, officers: int, job: str = "") -> AsyncIterator[Play]:
    """Run the bot as a process of its own; everybody has written to it before, and it polls.

    A `job` is on its schedule for the next full minute that leaves time to start.
    """
    clock = SystemClock()
    now = clock.now()
    data = settings(folder, now)
    path = country.write(folder, data)
    config = Config.model_validate(data, context={"folder": folder, "file": path})
    await country.settle(config, country.country(officers), now, officers)
    async with BotApiServer(clock) as server:
        people = tuple(_officer(server, number) for number in range(officers))
        if job:
            _schedule(path, job, clock.now() + timedelta(seconds=START_S + 60))
        environment = {"CONFIG": str(path), "BASE_URL": server.base_url, "TOKEN": server.token, "PACED": "1"}
        async with Child(BOT, environment, folder / "log") as child:
            await child.until(lambda: server.polling, PATIENCE_S)
            yield Play(server, child, people)


def _schedule(path: Path, job: str, before: datetime) -> None:
    at = before.astimezone(ZoneInfo(noon(before)))
    row = f'[[campaigns.schedule]]\njob = "{job}"\nat = "{at:%H:%M}"\n'
    path.write_text(path.read_text(encoding="utf-8") + row, encoding="utf-8")


def _officer(server: BotApiServer, number: int) -> User:
    user = server.world.add_user(f"Cán bộ {number}", user_id=country.FIRST_ACCOUNT + number)
    user.private.started = True
    return user
