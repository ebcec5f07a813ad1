"""The first sheet: the figures that `/status` shows, charts, the units right below, and what needs a look."""

from collections.abc import Iterator

from bot.domain import figures
from bot.domain.dossier import Revision, UnitRow, main_share
from bot.domain.goals import Mismatch
from bot.domain.status import MetricStatus, RatioStatus
from bot.render.files.content import Content
from bot.render.files.native_charts import DaysAt, UnitsAt, draw
from bot.render.files.sentences import Sentences
from bot.render.files.sheet import Column, Sheet, Style, Value
from bot.render.files.words import Words

WIDTHS = (34, 13, 13, 13, 13, 13, 13, 13, 13, 13)
CHART_ROWS = 17

Cells = list[tuple[Value, Style]]


def write_summary(sheet: Sheet, content: Content, days: DaysAt | None) -> None:
    """Write the sheet; the line is drawn from the sheet of days."""
    sheet.widths(WIDTHS)
    sheet.row += 1
    _metrics(sheet, content)
    _reporting(sheet, content)
    _sentences(sheet, content)
    charts = sheet.row
    sheet.row += CHART_ROWS if days else 0
    bars = _below(sheet, content)
    if days:
        draw(sheet, content, charts, days, bars)
    _revisions(sheet, content)
    _mismatches(sheet, content)


def _metrics(sheet: Sheet, content: Content) -> None:
    words = content.words
    titles = (words.metric, words.baseline, words.total, words.target, words.percent)
    sheet.head((*titles, words.today, words.planned, words.ahead, words.missing_amount, words.needed))
    first = sheet.row
    for metric in content.status.metrics:
        sheet.record(_metric(metric, reported=content.status.reported > 0))
        for part in metric.parts:
            today = part.today if content.status.reported else None
            record: Cells = [(f"   {words.part.format(name=part.name)}", Style.TEXT), (None, Style.NUMBER)]
            sheet.record([*record, (part.total, Style.NUMBER), *_EMPTY[:2], (today, Style.NUMBER), *_EMPTY])
    for ratio in content.status.ratios:
        sheet.record(_ratio(ratio))
    sheet.bars([Column("", 0, style, lambda _: None) for style in _STYLES], first)


_EMPTY: Cells = [(None, Style.NUMBER)] * 4
_STYLES = (*[Style.TEXT] * 4, Style.PERCENT)


def _metric(metric: MetricStatus, *, reported: bool) -> Cells:
    planned, ahead, missing, needed = _paced(metric)
    return [
        (metric.name, Style.TEXT),
        (metric.baseline, Style.NUMBER),
        (metric.total, Style.NUMBER),
        (metric.target, Style.NUMBER),
        (metric.share, Style.PERCENT),
        (metric.today if reported else None, Style.NUMBER),
        (planned, Style.NUMBER),
        (ahead, Style.SIGNED),
        (missing, Style.NUMBER),
        (needed, Style.NUMBER),
    ]


def _paced(metric: MetricStatus) -> tuple[int | None, int | None, int | None, int | None]:
    """Return what the plan asks for, how far ahead of it the total is, what is missing, and needed per day."""
    pace = metric.pace
    if pace is None:
        return None, None, None, None
    return pace.planned, pace.ahead, pace.missing, pace.needed_per_day


def _ratio(ratio: RatioStatus) -> Cells:
    """Return a ratio as n of N: its total and its target are the two counted ones."""
    return [
        (ratio.name, Style.TEXT),
        (None, Style.NUMBER),
        (ratio.share.numerator, Style.NUMBER),
        (ratio.share.denominator, Style.NUMBER),
        (ratio.share, Style.PERCENT),
        *_EMPTY,
        (None, Style.NUMBER),
    ]


def _reporting(sheet: Sheet, content: Content) -> None:
    words, status, dossier = content.words, content.status, content.dossier
    sheet.row += 1
    sheet.head((words.reporting, words.expected, words.reported, words.turnout, words.on_time, words.punctuality))
    today, all_days = dossier.turnout, dossier.attendance
    sheet.record(
        [
            (words.of_day, Style.TEXT),
            (status.expected, Style.NUMBER),
            (status.reported, Style.NUMBER),
            (today.turnout, Style.PERCENT),
            (status.on_time, Style.NUMBER),
            (today.punctuality, Style.PERCENT),
        ]
    )
    sheet.record(
        [
            (words.of_campaign, Style.TEXT),
            (all_days.owed, Style.NUMBER),
            (all_days.reported, Style.NUMBER),
            (all_days.turnout, Style.PERCENT),
            (all_days.on_time, Style.NUMBER),
            (all_days.punctuality, Style.PERCENT),
        ]
    )
    if dossier.place is not None:
        ranking = words.ranking.format(count=dossier.siblings)
        sheet.record([(ranking, Style.WRAPPED), (dossier.place, Style.NUMBER)])
    sheet.row += 1


def _sentences(sheet: Sheet, content: Content) -> None:
    """Write the highlights, and who has not reported."""
    words, dossier = content.words, content.dossier
    if dossier.highlights or dossier.forecast:
        sheet.line(words.highlights.format(metric=dossier.headline.name), Style.SECTION)
        for sentence in Sentences(content).review():
            sheet.line(f"• {sentence}", Style.PLAIN)
    if dossier.missing.whole and content.status.expected > 1:
        count = figures.number(dossier.missing.whole, content.language)
        sheet.line(words.silent.format(count=count), Style.SECTION)
        for line in _lines(dossier.missing.rows):
            sheet.line(line, Style.PLAIN)
        _left_out(sheet, content, dossier.missing.left_out)
    sheet.row += 1


def _lines(names: tuple[str, ...], together: int = 6) -> Iterator[str]:
    for first in range(0, len(names), together):
        yield ", ".join(names[first : first + together])


def _left_out(sheet: Sheet, content: Content, count: int) -> None:
    if count:
        sheet.line(content.words.more.format(count=figures.number(count, content.language)), Style.REMARK)


def _below(sheet: Sheet, content: Content) -> UnitsAt | None:
    """Write the units right below, best first; return what a chart is drawn from."""
    words, children = content.words, content.dossier.children
    if not children:
        return None
    sheet.line(words.below, Style.SECTION)
    sheet.head((words.unit, words.place, words.percent, *_of_headline(words), words.needed, *_attendance(words)))
    first = sheet.row
    for row in children:
        sheet.record(_child(content, row))
    sheet.bars([Column("", 0, style, lambda _: None) for style in (Style.TEXT, Style.TEXT, Style.PERCENT)], first)
    return UnitsAt(sheet.name, first, sheet.row - 1)


def _of_headline(words: Words) -> tuple[str, ...]:
    return words.total, words.target, words.today, words.ahead


def _attendance(words: Words) -> tuple[str, ...]:
    return words.turnout, words.punctuality


def _child(content: Content, row: UnitRow) -> Cells:
    metric = row.status.metric(content.dossier.headline.code)
    _, ahead, _, needed = _paced(metric)
    return [
        (row.unit.name, Style.TEXT),
        (row.place, Style.PLACE),
        (main_share(row.status), Style.PERCENT),
        (metric.total, Style.NUMBER),
        (metric.target, Style.NUMBER),
        (metric.today if row.status.reported else None, Style.NUMBER),
        (ahead, Style.SIGNED),
        (needed, Style.NUMBER),
        (row.attendance.turnout, Style.PERCENT),
        (row.attendance.punctuality, Style.PERCENT),
    ]


def _revisions(sheet: Sheet, content: Content) -> None:
    revisions, words = content.dossier.revisions, content.words
    if not revisions.whole:
        return
    sheet.row += 1
    sheet.line(words.revisions.format(count=figures.number(revisions.whole, content.language)), Style.SECTION)
    sheet.head((words.unit, words.code, words.since, words.before, words.after, words.what))
    for revision in revisions.rows:
        unit = content.dossier.names[revision.unit]
        sheet.record(
            [
                (unit.name, Style.TEXT),
                (unit.code, Style.TEXT),
                (revision.since, Style.DAY),
                (revision.before, Style.NUMBER),
                (revision.after, Style.NUMBER),
                (_what(content, revision), Style.TEXT),
            ]
        )
    _left_out(sheet, content, revisions.left_out)


def _what(content: Content, revision: Revision) -> str:
    campaign, words = content.status.campaign, content.words
    text = words.revised_target if revision.is_target else words.revised_baseline
    phase = f" · {campaign.phases[revision.phase - 1].name}" if 0 < revision.phase <= len(campaign.phases) else ""
    return text.format(metric=campaign.metric(revision.key.metric).name) + phase


def _mismatches(sheet: Sheet, content: Content) -> None:
    mismatches, words = content.dossier.mismatches, content.words
    if not mismatches.whole:
        return
    sheet.row += 1
    sheet.line(words.mismatches.format(count=figures.number(mismatches.whole, content.language)), Style.SECTION)
    sheet.head((words.unit, words.code, words.phase_ends, words.given, words.sum_below, words.difference, words.metric))
    for each in mismatches.rows:
        sheet.record(_mismatch(content, each))
    _left_out(sheet, content, mismatches.left_out)


def _mismatch(content: Content, each: Mismatch) -> Cells:
    unit = content.dossier.names[each.unit]
    return [
        (unit.name, Style.TEXT),
        (unit.code, Style.TEXT),
        (each.until, Style.DAY),
        (each.given, Style.NUMBER),
        (each.sum_of_children, Style.NUMBER),
        (each.sum_of_children - each.given, Style.SIGNED),
        (content.status.campaign.metric(each.metric).name, Style.TEXT),
    ]
