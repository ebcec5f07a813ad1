"""Claims about the config option, and about rehearsals."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from bot.cli import COMMANDS, program
from bot.cli.later import Later
from tests import cast
from tests.cli.terminal import Terminal, end


@pytest.mark.parametrize("place", ["after the command", "before the command", "environment", "folder"])
def test_the_config_is_found_wherever_it_is_named(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    named = ["--config", str(terminal.file)]
    words = {"after the command": ["migrate", *named], "before the command": [*named, "migrate"]}.get(
        place, ["migrate"]
    )
    if place == "environment":
        monkeypatch.setenv("TIENDO_CONFIG", str(terminal.file))
    if place == "folder":
        monkeypatch.chdir(terminal.folder)
    assert CliRunner().invoke(program, words).exit_code == 0
    assert terminal.data.exists()


def test_the_command_wins_over_the_program(terminal: Terminal) -> None:
    words = ["--config", "nowhere.toml", "migrate", "--config", str(terminal.file)]
    assert CliRunner().invoke(program, words).exit_code == 0


def test_a_rehearsal_wants_a_roster_beside_its_config(terminal: Terminal) -> None:
    terminal.roster.unlink()
    result = terminal.type("rehearse", "--tour")
    assert result.exit_code == 1
    assert "no roster there: wanted roster.csv or roster.xlsx" in result.stderr


def test_a_rehearsal_tells_every_bad_row_of_its_roster(terminal: Terminal) -> None:
    terminal.roster.write_text(cast.ROSTER.replace("2400", "-1"), encoding="utf-8")
    result = terminal.type("rehearse", "--tour")
    assert result.exit_code == 1
    assert 'line 5: population "-1": is negative' in result.stderr


@pytest.mark.slow
async def test_the_tour_of_the_example_plays_to_its_end_and_leaves_no_file(terminal: Terminal) -> None:
    before = sorted(terminal.folder.iterdir())
    process = await terminal.start("rehearse", "--tour")
    assert await end(process) == (0, "")
    assert sorted(terminal.folder.iterdir()) == before


def test_help_names_every_command_of_the_contract() -> None:
    text = CliRunner().invoke(program, ["--help"]).output
    for command in (
        "rehearse",
        "run",
        "check",
        "roster",
        "invite",
        "bind-code",
        "status",
        "backup",
        "restore",
        "rebuild",
        "migrate",
    ):
        assert f"  {command} " in text


@pytest.mark.parametrize("later", COMMANDS, ids=lambda later: later.name)
def test_the_list_of_commands_says_of_each_what_the_command_itself_says(later: Later) -> None:
    assert later.name == later.command.name
    for room in (*range(20, 120), 1_000):
        assert later.get_short_help_str(room) == later.command.get_short_help_str(room)


@pytest.mark.parametrize(
    ("words", "unneeded"),
    [
        (["--help"], {"aiohttp", "asyncio", "jinja2", "pydantic", "sqlite3", "telegram", "bot.config", "bot.app"}),
        (["status", "--help"], {"aiohttp", "httpx", "telegram", "structlog", "bot.app", "bot.control"}),
        (["schedule", "--help"], {"aiohttp", "httpx", "telegram", "apscheduler", "bot.app"}),
        (["run", "--help"], {"docx", "matplotlib", "numpy", "openpyxl", "rapidfuzz", "xlsxwriter", "bot.rehearsal"}),
    ],
    ids=["help", "status", "schedule", "run"],
)
def test_a_command_imports_nothing_that_it_does_not_need(words: list[str], unneeded: set[str]) -> None:
    code = "import atexit, sys; atexit.register(lambda: print(*sys.modules)); from bot.__main__ import main; main()"
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)  # noqa: S603  (our own program)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "bot.cli" in loaded
    assert loaded & unneeded == set()


def test_who_has_read_enough_of_a_list_is_told_nothing_more(terminal: Terminal) -> None:
    words = [sys.executable, "-m", "bot", "roster", "import", str(terminal.roster), "--config", str(terminal.file)]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdout=pipe, stderr=pipe) as command:  # noqa: S603  (our own program)
        assert command.stdout is not None
        assert command.stderr is not None
        command.stdout.close()
        assert command.stderr.read() == b""
    assert command.returncode == 1
