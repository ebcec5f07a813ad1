"""Spelling: the rows of large tables as XML, each in one go.

XlsxWriter puts every cell together attribute by attribute, which takes most of the time of a nation's workbook.
What is not plain (escapes, a format that is new) is left to it; the bytes are the same.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from typing import Any

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]  # neither it nor anybody else has its types

_NOT_PLAIN = re.compile("[&<>\x00-\x1f\ufffe\uffff]|_x")
_LETTERS = 26
LONG = 16_000  # characters; what is longer might not fit a cell


@lru_cache(maxsize=256)
def _column(number: int) -> str:
    """Return the letters of a column that is counted from 0."""
    above, last = divmod(number, _LETTERS)
    return (_column(above - 1) if above else "") + chr(ord("A") + last)


Cell = str | int | float | None


class QuickWorksheet(Worksheet):  # type: ignore[misc]  # as above
    """XlsxWriter's worksheet in constant memory, with a short way to write a row."""

    def put(self, row: int, column: int, value: Cell, form: Any) -> None:
        """Write text, a number or an empty cell; rows and columns count from 0."""
        if isinstance(value, str):
            self._write_string(row, column, value, form)
        elif value is None:
            self._write_blank(row, column, None, form)
        else:
            self._write_number(row, column, value, form)

    def put_row(self, row: int, values: Sequence[Cell], forms: Sequence[Any]) -> None:
        """Write a whole row of the usual height from its first column on; the next one lies below it."""
        spelled = [_spelled(row, *each) for each in zip(count(), values, forms)]
        cells = [cell for cell in spelled if cell is not None]
        if len(cells) < len(spelled):
            for column, (value, form) in enumerate(zip(values, forms, strict=True)):
                self.put(row, column, value, form)
        else:
            self._write_single_row(row)  # what stands above it
            self._check_dimensions(row, len(cells) - 1)
            self.fh.write(f'<row r="{row + 1}">{"".join(cells)}</row>')


def _spelled(row: int, column: int, value: Cell, form: Any) -> str | None:
    """Return a cell as XlsxWriter writes it; None where it is not plain."""
    if form.xf_index is None:  # given by the first cell that has the format
        return None
    begun = f'<c r="{_column(column)}{row + 1}" s="{form.xf_index}"'
    if value is None:
        return f"{begun}/>"
    if isinstance(value, int):
        return f"{begun}><v>{value}</v></c>"
    if isinstance(value, float):
        return f"{begun}><v>{value:.16G}</v></c>"
    if len(value) > LONG or _NOT_PLAIN.search(value):
        return None
    kept = ' xml:space="preserve"' if value[:1].isspace() or value[-1:].isspace() else ""
    return f'{begun} t="inlineStr"><is><t{kept}>{value}</t></is></c>'
