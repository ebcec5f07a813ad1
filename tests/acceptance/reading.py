"""Reading back: the figures that a text, a workbook, a table or a Word report shows to whoever reads it."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import docx
import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from bot.domain.status import Status
from tests.acceptance.province import NAMES
from tests.acceptance.truth import Figures

_CODES = {name: code for code, name in NAMES.items()}
_METRIC = re.compile(
    r"(?P<name>[^:\n]+): <b>(?P<total>[\d.]+)</b>/(?P<target>[\d.]+) \((?P<share>[\d.,]+%)\)"
    r" · (?:hôm nay|trong ngày) (?P<today>[+-][\d.]+)"
    r"(?:\n↳ (?P<of>gồm|trong đợt:) (?P<parts>.+))?"
    r"\n↳ (?:(?P<side>chậm|vượt) (?P<far>[\d.]+) so với kế hoạch|đúng kế hoạch)"
    r" · (?:còn thiếu (?P<missing>[\d.]+), cần (?P<needed>[\d.]+)/ngày(?: làm việc)?|đã đạt chỉ tiêu 🎉)"
)
_PART = re.compile(r"(\D+ \d) ([\d.]+)")
_RATIO = re.compile(r"(?P<name>[^:\n]+): <b>(?P<share>[\d.,]+%)</b> \((?P<numerator>[\d.]+)/(?P<denominator>[\d.]+)\)")
_TURNOUT = re.compile(r"(?P<reported>\d+)/(?P<expected>\d+) đơn vị(?P<rest>.*)")
_ROW = re.compile(r"(\d+)\. (?:<b>)?([^:<]+)(?:</b>)?: ([\d.,]+%)(?: · hôm nay ([+-][\d.]+))?")
TURNOUT_OF_ONE = re.compile(r"Báo cáo hôm nay: (nghỉ|chưa có|đã có, đúng giờ|đã có, muộn)$", re.MULTILINE)


def number(text: str | None) -> int:
    """Read `1.234`, `+5` or `-1.234`; nothing is 0."""
    return int((text or "0").replace(".", ""))


def of_text(text: str) -> Figures:
    """Read the figures of a unit from `/status` or a summary."""
    found: Figures = {}
    for metric in _METRIC.finditer(text):
        code, side = _CODES[metric["name"]], -1 if metric["side"] == "chậm" else 1
        numbers = {name: number(metric[name]) for name in ("total", "target", "today", "missing", "needed")}
        figures = {**numbers, "share": metric["share"], "ahead": side * number(metric["far"])}
        found |= {f"{code}.{name}": figure for name, figure in figures.items()}
        parts = {_CODES[name.strip(" +")]: number(part) for name, part in _PART.findall(metric["parts"] or "")}
        found |= {f"{code}.{part}.total": amount for part, amount in parts.items()}
        assert not parts or (metric["of"] == "gồm") == (sum(parts.values()) == numbers["total"])
    for ratio in _RATIO.finditer(text):
        numbers = {name: number(ratio[name]) for name in ("numerator", "denominator")}
        found |= {f"tyle.{name}": figure for name, figure in {**numbers, "share": ratio["share"]}.items()}
    return found | _turnout(text)


def _turnout(text: str) -> Figures:
    turnout = _TURNOUT.search(text)
    if turnout is None:
        return {}
    on_time, on_leave = (re.search(rf"{word} (\d+)", turnout["rest"]) for word in ("đúng giờ", "nghỉ"))
    return {
        "reported": number(turnout["reported"]),
        "expected": number(turnout["expected"]),
        "on_time": number(on_time and on_time[1]),
        "on_leave": number(on_leave and on_leave[1]),
    }


def of_status(status: Status) -> Figures:
    """Read the figures of a status."""
    found: Figures = {name: getattr(status, name) for name in ("reported", "expected", "on_time", "on_leave")}
    for metric in status.metrics:
        assert metric.pace is not None
        found |= {f"{metric.code}.{name}": getattr(metric, name) for name in ("baseline", "total", "target", "today")}
        pace = {
            "planned": metric.pace.planned,
            "ahead": metric.pace.ahead,
            "missing": metric.pace.missing,
            "needed": metric.pace.needed_per_day,
        }
        found |= {f"{metric.code}.{name}": figure for name, figure in pace.items()}
        found |= {f"{metric.code}.{_CODES[part.name]}.total": part.total for part in metric.parts}
    for ratio in status.ratios:
        found |= {"tyle.numerator": ratio.share.numerator, "tyle.denominator": ratio.share.denominator}
    return found


def of_board(text: str) -> list[tuple[int, str, str, int]]:
    """Read place, name, share and today's number of the rows of a board."""
    return [(int(place), name, share, number(today)) for place, name, share, today in _ROW.findall(text)]


# --- the workbook ---------------------------------------------------------------------------------------------------

_TITLES = {
    "Số đầu kỳ": "baseline",
    "Lũy kế": "total",
    "Được giao": "target",
    "Tỷ lệ đạt": "exact",
    "Trong ngày": "given",
    "Kế hoạch đến nay": "planned",
    "So với kế hoạch": "ahead",
    "Còn thiếu": "missing",
    "Cần mỗi ngày": "needed",
}
Record = dict[tuple[str, str], Any]
HEAD = 7


class Workbook:
    """The four sheets of a workbook, read as whoever opens it reads them."""

    def __init__(self, path: Path) -> None:
        self.summary, self.units, self.days, self.journal = openpyxl.load_workbook(path).worksheets

    def of_units(self) -> dict[str, Record]:
        """Return the rows of units by their codes."""
        return {row["", "Mã"]: row for row in _records(self.units, HEAD)}

    def of_days(self) -> dict[date, Record]:
        """Return the rows of days."""
        return {row["", "Ngày"].date(): row for row in _records(self.days, HEAD)}

    def of_journal(self) -> list[Record]:
        """Return the rows of entries."""
        return list(_records(self.journal, HEAD - 1))

    def of_itself(self) -> Figures:
        """Read the figures of the unit itself from the first sheet."""
        lines = list(self.summary.iter_rows(min_row=5, values_only=True))
        titles: Sequence[Any] = lines[0]
        rows: dict[str, Sequence[Any]] = {str(line[0]).strip(): line for line in lines[1:] if line[0]}
        found: Figures = {}
        for name in ("Thu nhận", "Kích hoạt"):
            cells = zip(titles[1:], rows[name][1:], strict=True)
            found |= {f"{_CODES[name]}.{_TITLES[str(title)]}": value for title, value in cells}
        for name in ("Mức 1", "Mức 2"):
            if f"trong đó: {name}" in rows:
                found[f"tn.{_CODES[name]}.total"] = rows[f"trong đó: {name}"][2]
        if "Tỷ lệ" in rows:
            of = rows["Tỷ lệ"]
            found |= {"tyle.numerator": of[2], "tyle.denominator": of[3], "tyle.exact": of[4]}
        today = rows["Trong ngày (đơn vị)"]
        return found | {"expected": today[1], "reported": today[2], "on_time": today[4]}

    def attendance(self) -> tuple[Any, ...]:
        """Read the reports owed, come and on time from the first sheet."""
        row = next(row for row in self.summary.iter_rows(values_only=True) if row[0] == "Từ đầu đợt (lượt)")
        return row[1], row[2], row[4]

    def silent(self) -> int:
        """Read how many units have not reported."""
        return _silent(str(row[0]) for row in self.summary.iter_rows(values_only=True))


def _silent(lines: Iterable[str]) -> int:
    said = re.search(r"Chưa báo cáo trong ngày \(([\d.]+)\)", "\n".join(lines))
    return number(said and said[1])


def _records(sheet: Worksheet, head: int) -> Iterator[Record]:
    group, names = "", []
    for above, title in zip(sheet[head - 1], sheet[head], strict=True):
        group = str(above.value) if above.value else group if type(above).__name__ == "MergedCell" else ""
        names.append((group, str(title.value)))
    for row in sheet.iter_rows(min_row=head + 1, values_only=True):
        yield dict(zip(names, row, strict=True))


def of_record(record: Record) -> Figures:
    """Read the figures of a unit from its row."""
    found: Figures = {}
    for (group, title), value in record.items():
        metric = _CODES.get(group)
        if metric and title in _TITLES:
            found[f"{metric}.{_TITLES[title]}"] = value
        elif metric and title in _CODES:
            found[f"{metric}.{_CODES[title]}.total"] = value
        elif title == NAMES["tyle"]:
            found["tyle.exact"] = value
    return found


# --- the table and the Word report ----------------------------------------------------------------------------------

Cells = dict[tuple[str, date, str], tuple[int | None, str]]


def of_table(path: Path) -> Cells:
    """Read number and state of every ward, day and key."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {
            (
                row["unit_code"],
                datetime.strptime(row["day"], "%Y-%m-%d").date(),  # noqa: DTZ007  (a day has no zone)
                f"{row['metric']}.{row['part']}" if row["part"] else row["metric"],
            ): (int(row["value"]) if row["value"] else None, row["state"])
            for row in csv.DictReader(file)
        }


class Report:
    """The tables of a Word report."""

    def __init__(self, path: Path) -> None:
        document = docx.Document(str(path))
        self._lines = [paragraph.text for paragraph in document.paragraphs]
        self._metrics, self._units = (
            [[cell.text for cell in row.cells] for row in table.rows] for table in document.tables[1:3]
        )

    def silent(self) -> int:
        """Read how many units have not reported."""
        return _silent(self._lines)

    def of_itself(self) -> Figures:
        """Read the figures of the unit itself."""
        found: Figures = {}
        for name, target, total, share, today, ahead, needed in self._metrics[1:]:
            code = _CODES[name.removeprefix("- ")]
            if name.startswith("- "):
                found[f"tn.{code}.total"] = number(total)
            elif code == "tyle":
                found |= {"tyle.numerator": number(total), "tyle.denominator": number(target), "tyle.share": share}
            else:
                figures = {"target": target, "total": total, "today": today, "ahead": ahead, "needed": needed}
                found |= {f"{code}.{key}": number(text) for key, text in figures.items()}
                found[f"{code}.share"] = share
        return found

    def of_units(self) -> list[tuple[int, str, int, int, str]]:
        """Read place, name, target, total and share of the units right below."""
        return [
            (int(place), name, number(target), number(total), share)
            for place, name, target, total, share, _ in self._units[1:]
        ]
