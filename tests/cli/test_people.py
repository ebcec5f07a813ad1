"""Claims about `tiendo people`, and about erasures that outlive a restored backup."""

import asyncio
import json

import pytest

from storage import chats, erasures, people
from storage.people import Role
from storage.sqlite import Tx, open_store
from tests.cli.terminal import Terminal
from tests.storage.ground import NOW

LAN, MINH = 5, 6


def settle_in(tx: Tx) -> None:
    """Let Lan report for An Hội and Minh command the city; only Lan has opened the chat."""
    for account, name, role, unit in ((LAN, "Lan", Role.OFFICER, "TP-01"), (MINH, "Minh", Role.COMMANDER, "TP")):
        person = people.enrol(tx, "telegram", account, name=name, now=NOW)
        found = tx.value("SELECT id FROM units WHERE code = ?", (unit,))
        people.appoint(tx, person, role, found, NOW)
    chats.meet(tx, "telegram", LAN, private=True)


async def write(terminal: Terminal) -> None:
    async with open_store(terminal.data) as store:
        await store.write(settle_in)


@pytest.fixture
def manned(terminal: Terminal) -> Terminal:
    """Return a terminal whose units have people."""
    terminal.fill()
    asyncio.run(write(terminal))
    return terminal


def names(terminal: Terminal) -> list[str]:
    return [row[0] for row in terminal.query("SELECT name FROM people ORDER BY id")]


def test_the_list_holds_a_line_for_each_post_below_a_unit(manned: Terminal) -> None:
    assert manned.type("people", "list").stdout.splitlines() == [
        "TP-01\tofficer\t1\tLan\t2023-12-01\treachable",
        "TP\tcommander\t2\tMinh\t2023-12-01\tunreachable",
    ]
    assert len(manned.type("people", "list", "--unit", "tp-01").stdout.splitlines()) == 1
    assert manned.type("people", "list", "--unit", "XX").exit_code == 1


@pytest.mark.parametrize("who", [("--person", 1), ("--account", LAN)])
def test_V7_an_export_is_a_file_for_its_owner_alone(manned: Terminal, who: tuple[str, int]) -> None:
    out = manned.folder / "lan.json"
    assert manned.type("people", "export", *who, "--out", out).exit_code == 0
    copy = json.loads(out.read_text(encoding="utf-8"))
    assert (copy["person"][0]["name"], copy["posts"][0]["unit"]) == ("Lan", "TP-01")
    assert out.stat().st_mode & 0o777 == 0o600
    assert manned.type("people", "export", *who, "--out", out).exit_code == 1
    assert manned.query("SELECT what FROM audit WHERE what = 'data exported'") == [("data exported",)]


@pytest.mark.parametrize("who", [("--person", 9), ("--account", 9)])
def test_nobody_is_exported_or_erased_by_a_wrong_number(manned: Terminal, who: tuple[str, int]) -> None:
    for words in (("export", "--out", manned.folder / "x.json"), ("erase", "--yes")):
        result = manned.type("people", *words, *who)
        assert (result.exit_code, result.stderr) == (1, "Error: nobody is known by the number 9\n")
    assert names(manned) == ["Lan", "Minh"]


@pytest.mark.parametrize("who", [(), ("--person", 1, "--account", LAN)])
def test_exactly_one_number_names_a_person(manned: Terminal, who: tuple[str, ...]) -> None:
    assert manned.type("people", "erase", "--yes", *who).exit_code == 2


def test_V7_an_erasure_asks_first_and_is_noted(manned: Terminal) -> None:
    assert manned.type("people", "erase", "--person", 1).exit_code == 1
    assert names(manned) == ["Lan", "Minh"]
    assert manned.type("people", "erase", "--person", 1, "--yes").stdout == "erased: person 1 is now Cán bộ #1\n"
    assert names(manned) == ["Cán bộ #1", "Minh"]
    assert manned.query("SELECT actor, facts FROM audit WHERE what = 'person erased'") == [("cli", '{"person": 1}')]


def test_V8_a_backup_from_before_an_erasure_does_not_bring_the_person_back(manned: Terminal) -> None:
    copy = manned.folder / "copy.db"
    manned.type("backup", copy)
    manned.type("people", "erase", "--person", 1, "--yes")
    result = manned.type("restore", copy)
    assert "erased anew, as they had been since this backup: 1" in result.stdout
    assert names(manned) == ["Cán bộ #1", "Minh"]
    assert manned.query("SELECT external FROM accounts") == [(MINH,)]


def test_V8_also_where_the_data_themselves_are_lost(manned: Terminal) -> None:
    copy = manned.folder / "copy.db"
    manned.type("backup", copy)
    manned.type("people", "erase", "--account", LAN, "--yes")
    manned.data.unlink()
    manned.type("restore", copy)
    assert names(manned) == ["Cán bộ #1", "Minh"]
    assert str(LAN) not in erasures.sidecar(manned.data).read_text(encoding="ascii").split()


def test_V8_who_came_back_after_an_erasure_is_in_a_later_backup(manned: Terminal) -> None:
    manned.type("people", "erase", "--person", 1, "--yes")
    asyncio.run(write(manned))
    manned.change("UPDATE people SET created = 4102444800 WHERE id = 3")
    manned.type("backup", manned.folder / "copy.db")
    assert "erased" not in manned.type("restore", manned.folder / "copy.db").stdout
    assert names(manned) == ["Cán bộ #1", "Minh", "Lan"]
