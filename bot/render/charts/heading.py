"""The head of every chart: whose figures, of what, of when."""

from bot.domain.series import Title
from bot.render.charts.sheet import INK, LARGE, MARGIN, MUTED, NORMAL, RIGHT, SMALL, Sheet

HEAD = 190
"""The height of the head in pixels; below it the sheet is free."""


def heading(sheet: Sheet, title: Title, subtitle: str) -> None:
    """Write unit and metric large, what is shown below them, and the campaign."""
    room = RIGHT - MARGIN
    metric = sheet.shortened(title.metric, LARGE, room / 2, bold=True)
    unit = sheet.shortened(title.unit, LARGE, room - sheet.width(f" · {metric}", LARGE, bold=True), bold=True)
    sheet.words((MARGIN, 78), f"{unit} · {metric}", LARGE, INK, bold=True)
    sheet.words((MARGIN, 124), subtitle, NORMAL, MUTED, room=room)
    sheet.words((MARGIN, 164), title.campaign, SMALL, MUTED, room=room)
