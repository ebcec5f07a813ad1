"""Claims about `tiendo run` as a service: its supervisor, its pages, and leaving with work undone."""

import asyncio
import json
import random
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from bot.app import SystemClock
from bot.rehearsal.botapi import BotApiServer
from tests import cast
from tests.cli.terminal import Terminal, end
from tests.crash.process import BotProcess
from tests.crash.suite import appoint, configure
from tests.web.served import SECRET, free_port

pytestmark = pytest.mark.slow

BOOT_S = 30
QUEUED = 500


@pytest.fixture
async def filled(online: Terminal) -> Terminal:
    await asyncio.to_thread(online.fill)
    return online


@pytest.fixture
def supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Return what a supervisor listens at; processes that are started find it in their environment."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.setblocking(False)  # noqa: FBT003  (its only argument)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "600000")
        yield listening


async def heard(supervisor: socket.socket, word: bytes) -> list[bytes]:
    """Listen until a word is said; return all that was said up to it."""
    said: list[bytes] = []
    async with asyncio.timeout(BOOT_S):
        while word not in said:
            said.append(await asyncio.get_running_loop().sock_recv(supervisor, 1_000))
    return said


async def test_a_supervisor_hears_of_the_start_of_life_and_of_the_end(
    filled: Terminal, supervisor: socket.socket
) -> None:
    process = await filled.start("run")
    await heard(supervisor, b"READY=1")
    assert b"STATUS=works" in [*await heard(supervisor, b"WATCHDOG=1"), *await heard(supervisor, b"WATCHDOG=1")]
    process.terminate()
    await heard(supervisor, b"STOPPING=1")
    assert (await end(process))[0] == 0


STANDS_STILL = """
from bot.watch import Watch
watch = Watch.run
async def run(self):
    self.sign("something")(0.2)
    await watch(self)
Watch.run = run
from bot.__main__ import main
main()
"""


async def test_a_process_in_which_something_hangs_gives_no_sign_of_life(
    filled: Terminal, supervisor: socket.socket
) -> None:
    process = await filled.start("run", code=STANDS_STILL)
    await heard(supervisor, b"STATUS=something shows no life")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.get_running_loop().sock_recv(supervisor, 1_000), timeout=1)
    process.terminate()
    await end(process)


DEAD_WRITER = """
from bot.intake import Intake
poll = Intake.poll
async def poll_once(self):
    self._store._writer.stop()
    await poll(self)
Intake.poll = poll_once
from bot.__main__ import main
main()
"""


async def test_C19_a_writer_that_dies_ends_the_process_within_five_seconds(
    filled: Terminal, server: BotApiServer
) -> None:
    process = await filled.start("run", code=DEAD_WRITER)
    await server.until(lambda: server.calls["getMe"] > 0, BOOT_S)
    clock = SystemClock()
    begun = clock.monotonic()
    code, errors = await end(process)
    assert (code, clock.monotonic() - begun < 6) == (1, True)
    assert json.loads(errors.splitlines()[-1])["level"] == "error"


@pytest.fixture
async def hooked(filled: Terminal) -> str:
    """Return the address of the pages of a process to which updates are delivered."""
    port = free_port()
    (filled.folder / "secret").write_text(SECRET, encoding="utf-8")
    (filled.folder / "secret").chmod(0o600)
    text = filled.file.read_text(encoding="utf-8").replace('"127.0.0.1:0"', f'"127.0.0.1:{port}"')
    webhook = f'webhook = {{url = "http://127.0.0.1:{port}/telegram", secret_file = "secret"}}'
    filled.write_config(text.replace("[telegram]", f'[telegram]\nmode = "webhook"\n{webhook}', 1))
    return f"http://127.0.0.1:{port}"


async def test_V1_a_process_that_is_delivered_to_answers_and_tells_nobody_its_secret(
    filled: Terminal, server: BotApiServer, hooked: str
) -> None:
    process = await filled.start("run", "--log-level", "debug")
    an = server.world.add_user("An")
    an.private.send("/start")
    await server.until(lambda: bool(an.private.from_bots()), BOOT_S)
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{hooked}/telegram", json={}, headers={"x": SECRET}) as answer:
            assert answer.status == 403
        async with session.get(f"{hooked}/healthz") as answer:
            assert answer.status == 200
    process.terminate()
    code, errors = await end(process)
    assert (code, SECRET in errors, cast.TOKEN in errors) == (0, False, False)


async def test_C17_a_signal_with_five_hundred_updates_waiting_is_obeyed_in_eight_seconds_and_loses_none(
    tmp_path: Path,
) -> None:
    clock, chance = SystemClock(), random.Random(7)  # noqa: S311  (a repeatable run)
    async with BotApiServer(clock, limits=None) as server:
        config = configure(tmp_path, server, clock.now())
        officers = await appoint(config, server, clock.now(), chance)
        process = BotProcess(tmp_path / "config.toml", server, clock)
        await process.start()
        await process.first_poll()
        await server.drained(BOOT_S)
        sent = [officers[number % len(officers)].user.private.send(f"tn +{number + 1}") for number in range(QUEUED)]
        polls = server.calls["getUpdates"]
        await server.until(lambda: server.calls["getUpdates"] > polls, BOOT_S)
        begun = clock.monotonic()
        assert await process.stop() == 0
        assert clock.monotonic() - begun < 8
        await process.start()
        await process.first_poll()
        await server.drained(BOOT_S)
        await process.stop()
    with closing(sqlite3.connect(config.storage.path)) as connection:
        assert connection.execute("SELECT count(*) FROM entries").fetchone() == (len(sent),)
        assert connection.execute("SELECT DISTINCT state FROM updates").fetchall() == [("done",)]
