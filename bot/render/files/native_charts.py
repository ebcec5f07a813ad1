"""Charts of the workbook itself: drawn by the spreadsheet program, from the cells."""

from dataclasses import dataclass
from typing import Any

from bot.render.files.content import Content
from bot.render.files.sheet import BLUE, FONT, INK, LINE, MUTED, Sheet, Style

MOST_BARS = 20
HEIGHT_PX = 330

_FONT = {"name": FONT, "size": 10, "color": INK}
_GRIDLINES = {"visible": True, "line": {"color": LINE, "width": 0.5}}


@dataclass(frozen=True, slots=True)
class DaysAt:
    """Where days stand on a sheet: first and last row, the columns of total and plan; all count from 0."""

    sheet: str
    first: int
    last: int
    total: int
    planned: int


@dataclass(frozen=True, slots=True)
class UnitsAt:
    """Where units stand on a sheet: first and last row; names in the first column, shares in the third."""

    sheet: str
    first: int
    last: int


def draw(sheet: Sheet, content: Content, row: int, days: DaysAt, units: UnitsAt | None) -> None:
    """Place the charts side by side from a row on."""
    sheet.raw.insert_chart(row, 0, _line(sheet, content, days), {"x_offset": 4})
    if units:
        sheet.raw.insert_chart(row, 5, _bars(sheet, content, units), {"x_offset": 12})


def _line(sheet: Sheet, content: Content, days: DaysAt) -> Any:
    """Draw the headline metric's total and its plan by day."""
    words, metric = content.words, content.dossier.headline
    chart = sheet.book.book.add_chart({"type": "line"})
    shown: list[tuple[str, int, dict[str, Any]]] = [(words.actual, days.total, {"color": BLUE, "width": 2.5})]
    if metric.plan.milestones:
        shown.append((words.plan, days.planned, {"color": MUTED, "width": 1.75, "dash_type": "dash"}))
    for name, column, line in shown:
        chart.add_series(
            {
                "name": name,
                "categories": [days.sheet, days.first, 0, days.last, 0],
                "values": [days.sheet, days.first, column, days.last, column],
                "line": line,
            }
        )
    chart.set_x_axis({"date_axis": True, "num_format": "dd-mm", "num_font": _FONT, "line": {"color": LINE}})
    written = sheet.book.figures(Style.NUMBER)
    axis = {"num_format": written, "num_font": _FONT, "major_gridlines": _GRIDLINES, "line": {"none": True}}
    chart.set_y_axis({**axis, "min": _lowest(content)})
    chart.set_legend({"position": "bottom", "font": _FONT})
    return _framed(chart, words.chart_line.format(metric=metric.name), 600)


def _bars(sheet: Sheet, content: Content, units: UnitsAt) -> Any:
    """Draw the shares of the best units below."""
    last = min(units.last, units.first + MOST_BARS - 1)
    chart = sheet.book.book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "categories": [units.sheet, units.first, 0, last, 0],
            "values": [units.sheet, units.first, 2, last, 2],
            "fill": {"color": BLUE},
            "gap": 45,
            "data_labels": {"value": True, "num_format": sheet.book.figures(Style.PERCENT), "font": _FONT},
        }
    )
    chart.set_y_axis({"reverse": True, "num_font": _FONT, "line": {"color": LINE}, "major_tick_mark": "none"})
    chart.set_x_axis({"min": 0, "visible": False, "major_gridlines": {"visible": False}})
    chart.set_legend({"none": True})
    return _framed(chart, content.words.chart_bars.format(metric=content.status.campaign.main.name), 470)


def _lowest(content: Content) -> int:
    """Return a round number below all that is drawn: from 0 on, totals that began high would look flat."""
    code = content.dossier.headline.code
    drawn = [row.totals[code] for row in content.dossier.days]
    drawn += [row.planned[code] for row in content.dossier.days if code in row.planned]
    step = int(10 ** (len(str(max(drawn) - min(drawn))) - 1))
    return min(drawn) // step * step


def _framed(chart: Any, title: str, width: int) -> Any:
    chart.set_title({"name": title, "overlay": False, "name_font": {**_FONT, "size": 13, "bold": True}})
    chart.set_chartarea({"border": {"color": LINE}})
    chart.set_size({"width": width, "height": HEIGHT_PX})
    return chart
