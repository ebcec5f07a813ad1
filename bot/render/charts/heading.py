"""The head of every chart: whose figures, of what, of when."""

from bot.domain.series import Title
from bot.render.charts.sheet import INK, LARGE, MARGIN, MUTED, NORMAL, RIGHT, SMALL, TINT, Sheet

HEAD = 190
"""The height of the head in pixels; below it the sheet is free."""


def heading(sheet: Sheet, title: Title, subtitle: str) -> None:
    """Write unit and metric large, what is shown below them, and the campaign."""
    room = RIGHT - MARGIN
    metric = sheet.shortened(title.metric, LARGE, room / 2, bold=True)
    unit = sheet.shortened(title.unit, LARGE, room - sheet.width(f" · {metric}", LARGE, bold=True), bold=True)
    sheet.words((MARGIN, 78), f"{unit} · {metric}", LARGE, INK, bold=True)
    if subtitle:
        sheet.words((MARGIN, 124), subtitle, NORMAL, MUTED, room=room)
    sheet.words((MARGIN, 164), title.campaign, SMALL, MUTED, room=room)


def nothing(sheet: Sheet, text: str) -> None:
    """Say in place of a picture that there is nothing to show."""
    sheet.box((MARGIN, HEAD + 20), (RIGHT - MARGIN, sheet.height - HEAD - 76), TINT, corner=12)
    sheet.words(((MARGIN + RIGHT) / 2, (sheet.height + HEAD) / 2), text, LARGE, MUTED, bold=True, align="center")
