"""Spelling: the cells of large sheets as XML, each in one go.

XlsxWriter puts every cell together attribute by attribute, which takes most of the time of a nation's workbook.
What is not plain (escapes, spaces at the ends, formulas, cells without a format) is left to it; the bytes are the same.
"""

import re
from functools import lru_cache
from typing import Any

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]  # neither it nor anybody else has its types

_NOT_PLAIN = re.compile("[&<>\x00-\x1f\ufffe\uffff]|_x|^\\s|\\s$")
_LETTERS = 26


@lru_cache(maxsize=256)
def _column(number: int) -> str:
    """Return the letters of a column that is counted from 0."""
    above, last = divmod(number, _LETTERS)
    return (_column(above - 1) if above else "") + chr(ord("A") + last)


class QuickWorksheet(Worksheet):  # type: ignore[misc]  # as above
    """XlsxWriter's worksheet, kept in constant memory, with a short way to spell plain cells."""

    def put(self, row: int, column: int, value: str | float | None, form: Any) -> None:
        """Write text, a number or an empty cell; numbers count from 0."""
        if isinstance(value, str):
            self._write_string(row, column, value, form)
        elif value is None:
            self._write_blank(row, column, None, form)
        else:
            self._write_number(row, column, value, form)

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        written = self._spelled(row, col, cell)
        if written is None:
            super()._write_cell(row, col, cell)
        else:
            self.fh.write(written)

    def _spelled(self, row: int, col: int, cell: Any) -> str | None:
        # The first cell of a format gives it its index, by the long way.
        style = cell.format.xf_index if cell.format else None
        if style is None:
            return None
        begun = f'<c r="{_column(col)}{row + 1}" s="{style}"'
        match type(cell).__name__:
            case "Number":
                return f"{begun}><v>{cell.number:.16G}</v></c>"
            case "Blank":
                return f"{begun}/>"
            case "String" if not _NOT_PLAIN.search(cell.string):
                return f'{begun} t="inlineStr"><is><t>{cell.string}</t></is></c>'
            case _:
                return None
