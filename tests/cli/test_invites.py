"""Claims about `tiendo invite` and `tiendo bind-code`."""

import asyncio
import re
from functools import partial
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import Result
from openpyxl import load_workbook

from bot.domain.units import UnitId
from bot.rehearsal.botapi import BotApiServer
from storage import invites
from storage.invites import Invite, InviteKind, NoInvite
from storage.sqlite import open_reader
from tests import cast
from tests.cli.terminal import Terminal

CODE = re.compile("[A-Za-z0-9_-]{22}")


@pytest.fixture
def known(terminal: Terminal) -> Terminal:
    """Return a terminal whose bot has run before, so that its name is known without a network."""
    terminal.fill()
    terminal.change("INSERT INTO meta VALUES ('bot_name', 'tiendo_bot')")
    return terminal


def opened(terminal: Terminal, code: str) -> Invite | NoInvite:
    """Look what a code opens, as of when it was issued."""

    async def look() -> Invite | NoInvite:
        async with open_reader(terminal.data) as store:
            now: int = terminal.query("SELECT max(created) FROM invites")[0][0]
            return await store.read(partial(invites.look, code=code, now=now))

    return asyncio.run(look())


@pytest.mark.parametrize("role", ["officer", "commander"])
def test_an_invite_is_a_link_and_then_its_code_on_a_line_by_itself(known: Terminal, role: str) -> None:
    link, code = known.type("invite", "--role", role, "--unit", "tp-01").stdout.splitlines()
    assert CODE.fullmatch(code)
    assert link == f"https://t.me/tiendo_bot?start={code}"
    assert opened(known, code) == Invite(InviteKind(role), UnitId(4))


def test_uses_and_days_are_kept(known: Terminal) -> None:
    known.type("invite", "--role", "officer", "--unit", "TP-01", "--uses", 3, "--days", 2)
    assert known.query("SELECT uses_left, expires - created FROM invites") == [(3, 2 * 86_400)]


def test_an_invite_holds_for_one_person_and_a_fortnight(known: Terminal) -> None:
    known.type("invite", "--role", "officer", "--unit", "TP-01")
    assert known.query("SELECT uses_left, expires - created FROM invites") == [(1, 14 * 86_400)]


def test_AC7_the_code_is_kept_only_as_a_hash_and_the_audit_does_not_know_it(known: Terminal) -> None:
    code = known.type("invite", "--role", "officer", "--unit", "TP-01").stdout.splitlines()[-1]
    assert code.encode() not in known.data.read_bytes()
    assert known.query("SELECT actor, what FROM audit ORDER BY id DESC LIMIT 1") == [("cli", "invite issued")]


def test_an_officers_invite_for_a_unit_that_does_not_report_is_noted(known: Terminal) -> None:
    result = known.type("invite", "--role", "officer", "--unit", "TP")
    assert "TP Thành phố Bến Tre does not report by itself" in result.stderr
    assert CODE.fullmatch(result.stdout.splitlines()[-1])


def test_an_invite_for_a_unit_that_reports_no_more_is_noted_with_the_one_that_goes_on(known: Terminal) -> None:
    known.change("UPDATE units SET closed = '2023-12-01', merged_into = 5 WHERE code = 'TP-03'")
    result = known.type("invite", "--role", "officer", "--unit", "TP-03")
    assert "reports no more from 2023-12-01 on: TP-02 goes on for it" in result.stderr
    assert CODE.fullmatch(result.stdout.splitlines()[-1])


def test_an_unknown_unit_is_told_with_the_one_that_was_meant(known: Terminal) -> None:
    result = known.type("invite", "--role", "officer", "--unit", "TP-1")
    assert (result.exit_code, result.stderr) == (1, 'Error: no unit has the code "TP-1": perhaps "TP-01"\n')


@pytest.mark.parametrize("words", [("--days", 0), ("--days", 367), ("--uses", 0), ("--role", "admin"), ("--all",)])
def test_what_makes_no_sense_is_bad_usage(known: Terminal, words: tuple[object, ...]) -> None:
    result = known.type("invite", "--role", "officer", "--unit", "TP-01", *words)
    assert (result.exit_code, known.query("SELECT count(*) FROM invites")) == (2, [(0,)])


def test_all_prints_unit_code_and_link_for_every_reporting_unit(known: Terminal) -> None:
    lines = [line.split("\t") for line in known.type("invite", "--all").stdout.splitlines()]
    assert [unit for unit, _, _ in lines] == ["TP-01", "TP-02", "TP-03", "CT-01", "CT-02"]
    assert all(link == f"https://t.me/tiendo_bot?start={code}" for _, code, link in lines)
    assert opened(known, lines[1][1]) == Invite(InviteKind.OFFICER, UnitId(5))


def test_H4_the_sheet_to_print_holds_text_and_pictures_for_its_owner_alone(known: Terminal) -> None:
    known.change("UPDATE units SET name = '=HYPERLINK(\"http://x\")' WHERE code = 'TP-01'")
    sheet = known.folder / "invites.xlsx"
    lines = known.type("invite", "--all", "--xlsx", sheet).stdout.splitlines()
    title, first, *others = load_workbook(sheet).worksheets[0].iter_rows(max_col=4)
    assert [cell.value for cell in title] == ["Mã đơn vị", "Đơn vị", "Trực thuộc", "Liên kết"]
    assert [cell.value for cell in first][:3] == ["TP-01", '=HYPERLINK("http://x")', "Thành phố Bến Tre"]
    assert {cell.data_type for cell in first} == {"s"}
    assert (first[3].value, len(others)) == (lines[0].split("\t")[2], 4)
    assert sheet.stat().st_mode & 0o777 == 0o600
    assert sum(name.startswith("xl/media/") for name in ZipFile(sheet).namelist()) == 5


def test_a_sheet_that_is_there_is_not_overwritten_and_no_code_is_issued(known: Terminal, tmp_path: Path) -> None:
    sheet = tmp_path / "invites.xlsx"
    sheet.write_bytes(b"kept")
    result = known.type("invite", "--all", "--xlsx", sheet)
    assert (result.exit_code, sheet.read_bytes()) == (1, b"kept")
    assert known.query("SELECT count(*) FROM invites") == [(0,)]


def test_without_name_and_network_no_code_is_issued_and_the_way_out_is_told(terminal: Terminal) -> None:
    terminal.fill()
    result = terminal.type("invite", "--role", "officer", "--unit", "TP-01")
    assert result.exit_code == 1
    assert "start `tiendo run` once, or check token and network" in result.stderr
    assert terminal.query("SELECT count(*) FROM invites") == [(0,)]


async def typed(terminal: Terminal, *words: object) -> Result:
    """Type in a thread, so that the server on the test's loop can answer."""
    return await asyncio.to_thread(terminal.type, *words)


async def test_a_name_that_is_not_known_yet_is_asked_of_telegram(online: Terminal) -> None:
    await asyncio.to_thread(online.fill)
    result = await typed(online, "invite", "--role", "officer", "--unit", "TP-01")
    assert result.stdout.startswith("https://t.me/tiendo_bot?start=")


async def test_T22_a_refused_token_ends_with_78_and_no_code_is_issued(online: Terminal, server: BotApiServer) -> None:
    await asyncio.to_thread(online.fill)
    server.world.revoke_token()
    result = await typed(online, "invite", "--role", "officer", "--unit", "TP-01")
    assert (result.exit_code, online.query("SELECT count(*) FROM invites")) == (78, [(0,)])
    assert server.token not in result.output


def test_bind_code_prints_the_command_and_then_the_code_by_itself(terminal: Terminal) -> None:
    terminal.fill()
    command, code = terminal.type("bind-code", "--unit", cast.AN_HOI).stdout.splitlines()
    assert command == f"/gan {code}"
    assert opened(terminal, code) == Invite(InviteKind.GROUP, UnitId(4))
