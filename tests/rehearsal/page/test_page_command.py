"""`tiendo rehearse` as one types it."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.rehearsal.test_process import is_held

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
async def test_it_opens_at_one_command_and_ends_within_five_seconds_leaving_nothing(
    tmp_path: Path, number: signal.Signals
) -> None:
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "rehearse", "--no-browser", "--port", "0"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        start_new_session=True,
    )
    assert command.stdout is not None
    said = (await asyncio.wait_for(command.stdout.readline(), 40)).decode()
    address = re.match(r"http://127\.0\.0\.1:\d+/", said)
    assert address is not None, said
    async with aiohttp.ClientSession() as session, session.get(address[0]) as answer:
        assert answer.status == 200
    assert list(map(is_held, laid_down(tmp_path))) == [True]
    os.killpg(command.pid, number)  # as a terminal does
    async with asyncio.timeout(5):
        _, complaints = await command.communicate()
    assert (command.returncode, complaints) == (0, b"")
    assert laid_down(tmp_path, "*") == []


def laid_down(folder: Path, what: str = "*/rehearsal.db") -> list[Path]:
    """Return what lies in the temporary folder."""
    return list(folder.glob(what))
