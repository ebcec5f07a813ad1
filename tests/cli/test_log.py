"""Claims about `tiendo log`."""

import asyncio
import json
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest

from bot.app import setting_of
from bot.cli.run import note_start
from bot.config import load
from bot.domain.campaign import Key
from bot.operations import world_of
from bot.rehearsal.clocks import ManualClock
from storage import audit, chats, entries, people, tallies
from storage.entries import Entry, EntryKind, EntryState, Slot
from storage.people import Role
from storage.sqlite import Tx, open_store
from tests.cli.terminal import Terminal

NOON = datetime(2023, 12, 1, 5, tzinfo=UTC)
DAY = date(2023, 12, 1)


def lan_reports(tx: Tx, terminal: Terminal, amount: int = 45) -> None:
    """Let the officer Lan of An Hội report for a day, in a group."""
    world = world_of(tx, setting_of(terminal.config), NOON)
    unit, now = world.tree.by_code["tp-01"], int(NOON.timestamp())
    person = people.enrol(tx, "telegram", 5, name="Lan", now=now)
    people.appoint(tx, person, Role.OFFICER, unit, now)
    chat = chats.meet(tx, "telegram", -1001234567890, private=False, title="Công an TP").id
    values = {Key("tn"): amount, Key("kh"): 30}
    new = Entry(
        Slot("vneid", unit, DAY),
        person,
        EntryKind.LINE,
        EntryState.ACCEPTED,
        values,
        values,
        1,
        chat,
        77,
        now,
        now,
        on_time=True,
    )
    tallies.settle(tx, world, entries.append(tx, new))


async def _write(terminal: Terminal, work: Any) -> None:
    async with open_store(terminal.data) as store:
        await store.write(work)


@pytest.fixture
def filled(terminal: Terminal) -> Terminal:
    """Return a terminal whose data holds one report."""
    terminal.fill()
    asyncio.run(_write(terminal, lambda tx: lan_reports(tx, terminal)))
    return terminal


def test_a_total_is_opened_to_its_days_and_units(filled: Terminal) -> None:
    document = json.loads(filled.type("log", "--unit", "bt", "--json").stdout)
    assert document["metrics"]["kh"] == {"baseline": 2450, "total": 2480}
    assert document["days"] == [{"day": "2023-12-01", "amounts": {"tn": 45, "kh": 30}, "entries": []}]
    assert [(each["unit"], each["amounts"]["kh"]) for each in document["units"]] == [("TP", 30), ("CT", 0)]


def test_a_day_is_opened_to_its_entries_with_all_that_is_known(filled: Terminal) -> None:
    document = json.loads(filled.type("log", "--unit", "TP-01", "--day", "2023-12-01", "--json").stdout)
    (entry,) = document["entries"]
    assert (document["day"], document["amounts"]) == ("2023-12-01", {"tn": 45, "kh": 30})
    assert (entry["name"], entry["role"], entry["state"], entry["kind"]) == ("Lan", "officer", "counts", "line")
    assert entry["said"] == "2023-12-01T12:00:00+07:00"
    assert entry["link"] == "https://t.me/c/1234567890/77"
    assert entry["values"][0] == {"name": "Thu nhận", "old": None, "new": 45}


def test_the_text_is_what_the_chat_shows_without_markup(filled: Terminal) -> None:
    text = filled.type("log", "--unit", "TP-01", "--day", "2023-12-01").stdout
    assert text.startswith("🔎 Nhật ký · Phường An Hội · thứ Sáu 01-12-2023\nThu nhận +45 · Kích hoạt +30\n")
    assert "Tin: Công an TP, tin số 77 (https://t.me/c/1234567890/77)" in text
    assert "đầu kỳ 1.189 + 45" in filled.type("log", "--unit", "TP-01").stdout


def test_H12_a_line_of_the_audit_stays_one_line(filled: Terminal) -> None:
    work = partial(
        audit.note, now=int(NOON.timestamp()), actor="person:1", what="noted", text="a\n2023 cli \x1b[2J\u202e"
    )
    asyncio.run(_write(filled, work))
    *_, last = lines = filled.type("log", "--audit").stdout.splitlines()
    assert last == '2023-12-01 12:00:00 · person:1 Lan · noted · {"text": "a\\n2023 cli \\u001b[2J"}'
    assert " · cli · roster applied · " in lines[0]


def test_the_audit_can_be_read_from_a_day_on_and_as_json(filled: Terminal) -> None:
    assert filled.type("log", "--audit", "--since", "2999-01-01").stdout == ""
    (line,) = json.loads(filled.type("log", "--audit", "--json").stdout)
    assert (line["actor"], line["what"], line["facts"]["added"]) == ("cli", "roster applied", 8)


def test_V9_verify_says_whether_the_past_is_as_it_was_written(filled: Terminal) -> None:
    result = filled.type("log", "--verify")
    assert result.exit_code == 0
    assert "entries: 1 rows fit their chain, its head is " in result.stdout
    filled.change("DROP TRIGGER audit_keep")
    filled.change("UPDATE audit SET what = 'nothing' WHERE id = 1")
    result = filled.type("log", "--verify")
    assert result.exit_code == 1
    assert "audit: row 1 is the first that is changed" in result.stderr
    assert "audit: row 1 is the first changed" in filled.type("check").stdout


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], "wanted one of --unit, --audit and --verify"),
        (["--unit", "TP", "--verify"], "wanted one of --unit, --audit and --verify"),
        (["--unit", "TP", "--campaign", "x"], 'no campaign "x": wanted vneid'),
        (["--unit", "TP", "--day", "hôm qua"], "does not match the format"),
    ],
)
def test_what_cannot_be_asked_ends_as_wrong_usage(filled: Terminal, words: list[str], complaint: str) -> None:
    result = filled.type("log", *words)
    assert result.exit_code == 2
    assert complaint in result.stderr


def test_a_start_notes_what_of_the_config_is_another_than_before(filled: Terminal) -> None:
    clock = ManualClock(NOON)
    asyncio.run(_write(filled, partial(note_start, config=filled.config, clock=clock)))
    text = filled.file.read_text(encoding="utf-8")
    filled.write_config(text.replace("deadline = 2099-12-31", "deadline = 2098-12-31").replace("1000001", "1000002"))
    asyncio.run(_write(filled, partial(note_start, config=load(filled.file), clock=clock)))
    (facts,) = filled.query("SELECT facts FROM audit WHERE what = 'config changed'")
    assert json.loads(facts[0])["keys"] == {
        "admins": [[1000001], [1000002]],
        "campaigns.vneid.deadline": ["2099-12-31", "2098-12-31"],
    }
    assert filled.query("SELECT value FROM meta WHERE key = 'started'") == [(str(int(NOON.timestamp())),)]
