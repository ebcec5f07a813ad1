"""Roster files: CSV or XLSX as a header and rows of text, each with its line number; from disk, or as bytes."""

import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

MAX_BYTES = 20_000_000
MAX_UNPACKED = 200_000_000  # bytes of all parts of a workbook together
MAX_ROWS = 200_000
MAX_COLUMNS = 100
MAX_CELLS = 3_000_000  # of all rows together, as they stand in memory

Numbered = tuple[int, list[str]]

_FOREIGN = (b"%PDF", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"{\\rtf")
_HEADER = 65_536  # characters in which the first line is looked for
# Parsers of XML raise kinds of SyntaxError, those of the standard library and of lxml.
_MALFORMED = (zipfile.BadZipFile, zlib.error, SyntaxError, LookupError, ValueError, TypeError, AttributeError, OSError)


class Unreadable(StrEnum):
    """Why a file cannot be read as a table."""

    NO_FILE = "no_file"
    OTHER_KIND = "other_kind"  # neither .csv nor .xlsx
    TOO_BIG = "too_big"  # more bytes, rows or columns than the limits of this module
    UTF_16 = "utf_16"  # "Unicode text" of older office programs; wanted is CSV UTF-8
    NOT_UTF_8 = "not_utf_8"  # mostly Windows-1258 or another code page; wanted is CSV UTF-8
    BROKEN = "broken"  # an unclosed quote, or no workbook inside
    FORMULA = "formula"  # a formula that was never calculated, or whose result is an error
    EMPTY = "empty"


class RosterFileError(Exception):
    """A roster file that cannot be read. `line` is 0 where the whole file is meant, `path` None where it has none."""

    def __init__(self, path: Path | None, reason: Unreadable, line: int = 0) -> None:
        super().__init__(path and path.name, reason.value, line)
        self.path, self.reason, self.line = path, reason, line


class Cell(NamedTuple):
    """A cell of a workbook: what it holds, of which kind ("f" formula, "e" error, "n" number …), and its format."""

    value: object
    kind: str
    shown_as: str


class Sheet(NamedTuple):
    """The header, and the rows under it with their line numbers."""

    header: list[str]
    rows: list[Numbered]


def rows_of(path: Path) -> Sheet:
    """Read the table of a .csv file or of the first sheet of an .xlsx file; blank rows are left out."""
    read = _READERS.get(path.suffix.lower())
    if read is None:
        raise RosterFileError(path, Unreadable.OTHER_KIND)
    if not path.is_file():
        raise RosterFileError(path, Unreadable.NO_FILE)
    if path.stat().st_size > MAX_BYTES:
        raise RosterFileError(path, Unreadable.TOO_BIG)
    try:
        return _sheet(read(path.read_bytes()))
    except RosterFileError as error:
        raise RosterFileError(path, error.reason, error.line) from None


def rows_in(data: bytes) -> Sheet:
    """Read the same from bytes whose name says nothing: what they begin with tells a workbook from text."""
    if len(data) > MAX_BYTES:
        raise RosterFileError(None, Unreadable.TOO_BIG)
    if data.startswith(_FOREIGN):
        raise RosterFileError(None, Unreadable.OTHER_KIND)
    return _sheet(_xlsx_rows(data) if data.startswith(b"PK") else _csv_rows(data))


def _sheet(lines: Generator[Numbered, None, None]) -> Sheet:
    with closing(lines):
        rows = list(_bounded(lines))
    if not rows:
        raise RosterFileError(None, Unreadable.EMPTY)
    return Sheet(rows[0][1], rows[1:])


def _bounded(rows: Iterable[Numbered]) -> Iterator[Numbered]:
    """Yield the rows that are not blank; stop a file that unpacks without end."""
    left = MAX_CELLS
    for line, cells in rows:
        while cells and not cells[-1].strip():  # cells that are only formatted
            cells.pop()
        left -= len(cells)
        if line > MAX_ROWS or len(cells) > MAX_COLUMNS or left < 0:
            raise RosterFileError(None, Unreadable.TOO_BIG, line)
        if cells:
            yield line, cells


def _csv_rows(data: bytes) -> Generator[Numbered, None, None]:
    text = _text(data)
    line = 1
    try:
        delimiter = max(",;\t", key=lambda mark: len(next(csv.reader(_lines(text[:_HEADER]), delimiter=mark), [])))
        reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1  # a quoted cell may span lines: a row is where it begins
    except csv.Error:
        raise RosterFileError(None, Unreadable.BROKEN, line) from None


def _lines(text: str) -> io.StringIO:
    return io.StringIO(text, newline="")


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:1024]:
        raise RosterFileError(None, Unreadable.UTF_16)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RosterFileError(None, Unreadable.NOT_UTF_8, data.count(b"\n", 0, error.start) + 1) from None


def _xlsx_rows(data: bytes) -> Generator[Numbered, None, None]:
    """Yield the first sheet's rows. Formulas are read beside their results, to notice those never calculated."""
    try:
        if sum(part.file_size for part in zipfile.ZipFile(io.BytesIO(data)).infolist()) > MAX_UNPACKED:
            raise RosterFileError(None, Unreadable.TOO_BIG)
        rows = zip(_cells(io.BytesIO(data), results=True), _cells(io.BytesIO(data), results=False), strict=True)
        for line, (results, sources) in enumerate(rows, 1):
            if any(map(_is_lost, results, sources)):
                raise RosterFileError(None, Unreadable.FORMULA, line)
            yield line, [_as_text(cell) for cell in results]
    except _MALFORMED:
        raise RosterFileError(None, Unreadable.BROKEN) from None


def _cells(file: BinaryIO, *, results: bool) -> Iterator[list[Cell]]:
    """Yield the first sheet's rows of cells, one column more than allowed so that it can be noticed."""
    # The running bot reads a workbook once in a while, and 20 MB and half a second of its start are for that alone.
    from openpyxl import load_workbook  # noqa: PLC0415
    from openpyxl.cell.read_only import EMPTY_CELL  # noqa: PLC0415

    with warnings.catch_warnings(action="ignore"):  # about styles, which are not read
        sheet = load_workbook(file, read_only=True, data_only=results).worksheets[0]
    sheet.reset_dimensions()  # what the file says of its size is often wrong
    rows: Iterable[tuple[Any, ...]] = sheet.iter_rows(max_col=MAX_COLUMNS + 1)  # not of the type in the stubs
    for row in rows:
        width = next((n for n in range(len(row), 0, -1) if row[n - 1] is not EMPTY_CELL), 0)
        yield [Cell(cell.value, cell.data_type, cell.number_format or "") for cell in row[:width]]


def _is_lost(result: Cell, source: Cell) -> bool:
    """Tell whether a formula has no result, or a cell holds an error. A result of "" is typed as text."""
    return result.kind == "e" or (source.kind == "f" and result.value is None and result.kind == "n")


def _as_text(cell: Cell) -> str:
    """Return a cell's value as it would be typed: 1250, 80%, 2023-12-15."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        return _number_text(Decimal(repr(value)), cell.shown_as)
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def _number_text(value: Decimal, number_format: str) -> str:
    """Return a number without exponent or trailing zeros, so that it cannot be mistaken for groups of three."""
    if "%" in number_format:
        return f"{(value * 100).normalize():f}%"
    text = f"{value.normalize():f}"
    # The number 12.345 is not the text 12.345, which means twelve thousand.
    return f"{text}0" if re.search(r"\.[0-9]{3}$", text) else text


_READERS = {".csv": _csv_rows, ".xlsx": _xlsx_rows}
