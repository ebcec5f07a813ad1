"""Units by days: who reported when, and how."""

from dataclasses import replace
from datetime import date

from bot.domain.days import State
from bot.domain.figures import day, number, percent
from bot.domain.series import MOST_ROWS, Grid, Row
from bot.render.charts import marks
from bot.render.charts.heading import HEAD, heading, nothing
from bot.render.charts.marks import CELL
from bot.render.charts.names import row_names
from bot.render.charts.sheet import FAINT, INK, MARGIN, MUTED, NORMAL, RIGHT, SMALL, Sheet
from bot.render.charts.words import WORDS, Words

DAYS = 14
"""How many days fit beside the names."""

_TOP = HEAD + 136
_STEP = CELL + 5
_LEAST = CELL + 3
_CELLS = RIGHT - 100 - DAYS * _STEP
_LEGEND = (State.REPORTED, State.LATE, State.ZERO, State.QUESTIONED, State.MISSING, State.LOCKED, State.ON_LEAVE, None)
_COLUMNS, _LINE = 4, 50
_LOWEST, _HIGHEST = 1080, 1350


def draw_grid(chart: Grid) -> Sheet:
    """Draw a cell for every unit and day, the turnout beside each unit, and a legend."""
    words, chart = WORDS[chart.language], _newest(chart)
    rows = chart.rows[: min(chart.limit, MOST_ROWS)]
    lines = len(rows) + (len(chart.rows) > len(rows))
    legend = -(-len(_LEGEND) // _COLUMNS) * _LINE + 54
    pitch = min(64, max(_LEAST, (_LOWEST - _TOP - legend) // max(lines, 1)))
    sheet = Sheet(min(_HIGHEST, max(_LOWEST, _TOP + pitch * lines + legend)))
    heading(sheet, chart.title, _subtitle(chart, words))
    if not chart.rows or not chart.days:
        nothing(sheet, words.no_data)
        return sheet
    _totals(sheet, chart, words)
    _days(sheet, chart.days, words)
    names = row_names(sheet, (row.name for row in rows), _CELLS - MARGIN - 16)
    for n, row in enumerate(rows):
        _row(sheet, replace(row, name=names[row.name]), chart, _TOP + pitch * n, pitch)
    bottom = _TOP + pitch * len(rows)
    sheet.line(((MARGIN, bottom), (RIGHT, bottom)), FAINT, 1, depth=1)
    if len(chart.rows) > len(rows):
        more = words.more_units.format(count=number(len(chart.rows) - len(rows), chart.language))
        sheet.words((MARGIN, bottom + pitch / 2 + 9), more, SMALL, MUTED)
    _legend(sheet, words, sheet.height - legend + 20)
    return sheet


def _newest(chart: Grid) -> Grid:
    """Return the chart with the days that are drawn, so that the turnout speaks of them alone."""
    rows = tuple(replace(row, states=row.states[-DAYS:]) for row in chart.rows)
    return replace(chart, days=chart.days[-DAYS:], rows=rows)


def _subtitle(chart: Grid, words: Words) -> str:
    if not chart.days:
        return ""
    return words.reporting.format(first=day(chart.days[0]), last=day(chart.days[-1]))


def _totals(sheet: Sheet, chart: Grid, words: Words) -> None:
    turnout = chart.turnout
    text = words.turnout.format(
        numerator=number(turnout.numerator, chart.language),
        denominator=number(turnout.denominator, chart.language),
        percent=percent(turnout, 1, chart.language),
    )
    sheet.words((MARGIN, HEAD + 34), text, 32, INK, bold=True)


def _days(sheet: Sheet, days: tuple[date, ...], words: Words) -> None:
    """Write the days' numbers, and the month over its first day."""
    free = 0.0
    for n, each in enumerate(days):
        left = _column(n, len(days))
        sheet.words((left + CELL / 2, _TOP - 14), f"{each.day}", SMALL, INK, align="center")
        if n and each.day > 1:
            continue
        month = words.months.format(month=each.month)
        left = min(left, RIGHT - 100 - sheet.width(month, SMALL))
        if left > free:
            free = left + sheet.words((left, _TOP - 52), month, SMALL, MUTED) + 20
    sheet.words((RIGHT, _TOP - 14), words.turnout_column, SMALL, MUTED, align="right")


def _row(sheet: Sheet, row: Row, chart: Grid, y: float, pitch: int) -> None:
    middle = y + pitch / 2
    sheet.line(((MARGIN, y), (RIGHT, y)), FAINT, 1, depth=1)
    sheet.words((MARGIN, middle + 10), row.name, NORMAL, room=_CELLS - MARGIN - 16)
    for n, state in enumerate(row.states):
        marks.state(sheet, (_column(n, len(row.states)), middle - CELL / 2), state)
    share = row.turnout
    text = f"{number(share.numerator, chart.language)}/{number(share.denominator, chart.language)}"
    sheet.words((RIGHT, middle + 10), text, NORMAL, bold=True, align="right")


def _column(n: int, columns: int) -> float:
    """Return the left edge of a column; fewer days stand at the right, beside their turnout."""
    return _CELLS + (DAYS - columns + n) * _STEP


def _legend(sheet: Sheet, words: Words, top: float) -> None:
    width = (RIGHT - MARGIN) / _COLUMNS
    for n, state in enumerate(_LEGEND):
        x, y = MARGIN + n % _COLUMNS * width, top + n // _COLUMNS * _LINE
        marks.state(sheet, (x, y), state)
        text = words.not_yet if state is None else words.states[state]
        sheet.words((x + CELL + 14, y + 28), text, SMALL, INK, room=width - CELL - 20)
