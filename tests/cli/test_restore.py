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


def test_R9_what_waited_in_the_backup_is_held_and_the_admin_is_asked(saved: Terminal) -> None:
    restore(saved)
    assert saved.query("SELECT state, error FROM outbox ORDER BY id LIMIT 3") == [
        ("waiting", ""),
        ("unknown", "stopped while sending"),
        ("sent", ""),
    ]
    [(text,)] = saved.query("SELECT payload FROM outbox WHERE id = 4")
    assert "Đang giữ: 0 trả lời, 1 tin tự gửi" in text
    assert "held      restored: 0 answers and 1 pushes wait" in saved.type("check").stdout


@pytest.mark.parametrize(("words", "state"), [((), "waiting"), (("--drop",), "expired")])
def test_R9_the_admin_lets_go_or_gives_up(saved: Terminal, words: tuple[str, ...], state: str) -> None:
    restore(saved)
    assert "1 messages" in saved.type("release", *words).stdout
    assert saved.query("SELECT state FROM outbox WHERE id = 1") == [(state,)]
    assert saved.query("SELECT count(*) FROM audit WHERE what = 'released'") == [(1,)]
    again = saved.type("release", *words)
    assert (again.exit_code, again.stderr) == (1, "Error: nothing is held\n")


def lose_the_log(terminal: Terminal) -> None:
    """Leave the file as a crash and a removed log do: older than what its sidecar says."""
    before = terminal.data.read_bytes()
    terminal.type("rebuild")
    terminal.data.write_bytes(before)


def test_S9_data_that_lost_commits_go_on_only_when_that_is_said_and_are_held_then(saved: Terminal) -> None:
    lose_the_log(saved)
    refused = saved.type("rebuild")
    assert refused.exit_code == 1
    assert "lacks its last 1 commits (0 entries)" in refused.stderr
    assert "tiendo restore --accept-loss" in refused.stderr
    assert saved.type("restore", "--accept-loss").exit_code == 0
    assert saved.type("rebuild").exit_code == 0
    assert saved.query("SELECT count(*) FROM meta WHERE key = 'held'") == [(1,)]


def test_S9_a_backup_is_the_way_back_too(saved: Terminal) -> None:
    lose_the_log(saved)
    assert restore(saved) == 0
    assert saved.type("rebuild").exit_code == 0


def test_S9_where_the_file_is_gone_nothing_starts_empty(saved: Terminal) -> None:
    saved.data.unlink()
    for words in (("migrate",), ("roster", "import", saved.roster, "--apply"), ("rebuild",)):
        result = saved.type(*words)
        assert result.exit_code == 1
        assert "tiendo.db is gone" in result.stderr
    assert not saved.data.exists()


@pytest.mark.parametrize("words", [(), ("copy.db", "--accept-loss")])
def test_restore_wants_a_file_or_the_word(saved: Terminal, words: tuple[str, ...]) -> None:
    paths = [saved.folder / word if word.endswith(".db") else word for word in words]
    assert saved.type("restore", *paths).exit_code == 2


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
