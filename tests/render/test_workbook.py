"""The workbook: real numbers and dates that are those of /status, nothing that runs, and no silence about gaps."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from bot.domain.dossier import Excerpt
from bot.render.files.content import Content
from bot.render.files.workbook import write_workbook
from tests import cast
from tests.render import filed

SHEETS = ["Tổng hợp", "Theo đơn vị", "Theo ngày", "Nhật ký"]
HEAD = 7
"""The row of column titles on the sheets of units and days; the group stands above it."""

Book = dict[str, Worksheet]


def written(folder: Path, content: Content) -> Path:
    path = folder / "sổ.xlsx"
    write_workbook(path, content)
    return path


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("workbook"), filed.content())


@pytest.fixture(scope="module")
def book(path: Path) -> Book:
    return {sheet.title: sheet for sheet in openpyxl.load_workbook(path).worksheets}


def columns(sheet: Worksheet, head: int) -> list[tuple[str, str]]:
    """Return group and title of every column."""
    groups: list[str] = []
    for cell in sheet[head - 1]:
        groups.append(str(cell.value) if cell.value else (groups[-1] if type(cell).__name__ == "MergedCell" else ""))
    return [(group, str(cell.value)) for group, cell in zip(groups, sheet[head], strict=True)]


def records(sheet: Worksheet, head: int = HEAD) -> Iterator[dict[tuple[str, str], Any]]:
    names = columns(sheet, head)
    for row in sheet.iter_rows(min_row=head + 1, values_only=True):
        yield dict(zip(names, row, strict=True))


def units(book: Book) -> dict[str, dict[tuple[str, str], Any]]:
    return {record["", "Mã"]: record for record in records(book["Theo đơn vị"])}


def days(book: Book) -> list[dict[tuple[str, str], Any]]:
    return list(records(book["Theo ngày"]))


def test_the_four_sheets_stand_in_order(book: Book) -> None:
    assert list(book) == SHEETS


@pytest.mark.parametrize("name", SHEETS[1:])
def test_tables_keep_their_titles_in_sight_and_on_paper_and_can_be_filtered(book: Book, name: str) -> None:
    sheet = book[name]
    head = 6 if name == "Nhật ký" else HEAD
    assert sheet.freeze_panes == f"C{head + 1}"
    assert str(sheet.auto_filter.ref).startswith(f"A{head}:")
    assert str(sheet.print_title_rows).endswith(f"${head}")
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == (
        9,
        "landscape",
        0,
    )


def test_every_figure_of_a_unit_is_that_of_its_status(book: Book) -> None:
    found = units(book)
    assert len(found) == len(filed.dossier().units) == 7
    for row in filed.dossier().units:
        record = found[row.unit.code]
        for metric in row.status.metrics:
            assert record[metric.name, "Số đầu kỳ"] == metric.baseline
            assert record[metric.name, "Lũy kế"] == metric.total
            assert record[metric.name, "Được giao"] == metric.target
            assert record[metric.name, "Trong ngày"] == (metric.today if row.status.reported else None)
            assert metric.share is not None
            assert record[metric.name, "Tỷ lệ đạt"] == pytest.approx(float(metric.share.exact or 0))
            assert metric.pace is not None
            assert record[metric.name, "So với kế hoạch"] == metric.pace.ahead
            assert record[metric.name, "Cần mỗi ngày"] == metric.pace.needed_per_day
        assert record["", "Hạng"] == row.place
        assert record["Chế độ báo cáo", "Lượt đã báo"] == row.attendance.reported


def test_the_summary_shows_the_status_of_the_unit_itself(book: Book) -> None:
    rows = {row[0]: row[1:] for row in book["Tổng hợp"].iter_rows(min_row=6, values_only=True) if row[0]}
    status = filed.dossier().status
    for metric in status.metrics:
        baseline, total, target, share, today, planned, ahead, missing, needed = rows[metric.name]
        pace = metric.pace
        assert pace is not None
        assert (baseline, total, target, today) == (metric.baseline, metric.total, metric.target, metric.today)
        assert (planned, ahead, missing, needed) == (pace.planned, pace.ahead, pace.missing, pace.needed_per_day)
        assert share == pytest.approx(metric.total / (metric.target or 1))
    (ratio,) = status.ratios
    assert rows["Tỷ lệ"][1:3] == (ratio.share.numerator, ratio.share.denominator)
    assert rows["   trong đó: Mức 1"][1] == status.metric("tn").parts[0].total
    assert rows["Trong ngày (đơn vị)"][:2] == (status.expected, status.reported) == (4, 3)


def test_days_are_real_dates_and_their_numbers_add_up(book: Book) -> None:
    found = days(book)
    assert found[0]["", "Ngày"] == datetime.combine(filed.first_day(), datetime.min.time())
    assert len(found) == 17
    status = filed.dossier().status
    assert found[-1]["Kích hoạt", "Lũy kế"] == status.metric("kh").total
    assert sum(record["Thu nhận", "Mức 2"] or 0 for record in found) == sum(40 + n for n in range(9)) + 9 * 2


def test_missing_is_an_empty_cell_and_zero_is_a_number(book: Book) -> None:
    found = units(book)
    today, state = ("Kích hoạt", "Trong ngày"), ("", "Trạng thái")
    assert [(found[code][today], found[code][state]) for code in (cast.PHU_KHUONG, cast.SON_DONG, cast.GIAO_LONG)] == [
        (0, "Báo số 0"),
        (None, "Nghỉ"),
        (3, "Báo muộn"),
    ]
    assert (found[cast.CHAU_THANH_TOWN][today], found[cast.CHAU_THANH_TOWN][state]) == (None, "Chờ xác nhận")
    assert days(book)[0]["Kích hoạt", "Trong ngày"] is None


def test_numbers_have_formats_and_percentages_are_fractions_of_one(book: Book) -> None:
    sheet = book["Theo đơn vị"]
    formats = {
        title: cell.number_format for (_, title), cell in zip(columns(sheet, HEAD), sheet[HEAD + 1], strict=True)
    }
    assert formats["Lũy kế"] == "[$-42A]#,##0"
    assert formats["Tỷ lệ đạt"] == "[$-42A]0.0%"
    assert {cell.number_format for cell in book["Theo ngày"]["A"][HEAD:]} == {"dd-mm-yyyy"}


def test_H4_names_and_notes_are_text_and_nothing_in_the_file_is_a_formula_or_a_link(path: Path, book: Book) -> None:
    cells = [cell for cell in book["Theo đơn vị"]["B"] if filed.FORMULA in str(cell.value)]
    assert [(cell.data_type, cell.hyperlink) for cell in cells] == [("s", None)]
    notes = [cell for row in book["Nhật ký"].iter_rows(min_row=7) for cell in row if "@SUM" in str(cell.value)]
    assert {(cell.data_type, cell.value) for cell in notes} == {("s", "@SUM(A1) ghi chú")}
    with ZipFile(path) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
        assert not any(re.search(rb"<f[ >]|<hyperlink", parts.read(name)) for name in sheets)


def test_charts_are_drawn_by_the_spreadsheet_program_from_the_cells(path: Path) -> None:
    with ZipFile(path) as parts:
        line, bars = (parts.read(f"xl/charts/chart{number}.xml").decode() for number in (1, 2))
    assert "<c:lineChart>" in line
    assert line.count("<c:ser>") == 2
    assert "'Theo ngày'!" in line
    assert "<c:barChart>" in bars


def test_the_journal_shows_every_entry_with_its_standing(book: Book) -> None:
    found = list(records(book["Nhật ký"], 6))
    assert len(found) == 28
    assert {record["", "Tình trạng"] for record in found} == {"Được tính", "Chờ xác nhận"}
    assert "28" in str(book["Nhật ký"]["A4"].value)
    assert isinstance(found[0]["", "Gửi lúc"], datetime)


def test_a_journal_that_was_cut_says_so_before_anything_else(tmp_path: Path) -> None:
    whole = filed.dossier()
    cut = replace(whole, journal=Excerpt(whole.journal.rows[:5], 636_000))
    path = written(tmp_path, Content(cut, "vi", filed.CONFIG.zone))
    line = openpyxl.load_workbook(path)["Nhật ký"]["A4"].value
    assert str(line).startswith("CHỈ HIỂN THỊ 5 lần nhập mới nhất trong tổng số 636.000; còn 635.995")


def test_the_english_workbook_speaks_english(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(tmp_path, filed.content(language="en")))
    assert book.sheetnames == ["Summary", "By unit", "By day", "Journal"]
    assert book["By day"]["B8"].value == "Wednesday"


def test_a_ward_has_a_workbook_of_its_own_with_its_states(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(written(tmp_path, filed.content(cast.PHU_KHUONG)))["Theo ngày"]
    found = list(records(sheet))
    assert [record["", "Trạng thái"] for record in found[-2:]] == ["Báo số 0", "Báo số 0"]
    assert found[0]["", "Trạng thái"] == "Đã khoá sổ"
