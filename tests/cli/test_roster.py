"""Claims about `tiendo roster import`."""

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
    assert terminal.query("SELECT actor, what FROM audit") == [("cli", "roster applied")]


def test_the_same_file_again_changes_nothing(terminal: Terminal) -> None:
    terminal.fill()
    result = terminal.type("roster", "import", terminal.roster)
    assert result.stdout.startswith("0 added, 0 changed, 0 moved, 0 kept")


def test_a_changed_cell_shows_old_and_new(terminal: Terminal) -> None:
    terminal.fill()
    edited(terminal, "1200,,1000,600,1000,500", "1200,,1500,600,1000,500")
    result = terminal.type("roster", "import", terminal.roster)
    assert "changed  TP-02  target.vneid.tn  1000 -> 1500" in result.stdout


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


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (1250, "1250"),
        (Percent(Decimal(80)), "80%"),
        (None, "–"),
        ((), "–"),
        ("", "–"),
        (0, "0"),
        (("An Hội", "P1"), "An Hội|P1"),
    ],
)
def test_a_cell_is_shown_as_one_would_type_it(cell: Value, text: str) -> None:
    assert value(cell) == text
