"""Claims about `tiendo run` as a process: how it starts, what it writes, how it ends."""

import asyncio
import json
import signal
import sqlite3
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.app import SystemClock
from bot.channels.telegram import TelegramChannel
from bot.cli.failures import explain
from bot.cli.run import work
from bot.rehearsal.botapi import BotApiServer, Fault, User
from bot.rehearsal.clocks import ManualClock
from tests import cast
from tests.cli.terminal import NOBODY, Terminal, end

pytestmark = pytest.mark.slow

BOOT_S = 30
BROKEN = """
from {module} import {owner}
async def broken(self):
    {how}
{owner}.{method} = broken
from bot.__main__ import main
main()
"""


@pytest.fixture
async def filled(online: Terminal) -> Terminal:
    await asyncio.to_thread(online.fill)
    return online


@pytest.fixture
async def running(filled: Terminal, server: BotApiServer) -> AsyncIterator[Process]:
    """Return a process that polls."""
    process = await filled.start("run", "--log-level", "debug")
    await server.until(lambda: server.polling, BOOT_S)
    yield process
    if process.returncode is None:
        process.kill()
        await process.wait()


def events(errors: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in errors.splitlines()]


async def heard(process: Process, event: str) -> None:
    """Read the log until an event."""
    assert process.stderr is not None
    async with asyncio.timeout(BOOT_S):
        while json.loads(await process.stderr.readline())["event"] != event:
            pass


async def seconds_to_end(process: Process) -> float:
    clock = SystemClock()
    begun = clock.monotonic()
    await end(process)
    return clock.monotonic() - begun


async def stuck(terminal: Terminal, server: BotApiServer, an: User, rows: int) -> None:
    """Let a queue wait behind a messenger that does not answer."""
    server.faults.always("sendMessage", Fault.hang_before())
    an.private.send("/start")
    await server.until(lambda: server.faults.hanging > 0, BOOT_S)
    assert len(terminal.query("SELECT 1 FROM outbox WHERE state = 'sending'")) == rows


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_in_good_order(running: Process, filled: Terminal, number: int) -> None:
    running.send_signal(number)
    code, errors = await end(running)
    assert (code, events(errors)[-1]["event"]) == (0, "stopped")
    assert not filled.data.with_name("tiendo.db-wal").exists()


async def test_the_log_begins_with_the_version_of_sqlite(running: Process) -> None:
    running.terminate()
    _, errors = await end(running)
    first = events(errors)[0]
    assert (first["event"], first["sqlite"]) == ("starting", sqlite3.sqlite_version)


async def test_C17_a_signal_during_a_send_ends_it_within_eight_seconds(
    running: Process, filled: Terminal, server: BotApiServer
) -> None:
    await stuck(filled, server, server.world.add_user("An"), 1)
    running.terminate()
    assert await seconds_to_end(running) < 8
    assert running.returncode == 0
    assert filled.query("SELECT count(*) FROM outbox WHERE state = 'sending'") == [(0,)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_C18_a_second_signal_ends_it_at_once(
    running: Process, filled: Terminal, server: BotApiServer, number: int
) -> None:
    await stuck(filled, server, server.world.add_user("An"), 1)
    running.terminate()
    await heard(running, "stopping")
    running.send_signal(number)
    assert await seconds_to_end(running) < 2
    assert running.returncode == 128 + number


@pytest.mark.parametrize(
    ("module", "owner", "method", "how", "error"),
    [
        ("bot.intake", "Intake", "poll", "raise RuntimeError('45 30')", "RuntimeError"),
        ("bot.intake", "Intake", "retry", "raise RuntimeError('45 30')", "RuntimeError"),
        ("bot.courier", "Courier", "run", "raise RuntimeError('45 30')", "RuntimeError"),
        ("bot.intake", "Intake", "retry", "return", "TaskEnded"),
        ("bot.app", "App", "run", "raise __import__('asyncio').CancelledError", "TaskEnded"),
    ],
)
async def test_C19_the_death_of_any_task_ends_it_with_one_line(
    filled: Terminal, module: str, owner: str, method: str, how: str, error: str
) -> None:
    code = BROKEN.format(module=module, owner=owner, method=method, how=how)
    process = await filled.start("run", code=code)
    await heard(process, "starting")
    exit_code, errors = await end(process)
    faults = [event for event in events(errors) if event["level"] == "error"]
    assert (exit_code, [fault["error"] for fault in faults]) == (1, [error])
    assert "45 30" not in errors


async def test_S12_a_second_instance_is_refused_and_told_who_runs(running: Process, filled: Terminal) -> None:
    code, errors = await end(await filled.start("run"))
    assert code == 1
    assert f"the bot runs already on this database: process {running.pid}, since " in events(errors)[-1]["event"]


async def test_S12_the_first_instance_goes_on(running: Process, filled: Terminal, server: BotApiServer) -> None:
    await end(await filled.start("run"))
    an = server.world.add_user("An")
    an.private.send("/start")
    await server.until(lambda: bool(an.private.from_bots()), BOOT_S)
    assert running.returncode is None


async def test_commands_hand_their_work_to_the_process(running: Process, filled: Terminal) -> None:
    result = await asyncio.to_thread(filled.type, "invite", "--role", "officer", "--unit", cast.AN_HOI)
    assert (result.exit_code, result.stdout.startswith("https://t.me/tiendo_bot?start=")) == (0, True)
    assert f"process {running.pid}" in (await asyncio.to_thread(filled.type, "check")).stdout


async def test_V1_a_day_at_debug_leaves_no_token_code_name_or_text_in_the_log(
    running: Process, filled: Terminal, server: BotApiServer
) -> None:
    issued = await asyncio.to_thread(filled.type, "invite", "--role", "officer", "--unit", cast.AN_HOI)
    code = issued.stdout.splitlines()[-1]
    an = server.world.add_user("Nguyễn Văn Kiểm")
    server.faults.next("sendMessage", Fault.html_502())
    for text in (f"/start {code}", "45 30 # ghi-chú-riêng", f"/start {code}", "/status", "/toi"):
        an.private.send(text)
    await server.until(lambda: len(an.private.from_bots()) >= 5, BOOT_S)
    running.terminate()
    _, errors = await end(running)
    assert "not_simply_sent" in errors
    for needle in (server.token, server.token.partition(":")[2], code, "Kiểm", "ghi-chú-riêng", "45 30"):
        assert needle not in errors


async def test_without_a_database_it_says_the_way_out(online: Terminal) -> None:
    code, errors = await end(await online.start("run"))
    assert code == 1
    assert "run `tiendo roster import FILE --apply` or `tiendo migrate`" in events(errors)[-1]["event"]


async def test_S13_data_of_a_newer_program_are_refused(filled: Terminal) -> None:
    filled.change("INSERT INTO migrations VALUES (99, 'later', 'x')")
    code, errors = await end(await filled.start("run"))
    assert (code, "schema 99" in events(errors)[-1]["event"]) == (1, True)


async def test_D4_the_token_of_another_bot_is_refused(filled: Terminal, server: BotApiServer) -> None:
    filled.change("INSERT INTO meta VALUES ('bot_id', '5')")
    code, errors = await end(await filled.start("run"))
    words = f"the token is that of bot {server.bot.id}, the data are those of bot 5"
    assert (code, events(errors)[-1]["event"]) == (1, words)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("token = ", "# token = ", "telegram.token is missing"),
        (
            "[telegram]",
            '[telegram]\nmode = "webhook"\nwebhook = {url = "http://x/y", secret_file = "s"}',
            "telegram.webhook.secret_file",
        ),
    ],
)
async def test_a_config_that_cannot_run_ends_it_with_2(filled: Terminal, old: str, new: str, words: str) -> None:
    filled.write_config(filled.file.read_text(encoding="utf-8").replace(old, new, 1))
    code, errors = await end(await filled.start("run"))
    assert code == 2
    assert words in errors


async def test_N1_it_waits_for_a_network_that_is_not_there_and_still_ends_in_good_order(filled: Terminal) -> None:
    text = filled.file.read_text(encoding="utf-8")
    base_url = filled.config.telegram.base_url
    filled.write_config(text.replace(base_url, NOBODY))
    process = await filled.start("run")
    await heard(process, "cannot reach the messenger yet")
    process.terminate()
    assert (await end(process))[0] == 0


async def test_D11_T22_a_token_that_stays_refused_for_a_minute_ends_it_with_78(
    filled: Terminal, server: BotApiServer
) -> None:
    server.world.revoke_token()
    clock, stop = ManualClock(cast.MORNING), asyncio.Event()
    channel = TelegramChannel(server.token, server.base_url, clock)
    task = asyncio.create_task(work(filled.config, channel, clock, stop, lambda: None))
    async with asyncio.timeout(BOOT_S):
        while not task.done():
            clock.advance(1)
            await asyncio.wait((task,), timeout=0.005)
    assert explain(task.exception() or RuntimeError()).code == 78  # type: ignore[arg-type]  # never a CancelledError
    assert server.calls["getMe"] >= 3
