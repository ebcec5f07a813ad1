"""The board as bars: each unit's share of its own target, with places and movements."""

from dataclasses import dataclass
from fractions import Fraction

from bot.domain.figures import UNKNOWN, day, number, percent
from bot.domain.series import MOST_ROWS, Bar, Bars
from bot.render.charts import marks
from bot.render.charts.heading import HEAD, heading, nothing
from bot.render.charts.names import row_names
from bot.render.charts.scale import Scale
from bot.render.charts.sheet import (
    BLUE,
    FAINT,
    GREY,
    INK,
    MARGIN,
    MUTED,
    NORMAL,
    PAPER,
    RIGHT,
    SMALL,
    TINT,
    Sheet,
)
from bot.render.charts.words import WORDS, Words

_TOP = HEAD + 56
_FOOT = 60
_LOWEST, _HIGHEST = 1080, 1350
_NAME, _BAR, _BEHIND, _MOVEMENT = 114, 414, 154, 990
_LIGHT, _DOUBT = "#A9D1EA", "#F3F5F7"
_KEPT_MISSING = 5


@dataclass(frozen=True, slots=True)
class _Shown:
    """Which bars are drawn, and how many are not."""

    ranked: tuple[Bar, ...]
    missing: tuple[Bar, ...]
    more_ranked: int
    more_missing: int

    @property
    def lines(self) -> int:
        """Return how many lines of text the rows take, headings and notes included."""
        notes = bool(self.more_ranked) + bool(self.more_missing) + bool(self.missing)
        return len(self.ranked) + len(self.missing) + notes


def draw_bars(chart: Bars) -> Sheet:
    """Draw the ranked units, then those that have not reported, grey and hatched."""
    shown = _choose(chart)
    words = WORDS[chart.language]
    pitch = min(110, max(45, (_LOWEST - _TOP - _FOOT) // max(shown.lines, 1)))
    sheet = Sheet(min(_HIGHEST, max(_LOWEST, _TOP + _FOOT + pitch * shown.lines)))
    heading(sheet, chart.title, words.ranking.format(day=day(chart.day)))
    if not chart.bars:
        nothing(sheet, words.no_units)
        return sheet
    names = row_names(sheet, (bar.name for bar in (*shown.ranked, *shown.missing)), _BAR - _NAME - 16)
    _rows(_Board(chart, words, sheet, names, _scale(chart), pitch), shown)
    return sheet


def _choose(chart: Bars) -> _Shown:
    """Keep the first of each kind and the own unit; some room is left for those that have not reported."""
    ranked = [bar for bar in chart.bars if not bar.missing]
    missing = [bar for bar in chart.bars if bar.missing]
    limit = min(chart.limit, MOST_ROWS)
    first = _first(ranked, limit - min(len(missing), _KEPT_MISSING, limit // 2))
    last = _first(missing, limit - len(first))
    return _Shown(first, last, len(ranked) - len(first), len(missing) - len(last))


def _first(bars: list[Bar], n: int) -> tuple[Bar, ...]:
    own = next((bar for bar in bars[n:] if bar.own), None)
    return (*bars[: n - 1], own) if own and n else tuple(bars[:n])


def _scale(chart: Bars) -> Scale:
    """Return the scale of lengths; it begins at zero and has room for the target and the longest bar."""
    planned = (chart.planned.exact if chart.planned else None) or Fraction(0)
    longest = max(Fraction(1), planned, *(bar.length for bar in chart.bars))
    return Scale(0, float(longest), _BAR, _share_edge(chart) - _BEHIND)


def _share_edge(chart: Bars) -> float:
    """Return where the percentages end: beside the movements, where there are any."""
    return RIGHT if all(bar.movement is None for bar in chart.bars) else _MOVEMENT - 46


@dataclass(frozen=True, slots=True)
class _Board:
    """The chart on its sheet, with the scale from shares to pixels and the height of a row."""

    chart: Bars
    words: Words
    sheet: Sheet
    names: dict[str, str]
    x: Scale
    pitch: int


def _rows(board: _Board, shown: _Shown) -> None:
    y = float(_TOP)
    for bar in shown.ranked:
        _row(board, bar, y)
        y += board.pitch
    if shown.more_ranked:
        y = _note(board, board.words.more_units.format(count=number(shown.more_ranked, board.chart.language)), y)
    _targets(board, y)
    if not shown.missing:
        return
    count = number(len(shown.missing) + shown.more_missing, board.chart.language)
    board.sheet.line(((MARGIN, y + 4), (RIGHT, y + 4)), FAINT, 2)
    y = _note(board, board.words.missing.format(count=count), y, bold=True)
    for bar in shown.missing:
        _row(board, bar, y)
        y += board.pitch
    if shown.more_missing:
        _note(board, board.words.more_missing.format(count=number(shown.more_missing, board.chart.language)), y)


def _note(board: _Board, text: str, y: float, *, bold: bool = False) -> float:
    board.sheet.words((_NAME, y + board.pitch / 2 + 10), text, SMALL, MUTED, bold=bold)
    return y + board.pitch


def _row(board: _Board, bar: Bar, y: float) -> None:
    sheet, middle = board.sheet, y + board.pitch / 2
    if bar.own:
        sheet.box((MARGIN - 20, y + 1), (RIGHT - MARGIN + 40, board.pitch - 2), TINT, corner=10, depth=1)
    if bar.place is not None:
        marks.place(sheet, (MARGIN + 22, middle), bar.place, earned=bar.length > 0)
    colour = MUTED if bar.missing else INK
    sheet.words((_NAME, middle + 10), board.names[bar.name], NORMAL, colour, bold=bar.own, room=_BAR - _NAME - 16)
    _length(board, bar, middle)
    share = percent(bar.share, board.chart.decimals, board.chart.language) if bar.share else UNKNOWN
    sheet.words((_share_edge(board.chart), middle + 10), share, NORMAL, colour, bold=True, align="right")
    if bar.movement is not None and not bar.missing:
        marks.movement(sheet, (_MOVEMENT, middle), bar.movement)


def _length(board: _Board, bar: Bar, middle: float) -> None:
    """Draw the bar with its total: inside at its foot where there is room, else behind it."""
    sheet, height = board.sheet, min(54, board.pitch - 10)
    top, end = middle - height / 2, max(board.x.begin, board.x(float(bar.length)))
    if end > board.x.begin:
        fill, edge = _colours(board.chart, bar)
        sheet.box((_BAR, top), (end - _BAR, height), fill, edge, hatch="///" if bar.missing else None)
    if bar.share is None:
        return
    total = number(bar.share.numerator, board.chart.language)
    width = sheet.width(total, SMALL)
    inside = width + 24 < end - _BAR
    at = _BAR + 14 if inside else end + 10
    light = inside and _colours(board.chart, bar)[0] == BLUE
    if inside and bar.missing:
        sheet.box((at - 8, top + 4), (width + 16, height - 8), PAPER, depth=3)
    sheet.words((at, middle + 9), total, SMALL, PAPER if light else INK)


def _colours(chart: Bars, bar: Bar) -> tuple[str, str]:
    if bar.missing:
        return _DOUBT, GREY
    # Where one row is the reader's own, the others step back.
    return (BLUE, "none") if bar.own or not any(each.own for each in chart.bars) else (_LIGHT, "none")


def _targets(board: _Board, bottom: float) -> None:
    """Draw the lines of the whole target and of the plan, with their labels above the bars."""
    sheet, words = board.sheet, board.words
    full = board.x(1)
    sheet.line(((full, _TOP - 6), (full, bottom)), INK, 3, depth=4)
    left = min(full - 10, RIGHT - sheet.width(words.full_target, SMALL, bold=True))
    sheet.words((left, _TOP - 16), words.full_target, SMALL, INK, bold=True)
    planned = board.chart.planned.exact if board.chart.planned else None
    if planned is not None and board.chart.planned:
        x = board.x(float(planned))
        sheet.line(((x, _TOP - 6), (x, bottom)), INK, 3, dashes=(2.5, 1.8), depth=4)
        share = percent(board.chart.planned, board.chart.decimals, board.chart.language)
        plan = words.planned_share.format(percent=share)
        sheet.words((min(x + 10, left - 20), _TOP - 16), plan, SMALL, INK, align="right")
