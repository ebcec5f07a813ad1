"""The sheet of units: where everything below stands, one row each."""

from collections.abc import Callable, Iterator

from bot.domain import figures
from bot.domain.dossier import UnitRow
from bot.domain.pace import need, planned
from bot.domain.status import MetricStatus, RatioStatus
from bot.render.files.content import Content
from bot.render.files.day_sheet import FILLS
from bot.render.files.sheet import Column, Sheet, Style, Value
from bot.render.files.words import Words

NARROW = 10


def write_units(sheet: Sheet, content: Content) -> None:
    """Write the sheet."""
    sheet.line(content.words.legend, Style.REMARK)
    sheet.row += 1
    sheet.table(tuple(_columns(content)), content.dossier.units, _fill)


def _fill(row: UnitRow) -> str:
    return FILLS.get(row.state, "") if row.state else ""


def _columns(content: Content) -> Iterator[Column[UnitRow]]:
    words = content.words
    yield Column(words.code, 10, Style.TEXT, lambda row: row.unit.code)
    yield Column(words.unit, 26, Style.TEXT, lambda row: f"{'   ' * max(0, row.depth - 1)}{row.unit.name}")
    yield Column(words.level, 8, Style.TEXT, lambda row: row.unit.level)
    yield Column(words.parent, 22, Style.TEXT, lambda row: row.parent)
    yield Column(words.place, 7, Style.PLACE, lambda row: row.place)
    yield Column(words.state, 13, Style.TEXT, lambda row: words.states[row.state] if row.state else "")
    for number, metric in enumerate(content.status.metrics):
        yield from _metric(number, metric, words)
    for number, ratio in enumerate(content.status.ratios):
        yield Column(ratio.name, NARROW, Style.PERCENT, _of_ratio(number, lambda ratio: ratio.share))
    yield Column(words.owed, NARROW, Style.NUMBER, lambda row: row.attendance.owed, words.reporting)
    yield Column(words.came, NARROW, Style.NUMBER, lambda row: row.attendance.reported, words.reporting)
    yield Column(words.in_time, NARROW, Style.NUMBER, lambda row: row.attendance.on_time, words.reporting)
    yield Column(words.punctuality, NARROW, Style.PERCENT, lambda row: row.attendance.punctuality, words.reporting)
    yield Column(words.note, 20, Style.TEXT, lambda row: _note(row, words))


def _metric(number: int, metric: MetricStatus, words: Words) -> Iterator[Column[UnitRow]]:
    group = metric.name
    yield Column(words.baseline, NARROW, Style.NUMBER, _of(number, lambda each: each.baseline), group)
    yield Column(words.total, NARROW, Style.NUMBER, _of(number, lambda each: each.total), group)
    for part_number, part in enumerate(metric.parts):
        yield Column(part.name, NARROW, Style.NUMBER, _of_part(number, part_number), group)
    yield Column(words.target, NARROW, Style.NUMBER, _of(number, lambda each: each.target), group)
    yield Column(words.percent, NARROW, Style.PERCENT, _of(number, lambda each: each.share), group)
    yield Column(words.today, NARROW, Style.NUMBER, lambda row: _today(row, number), group)
    yield Column(words.ahead, NARROW, Style.SIGNED, _of(number, _ahead), group)
    yield Column(words.needed, NARROW, Style.NUMBER, _of(number, _needed), group)


def _of(number: int, value: Callable[[MetricStatus], Value]) -> Callable[[UnitRow], Value]:
    return lambda row: value(row.status.metrics[number])


def _of_part(number: int, part: int) -> Callable[[UnitRow], Value]:
    return lambda row: row.status.metrics[number].parts[part].total


def _of_ratio(number: int, value: Callable[[RatioStatus], Value]) -> Callable[[UnitRow], Value]:
    return lambda row: value(row.status.ratios[number])


def _today(row: UnitRow, number: int) -> int | None:
    """Return what the day has brought; where nobody has reported, that is not 0."""
    return row.status.metrics[number].today if row.status.reported else None


# Pace would work out the days of safety too, which cost most; of thousands of units nobody is shown them.
def _ahead(metric: MetricStatus) -> int | None:
    if not metric.plan.milestones:
        return None
    return metric.total - planned(metric.plan, metric.day, metric.calendar)


def _needed(metric: MetricStatus) -> int | None:
    found = need(metric.plan, metric.day, metric.total, metric.calendar)
    return None if found is None else found.per_day


def _note(row: UnitRow, words: Words) -> str:
    """Say that a unit reports no more."""
    status = row.status
    if not status.is_closed or status.closed is None:
        return ""
    text = words.merged if status.successor else words.closed
    return text.format(unit=status.successor.name if status.successor else "", day=figures.day(status.closed))
