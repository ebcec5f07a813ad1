"""The plain table: every number with its state, and nothing that a spreadsheet program would run."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from bot.domain.days import State
from bot.render.files.plain import harmless, plain
from bot.render.files.table import COLUMNS, write_table
from tests import cast
from tests.render import filed


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("table") / "bảng.csv"
    write_table(path, filed.CONFIG.campaigns[0], filed.plain_cells())
    return path


@pytest.fixture(scope="module")
def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_it_is_utf_8_with_a_mark_and_quotes_all_text(path: Path) -> None:
    first, second = path.read_bytes().splitlines()[:2]
    assert first == b"\xef\xbb\xbf" + ",".join(f'"{name}"' for name in COLUMNS).encode()
    assert second.startswith('"vneid","TP-01","Phường An Hội","xa","TP","Thành phố Bến Tre","2023-11-15"'.encode())


def test_there_is_one_row_for_each_reporting_unit_day_and_part(rows: list[dict[str, str]]) -> None:
    assert len(rows) == 5 * 17 * 3
    assert max(Counter((row["unit_code"], row["day"], row["metric"], row["part"]) for row in rows).values()) == 1


def test_the_rows_add_up_to_what_the_unit_has_gained(rows: list[dict[str, str]]) -> None:
    for metric in filed.dossier().status.metrics:
        gained = sum(int(row["value"]) for row in rows if row["metric"] == metric.code and row["value"])
        assert gained == metric.total - metric.baseline > 0


def test_every_state_is_told_apart_and_only_reports_have_values(rows: list[dict[str, str]]) -> None:
    today = {row["unit_code"]: (row["value"], row["state"]) for row in rows if row["day"] == "2023-12-01"}
    assert today == {
        cast.AN_HOI: ("30", State.REPORTED),
        cast.PHU_KHUONG: ("0", State.ZERO),
        cast.SON_DONG: ("", State.ON_LEAVE),
        cast.CHAU_THANH_TOWN: ("", State.QUESTIONED),
        cast.GIAO_LONG: ("3", State.LATE),
    }
    assert {row["state"] for row in rows} == {each.value for each in State}


def test_H4_a_unit_that_is_called_like_a_formula_is_quoted_away(rows: list[dict[str, str]]) -> None:
    assert {row["unit_name"] for row in rows if row["unit_code"] == cast.GIAO_LONG} == {f"'{filed.FORMULA}"}


@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t=", "\r=", "\n=", " =", "\u200b=", "\x00="]
)
def test_H4_nothing_that_begins_like_a_formula_stays_one(sign: str) -> None:
    assert harmless(f"{sign}SUM(A1)").startswith("'")


@pytest.mark.parametrize("name", ["Phường An Hội", "Xã 1-2", "Tổ 5", "3 tháng 2", "", "Đường 30/4 @"])
def test_ordinary_names_stay_as_they_are(name: str) -> None:
    assert harmless(name) == plain(name) == name
