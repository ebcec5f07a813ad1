"""A server whose clock stands still, a person, and the channel that speaks to them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.channels.telegram import TelegramChannel
from bot.rehearsal.botapi import BotApiServer, User
from bot.rehearsal.clocks import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2023, 12, 1, 9, 0, tzinfo=UTC))


@pytest.fixture
async def server(clock: ManualClock) -> AsyncIterator[BotApiServer]:
    async with BotApiServer(clock, limits=None) as server:
        yield server


@pytest.fixture
async def channel(server: BotApiServer, clock: ManualClock) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(server.token, server.base_url, clock, read_timeout=0.1)
    await channel.open()
    yield channel
    await channel.close()


@pytest.fixture
def an(server: BotApiServer) -> User:
    person = server.world.add_user("An")
    person.private.send("/start")
    return person
