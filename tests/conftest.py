"""Fixtures that every room uses."""

from collections.abc import AsyncIterator
from pathlib import Path

import hypothesis
import pytest

from tests.stage import Stage, stage

# A shared machine may stall any single example; speed is measured by benchmarks, not by tests.
hypothesis.settings.register_profile("tiendo", deadline=None)
hypothesis.settings.load_profile("tiendo")


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Stage]:
    """Run the bot on the small cast."""
    async with stage(tmp_path) as playing:
        yield playing
