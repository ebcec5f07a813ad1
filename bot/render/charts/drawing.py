"""One picture for each kind of series."""

from bot.domain.series import Bars, Chart, Grid, Line
from bot.render.charts.bars import draw_bars
from bot.render.charts.grid import draw_grid
from bot.render.charts.line import draw_line
from bot.render.charts.sheet import Sheet


def render(chart: Chart) -> bytes:
    """Return the chart as a PNG, 1080 pixels wide and 1080 to 1350 high."""
    return draw(chart).png()


def draw(chart: Chart) -> Sheet:
    """Draw the chart on a new sheet."""
    match chart:
        case Line():
            return draw_line(chart)
        case Bars():
            return draw_bars(chart)
        case Grid():
            return draw_grid(chart)
