"""Claims about `tiendo restore`."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.sqlite import InstanceLock
from tests.cli.terminal import Terminal

WAITING = (
    "INSERT INTO outbox (chat, verb, payload, priority, repeatable, created, state) VALUES (1, 'send', '{}', 1, 0, 0, "
)


@pytest.fixture
def saved(terminal: Terminal) -> Terminal:
    """Return a terminal with a backup, `copy.db`, in which three messages still wanted to be sent."""
    terminal.fill()
    terminal.change("INSERT INTO chats (id, channel, external, private) VALUES (1, 'telegram', 5, 1)")
    for state in ("waiting", "sending", "sent"):
        terminal.change(f"{WAITING}'{state}')")
    terminal.type("backup", terminal.folder / "copy.db")
    terminal.change("UPDATE units SET name = 'later' WHERE id = 1")
    return terminal


def restore(terminal: Terminal) -> int:
    return terminal.type("restore", terminal.folder / "copy.db").exit_code


def aside(terminal: Terminal) -> list[Path]:
    return sorted(terminal.folder.glob("tiendo.db.before-restore-*"))


def test_a_restored_backup_is_the_data_again(saved: Terminal) -> None:
    assert restore(saved) == 0
    assert saved.query("SELECT name FROM units WHERE id = 1") == [("Bến Tre",)]
    assert saved.query("SELECT count(*) FROM meta WHERE key = 'restored'") == [(1,)]
    assert saved.data.stat().st_mode & 0o777 == 0o600
    assert saved.type("status").exit_code == 0


def test_R9_nothing_that_waited_in_the_backup_is_sent_again(saved: Terminal) -> None:
    restore(saved)
    assert saved.query("SELECT state, error FROM outbox ORDER BY id") == [
        ("expired", "restored"),
        ("unknown", "stopped while sending"),
        ("sent", ""),
    ]


def test_the_data_before_are_kept_aside_with_what_is_still_in_their_log(saved: Terminal) -> None:
    with closing(sqlite3.connect(saved.data)) as writer:
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        writer.execute("UPDATE units SET name = 'in the log' WHERE id = 1")
        writer.commit()
        files = {path: path.read_bytes() for path in saved.folder.glob("tiendo.db*")}
    for path, data in files.items():  # closing folded the log in: put things as a crash leaves them
        path.write_bytes(data)
    assert restore(saved) == 0
    with closing(sqlite3.connect(aside(saved)[0])) as before:
        assert before.execute("SELECT name FROM units WHERE id = 1").fetchone() == ("in the log",)
    assert saved.query("SELECT name FROM units WHERE id = 1") == [("Bến Tre",)]


def test_nothing_half_done_is_left_behind(saved: Terminal) -> None:
    restore(saved)
    names = {path.name for path in saved.folder.iterdir()} - {path.name for path in aside(saved)}
    assert names <= {"config.toml", "roster.csv", "copy.db", "tiendo.db", "tiendo.db.lock"}


def test_restore_works_where_no_data_are(saved: Terminal) -> None:
    saved.data.unlink()
    assert restore(saved) == 0
    assert aside(saved) == []


@pytest.mark.parametrize("kept", [0, 5_000, -8_192])
def test_S8_a_backup_that_was_cut_is_refused_and_the_data_stay(saved: Terminal, kept: int) -> None:
    copy = saved.folder / "copy.db"
    copy.write_bytes(copy.read_bytes()[:kept])
    assert restore(saved) == 1
    assert saved.query("SELECT name FROM units WHERE id = 1") == [("later",)]
    assert aside(saved) == []


def test_S8_a_file_of_another_kind_is_refused(saved: Terminal) -> None:
    result = saved.type("restore", saved.roster)
    assert result.exit_code == 1
    assert "file is not a database" in result.stderr


def test_S13_a_backup_of_a_newer_program_is_refused(saved: Terminal) -> None:
    with closing(sqlite3.connect(saved.folder / "copy.db")) as copy, copy:
        copy.execute("INSERT INTO migrations VALUES (99, 'later', 'x')")
    assert restore(saved) == 1
    assert saved.query("SELECT name FROM units WHERE id = 1") == [("later",)]


def test_S12_nothing_is_restored_while_the_bot_runs(saved: Terminal) -> None:
    with InstanceLock(saved.data):
        assert restore(saved) == 1
    assert aside(saved) == []
