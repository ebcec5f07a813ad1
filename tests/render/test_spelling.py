"""Spelling: rows that are written in one go are what XlsxWriter writes cell by cell."""

from pathlib import Path
from zipfile import ZipFile

import pytest
import xlsxwriter  # type: ignore[import-untyped]  # neither the package nor anybody else has its types

from bot.render.files.spelling import Cell, QuickWorksheet

PLAIN: tuple[Cell, ...] = (0, -5, 1_234_567, 0.713, 1 / 3, 45_000.5, None, "Xã Giao Long", "   thụt vào", "cuối ")
AWKWARD = ("<b>&", "_x0041_", "tab\there", "=1+1", "'", '"', "x" * 40_000, "")


def sheet_of(path: Path, rows: list[tuple[Cell, ...]], *, quick: bool) -> bytes:
    """Return the sheet's XML."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": str(path.parent)})
    sheet = book.add_worksheet("Tờ", worksheet_class=QuickWorksheet if quick else None)
    forms = [book.add_format({"bold": True}), book.add_format({"num_format": "0.0%"})]
    for number, row in enumerate(rows):
        styles = [forms[column % 2] for column in range(len(row))]
        if quick:
            sheet.put_row(number, row, styles)
            continue
        for column, (value, form) in enumerate(zip(row, styles, strict=True)):
            write = {str: sheet.write_string, type(None): sheet.write_blank}.get(type(value), sheet.write_number)
            write(number, column, value, form)
    book.close()
    return ZipFile(path).read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("awkward", AWKWARD)
def test_a_row_in_one_go_is_the_same_bytes_as_cell_by_cell(tmp_path: Path, awkward: str) -> None:
    rows = [PLAIN, PLAIN * 6, (awkward, *PLAIN), PLAIN]
    by_cell = sheet_of(tmp_path / "a.xlsx", rows, quick=False)
    assert sheet_of(tmp_path / "b.xlsx", rows, quick=True) == by_cell
