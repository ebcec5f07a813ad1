"""Claims about `tiendo roster import`."""

import re
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import Workbook

from bot.cli.roster import value
from bot.domain.roster import Percent, Value
from tests import cast
from tests.cli.terminal import Terminal


def edited(terminal: Terminal, old: str, new: str) -> None:
    terminal.roster.write_text(cast.ROSTER.replace(old, new), encoding="utf-8")


def test_a_dry_run_shows_the_difference_and_changes_nothing(terminal: Terminal) -> None:
    result = terminal.type("roster", "import", terminal.roster)
    assert "added  TP-01  Phường An Hội        xa     under TP" in result.stdout
    assert "8 added, 0 changed, 0 moved, 0 kept" in result.stdout
    assert (result.exit_code, terminal.data.exists()) == (0, False)


def test_apply_makes_the_database_for_its_owner_alone(terminal: Terminal) -> None:
    result = terminal.type("roster", "import", terminal.roster, "--apply")
    assert result.stdout.splitlines()[-1] == "applied: 8 added, 0 changed, 0 moved, 0 kept; 0 derived rows renewed"
    assert terminal.data.stat().st_mode & 0o777 == 0o600
    assert terminal.query("SELECT count(*) FROM units") == [(8,)]
    assert ("cli", "roster applied") in terminal.query("SELECT actor, what FROM audit")


def test_the_same_file_again_changes_nothing(terminal: Terminal) -> None:
    terminal.fill()
    result = terminal.type("roster", "import", terminal.roster)
    assert result.stdout.startswith("0 added, 0 changed, 0 moved, 0 kept")


def test_a_changed_cell_shows_old_and_new(terminal: Terminal) -> None:
    terminal.fill()
    edited(terminal, "1200,,1000,600,1000,500", "1200,,1500,600,1000,500")
    result = terminal.type("roster", "import", terminal.roster)
    assert re.search(
        r"^target  TP-02  target.vneid.tn  1000 -> 1500  from 20\d\d-\d\d-\d\d$", result.stdout, re.MULTILINE
    )
    assert "total  BT vneid.tn  target  6000 -> 6500" in result.stdout


def test_a_moved_unit_and_one_that_is_left_out(terminal: Terminal) -> None:
    terminal.fill()
    edited(terminal, "TP-03,Xã Sơn Đông,xa,TP", "TP-04,Xã Sơn Đông,xa,TP")
    terminal.roster.write_text(terminal.roster.read_text(encoding="utf-8").replace("Khương,xa,TP", "Khương,xa,CT"))
    shown = terminal.type("roster", "import", terminal.roster, "--apply").stdout
    assert "moved  TP-02  parent  TP -> CT" in shown
    assert "kept  TP-03  Xã Sơn Đông  not in the file" in shown
    assert "applied: 1 added, 0 changed, 1 moved, 1 kept" in shown


def test_every_bad_row_is_told_with_its_line_and_nothing_is_applied(terminal: Terminal) -> None:
    edited(terminal, "2400,,2000,1189", "2400,,12.5,-3")
    result = terminal.type("roster", "import", terminal.roster, "--apply")
    assert result.stderr.splitlines() == [
        'Error: line 5: target.vneid.tn "12.5": is a fraction: wanted a whole number',
        'line 5: baseline.vneid.tn "-3": is negative: wanted 0 or more',
    ]
    assert (result.exit_code, terminal.data.exists()) == (1, False)


def test_an_unknown_column_is_told_with_the_one_that_was_meant(terminal: Terminal) -> None:
    edited(terminal, "target.tn", "targt.tn")
    result = terminal.type("roster", "import", terminal.roster)
    assert 'line 1: targt.tn: is not a known column: perhaps "target.tn"' in result.stderr


def test_a_workbook_is_taken_as_well(terminal: Terminal) -> None:
    book, path = Workbook(), terminal.folder / "roster.xlsx"
    for line in cast.ROSTER.splitlines():
        book.worksheets[0].append(line.split(","))
    book.save(path)
    assert "8 added" in terminal.type("roster", "import", path).stdout


def test_a_file_that_is_not_there_is_bad_usage(terminal: Terminal) -> None:
    result = terminal.type("roster", "import", "nowhere.csv")
    assert result.exit_code == 2
    assert "nowhere.csv" in result.stderr


def test_the_first_roster_holds_from_the_campaigns_first_day_and_changes_hold_from_today(terminal: Terminal) -> None:
    terminal.fill()
    edited(terminal, "1200,,1000,600,1000,500", "1200,,1500,600,1000,500")
    terminal.fill()
    dates = terminal.query("SELECT amount, since > '2020-01-01' FROM targets WHERE unit = 5 AND metric = 'tn'")
    assert dates == [(1000, 0), (1500, 1)]


def test_changed_figures_hold_from_the_day_that_is_asked_for(terminal: Terminal) -> None:
    terminal.fill()
    edited(terminal, "1200,,1000,600,1000,500", "1200,,1500,600,1000,500")
    result = terminal.type("roster", "import", terminal.roster, "--apply", "--from", "05-12-2023")
    assert "1000 -> 1500  from 2023-12-05" in result.stdout
    since = "SELECT since FROM targets WHERE unit = 5 AND metric = 'tn' ORDER BY id"
    assert terminal.query(since) == [("2020-01-01",), ("2023-12-05",)]


def test_a_day_that_is_none_is_bad_usage(terminal: Terminal) -> None:
    assert terminal.type("roster", "import", terminal.roster, "--from", "31-02-2023").exit_code == 2


def test_closed_merged_and_misfitting_units_are_shown_by_kind(terminal: Terminal) -> None:
    terminal.fill()
    header, *rows = cast.ROSTER.replace(
        "CT,Huyện Châu Thành,huyen,BT,,,,", "CT,Châu Thành,huyen,BT,,,2200,"
    ).splitlines()
    lines = [f"{row},2023-12-01,TP-02" if row.startswith("TP-03") else f"{row},," for row in rows]
    terminal.roster.write_text("\n".join([f"{header},closed,merged_into", *lines]), encoding="utf-8")
    shown = terminal.type("roster", "import", terminal.roster, "--apply").stdout
    assert "renamed  CT  name  Huyện Châu Thành -> Châu Thành" in shown
    assert "closed  TP-03  closed  – -> 2023-12-01" in shown
    assert "merged  TP-03  merged_into  – -> TP-02" in shown
    assert "mismatch  CT vneid.tn until 2099-12-31: given 2200, children 2000: giao thiếu 200" in shown
    assert terminal.query("SELECT closed, merged_into FROM units WHERE code = 'TP-03'") == [("2023-12-01", 5)]
    assert "0 added, 0 changed" in terminal.type("roster", "import", terminal.roster).stdout


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (1250, "1250"),
        (Percent(Decimal(80)), "80%"),
        (None, "–"),
        ((), "–"),
        ("", "–"),
        (0, "0"),
        (date(2023, 12, 5), "2023-12-05"),
        (("An Hội", "P1"), "An Hội|P1"),
    ],
)
def test_a_cell_is_shown_as_one_would_type_it(cell: Value, text: str) -> None:
    assert value(cell) == text
