"""The line of totals against the planned line, with phases, deadline and forecast."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.figures import Share, number, percent
from bot.domain.series import Line, PhaseEnd
from bot.render.charts.heading import HEAD, heading, nothing
from bot.render.charts.headline import headline, subtitle
from bot.render.charts.placing import Area, beside, clearest
from bot.render.charts.scale import Scale, ticks
from bot.render.charts.sheet import (
    BLUE,
    FAINT,
    GREY,
    INK,
    MARGIN,
    MUTED,
    PAPER,
    RIGHT,
    SKY,
    SMALL,
    TINT,
    Point,
    Sheet,
)
from bot.render.charts.words import WORDS, Words

_HEIGHT = 1230
_STRIP_TOP = HEAD + 172
_TOP, _BOTTOM = HEAD + 216, 1050
_STRIP = 76  # the band of phases between the headline and the plot
_GAP = 20  # between labels of one axis
_PITCH = 42  # from line to line of the end label
_ACTUAL, _PLAN = 6.0, 4.0
_DASHES = (2.5, 1.8)


@dataclass(frozen=True, slots=True)
class _Plot:
    """The chart on its sheet, with scales from ordinals of days and from totals to pixels, and the totals to label."""

    chart: Line
    words: Words
    sheet: Sheet
    x: Scale
    y: Scale
    labels: tuple[int, ...]

    def at(self, point: tuple[date, int]) -> Point:
        """Return where a total of a day stands on the sheet."""
        return self.x(point[0].toordinal()), self.y(point[1])

    def number(self, value: int) -> str:
        """Write a number in the chart's language."""
        return number(value, self.chart.language)


def draw_line(chart: Line) -> Sheet:
    """Draw totals against plan; what is not known is left out, never drawn as zero."""
    sheet, words = Sheet(_HEIGHT), WORDS[chart.language]
    heading(sheet, chart.title, subtitle(chart, words))
    if not chart.totals and not chart.plan:
        nothing(sheet, words.no_data)
        return sheet
    headline(sheet, chart, words)
    plot = _plot(sheet, chart, words)
    _phases(plot)
    _value_axis(plot)
    _day_axis(plot)
    _lines(plot)
    _end_label(plot)
    _legend(plot)
    return sheet


def _plot(sheet: Sheet, chart: Line, words: Words) -> _Plot:
    days = [each.toordinal() for each, _ in (*chart.totals, *chart.plan)] + [chart.deadline.toordinal()]
    values = [value for _, value in (*chart.totals, *chart.plan)]
    values += [chart.target] if chart.target else []
    values += [chart.forecast.low, chart.forecast.high] if chart.forecast else []
    shown = ticks(min(values), max(values))
    gutter = max(sheet.width(number(value, chart.language), SMALL) for value in shown)
    top = _TOP + (_STRIP if chart.phases else 0)
    return _Plot(
        chart,
        words,
        sheet,
        Scale(min(days), max(*days, min(days) + 1), MARGIN + gutter + 20, RIGHT - 16),
        Scale(shown[0], shown[-1], _BOTTOM, top),
        shown,
    )


def _phases(plot: _Plot) -> None:
    begin = plot.x.begin
    for n, phase in enumerate(plot.chart.phases):
        end = min(plot.x(phase.ends.toordinal()), plot.x.end)
        if n:
            plot.sheet.line(((begin, plot.y.begin), (begin, _STRIP_TOP)), GREY, 2)
        _phase(plot, phase, begin, end)
        begin = max(begin, end)


def _phase(plot: _Plot, phase: PhaseEnd, begin: float, end: float) -> None:
    room = end - begin - 16
    if room < plot.sheet.width("…000", SMALL):
        return
    plot.sheet.box((begin + 2, _STRIP_TOP), (end - begin - 4, _STRIP), TINT)
    middle = (begin + end) / 2
    due = plot.words.phase.format(day=f"{phase.ends:%d-%m}", target=plot.number(phase.target))
    plot.sheet.words((middle, _STRIP_TOP + 32), phase.name, SMALL, bold=True, align="center", room=room)
    # A figure is written whole or not at all.
    if plot.sheet.width(due, SMALL) <= room:
        plot.sheet.words((middle, _STRIP_TOP + 64), due, SMALL, MUTED, align="center")


def _value_axis(plot: _Plot) -> None:
    for value in plot.labels:
        y = plot.y(value)
        plot.sheet.line(((plot.x.begin, y), (plot.x.end, y)), FAINT, 2, depth=1)
        plot.sheet.words((plot.x.begin - 14, y + 9), plot.number(value), SMALL, MUTED, align="right")
    if plot.chart.target:
        _target(plot, plot.chart.target)


def _target(plot: _Plot, target: int) -> None:
    y = plot.y(target)
    plot.sheet.line(((plot.x.begin, y), (plot.x.end, y)), INK, 3, dashes=(0.8, 1.6))
    left, top = _target_label(plot, target)[0]
    plot.sheet.words((left, top + 26), _target_text(plot, target), SMALL, INK, bold=True)


def _target_text(plot: _Plot, target: int) -> str:
    return plot.words.target.format(number=plot.number(target))


def _target_label(plot: _Plot, target: int) -> tuple[Point, Point]:
    """Return corner and size of the target's label: at either end of its line, above or below."""
    size = plot.sheet.width(_target_text(plot, target), SMALL, bold=True), 30.0
    sides = (plot.x.begin + 8, plot.x.end - 16 - size[0])
    corners = [(left, plot.y(target) + shift) for left in sides for shift in (-38, 8)]
    return clearest(corners, size, list(_drawn(plot)), _free(plot)), size


def _free(plot: _Plot) -> Area:
    return Area(plot.x.begin + 8, plot.y.end - 20, plot.x.end - 8, plot.y.begin)


def _day_axis(plot: _Plot) -> None:
    """Label the days from the most to the least important, each where there is still room."""
    taken: list[tuple[float, float]] = []
    for each, text, bold in _day_labels(plot):
        width = plot.sheet.width(text, SMALL, bold=bold)
        x = plot.x(each.toordinal())
        left = min(max(x - width / 2, MARGIN), RIGHT - width)
        if all(left > end + _GAP or left + width < begin - _GAP for begin, end in taken):
            plot.sheet.words((left, _BOTTOM + 42), text, SMALL, INK if bold else MUTED, bold=bold)
            plot.sheet.line(((x, _BOTTOM), (x, _BOTTOM + 9)), GREY, 2)
            taken.append((left, left + width))


def _day_labels(plot: _Plot) -> Iterator[tuple[date, str, bool]]:
    chart, short = plot.chart, "{:%d-%m}".format
    yield chart.deadline, plot.words.deadline.format(day=short(chart.deadline)), True
    first, last = date.fromordinal(int(plot.x.first)), date.fromordinal(int(plot.x.last))
    if first <= chart.today <= last and chart.today != chart.deadline:
        yield chart.today, f"{plot.words.today} {short(chart.today)}", False
    for each in (first, *(phase.ends for phase in chart.phases), last):
        yield each, short(each), False
    span = (last - first).days
    step = max(1, span // 5) if span < 14 else -(-span // 42) * 7  # noqa: PLR2004  (weeks, at most six)
    for n in range(step, span, step):
        each = first + timedelta(days=n)
        yield each, short(each), False


def _lines(plot: _Plot) -> None:
    chart, sheet = plot.chart, plot.sheet
    for each in dict.fromkeys((chart.today, chart.deadline)):
        x = plot.x(each.toordinal())
        if plot.x.begin <= x <= plot.x.end:
            ink, width = (INK, 4) if each == chart.deadline else (GREY, 2)
            sheet.line(((x, plot.y.begin), (x, plot.y.end)), ink, width, depth=2)
    if chart.plan:
        sheet.line([plot.at(point) for point in chart.plan], MUTED, _PLAN, dashes=_DASHES)
    for edges in _fan(plot):
        sheet.area(edges, SKY, alpha=0.35)
        sheet.line(edges[1:], BLUE, 6)
    if chart.totals:
        sheet.line([plot.at(point) for point in chart.totals], BLUE, _ACTUAL, depth=4)
        sheet.dot(plot.at(chart.totals[-1]), 11, BLUE, PAPER, 4)


def _fan(plot: _Plot) -> Iterator[tuple[Point, Point, Point]]:
    """Yield the forecast's triangle from the newest total to its range at the deadline, if there is one."""
    chart = plot.chart
    if chart.forecast and chart.totals and chart.totals[-1][0] < chart.deadline:
        low, high = chart.forecast.low, chart.forecast.high
        yield plot.at(chart.totals[-1]), plot.at((chart.deadline, low)), plot.at((chart.deadline, high))


def _end_label(plot: _Plot) -> None:
    """Write the newest total and its share beside its dot."""
    if not plot.chart.totals:
        return
    total = plot.chart.totals[-1][1]
    texts = [plot.number(total)]
    if plot.chart.target:
        texts.append(percent(Share(total, plot.chart.target), plot.chart.decimals, plot.chart.language))
    size = max(plot.sheet.width(text, 32, bold=True) for text in texts), float(_PITCH * len(texts))
    lines = [*_drawn(plot), *_target_lines(plot)]
    left, top = beside(plot.at(plot.chart.totals[-1]), size, lines, _free(plot))
    for n, text in enumerate(texts):
        plot.sheet.words((left, top + 32 + _PITCH * n), text, 32, BLUE, bold=True)


def _target_lines(plot: _Plot) -> Iterator[list[Point]]:
    """Yield the target's line, and one through the middle of its label."""
    target = plot.chart.target
    if target:
        yield [(plot.x.begin, plot.y(target)), (plot.x.end, plot.y(target))]
        (left, top), (width, height) = _target_label(plot, target)
        yield [(left, top + height / 2), (left + width, top + height / 2)]


def _drawn(plot: _Plot) -> Iterator[list[Point]]:
    """Yield every line that a label should keep off."""
    chart = plot.chart
    yield [plot.at(point) for point in chart.totals]
    yield [plot.at(point) for point in chart.plan]
    for newest, low, high in _fan(plot):
        yield [low, newest, high]


def _legend(plot: _Plot) -> None:
    chart, sheet, y = plot.chart, plot.sheet, _BOTTOM + 100
    x = float(MARGIN)
    if chart.totals:
        sheet.line(((x, y - 9), (x + 48, y - 9)), BLUE, _ACTUAL)
        x += 62 + sheet.words((x + 62, y), plot.words.actual) + 44
    if chart.plan:
        sheet.line(((x, y - 9), (x + 48, y - 9)), MUTED, _PLAN, dashes=_DASHES)
        sheet.words((x + 62, y), plot.words.plan)
    for _ in _fan(plot):
        _forecast_legend(plot, y + 46)


def _forecast_legend(plot: _Plot, y: float) -> None:
    chart, sheet = plot.chart, plot.sheet
    if chart.forecast is None:
        return
    figures = [plot.number(total) for total in (chart.forecast.low, chart.forecast.high)]
    plain = _forecast(plot, figures)
    if chart.target:
        shares = [Share(total, chart.target) for total in (chart.forecast.low, chart.forecast.high)]
        written = [percent(share, chart.decimals, chart.language) for share in shares]
        figures = [f"{figure} ({share})" for figure, share in zip(figures, written, strict=True)]
    full = _forecast(plot, figures)
    sheet.area(((MARGIN, y - 9), (MARGIN + 44, y - 24), (MARGIN + 44, y + 6)), SKY, alpha=0.35)
    sheet.line(((MARGIN + 44, y - 24), (MARGIN + 44, y + 6)), BLUE, 6)
    sheet.words((MARGIN + 62, y), full if sheet.width(full) <= RIGHT - MARGIN - 62 else plain)


def _forecast(plot: _Plot, figures: list[str]) -> str:
    low, high = figures
    return plot.words.forecast.format(day=f"{plot.chart.deadline:%d-%m}", low=low, high=high)
