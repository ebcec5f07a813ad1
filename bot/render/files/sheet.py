"""Pages: a workbook's sheets, written from top to bottom with real numbers and dates in a few styles."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

import xlsxwriter  # type: ignore[import-untyped]  # neither the package nor anybody else has its types

from bot.domain.figures import Language, Share
from bot.render.files.plain import plain, serial, serial_moment
from bot.render.files.spelling import Cell, QuickWorksheet

T = TypeVar("T")
Value = str | int | Share | date | datetime | None

# The palette of the charts: Okabe and Ito's colours.
BLUE, INK, MUTED, LINE = "#0072B2", "#1B2733", "#55626E", "#C9D1D8"
ALARM, WAITING, IDLE = "#FBE3D6", "#F1E3F0", "#F0F2F4"

FONT: Final = "Times New Roman"
A4: Final = 9
MARGIN_IN: Final = 0.4


class Style(StrEnum):
    """How a cell looks."""

    TITLE = "title"
    SUBTITLE = "subtitle"
    REMARK = "remark"
    PLAIN = "plain"
    WARNING = "warning"
    SECTION = "section"
    HEAD = "head"
    TEXT = "text"
    WRAPPED = "wrapped"
    NUMBER = "number"
    SIGNED = "signed"
    PERCENT = "percent"
    DAY = "day"
    MOMENT = "moment"
    PLACE = "place"


_GRID: Final = {"border": 1, "border_color": LINE, "valign": "vcenter"}
_LOOKS: Final[Mapping[Style, Mapping[str, Any]]] = MappingProxyType(
    {
        Style.TITLE: {"bold": True, "font_size": 16, "font_color": BLUE},
        Style.SUBTITLE: {"bold": True, "font_size": 13},
        Style.REMARK: {"italic": True, "font_color": MUTED},
        Style.PLAIN: {},
        Style.WARNING: {"bold": True, "font_color": "#D55E00"},
        Style.SECTION: {"bold": True, "font_size": 13, "font_color": BLUE},
        Style.HEAD: {
            **_GRID,
            "bold": True,
            "font_color": "#FFFFFF",
            "bg_color": BLUE,
            "align": "center",
            "text_wrap": True,
        },
        Style.TEXT: {**_GRID, "indent": 1},
        Style.WRAPPED: {**_GRID, "text_wrap": True, "indent": 1},
        Style.NUMBER: _GRID,
        Style.SIGNED: _GRID,
        Style.PERCENT: _GRID,
        Style.DAY: {**_GRID, "num_format": "dd-mm-yyyy", "align": "center"},
        Style.MOMENT: {**_GRID, "num_format": "dd-mm-yyyy hh:mm", "align": "center"},
        Style.PLACE: {**_GRID, "num_format": "0", "align": "center"},
    }
)


FIGURES: Final[Mapping[Style, str]] = MappingProxyType(
    {Style.NUMBER: "#,##0", Style.SIGNED: "+#,##0;-#,##0;0", Style.PERCENT: "0.0%"}
)


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column of a table: its title, width in characters, style, and what stands in it for a row."""

    title: str
    width: float
    style: Style
    value: Callable[[T], Value]
    group: str = ""


class Book:
    """A workbook that is written row by row and kept on disk meanwhile; to be closed at the end."""

    def __init__(self, path: Path, language: Language, decimals: int) -> None:
        # Whatever people have written stays text: no formulas, no numbers, no links.
        options = {
            "constant_memory": True,
            "tmpdir": str(path.parent),
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        }
        self.book: Any = xlsxwriter.Workbook(str(path), options)
        self.language = language
        self._decimals = decimals
        self._formats: dict[tuple[Style, str], Any] = {}

    def sheet(self, name: str) -> "Sheet":
        """Add a sheet."""
        return Sheet(self, self.book.add_worksheet(name, worksheet_class=QuickWorksheet), name)

    def close(self) -> None:
        """Write the file."""
        self.book.close()

    def format(self, style: Style, fill: str = "") -> Any:
        """Return a style, with another background where one is named."""
        if (style, fill) not in self._formats:
            look = {"font_name": FONT, "font_size": 12, "font_color": INK, **_LOOKS[style]}
            if style in FIGURES:
                look["num_format"] = self.figures(style)
            self._formats[style, fill] = self.book.add_format({**look, **({"bg_color": fill} if fill else {})})
        return self._formats[style, fill]

    def figures(self, style: Style) -> str:
        """Return how the numbers of a style are written, in cells and beside charts."""
        written = f"0.{'0' * self._decimals}%" if style is Style.PERCENT else FIGURES[style]
        if self.language != "vi":
            return written
        # Programs that know this mark write 1.234 and 71,3% whatever their own language.
        return ";".join(f"[$-42A]{part}" for part in written.split(";"))


class Sheet:
    """One sheet; `row` is the next one to be written, and no row above it can be touched any more."""

    def __init__(self, book: Book, sheet: Any, name: str) -> None:
        self.book, self.raw, self.name = book, sheet, name
        self.row = 0

    def widths(self, widths: Sequence[float]) -> None:
        """Set the columns' widths in characters."""
        for column, width in enumerate(widths):
            self.raw.set_column(column, column, width)

    def write(self, column: int, value: Value, style: Style, fill: str = "") -> None:
        """Write one cell of the present row; None is a cell without anything in it."""
        self.raw.put(self.row, column, as_cell(value), self.book.format(style, fill))

    def line(self, text: str, style: Style) -> None:
        """Write a line of its own."""
        self.write(0, text, style)
        self.row += 1

    def record(self, values: Iterable[tuple[Value, Style]], fill: str = "") -> None:
        """Write a row."""
        for column, (value, style) in enumerate(values):
            self.write(column, value, style, fill)
        self.row += 1

    def head(self, titles: Iterable[str], height: float = 36) -> None:
        """Write the titles of columns."""
        self.raw.set_row(self.row, height)
        self.record((title, Style.HEAD) for title in titles)

    def table(self, columns: Sequence[Column[T]], rows: Iterable[T], fill: Callable[[T], str] | None = None) -> None:
        """Write a table that fills the page: groups and titles stay in sight, on paper too, and can be filtered."""
        self.widths([column.width for column in columns])
        first = self.row
        if any(column.group for column in columns):
            self._groups(columns)
        head = self.row
        self.head(column.title for column in columns)
        self.raw.freeze_panes(self.row, 2)
        self.raw.repeat_rows(first, head)
        forms: dict[str, list[Any]] = {}
        for row in rows:
            colour = fill(row) if fill else ""
            if colour not in forms:
                forms[colour] = [self.book.format(column.style, colour) for column in columns]
            self.raw.put_row(self.row, [as_cell(column.value(row)) for column in columns], forms[colour])
            self.row += 1
        self.raw.autofilter(head, 0, max(head, self.row - 1), len(columns) - 1)
        self.bars(columns, head + 1)

    def _groups(self, columns: Sequence[Column[T]]) -> None:
        """Write what stands above several titles."""
        head = self.book.format(Style.HEAD)
        first = 0
        while first < len(columns):
            last = first
            while last + 1 < len(columns) and columns[last + 1].group == columns[first].group:
                last += 1
            if last > first:
                self.raw.merge_range(self.row, first, self.row, last, plain(columns[first].group), head)
            else:
                self.write(first, columns[first].group, Style.HEAD)
            first = last + 1
        self.row += 1

    def bars(self, columns: Sequence[Column[T]], first: int) -> None:
        """Lay data bars under percentages, from 0 to 100 %."""
        for number, column in enumerate(columns):
            if column.style is Style.PERCENT and self.row > first:
                self.raw.conditional_format(first, number, self.row - 1, number, BAR)

    def print_on_a4(self, *, landscape: bool = True) -> None:
        """Set the page up for paper: as wide as the sheet, with page numbers."""
        sheet = self.raw
        if landscape:
            sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(MARGIN_IN, MARGIN_IN, MARGIN_IN, MARGIN_IN * 1.5)
        sheet.set_footer("&L&A&R&P/&N")
        sheet.hide_gridlines(2)


BAR: Final = MappingProxyType(
    {
        "type": "data_bar",
        "bar_color": "#CDE4F1",
        "min_type": "num",
        "max_type": "num",
        "min_value": 0,
        "max_value": 1,
    }
)


def as_cell(value: Value) -> Cell:
    """Return what stands in a cell: text, a count, a fraction of one, or a date as spreadsheets count it."""
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, Share):
        return value.numerator / value.denominator if value.denominator else None
    if isinstance(value, datetime):
        return serial_moment(value)
    return serial(value)
