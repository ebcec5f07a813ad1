"""Checks: each looks at one place where figures are shown, and yields those that are not the truth."""

from collections import Counter
from collections.abc import Iterable, Iterator

from bot.domain.papers import Format
from tests.acceptance import reading
from tests.acceptance.evening import Evening
from tests.acceptance.playing import COMMANDED
from tests.acceptance.province import COUNTED, LAST, NAMES, ROOT, works
from tests.acceptance.reading import Cells, Record, Report, Workbook
from tests.acceptance.truth import ALL_DAYS, Figures, Truth, percent

Wrong = Iterator[object]

IN_TEXT = ("total", "target", "share", "today", "ahead", "missing", "needed")
IN_CELLS = ("baseline", "total", "target", "exact", "given", "ahead", "needed")
IN_VALUES = ("baseline", "total", "target", "today", "planned", "ahead", "missing", "needed")
IN_WORD = ("total", "target", "share", "today", "ahead", "needed")

STATES = {
    "late": "Báo muộn",
    "zero": "Báo số 0",
    "reported": "Đúng giờ",
    "questioned": "Chờ xác nhận",
    "on_leave": "Nghỉ",
    "locked": "Đã khoá sổ",
    "missing": "Chưa báo",
    "": "Ngày nghỉ",
}


def _compared(where: str, unit: str, found: Figures, truth: Truth, names: Iterable[str]) -> Wrong:
    """Yield the figures that are others than the truth, or not shown at all."""
    right = truth.figures(unit)
    shown = [f"{metric}.{name}" for metric in COUNTED for name in names]
    shown += [f"{key}.total" for key in truth.province.shape.keys if "." in key and where != "summary"]
    for name in dict.fromkeys([*shown, *found]):
        figure = found.get(name, "not shown")
        if figure != right[name] and not _is_as_good_as(figure, right[name]):
            yield where, unit, name, figure, right[name]


def _is_as_good_as(figure: object, right: object) -> bool:
    """Tell whether two fractions differ by no more than cells of a spreadsheet keep of them."""
    return isinstance(figure, float) and isinstance(right, float) and abs(figure - right) < 1e-12


def _below(truth: Truth, unit: str) -> list[str]:
    return list(truth.province.districts) if unit == ROOT else truth.province.districts[unit]


def what_was_done(evening: Evening) -> Wrong:
    """Yield what has never happened: a campaign without it would prove nothing."""
    kinds = ("COUNTED", "TAKEN_BACK", "QUESTIONED", "ASKED", "EDITED", "MOVED", "ANSWERED", "WITHDRAWN", "HANDED_OVER")
    yield from (kind for kind in (*kinds, "DECIDED", "OVERRIDDEN", "UNLOCKED", "ON_LEAVE") if not evening.done[kind])


def in_the_books(evening: Evening) -> Wrong:
    """Look whether sums are those of the entries, and every version and decision is there, for good."""
    books, model = evening.books, evening.truth.model
    yield from books.differences
    yield from books.permitted
    superseding = sum(max(0, len(versions) - 1) for versions in model.versions.values())
    if (books.entries, books.superseding) != (model.entries, superseding):
        yield "entries", books.entries, model.entries, books.superseding, superseding
    audited = {"unlocked": "UNLOCKED", "post taken over": "HANDED_OVER", "leave given": "ON_LEAVE"}
    for what, kind in audited.items():
        if books.audited[what] != evening.done[kind]:
            yield "audit", what, books.audited[what], evening.done[kind]


def in_every_status(evening: Evening) -> Wrong:
    """Look whether every unit stands where the model says."""
    for unit, found in evening.figures.items():
        yield from _compared("status", unit, found, evening.truth, IN_VALUES)


def in_chat(evening: Evening) -> Wrong:
    """Look whether `/status` says so of the province, the districts and some wards."""
    truth = evening.truth
    for unit, text in evening.statuses.items():
        found = reading.of_text(text)
        yield from _compared("/status", unit, found, truth, IN_TEXT)
        if unit in truth.province.wards:
            attended = reading.TURNOUT_OF_ONE.search(text)
            if attended is None or attended[1] != _attended(truth, unit):
                yield "/status", unit, text
        elif not {"reported", "expected", "on_time", "on_leave"} <= set(found):
            yield "/status", unit, text


def _attended(truth: Truth, ward: str) -> str:
    if truth.on_leave(ward, LAST):
        return "nghỉ"
    if not truth.reported(ward, LAST):
        return "chưa có"
    return "đã có, đúng giờ" if truth.on_time(ward, LAST) else "đã có, muộn"


def on_boards(evening: Evening) -> Wrong:
    """Look whether units stand in the order of their shares, on the whole board and in what is said of it."""
    truth = evening.truth
    for unit, board in evening.boards.items():
        names, places = evening.names(_below(truth, unit)), truth.places(_below(truth, unit))
        found = [(names[row.name], row.place) for row in board.rows]
        if dict(found) != places or [place for _, place in found] != sorted(places.values()):
            yield "board", unit, found, places
        told = [
            (place, names[name], share, today) for place, name, share, today in reading.of_board(evening.ranked[unit])
        ]
        right = [(places[code], code, percent(*truth.share(code)), truth.on(code, LAST, "kh")) for _, code, *_ in told]
        if told != right or [code for code, _ in found[: len(told)]] != [code for _, code, *_ in told] or len(told) < 5:
            yield "/bxh", unit, told, right


def in_summaries(evening: Evening) -> Wrong:
    """Look whether the commanders' summaries say so too, with who is silent and what is asked about."""
    truth = evening.truth
    if set(evening.summaries) != set(COMMANDED):
        yield "summary", set(evening.summaries)
    for unit, text in evening.summaries.items():
        yield from _compared("summary", unit, reading.of_text(text), truth, IN_TEXT)
        silent = truth.silent(unit, LAST)
        asked = sum(each.slot.unit in truth.province.units[unit] for each in truth.model.questions)
        said = {f"Chưa báo cáo ({silent})": silent, f"Số liệu cần xác nhận ({asked})": asked}
        if any((words in text) != (count > 0) for words, count in said.items()):
            yield "summary", unit, said, text


def in_the_workbook(evening: Evening) -> Wrong:
    """Look at all four sheets of the province's workbook."""
    truth = evening.truth
    book = Workbook(evening.file(Format.XLSX, ROOT))
    yield from _compared("summary sheet", ROOT, book.of_itself(), truth, (*IN_CELLS, "planned", "missing"))
    if book.attendance() != truth.attendance(ROOT):
        yield "attendance", book.attendance(), truth.attendance(ROOT)
    if book.silent() != truth.silent(ROOT, LAST):
        yield "silent", book.silent(), truth.silent(ROOT, LAST)
    yield from _on_the_sheet_of_units(truth, book)
    yield from _on_the_sheet_of_days(truth, ROOT, book)
    fates = Counter(row["", "Tình trạng"] for row in book.of_journal())
    right = {"Được tính": sum(1 for _ in truth.model.reports()), "Chờ xác nhận": len(truth.model.questions)}
    if fates.total() != truth.model.entries or {fate: fates[fate] for fate in right} != right:
        yield "journal", fates, right, truth.model.entries


def _on_the_sheet_of_units(truth: Truth, book: Workbook) -> Wrong:
    found = book.of_units()
    if set(found) != set(truth.province.units) - {ROOT}:
        yield "unit sheet", set(found)
    places = {
        code: place
        for unit in (ROOT, *truth.province.districts)
        for code, place in truth.places(_below(truth, unit)).items()
    }
    for unit, row in found.items():
        yield from _compared("unit sheet", unit, reading.of_record(row), truth, IN_CELLS)
        counts = tuple(row["Chế độ báo cáo", title] for title in ("Lượt phải báo", "Lượt đã báo", "Lượt đúng giờ"))
        if (row["", "Hạng"], counts) != (places[unit], truth.attendance(unit)):
            yield "unit sheet", unit, row["", "Hạng"], places[unit], counts, truth.attendance(unit)
        if unit in truth.province.wards and row["", "Trạng thái"] != STATES[truth.state(unit, LAST)]:
            yield "unit sheet", unit, row["", "Trạng thái"], truth.state(unit, LAST)


def _on_the_sheet_of_days(truth: Truth, unit: str, book: Workbook) -> Wrong:
    found = book.of_days()
    if list(found) != ALL_DAYS:
        yield "day sheet", unit, list(found)
    for day, row in found.items():
        expected = truth.expected(unit, day) if works(day) else 0
        right: list[object] = [expected, truth.reported(unit, day), truth.on_time(unit, day)]
        shown = [row["Chế độ báo cáo", title] for title in ("Phải báo cáo", "Đã báo cáo", "Đúng giờ")]
        for metric in COUNTED:
            right += [truth.total(unit, metric, day), truth.planned(unit, metric, day)]
            shown += [row[NAMES[metric], title] for title in ("Lũy kế", "Kế hoạch đến nay")]
        right += [truth.on(unit, day, key) for key in truth.province.shape.keys]
        shown += [_cell(row, key) or 0 for key in truth.province.shape.keys]
        if shown != right:
            yield "day sheet", unit, day, shown, right


def _cell(row: Record, key: str) -> int | None:
    metric, _, part = key.partition(".")
    found: int | None = row[NAMES[metric], NAMES[part] if part else "Trong ngày"]
    return found


def in_the_workbook_of_a_ward(evening: Evening) -> Wrong:
    """Look whether a ward's days keep missing, zero and everything else apart."""
    truth = evening.truth
    ward = next(iter(truth.province.wards))
    book = Workbook(evening.file(Format.XLSX, ward))
    yield from _on_the_sheet_of_days(truth, ward, book)
    for day, row in book.of_days().items():
        cell = truth.cell(ward, day)
        if {key for key in truth.province.shape.keys if _cell(row, key) is not None} != set(cell):
            yield "missing or zero", day, row, cell
        if row["", "Trạng thái"] != STATES[truth.state(ward, day)]:
            yield "state", day, row["", "Trạng thái"], truth.state(ward, day)


def in_the_table(evening: Evening) -> Wrong:
    """Look whether the plain table holds every number and every state, and adds up to the totals."""
    truth, keys = evening.truth, evening.truth.province.shape.keys
    found = reading.of_table(evening.file(Format.CSV, ROOT))
    right: Cells = {
        (ward, day, key): (truth.cell(ward, day).get(key), truth.state(ward, day))
        for ward in truth.province.wards
        for day in ALL_DAYS
        for key in keys
    }
    places = [place for place in set(found) | set(right) if found.get(place) != right.get(place)]
    yield from (("table", place, found.get(place), right.get(place)) for place in places)
    for metric in COUNTED:
        whole = sum(value or 0 for (_, _, key), (value, _) in found.items() if key.partition(".")[0] == metric)
        if whole + truth.baseline(ROOT, metric) != truth.total(ROOT, metric):
            yield "table", metric, whole


def in_word(evening: Evening) -> Wrong:
    """Look at the tables in the reports of the province and of a district."""
    truth = evening.truth
    for unit in (ROOT, "H00"):
        report = Report(evening.file(Format.DOCX, unit))
        yield from _compared("Word", unit, report.of_itself(), truth, IN_WORD)
        names, places = evening.names(_below(truth, unit)), truth.places(_below(truth, unit))
        right = {
            (places[code], name, truth.target(code, "kh"), truth.total(code, "kh"), percent(*truth.share(code)))
            for name, code in names.items()
        }
        if set(report.of_units()) != right:
            yield "Word", unit, set(report.of_units()) ^ right
        if report.silent() != truth.silent(unit, LAST):
            yield "Word", unit, "silent", report.silent(), truth.silent(unit, LAST)


ALL = (
    what_was_done,
    in_the_books,
    in_every_status,
    in_chat,
    on_boards,
    in_summaries,
    in_the_workbook,
    in_the_workbook_of_a_ward,
    in_the_table,
    in_word,
)
