"""Claims about how commands end."""

import sqlite3
from pathlib import Path

import pytest

from bot.app import OtherBot, TaskEnded
from bot.channels import BadToken, CallFailed, TokenRefused, Unknown
from bot.cli.failures import TROUBLES, UNREADABLE, explain, row_problem
from bot.control import Declined, Failure
from bot.domain.roster import RowProblem, Trouble
from bot.roster_files import RosterFileError, Unreadable
from storage.errors import Damaged, InstanceRunning, NoDatabase, SchemaError, StoreFailed
from tests.cli.terminal import Terminal

FACTS: dict[str, str | int] = {
    "nearest": "target.tn",
    "wanted": "target.vneid.tn",
    "first": 3,
    "campaign": "vneid",
    "levels": "huyen, xa",
    "last": "2023-12-06",
}


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_of_a_row_has_words(trouble: Trouble) -> None:
    text = row_problem(RowProblem(7, "parent", "TP", trouble, FACTS))
    assert text.startswith('line 7: parent "TP": ')
    assert "{" not in text


@pytest.mark.parametrize("reason", Unreadable)
def test_every_unreadable_file_has_words(reason: Unreadable) -> None:
    text, code = explain(RosterFileError(Path("roster.csv"), reason, 4))
    assert (text, code) == (f"roster.csv, line 4: {UNREADABLE[reason]}", 1)


def test_the_tables_have_no_row_for_what_does_not_exist() -> None:
    assert set(TROUBLES) == set(Trouble)
    assert set(UNREADABLE) == set(Unreadable)


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (TokenRefused(), 78, "Telegram refuses the token"),
        (CallFailed(BadToken("Unauthorized")), 78, "Telegram refuses the token"),
        (CallFailed(Unknown("x")), 1, "could not be asked: Unknown"),
        (ExceptionGroup("tasks", [ExceptionGroup("", [TokenRefused()])]), 78, "Telegram refuses the token"),
        (OtherBot(5, 7), 1, "that of bot 5, the data are those of bot 7"),
        (TaskEnded("intake"), 1, "an internal task ended by itself: intake"),
        (NoDatabase(Path("x.db")), 1, "`tiendo roster import FILE --apply` or `tiendo migrate`"),
        (InstanceRunning(Path("x.db.lock")), 1, "another process writes this database (it holds x.db.lock)"),
        (SchemaError("newer", 9, 1), 1, "has schema 9, this program knows 1"),
        (SchemaError("altered", 1, 1), 1, "migration 1"),
        (SchemaError("older", 0, 1), 1, "run `tiendo migrate`"),
        (Damaged(["row 1 missing from index"]), 1, "row 1 missing from index"),
        (StoreFailed("database or disk is full"), 1, "disk is full"),
        (sqlite3.OperationalError("unable to open"), 1, "unable to open"),
        (PermissionError(13, "Permission denied", "x.db.lock"), 1, "x.db.lock: Permission denied"),
        (Declined(Failure("said there", 1)), 1, "said there"),
    ],
)
def test_every_failure_has_its_words_and_its_code(error: Exception, code: int, words: str) -> None:
    failure = explain(error)
    assert failure.code == code
    assert words in failure.text


def test_what_nobody_foresaw_is_named_by_its_type_alone() -> None:
    assert explain(KeyError("Nguyễn Văn An")) == Failure("an internal fault: KeyError in ", 1)


@pytest.mark.parametrize("words", [["frobnicate"], ["status", "--unknown"], ["invite"], ["bind-code"]])
def test_bad_usage_is_one_line_and_exit_code_2(terminal: Terminal, words: list[str]) -> None:
    result = terminal.type(*words)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert "--help" in result.stderr


def test_a_bad_config_names_every_fault_and_ends_with_2(terminal: Terminal) -> None:
    terminal.write_config(terminal.file.read_text(encoding="utf-8").replace("root =", "rot ="))
    result = terminal.type("status")
    assert result.exit_code == 2
    assert 'campaigns[0].rot is not a known key: wanted "root"' in result.stderr


@pytest.mark.parametrize("words", [["status"], ["bind-code", "--unit", "BT"], ["rebuild"], ["backup", "copy.db"]])
def test_without_a_database_commands_say_the_way_out(terminal: Terminal, words: list[str]) -> None:
    result = terminal.type(*words)
    assert result.exit_code == 1
    assert "run `tiendo roster import FILE --apply` or `tiendo migrate`" in result.stderr
    assert not terminal.data.exists()
