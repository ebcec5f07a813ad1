"""The sheet of days: the unit's own sums, totals and plan, and who reported."""

from collections.abc import Callable, Iterator

from bot.domain import figures
from bot.domain.campaign import Key, Metric
from bot.domain.days import State
from bot.domain.dossier import DayRow
from bot.render.files.content import Content
from bot.render.files.native_charts import DaysAt
from bot.render.files.sheet import ALARM, IDLE, WAITING, Column, Sheet, Style
from bot.render.files.words import Words

FILLS = {State.MISSING: ALARM, State.LOCKED: ALARM, State.QUESTIONED: WAITING, State.ON_LEAVE: IDLE}
"""Backgrounds of what has no report."""

NARROW = 11.5


def write_days(sheet: Sheet, content: Content) -> DaysAt | None:
    """Write the sheet; return what a chart is drawn from, None before the first day."""
    sheet.line(content.words.legend, Style.REMARK)
    sheet.row += 1
    columns = tuple(_columns(content))
    sheet.table(columns, content.dossier.days, _fill)
    if not content.dossier.days:
        return None
    group = content.dossier.headline.name
    total, planned = (
        next(n for n, column in enumerate(columns) if (column.group, column.title) == (group, title))
        for title in (content.words.total, content.words.planned)
    )
    return DaysAt(sheet.name, sheet.row - len(content.dossier.days), sheet.row - 1, total, planned)


def _fill(row: DayRow) -> str:
    if row.state:
        return FILLS.get(row.state, "")
    return "" if row.works else IDLE


def _columns(content: Content) -> Iterator[Column[DayRow]]:
    words, language = content.words, content.language
    yield Column(words.day, 12.5, Style.DAY, lambda row: row.day)
    yield Column(words.weekday, NARROW, Style.TEXT, lambda row: figures.weekday(row.day, language))
    for metric in content.status.campaign.counted:
        yield from _metric(metric, words)
    yield Column(words.expected, NARROW, Style.NUMBER, lambda row: row.expected, words.reporting)
    yield Column(words.reported, NARROW, Style.NUMBER, lambda row: row.reported, words.reporting)
    yield Column(words.on_time, NARROW, Style.NUMBER, lambda row: row.on_time, words.reporting)
    yield Column(words.turnout, NARROW, Style.PERCENT, lambda row: row.turnout, words.reporting)
    yield Column(words.state, 16, Style.TEXT, lambda row: _state(row, words))


def _metric(metric: Metric, words: Words) -> Iterator[Column[DayRow]]:
    code, group = metric.code, metric.name
    yield Column(words.amount, NARROW, Style.NUMBER, _amount(Key(code)), group)
    for part in metric.parts:
        yield Column(part.name, NARROW, Style.NUMBER, _amount(Key(code, part.code)), group)
    yield Column(words.total, NARROW, Style.NUMBER, lambda row: row.totals[code], group)
    yield Column(words.planned, NARROW, Style.NUMBER, lambda row: row.planned.get(code), group)
    yield Column(words.ahead, NARROW, Style.SIGNED, lambda row: row.ahead(code), group)


def _amount(key: Key) -> Callable[[DayRow], int | None]:
    return lambda row: row.amounts.get(key)


def _state(row: DayRow, words: Words) -> str:
    if row.state:
        return words.states[row.state]
    return "" if row.works else words.day_off
