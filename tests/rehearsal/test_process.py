"""The bot as a process of its own, without a browser."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NoReturn

import pytest

from bot.app import running, setting_of
from bot.rehearsal.page.theatre import Theatre, as_process, built
from bot.rehearsal.process import Fallen, Standing, tail
from bot.rehearsal.wire import Gone
from storage.errors import InstanceRunning
from storage.invites import InviteKind
from storage.lock import InstanceLock
from tests import cast
from tests.stage import table

pytestmark = pytest.mark.slow


@pytest.fixture
async def theatre(tmp_path: Path) -> AsyncIterator[Theatre]:
    config = cast.config(tmp_path)
    roster = table(cast.ROSTER, config)
    async with built(config, setting_of(config), roster, running, cast.MORNING, as_process) as theatre:
        yield theatre


async def test_it_answers_on_the_clock_of_this_process(theatre: Theatre) -> None:
    officer = theatre.server.world.add_user("Cán bộ")
    officer.private.send(f"/start {await theatre.code(cast.AN_HOI, InviteKind.OFFICER)}")
    await officer.private.answer(within=10)
    theatre.clock.advance(3600)
    officer.private.send("45 30")
    assert "Đã ghi nhận #" in (await officer.private.answer(within=10)).text
    theatre.clock.advance(86_400)
    officer.private.send("1 1")
    assert "02-12-2023" in (await officer.private.answer(within=10)).text


async def test_killed_it_can_be_asked_nothing_until_it_is_started_again(theatre: Theatre) -> None:
    first = theatre.bot.health.pid
    await theatre.bot.kill()
    assert theatre.bot.health.standing is Standing.KILLED
    with pytest.raises(Gone):
        await theatre.bot.look()
    assert await theatre.bot.start()
    await theatre.bot.look()
    assert theatre.bot.health.pid not in (None, first)


async def test_ending_by_itself_it_leaves_its_exit_code_and_last_words(theatre: Theatre) -> None:
    ended = asyncio.Event()
    theatre.bot.changed = ended.set
    assert theatre.bot.health.pid is not None
    os.kill(theatre.bot.health.pid, signal.SIGTERM)
    await asyncio.wait_for(ended.wait(), 10)
    assert (theatre.bot.health.standing, theatre.bot.health.code) == (Standing.FALLEN, -signal.SIGTERM)
    assert theatre.bot.health.tail[-1].startswith("info: starting")


async def test_a_bot_that_cannot_begin_is_said_with_its_last_words(tmp_path: Path) -> None:
    config = cast.config(tmp_path)
    setting, roster = setting_of(config), table(cast.ROSTER, config)
    with pytest.raises(Fallen) as fallen:
        async with built(config, setting, roster, nothing_starts, cast.MORNING, as_process):
            pass
    assert "ZeroDivisionError" in fallen.value.health.tail[-1]


def nothing_starts(*_: object, **__: object) -> NoReturn:
    """Stand for a bot that breaks at once; the other process imports it by its name."""
    raise ZeroDivisionError


async def test_it_ends_when_the_process_that_started_it_is_killed(tmp_path: Path) -> None:
    script = f"import asyncio; from {__name__} import hold; asyncio.run(hold({str(tmp_path)!r}))"
    page = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script), stdout=asyncio.subprocess.PIPE, env=os.environ | {"TMPDIR": str(tmp_path)}
    )
    assert page.stdout is not None
    database = Path((await asyncio.wait_for(page.stdout.readline(), 30)).decode().strip())
    assert is_held(database)
    page.kill()
    await page.wait()
    async with asyncio.timeout(5):
        while is_held(database):  # noqa: ASYNC110  (of another process one can only ask again)
            await asyncio.sleep(0.02)


def is_held(database: Path) -> bool:
    """Tell whether a process has this data open for writing: the system frees the lock of one that has ended."""
    try:
        with InstanceLock(database):
            return False
    except InstanceRunning:
        return True


async def hold(folder: str) -> None:
    """Run a theatre, print where its data lies, and wait to be killed."""
    config = cast.config(Path(folder))
    setting, roster = setting_of(config), table(cast.ROSTER, config)
    async with built(config, setting, roster, running, cast.MORNING, as_process) as theatre:
        sys.stdout.write(f"{theatre.config.storage.path}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def test_log_lines_are_told_as_people_read_them(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    log.write_text('{"event": "poll failed", "level": "warning", "pause": 1.0, "logger": "bot.intake"}\nTraceback\n')
    assert tail(log) == ("warning: poll failed pause=1.0", "Traceback")
