"""The workbook: summary, units, days and journal of a dossier."""

from pathlib import Path

from bot.render.files.content import Content
from bot.render.files.day_sheet import write_days
from bot.render.files.journal_sheet import write_journal
from bot.render.files.sheet import Book, Style
from bot.render.files.summary_sheet import write_summary
from bot.render.files.unit_sheet import write_units


def write_workbook(path: Path, content: Content) -> None:
    """Write the workbook to `path`; what cannot be kept in memory lies beside it meanwhile."""
    words, status = content.words, content.status
    book = Book(path, content.language, status.campaign.percent_decimals)
    names = (words.sheet_summary, words.sheet_units, words.sheet_days, words.sheet_journal)
    summary, units, days, journal = sheets = [book.sheet(name) for name in names]
    for sheet in sheets:
        sheet.print_on_a4(landscape=sheet is not summary)
        sheet.line(f"{status.unit.name} ({status.unit.code})", Style.TITLE)
        sheet.line(status.campaign.name, Style.SUBTITLE)
        sheet.line(content.remark, Style.REMARK)
    write_summary(summary, content, write_days(days, content))
    write_units(units, content)
    write_journal(journal, content)
    book.close()
