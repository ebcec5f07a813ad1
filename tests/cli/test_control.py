"""Claims about the control socket."""

import asyncio
import contextlib
import os
import tempfile
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.app import setting_of
from bot.cli.failures import explain
from bot.control import LONGEST_PATH, Control, Declined, NoAnswer, Nobody, ask, socket_path
from bot.rehearsal.clocks import ManualClock
from storage.sqlite import Tx, open_store
from tests.cli.terminal import Terminal

CLOCK = ManualClock(datetime(2023, 12, 1, 1, 0, tzinfo=UTC))


@asynccontextmanager
async def served(terminal: Terminal, path: Path | None = None) -> AsyncIterator[None]:
    """Serve the terminal's data, as a running bot does."""
    await asyncio.to_thread(terminal.fill)
    path, setting = path or socket_path(terminal.data), setting_of(terminal.config)
    async with open_store(terminal.data) as store, Control(store, setting, path, CLOCK, explain):
        yield


@pytest.fixture
async def running(terminal: Terminal) -> AsyncIterator[Terminal]:
    async with served(terminal):
        yield terminal


async def asked(terminal: Terminal, name: str, **args: Any) -> Any:
    return await asyncio.to_thread(ask, socket_path(terminal.data), name, **args)


async def said(terminal: Terminal, line: bytes) -> bytes:
    """Say anything and return the answer; the connection may be cut."""
    reader, writer = await asyncio.open_unix_connection(str(socket_path(terminal.data)))
    writer.write(line)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_an_operation_is_done_by_the_running_bot(running: Terminal) -> None:
    done = await asked(running, "bind_code", unit="TP-01", days=14)
    assert (done["unit"], len(done["code"])) == ("TP-01", 22)
    assert running.query("SELECT kind FROM invites") == [("group",)]


async def test_a_command_hands_its_work_over_while_the_bot_runs(running: Terminal) -> None:
    result = await asyncio.to_thread(running.type, "bind-code", "--unit", "TP-01")
    assert (result.exit_code, len(result.stdout.splitlines()[-1])) == (0, 22)


async def test_a_roster_is_handed_over_with_its_rows(running: Terminal) -> None:
    running.roster.write_text(running.roster.read_text(encoding="utf-8").replace("An Hội", "An Hòa"), encoding="utf-8")
    result = await asyncio.to_thread(running.type, "roster", "import", running.roster, "--apply")
    assert "applied: 0 added, 1 changed" in result.stdout
    assert running.query("SELECT name FROM units WHERE code = 'TP-01'") == [("Phường An Hòa",)]


@pytest.mark.parametrize("words", [["rebuild"], ["status", "--json"], ["roster", "import", "roster.csv"]])
async def test_other_commands_work_beside_the_running_bot(running: Terminal, words: list[str]) -> None:
    result = await asyncio.to_thread(running.type, *(str(running.roster) if w == "roster.csv" else w for w in words))
    assert result.exit_code == 0


async def test_S11_a_backup_is_written_by_the_running_bot(running: Terminal) -> None:
    copy = running.folder / "copy.db"
    result = await asyncio.to_thread(running.type, "backup", copy)
    assert (result.exit_code, copy.stat().st_mode & 0o777) == (0, 0o600)


async def test_a_refusal_comes_back_with_its_words_and_code(running: Terminal) -> None:
    with pytest.raises(Declined) as declined:
        await asked(running, "bind_code", unit="TP-1", days=14)
    assert declined.value.failure == ('no unit has the code "TP-1": perhaps "TP-01"', 1)


async def test_who_runs_is_told(running: Terminal) -> None:
    assert await asked(running, "who") == {"pid": os.getpid(), "since": "2023-12-01T01:00:00+00:00"}


@pytest.mark.parametrize(
    "line", [b"not json\n", b"[]\n", b'{"do": "drop"}\n', b'{"do": "invite", "args": {"x": 1}}\n', b'{"do": "who"']
)
async def test_nonsense_is_refused_and_the_next_one_is_served(running: Terminal, line: bytes) -> None:
    assert b'"ok": false' in await said(running, line)
    assert (await asked(running, "who"))["pid"] == os.getpid()


async def test_H10_a_line_without_end_is_dropped(running: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.control.LARGEST", 1_000)
    async with Control(None, None, running.folder / "small.sock", CLOCK, explain):  # type: ignore[arg-type]  # unused
        reader, writer = await asyncio.open_unix_connection(str(running.folder / "small.sock"))
        writer.write(b"x" * 5_000)
        assert await reader.read() == b""
        writer.close()
        with contextlib.suppress(OSError):  # cut with unread bytes on the line
            await writer.wait_closed()


async def test_twenty_ask_at_once_and_each_gets_an_answer(running: Terminal) -> None:
    done = await asyncio.gather(*(asked(running, "bind_code", unit="BT", days=1) for _ in range(20)))
    assert len({each["code"] for each in done}) == 20


async def test_the_socket_is_its_owners_alone_and_goes_with_the_bot(terminal: Terminal) -> None:
    async with served(terminal):
        assert socket_path(terminal.data).stat().st_mode & 0o777 == 0o600
    assert not socket_path(terminal.data).exists()
    with pytest.raises(Nobody):
        await asked(terminal, "who")


async def test_a_socket_that_a_crash_left_is_replaced(terminal: Terminal) -> None:
    socket_path(terminal.data).touch()
    async with served(terminal):
        assert await asked(terminal, "who")


async def test_a_request_in_work_is_finished_before_the_bot_goes(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def slow(_: Tx, **__: object) -> dict[str, Any]:
        begun.set()
        return {"ended": may_end.wait(10)}

    monkeypatch.setattr("bot.control.OPERATIONS", {"slow": slow})
    async with served(terminal):
        asking = asyncio.create_task(asked(terminal, "slow"))
        await asyncio.to_thread(begun.wait, 10)
        asyncio.get_running_loop().call_soon(may_end.set)
    assert await asking == {"ended": True}


async def test_somebody_who_says_nothing_does_not_hold_the_bot_up(terminal: Terminal) -> None:
    async with served(terminal):
        reader, writer = await asyncio.open_unix_connection(str(socket_path(terminal.data)))
        await asked(terminal, "who")  # comes behind it, so that both are accepted
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()


async def test_silence_is_not_taken_for_nobody(terminal: Terminal) -> None:
    """Asking again could do it twice."""

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_unix_server(hang_up, socket_path(terminal.data)):
        with pytest.raises(NoAnswer):
            await asked(terminal, "bind_code", unit="BT", days=1)


def test_a_path_that_is_too_long_gets_a_short_name_of_its_own() -> None:
    deep = Path("/", "d" * LONGEST_PATH, "tiendo.db")
    path, other = socket_path(deep), socket_path(deep.with_name("other.db"))
    assert path.parent == Path(tempfile.gettempdir(), f"tiendo-{os.getuid()}")
    assert path != other
    assert len(os.fsencode(path)) <= LONGEST_PATH


async def test_the_short_name_is_served_from_a_private_folder(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        path = socket_path(Path("/", "d" * LONGEST_PATH, "tiendo.db"))
        async with served(terminal, path):
            assert path.parent.stat().st_mode & 0o777 == 0o700
            assert await asyncio.to_thread(ask, path, "who")
