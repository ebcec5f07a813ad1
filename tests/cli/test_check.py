"""Claims about `tiendo check`."""

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from bot.app import SystemClock, setting_of
from bot.channels.telegram import TelegramChannel
from bot.check import ground
from bot.check.examining import examine
from bot.check.lines import Level, Line, Scene
from bot.check.start import Unfit, make_fit
from bot.cli.failures import explain
from bot.domain.schedule import Slot
from bot.rehearsal.botapi import BotApiServer
from bot.rehearsal.clocks import ManualClock
from storage import ledger
from storage.sqlite import open_store
from tests import cast
from tests.cli.terminal import Terminal


async def checked(terminal: Terminal) -> Result:
    return await asyncio.to_thread(terminal.type, "check")


def lines(result: Result) -> dict[str, str]:
    """Return each subject's last line with its level in front."""
    table = [line.split(maxsplit=2) for line in result.stdout.splitlines()]
    return {subject: f"{level} {text}" for level, subject, text in table}


async def examined(terminal: Terminal, now: datetime) -> list[Line]:
    config = terminal.config
    scene = Scene(config, setting_of(config), ManualClock(now), os.environ, explain)
    return [line async for line in examine(scene)]


async def test_all_is_well(online: Terminal) -> None:
    await asyncio.to_thread(online.fill)
    result = await checked(online)
    assert result.exit_code == 0
    assert {line.split()[0] for line in result.stdout.splitlines()} == {"ok"}
    assert lines(result)["roster"] == "ok campaign vneid: 8 units, 5 of them report"
    assert lines(result)["token"].startswith("ok it opens @tiendo_bot, bot ")
    assert lines(result)["instance"] == "ok the bot is not running"


async def test_without_a_network_check_warns_and_does_not_fail(terminal: Terminal) -> None:
    await asyncio.to_thread(terminal.fill)
    result = await checked(terminal)
    assert result.exit_code == 0
    assert lines(result)["token"] == "warn Telegram could not be asked: Retry"


async def test_T22_a_refused_token_fails_and_is_not_shown(online: Terminal, server: BotApiServer) -> None:
    await asyncio.to_thread(online.fill)
    server.world.revoke_token()
    result = await checked(online)
    assert result.exit_code == 1
    assert lines(result)["token"].startswith("fail Telegram refuses the token")
    assert server.token not in result.output


def test_every_fault_of_the_config_is_a_line(terminal: Terminal) -> None:
    terminal.write_config(terminal.file.read_text(encoding="utf-8").replace("root =", "rot ="))
    result = terminal.type("check")
    assert result.exit_code == 1
    assert [line.split()[:3] for line in result.stdout.splitlines()] == [["fail", "config", "config.toml:"]] * 2


def test_a_config_that_is_not_there_fails(terminal: Terminal) -> None:
    terminal.file.unlink()
    assert terminal.type("check").exit_code == 2


def test_V3_a_config_that_others_may_read_is_warned_of(terminal: Terminal) -> None:
    terminal.fill()
    terminal.file.chmod(0o644)
    assert lines(terminal.type("check"))["config"].endswith("(mode 0644): wanted mode 0600")


def test_without_data_the_way_out_is_told(terminal: Terminal) -> None:
    result = terminal.type("check")
    assert result.exit_code == 1
    assert "run `tiendo roster import FILE --apply`" in lines(result)["data"]


def test_sums_that_differ_fail_and_are_left_alone(terminal: Terminal) -> None:
    terminal.fill()
    terminal.change("INSERT INTO totals VALUES ('vneid', 4, 'tn', '', 45)")
    result = terminal.type("check")
    assert (result.exit_code, lines(result)["sums"]) == (1, "fail 1 differ from the entries: run `tiendo rebuild`")
    assert terminal.query("SELECT amount FROM totals") == [(45,)]


def test_S8_a_damaged_file_fails(terminal: Terminal) -> None:
    terminal.fill()
    terminal.change("PRAGMA journal_mode = DELETE")
    with terminal.data.open("r+b") as file:
        file.seek(-4096, os.SEEK_END)
        file.write(b"\xff" * 4096)
    assert terminal.type("check").exit_code == 1


@pytest.mark.parametrize(("given", "words"), [(8000, "giao thiếu 2.000"), (5500, "giao thừa 500")])
def test_a_target_that_its_children_do_not_add_up_to_is_warned_of(terminal: Terminal, given: int, words: str) -> None:
    text = cast.ROSTER.replace("BT,Bến Tre,tinh,,,Tỉnh Bến Tre,,,,", f"BT,Bến Tre,tinh,,,,{given},,,")
    terminal.roster.write_text(text, encoding="utf-8")
    terminal.fill()
    found = lines(terminal.type("check"))["roster"]
    assert found == f"warn BT tn until 2099-12-31: given {given}, children 6000: {words}"


def test_a_campaign_without_its_root_fails(terminal: Terminal) -> None:
    terminal.fill()
    terminal.write_config(terminal.file.read_text(encoding="utf-8").replace('root = "BT"', 'root = "BTX"'))
    assert lines(terminal.type("check"))["roster"] == "fail campaign vneid: no unit has its root's code"


@pytest.mark.parametrize(("wrong_by", "level"), [(200, Level.OK), (400, Level.WARN), (-400, Level.WARN)])
async def test_K2_a_clock_that_differs_from_the_servers_is_warned_of(
    online: Terminal, wrong_by: int, level: Level
) -> None:
    await asyncio.to_thread(online.fill)
    found = await examined(online, SystemClock().now() + timedelta(seconds=wrong_by))
    [line] = [line for line in found if line.subject == "clock"]
    assert (line.level, "against the server" in line.text) == (level, True)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", ""])
async def test_K5_the_clock_is_shown_in_the_campaigns_zone_whatever_the_hosts(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    await asyncio.to_thread(terminal.fill)
    found = await examined(terminal, cast.MORNING)
    [line] = [line for line in found if line.subject == "clock"]
    assert line.text.startswith("2023-12-01 08:00:00 in Asia/Ho_Chi_Minh")


async def test_a_full_disk_is_warned_of(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    usage: Callable[[Path], Any] = lambda _: type("Usage", (), {"free": 199 * 1024**2})  # noqa: E731  (a stand-in)
    monkeypatch.setattr("bot.check.ground.shutil.disk_usage", usage)
    found = await examined(terminal, cast.MORNING)
    assert Line(Level.WARN, "disk", "199 MB free") in found


@pytest.mark.parametrize(
    ("version", "affected"), [((3, 51, 2), True), ((3, 51, 3), False), ((3, 38, 0), True), ((3, 37, 9), False)]
)
async def test_S18_a_sqlite_with_the_wal_reset_bug_is_named(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int], *, affected: bool
) -> None:
    monkeypatch.setattr("sqlite3.sqlite_version_info", version)
    found = await examined(terminal, cast.MORNING)
    [line] = [line for line in found if line.subject == "sqlite"]
    assert ("one writing connection only" in line.text) is affected


async def test_R2_a_push_that_was_skipped_is_listed(terminal: Terminal) -> None:
    await asyncio.to_thread(terminal.fill)
    slot = Slot("vneid", 0, "countdown", date(2023, 11, 30), time(7, 0), datetime(2023, 11, 30, tzinfo=UTC))
    async with open_store(terminal.config.storage.path) as store:
        await store.write(partial(ledger.enter, slot=slot, state="skipped", now=1_701_400_000, reason="too late"))
    found = await examined(terminal, datetime(2023, 12, 1, 12, tzinfo=UTC))
    assert Line(Level.WARN, "pushes", "vneid countdown of 2023-11-30 07:00: skipped, too late") in found


async def test_S15_data_on_a_share_of_another_machine_are_refused(tmp_path: Path) -> None:
    mounts = {Path("/"): "ext4", tmp_path: "nfs4", tmp_path / "local": "xfs"}
    assert [ground.kind_of(tmp_path / name, mounts) for name in ("", "deep/er", "local/x")] == ["nfs4", "nfs4", "xfs"]
    assert ground.kind_of(tmp_path.parent, mounts) == "ext4"


@pytest.mark.parametrize(
    ("kind", "level"),
    [("ext4", Level.OK), ("nfs4", Level.FAIL), ("cifs", Level.FAIL), ("9p", Level.WARN), ("fuse.sshfs", Level.WARN)],
)
def test_S15_the_kind_of_file_system_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, level: Level
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        f"36 35 98:0 / /elsewhere rw - proc proc rw\n37 35 0:5 / {tmp_path} rw shared:1 - {kind} src rw\n"
    )
    monkeypatch.setattr(ground, "MOUNTS", mounts)
    assert ground.file_system(tmp_path).level is level


def test_S15_the_bot_does_not_start_on_a_share(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal.fill()
    monkeypatch.setattr(ground, "mounted", lambda: {Path("/"): "nfs4"})
    with pytest.raises(Unfit) as refused:
        make_fit(terminal.config)
    assert "lies on nfs4: wanted a disk of this machine" in explain(refused.value).text


def test_S17_files_that_others_may_read_are_warned_of_and_closed_at_the_start(terminal: Terminal) -> None:
    terminal.fill()
    terminal.data.chmod(0o644)
    assert "tiendo.db (mode 0644): wanted mode 0600" in terminal.type("check").stdout
    assert {line.subject for line in make_fit(terminal.config)} == {"modes"}
    assert terminal.data.stat().st_mode & 0o777 == 0o600
    assert make_fit(terminal.config) == []


def test_S17_a_folder_in_which_others_may_write_is_warned_of(terminal: Terminal) -> None:
    terminal.fill()
    terminal.folder.chmod(0o777)
    assert lines(terminal.type("check"))["modes"].endswith("others may put files there; wanted 0700")


def test_S8_a_damaged_file_is_a_line_with_the_way_back(terminal: Terminal) -> None:
    terminal.fill()
    terminal.data.write_bytes(terminal.data.read_bytes()[:8_192] + bytes(4_096) + terminal.data.read_bytes()[12_288:])
    result = terminal.type("check")
    assert result.exit_code == 1
    assert "The way back: `tiendo restore FILE` with your newest copy" in lines(result)["data"]


def test_S9_commits_that_went_missing_are_a_line(terminal: Terminal) -> None:
    terminal.fill()
    before = terminal.data.read_bytes()
    terminal.type("rebuild")
    terminal.data.write_bytes(before)
    assert "lacks its last 1 commits" in lines(terminal.type("check"))["sequence"]


def test_S11_a_backup_that_is_old_or_gone_is_warned_of(terminal: Terminal) -> None:
    terminal.fill()
    assert lines(terminal.type("check"))["backup"].startswith("ok none yet")
    terminal.change(f"INSERT INTO meta VALUES ('backup_at', '0'), ('backup_file', '{terminal.file}')")
    assert lines(terminal.type("check"))["backup"].startswith("warn ")
    terminal.change("UPDATE meta SET value = '/nowhere/copy.db' WHERE key = 'backup_file'")
    assert lines(terminal.type("check"))["backup"] == "warn /nowhere/copy.db is gone"


async def test_D2_a_webhook_that_the_config_does_not_want_is_warned_of(online: Terminal) -> None:
    await asyncio.to_thread(online.fill)
    assert lines(await checked(online))["webhook"] == "ok none, 0 updates wait"
    config = online.config
    channel = TelegramChannel(config.token({}), config.telegram.base_url, SystemClock())
    await channel.open()
    await channel.set_webhook("http://127.0.0.1:9/telegram", "secret")
    await channel.close()
    assert lines(await checked(online))["webhook"].startswith("warn http://127.0.0.1:9/telegram, 0 updates wait")
