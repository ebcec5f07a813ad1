"""The sheet of entries: who said what when, and what became of it."""

from collections.abc import Callable, Iterator

from bot.domain import figures
from bot.domain.campaign import Campaign, Key
from bot.domain.dossier import JournalRow
from bot.domain.trace import Fate
from bot.render.files.content import Content
from bot.render.files.sheet import IDLE, WAITING, Column, Sheet, Style
from bot.render.files.words import Words

FILLS = {Fate.COUNTS: "", Fate.QUESTIONED: WAITING}


def write_journal(sheet: Sheet, content: Content) -> None:
    """Write the sheet; where entries are left out, that is its first line."""
    journal, words, language = content.dossier.journal, content.words, content.language
    shown, count, left = (
        figures.number(each, language) for each in (len(journal.rows), journal.whole, journal.left_out)
    )
    note, style = (words.journal_cut, Style.WARNING) if journal.left_out else (words.journal_all, Style.REMARK)
    sheet.line(note.format(shown=shown, count=count, left=left), style)
    sheet.row += 1
    sheet.table(tuple(_columns(content)), journal.rows, lambda row: FILLS.get(row.fate, IDLE))


def _columns(content: Content) -> Iterator[Column[JournalRow]]:
    words, names = content.words, content.dossier.names
    yield Column(words.ref, 10, Style.TEXT, lambda row: f"#{row.ref}")
    yield Column(words.said, 17, Style.MOMENT, lambda row: row.said)
    yield Column(words.recorded, 17, Style.MOMENT, lambda row: row.recorded)
    yield Column(words.code, 11, Style.TEXT, lambda row: names[row.unit].code)
    yield Column(words.unit, 28, Style.TEXT, lambda row: names[row.unit].name)
    yield Column(words.day, 12.5, Style.DAY, lambda row: row.day)
    yield Column(words.who, 22, Style.TEXT, lambda row: row.who)
    yield Column(words.kind, 14, Style.TEXT, lambda row: words.kinds.get(row.kind, row.kind))
    yield Column(words.fate, 15, Style.TEXT, lambda row: words.fates[row.fate])
    yield Column(words.promptness, 10, Style.TEXT, lambda row: _promptness(row, words))
    for key in content.status.campaign.keys:
        yield Column(_name(content.status.campaign, key), 11, Style.NUMBER, _amount(key))
    yield Column(words.note, 34, Style.TEXT, lambda row: row.note)


def _promptness(row: JournalRow, words: Words) -> str:
    return words.promptness if row.on_time else words.late


def _amount(key: Key) -> Callable[[JournalRow], int | None]:
    return lambda row: row.amounts.get(key)


def _name(campaign: Campaign, key: Key) -> str:
    metric = campaign.metric(key.metric)
    return next((f"{metric.name} – {part.name}" for part in metric.parts if part.code == key.part), metric.name)
