"""A server, a person and a bare client under a clock that stands still."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest

from bot.rehearsal.botapi import BotApiServer, User
from bot.rehearsal.clocks import ManualClock
from tests.rehearsal.client import Client


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2023, 12, 1, 9, 0, tzinfo=UTC))


@pytest.fixture
async def server(clock: ManualClock) -> AsyncIterator[BotApiServer]:
    async with BotApiServer(clock, limits=None) as server:
        server.slows_repolls = False
        yield server


@pytest.fixture
async def call(server: BotApiServer) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(session, server)


@pytest.fixture
def an(server: BotApiServer) -> User:
    """Return a person whom the bot may write to, with nothing left in the queue."""
    person = server.world.add_user("An", username="an_hoi")
    person.private.send("/start")
    server.bot.queue.clear()
    return person
