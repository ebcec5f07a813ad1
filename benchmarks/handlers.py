"""Handlers: what one report costs from the raw update to the rows of its receipt, with no network and no other thread.

Batches of a hundred, as the messenger delivers them, go through the intake in one transaction each. Reported is
the CPU of this thread, which hardly depends on what else the machine does.
"""

import argparse
import asyncio
import cProfile
import pstats
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, cast

from benchmarks import country
from bot.app import SystemClock, setting_of
from bot.channels.telegram import BATCH, TelegramChannel
from bot.config import Config
from bot.intake import Intake
from handlers.desk import Desk
from storage import connecting
from storage.sqlite import Store, open_store
from storage.transaction import commit_together

NO_STORE = cast("Store", None)
"""The batches are handed over here, without one."""


def updates(officers: int, now: datetime) -> Iterator[dict[str, Any]]:
    """Yield the officers' lines as Telegram would deliver them."""
    for number in range(officers):
        account, name = country.FIRST_ACCOUNT + number, f"Cán bộ {number}"
        yield {
            "update_id": number + 1,
            "message": {
                "message_id": number + 1,
                "date": int(now.timestamp()),
                "chat": {"id": account, "type": "private", "first_name": name},
                "from": {"id": account, "is_bot": False, "first_name": name, "language_code": "vi"},
                "text": country.line(number),
            },
        }


async def _prepared(place: Path, officers: int, now: datetime) -> Config:
    data = country.settings(place, starts=now.date() - timedelta(10), deadline=now.date() + timedelta(30))
    config = Config.model_validate(data, context={"folder": place, "file": country.write(place, data)})
    await country.settle(config, country.country(officers), now, officers)
    async with open_store(config.storage.path):
        return config


def measure(officers: int, profile: cProfile.Profile | None = None) -> list[float]:
    """Return the CPU milliseconds a report of each batch."""
    clock = SystemClock()
    now = clock.now()
    with tempfile.TemporaryDirectory(prefix="tiendo-bench-") as folder:
        config = asyncio.run(_prepared(Path(folder), officers, now))
        channel = TelegramChannel("1:x", "http://127.0.0.1", clock)
        desk = Desk(setting_of(config), channel.name, "bench_bot")
        intake = Intake(NO_STORE, channel, desk, clock, lambda: None, asyncio.Event())
        with closing(connecting.writer(config.storage.path)) as connection:
            return list(_batches(connection, intake, list(updates(officers, now)), now, profile))


def _batches(
    connection: sqlite3.Connection,
    intake: Intake,
    raw: list[dict[str, Any]],
    now: datetime,
    profile: cProfile.Profile | None,
) -> Iterator[float]:
    for first in range(0, len(raw), BATCH):
        batch = raw[first : first + BATCH]
        if profile is not None and first:
            profile.enable()
        begun = time.thread_time()
        ((_, error),) = commit_together(connection, [partial(intake._take, batch=batch, now=now)])  # noqa: SLF001
        spent = time.thread_time() - begun
        if profile is not None:
            profile.disable()
        if error is not None:
            raise error
        yield spent / len(batch) * 1_000
    (receipts,) = connection.execute("SELECT count(*) FROM outbox WHERE payload LIKE '%✅%'").fetchone()
    if receipts != len(raw):
        raise AssertionError(receipts)


def main() -> None:
    """Print the median of the batches after the first, which reads the roster."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--officers", type=int, default=3_000)
    arguments.add_argument("--profile", action="store_true")
    chosen = arguments.parse_args()
    profile = cProfile.Profile() if chosen.profile else None
    spent = measure(chosen.officers, profile)
    print(f"{median(spent[1:]):.3f} ms CPU a report (best batch {min(spent[1:]):.3f}, first {spent[0]:.3f})")
    if profile is not None:
        pstats.Stats(profile).sort_stats("tottime").print_stats(60)


if __name__ == "__main__":
    main()
