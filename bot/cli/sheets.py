"""The workbook of invites: one row per unit with a QR picture, ready to print and cut."""

import io
import os
from collections.abc import Sequence
from pathlib import Path

import segno
import xlsxwriter  # type: ignore[import-untyped]  # neither the package nor anybody else has its types

from bot.operations import Result

COLUMNS = (("Mã đơn vị", "unit", 12), ("Đơn vị", "name", 30), ("Trực thuộc", "parent", 30), ("Liên kết", "link", 44))
PICTURE_PX = 132
ROW_PT = 108


def write_invites(path: Path, invites: Sequence[Result]) -> None:
    """Write a workbook for its owner alone, from rows of `unit`, `name`, `parent`, `link`; never over another file."""
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        # Units' names are data: none of them may become a formula, a number or a link.
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        }
        book = xlsxwriter.Workbook(file, options)
        sheet = book.add_worksheet("Mã mời")
        _lay_out(sheet, len(invites))
        title = book.add_format({"bold": True, "bottom": 1})
        cell = book.add_format({"valign": "vcenter", "text_wrap": True, "bottom": 4})
        for column, (name, _, _) in enumerate((*COLUMNS, ("Mã QR", "", 0))):
            sheet.write_string(0, column, name, title)
        for row, invite in enumerate(invites, 1):
            sheet.set_row(row, ROW_PT)
            for column, (_, key, _) in enumerate(COLUMNS):
                sheet.write_string(row, column, invite[key], cell)
            picture, scale = _qr(invite["link"])
            place = {"image_data": picture, "x_scale": scale, "y_scale": scale, "x_offset": 4, "y_offset": 4}
            sheet.insert_image(row, len(COLUMNS), "qr.png", place)
        book.close()


def _lay_out(sheet: xlsxwriter.worksheet.Worksheet, rows: int) -> None:
    """Set widths and the printed page: A4 upright, as wide as the page, the header on every sheet."""
    for column, (_, _, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
    sheet.set_column(len(COLUMNS), len(COLUMNS), 20)
    sheet.freeze_panes(1, 0)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, rows, len(COLUMNS))


def _qr(link: str) -> tuple[io.BytesIO, float]:
    """Return the picture, and by how much to scale it to the cell."""
    code = segno.make_qr(link, error="m")
    picture = io.BytesIO()
    code.save(picture, kind="png", scale=4, border=4)
    return picture, PICTURE_PX / code.symbol_size(scale=4, border=4)[0]
