"""A terminal without and with a Telegram."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import SystemClock
from bot.rehearsal.botapi import BotApiServer
from tests.cli.terminal import Terminal


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TIENDO_CONFIG", "TIENDO_TELEGRAM_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """Return a terminal on a machine without a network, before anything was imported."""
    return Terminal(tmp_path)


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer(SystemClock(), limits=None) as server:
        yield server


@pytest.fixture
def online(tmp_path: Path, server: BotApiServer) -> Terminal:
    """Return a terminal whose bot reaches Telegram. Commands that ask it run in a thread of their own."""
    return Terminal(tmp_path, server.token, server.base_url)
