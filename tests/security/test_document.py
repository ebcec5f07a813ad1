"""What docs/security.md claims is there: each test that it names, each command, each row with its proof."""

import ast
import re
from pathlib import Path

import pytest

from bot.cli import program
from handlers import commands

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """Return what stands under a heading."""
    return TEXT.partition(f"## {title}\n")[2].partition("\n## ")[0]


def known() -> set[str]:
    """Return the names of all tests of this repository."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "tests").rglob("test_*.py"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, kinds)}


def test_every_test_that_it_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", TEXT))
    assert len(named) > 40
    assert named - known() == set()


def test_every_requirement_names_the_test_that_shows_it() -> None:
    rows = [line for line in section("What is held").splitlines() if line.startswith("|")][2:]
    assert len(rows) > 30
    assert [row for row in rows if not re.search(r"`test_\w+`[^|]*\|$", row)] == []


def test_V13_the_steps_after_a_breach_begin_with_the_token_and_know_of_72_hours() -> None:
    steps = re.findall(r"^\d\. \*\*([^*]+)\*\*", section("When data got out"), re.MULTILINE)
    assert len(steps) == 6
    assert steps[0].startswith("Hour 0")
    assert steps[4].startswith("Before hour 72")
    for word in ("/revoke", "/thuhoi", "tiendo log --verify", "A05"):
        assert word in section("When data got out")


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`tiendo ([a-z]+)(?: [^`]*)?`", TEXT))))
def test_every_command_of_the_terminal_that_it_names_exists(command: str) -> None:
    assert command in program.commands


def test_every_command_of_the_chat_that_it_names_exists() -> None:
    named = set(re.findall(r"`/([a-z]+)[` ]", TEXT)) - {"revoke"}  # that one is BotFather's
    assert named
    assert named <= commands.by_name().keys()


def test_V10_it_says_that_file_and_backups_are_not_encrypted() -> None:
    assert "The file is not encrypted" in section("What is left")
