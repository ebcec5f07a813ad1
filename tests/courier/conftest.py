"""An office with a running courier, with and without limits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.channels.telegram import TelegramChannel
from bot.courier import UNLIMITED, Courier, Limits
from bot.rehearsal.botapi import BotApiServer
from bot.rehearsal.botapi import Limits as TelegramLimits
from bot.rehearsal.clocks import ManualClock
from storage.sqlite import open_store
from tests import blank
from tests.courier.office import Office


@asynccontextmanager
async def opened(path: Path, limits: Limits, telegrams: TelegramLimits | None) -> AsyncIterator[Office]:
    clock = ManualClock(datetime(2023, 12, 1, 9, 0, tzinfo=UTC))
    blank.lay(path)
    async with BotApiServer(clock, limits=telegrams) as server, open_store(path) as store:
        channel = TelegramChannel(server.token, server.base_url, clock, read_timeout=0.2)
        await channel.open()
        office = Office(server, clock, store, channel, Courier(store, channel, clock, limits))
        yield office
        await office.stop()
        await channel.close()


@pytest.fixture
async def closed_office(tmp_path: Path) -> AsyncIterator[Office]:
    """Return an office whose courier has not been started."""
    async with opened(tmp_path / "tiendo.db", UNLIMITED, None) as office:
        yield office


@pytest.fixture
async def office(closed_office: Office) -> Office:
    closed_office.start()
    return closed_office


@pytest.fixture
async def paced_office(tmp_path: Path) -> AsyncIterator[Office]:
    """Return an office that keeps to its limits, before a Telegram that enforces its own."""
    async with opened(tmp_path / "tiendo.db", Limits(), TelegramLimits()) as office:
        office.start()
        yield office
