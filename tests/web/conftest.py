"""Bots that serve."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web.served import Served, served_anew


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Served]:
    """Return a bot that polls, with its pages."""
    async with served_anew(tmp_path) as bot:
        yield bot
