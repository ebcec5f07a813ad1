"""Fixtures that every room uses."""

import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import hypothesis
import pytest

from tests.stage import Stage, stage

# A shared machine may stall any single example; speed is measured by benchmarks, not by tests.
hypothesis.settings.register_profile("tiendo", deadline=None)
hypothesis.settings.load_profile("tiendo")

MEMORY = Path("/dev/shm")  # noqa: S108  (where Linux has it; folders in it are made by pytest and tempfile)
ROOM = 2**30


def pytest_configure() -> None:
    """Let Ctrl-C be heard, and files of tests lie in memory."""
    # A shell has what it runs in the background ignore Ctrl-C, and all that starts from there.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Thousands of commits would wait for a disk.
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Stage]:
    """Run the bot on the small cast."""
    async with stage(tmp_path) as playing:
        yield playing
