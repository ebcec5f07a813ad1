"""The headline of a line chart: the newest total in words and figures."""

from bot.domain.figures import Share, day, number, percent
from bot.domain.series import Line
from bot.render.charts import marks
from bot.render.charts.heading import HEAD
from bot.render.charts.sheet import BLUE, INK, LARGE, MARGIN, MUTED, RED, Sheet
from bot.render.charts.words import Words


def subtitle(chart: Line, words: Words) -> str:
    """Return how far the totals reach and how much time is left."""
    left = (chart.deadline - chart.today).days
    until = words.days_left.format(days=left) if left > 0 else words.last_day
    if left < 0:
        until = words.over.format(day=day(chart.deadline))
    if not chart.totals:
        return until
    return f"{words.total_at.format(day=day(chart.totals[-1][0]))} · {until}"


def headline(sheet: Sheet, chart: Line, words: Words) -> None:
    """Write the newest total large, its share of the target, and its distance from the plan."""
    if not chart.totals:
        sheet.words((MARGIN, HEAD + 70), words.no_data, LARGE, MUTED, bold=True)
        return
    total = chart.totals[-1][1]
    width = sheet.words((MARGIN, HEAD + 78), number(total, chart.language), 76, BLUE, bold=True)
    if chart.target:
        share = percent(Share(total, chart.target), chart.decimals, chart.language)
        text = words.of_target.format(percent=share, target=number(chart.target, chart.language))
        sheet.words((MARGIN + width + 24, HEAD + 78), text, 38, INK)
    if chart.ahead is not None:
        _pace(sheet, chart, chart.ahead, words)


def _pace(sheet: Sheet, chart: Line, ahead: int, words: Words) -> None:
    y = HEAD + 132
    if ahead == 0:
        sheet.words((MARGIN, y), words.on_plan, 32, INK, bold=True)
        return
    colour = BLUE if ahead > 0 else RED
    marks.triangle(sheet, (MARGIN + 12, y - 11), up=ahead > 0, colour=colour)
    text = (words.ahead if ahead > 0 else words.behind).format(number=number(abs(ahead), chart.language))
    sheet.words((MARGIN + 36, y), text, 32, colour, bold=True)
