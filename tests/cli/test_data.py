"""Claims about rebuild, migrate and backup."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import schema
from storage.sqlite import InstanceLock
from tests.cli.terminal import ROOT, Terminal

NEWEST = schema.migrations()[-1].number
NOBODY_UID = 65_534


@pytest.fixture
def filled(terminal: Terminal) -> Terminal:
    terminal.fill()
    return terminal


@pytest.fixture
def unprivileged() -> Iterator[Terminal]:
    """Return a terminal of somebody whom the file modes bind, which they do not if the tests run as root."""
    with tempfile.TemporaryDirectory() as folder:
        terminal = Terminal(Path(folder))
        terminal.fill()
        user = os.geteuid()
        for path in (terminal.folder, *terminal.folder.iterdir()):
            os.chown(path, NOBODY_UID if user == 0 else -1, -1)
        if user == 0:
            os.seteuid(NOBODY_UID)
        yield terminal
        os.seteuid(user)
        terminal.folder.chmod(0o700)


def test_rebuild_says_equal(filled: Terminal) -> None:
    result = filled.type("rebuild")
    assert (result.exit_code, result.stdout) == (0, "equal: every sum is what the entries say\n")
    assert result.stderr == ""


def test_rebuild_says_on_a_terminal_how_far_it_is_and_nothing_of_it_stays(filled: Terminal) -> None:
    filled.change("INSERT INTO totals VALUES ('vneid', 4, 'tn', '', 45)")
    ours, theirs = os.openpty()
    words = (sys.executable, "-m", "bot", "rebuild", "--config", str(filled.file))
    done = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, check=False)  # noqa: S603  (our own program)
    said = os.read(ours, 1_000)
    for end in (ours, theirs):
        os.close(end)
    assert done.stdout == b"totals ('vneid', 4, 'tn', ''): (45,) instead of None\n"
    assert said == b"\r0 of 3 units\r\x1b[KError: 1 differences, mended\r\n"


def test_rebuild_tells_differences_mends_them_and_ends_with_1(filled: Terminal) -> None:
    filled.change("INSERT INTO totals VALUES ('vneid', 4, 'tn', '', 45)")
    result = filled.type("rebuild")
    assert result.exit_code == 1
    assert result.stdout == "totals ('vneid', 4, 'tn', ''): (45,) instead of None\n"
    assert "1 differences, mended" in result.stderr
    assert filled.type("rebuild").exit_code == 0


def test_rebuild_shows_the_first_twenty_differences(filled: Terminal) -> None:
    for day in range(10, 35):
        filled.change(f"INSERT INTO daily VALUES ('vneid', 4, '2023-12-{day}', 'tn', '', 45)")
    result = filled.type("rebuild")
    assert len(result.stdout.splitlines()) == 20
    assert "25 differences" in result.stderr


def test_migrate_makes_the_database_once(terminal: Terminal) -> None:
    assert terminal.type("migrate").stdout == f"schema 0 -> {NEWEST}: {terminal.data}\n"
    assert terminal.type("migrate").stdout == f"schema {NEWEST} -> {NEWEST}: {terminal.data}\n"
    assert terminal.data.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("words", [["migrate"], ["status"], ["bind-code", "--unit", "BT"]])
def test_S13_data_of_a_newer_program_are_refused(filled: Terminal, words: list[str]) -> None:
    filled.change("INSERT INTO migrations VALUES (99, 'later', 'x')")
    result = filled.type(*words)
    assert result.exit_code == 1
    assert filled.query("SELECT count(*) FROM invites") == [(0,)]


def test_S13_the_refusal_names_both_schemas(filled: Terminal) -> None:
    filled.change("INSERT INTO migrations VALUES (99, 'later', 'x')")
    complaint = f"the database has schema 99, this program knows {NEWEST}: install the newer program"
    assert complaint in filled.type("status").stderr


@pytest.mark.parametrize("words", [["run"], ["rebuild"], ["bind-code", "--unit", "BT"]])
def test_S3_a_read_only_database_is_refused_with_its_name(unprivileged: Terminal, words: list[str]) -> None:
    unprivileged.data.chmod(0o400)
    result = unprivileged.type(*words)
    assert (result.exit_code, result.stderr) == (1, f"Error: {unprivileged.data}: cannot be written\n")


def test_S3_a_folder_that_cannot_be_written_is_refused_with_its_name(unprivileged: Terminal) -> None:
    unprivileged.data.with_name("tiendo.db.lock").unlink()
    unprivileged.folder.chmod(0o500)
    result = unprivileged.type("bind-code", "--unit", "BT")
    assert result.exit_code == 1
    assert "Permission denied" in result.stderr
    assert f"{unprivileged.data}.lock" in result.stderr


def test_S10_a_backup_is_a_whole_copy_for_its_owner_alone(filled: Terminal) -> None:
    copy = filled.folder / "copy.db"
    assert filled.type("backup", copy).exit_code == 0
    assert copy.stat().st_mode & 0o777 == 0o600
    filled.data.unlink()
    copy.rename(filled.data)
    assert filled.query("SELECT count(*) FROM units") == [(8,)]


def test_a_backup_overwrites_nothing(filled: Terminal) -> None:
    copy = filled.folder / "copy.db"
    copy.write_bytes(b"kept")
    result = filled.type("backup", copy)
    assert (result.exit_code, copy.read_bytes()) == (1, b"kept")
    assert f"{copy}: is there already" in result.stderr


def test_S12_migrate_does_not_touch_a_file_that_somebody_writes(filled: Terminal) -> None:
    with InstanceLock(filled.data):
        result = filled.type("migrate")
    assert result.exit_code == 1
    assert "another process writes this database" in result.stderr
