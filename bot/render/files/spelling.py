"""Spelling: the rows of large tables as XML, each in one go.

XlsxWriter puts every cell together attribute by attribute, which takes most of the time of a nation's workbook.
What is not plain (escapes, a format that is new) is left to it; the bytes are the same.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType, NoneType
from typing import Any, Final

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
        spelled = [_SPELLED.get(type(value), _awkward)(value) for value in values]
        styles = tuple([form.xf_index for form in forms])  # None until the first cell has the format
        if None in spelled or None in styles:
            for column, (value, form) in enumerate(zip(values, forms, strict=True)):
                self.put(row, column, value, form)
            return
        self._write_single_row(row)  # what stands above it
        self._check_dimensions(row, len(values) - 1)
        filled: list[Any] = [row + 1] * (2 * len(spelled))
        filled[1::2] = spelled
        self.fh.write(f'<row r="{row + 1}">{_blank(styles) % tuple(filled)}</row>')


@lru_cache(maxsize=64)
def _blank(styles: tuple[int, ...]) -> str:
    """Return the cells of a row with these styles: in each the row's number and the cell's end are to be filled in."""
    return "".join(f'<c r="{_column(place)}%d" s="{style}"%s' for place, style in enumerate(styles))


def _awkward(_: Cell) -> None:
    """Leave a cell to XlsxWriter."""


@lru_cache(maxsize=4_096)  # names of levels, of units above and of states come again and again
def _text(value: str) -> str | None:
    if len(value) > LONG or _NOT_PLAIN.search(value):
        return None
    kept = ' xml:space="preserve"' if value[:1].isspace() or value[-1:].isspace() else ""
    return f' t="inlineStr"><is><t{kept}>{value}</t></is></c>'


_SPELLED: Final[Mapping[type[Cell], Callable[[Any], str | None]]] = MappingProxyType(
    {
        int: lambda value: f"><v>{value}</v></c>",
        float: lambda value: f"><v>{value:.16G}</v></c>",
        NoneType: lambda _: "/>",
        str: _text,
    }
)
"""How XlsxWriter ends a cell after its place and format; None where that is not plain."""
