"""The blank report: makes the templates that an office then edits, `python -m bot.render.files.blank templates`.

Layout of Decree 30/2020/NĐ-CP, appendix I: A4, margins 20-20-30-15 mm, Times New Roman 13 and 14, the national
title in two columns, page numbers at the top from the second page on.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import docx
from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_TAB_ALIGNMENT as TAB
from docx.enum.text import WD_TAB_LEADER as LEADER
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from bot.domain.figures import Language

FONT: Final = "Times New Roman"

Columns = Sequence[tuple[str, str, float]]
"""Title, placeholder and width in millimetres of each column."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """The fixed words of a report; whatever stands in braces is filled in."""

    nation: str
    motto: str
    number: str
    dated: str
    kind: str
    until: str
    results: str
    general: str
    reporting: str
    by_unit: str
    review: str
    laggards: str
    proposals: str
    to: str
    to_whom: tuple[str, ...]
    signer: str
    metrics: Columns
    units: Columns
    lagging: Columns


PHRASES: Final[Mapping[Language, Phrases]] = MappingProxyType(
    {
        "vi": Phrases(
            nation="CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            motto="Độc lập - Tự do - Hạnh phúc",
            number="Số:        /BC-",
            dated="{{ locality }}, ngày {{ date.day }} tháng {{ date.month }} năm {{ date.year }}",
            kind="BÁO CÁO",
            until="(số liệu đến hết ngày {{ day }})",
            results="I. KẾT QUẢ THỰC HIỆN",
            general="1. Kết quả chung",
            reporting="2. Chế độ báo cáo",
            by_unit="3. Kết quả của các đơn vị trực thuộc ({{ main_metric }})",
            review="II. ĐÁNH GIÁ",
            laggards="III. ĐƠN VỊ CẦN ĐÔN ĐỐC",
            proposals="IV. KIẾN NGHỊ, ĐỀ XUẤT",
            to="Nơi nhận:",
            to_whom=("- Như trên;", "- Lưu: VT."),
            signer="THỦ TRƯỞNG ĐƠN VỊ",
            metrics=(
                ("Chỉ tiêu", "name", 31),
                ("Được giao", "target", 22),
                ("Lũy kế", "total", 22),
                ("Tỷ lệ", "percent", 22),
                ("Trong ngày", "today", 20),
                ("So với kế hoạch", "ahead", 26),
                ("Cần mỗi ngày", "needed", 22),
            ),
            units=(
                ("Hạng", "place", 17),
                ("Đơn vị", "name", 48),
                ("Được giao", "target", 25),
                ("Lũy kế", "total", 25),
                ("Tỷ lệ", "percent", 22),
                ("Trong ngày", "today", 28),
            ),
            lagging=(
                ("Đơn vị", "name", 57),
                ("Tỷ lệ", "percent", 22),
                ("Chậm so với kế hoạch", "behind", 32),
                ("Cần mỗi ngày", "needed", 27),
                ("Tỷ lệ báo cáo", "turnout", 27),
            ),
        ),
        "en": Phrases(
            nation="SOCIALIST REPUBLIC OF VIET NAM",
            motto="Independence - Freedom - Happiness",
            number="No.:        /BC-",
            dated="{{ locality }}, {{ date.day }}-{{ date.month }}-{{ date.year }}",
            kind="REPORT",
            until="(figures at the end of {{ day }})",
            results="I. RESULTS",
            general="1. In general",
            reporting="2. Reporting",
            by_unit="3. Units right below ({{ main_metric }})",
            review="II. ASSESSMENT",
            laggards="III. UNITS TO BE URGED",
            proposals="IV. PROPOSALS",
            to="To:",
            to_whom=("- as above;", "- archive."),
            signer="HEAD OF THE UNIT",
            metrics=(
                ("Metric", "name", 31),
                ("Target", "target", 22),
                ("Total", "total", 22),
                ("Share", "percent", 22),
                ("On the day", "today", 20),
                ("Against plan", "ahead", 26),
                ("Needed per day", "needed", 22),
            ),
            units=(
                ("Place", "place", 17),
                ("Unit", "name", 48),
                ("Target", "target", 25),
                ("Total", "total", 25),
                ("Share", "percent", 22),
                ("On the day", "today", 28),
            ),
            lagging=(
                ("Unit", "name", 57),
                ("Share", "percent", 22),
                ("Behind plan", "behind", 32),
                ("Needed per day", "needed", 27),
                ("Reporting rate", "turnout", 27),
            ),
        ),
    }
)

NAMES: Final[Mapping[Language, str]] = MappingProxyType({"vi": "bao-cao.docx", "en": "report.docx"})


def blank(phrases: Phrases) -> Document:
    """Return the template with its placeholders."""
    document = docx.Document()
    _set_up(document)
    _head(document, phrases)
    _line(document, phrases.kind, bold=True, align=ALIGN.CENTER, before=18)
    _line(document, "{{ subject }}", bold=True, align=ALIGN.CENTER)
    _line(document, phrases.until, bold=True, align=ALIGN.CENTER)
    _rule(_line(document, "", align=ALIGN.CENTER), 45)
    _results(document, phrases)
    _assessment(document, phrases)
    _foot(document, phrases)
    return document


def _set_up(document: Document) -> None:
    section, style = document.sections[0], document.styles["Normal"]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    style.font.name, style.font.size = FONT, Pt(14)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    number = section.header.paragraphs[0]
    number.alignment = ALIGN.CENTER
    field = f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>2</w:t></w:r></w:fldSimple>'
    number._p.append(parse_xml(field))  # noqa: SLF001  (python-docx offers no fields)


def _head(document: Document, phrases: Phrases) -> None:
    """Write who reports on the left; nation, motto and date on the right."""
    left, right = _columns(document, 65, 105)
    _line(left, "{{ above }}", size=13, align=ALIGN.CENTER)
    _line(left, "{{ unit_upper }}", size=13, bold=True, align=ALIGN.CENTER)
    _rule(_line(left, "", size=4, align=ALIGN.CENTER), 24)
    _line(left, phrases.number, size=13, align=ALIGN.CENTER, before=4)
    _line(right, phrases.nation, size=12.5, bold=True, align=ALIGN.CENTER)
    _line(right, phrases.motto, size=14, bold=True, align=ALIGN.CENTER)
    _rule(_line(right, "", size=4, align=ALIGN.CENTER), 58)
    _line(right, phrases.dated, size=14, italic=True, align=ALIGN.CENTER, before=4)


def _results(document: Document, phrases: Phrases) -> None:
    _line(document, phrases.results, bold=True, before=12)
    _line(document, phrases.general, bold=True, before=6)
    _text(document, "{{ opening }}")
    _each(document, "results", "- {{ item }}")
    _table(document, "metrics", phrases.metrics)
    _line(document, phrases.reporting, bold=True, before=10)
    _each(document, "reporting", "- {{ item }}")
    _line(document, "{%p if units %}")
    _line(document, phrases.by_unit, bold=True, before=10)
    _table(document, "units", phrases.units)
    _line(document, "{%p endif %}")
    _line(document, "{%p if chart %}")
    _line(document, "{{ chart }}", align=ALIGN.CENTER, before=10)
    _line(document, "{%p endif %}")


def _assessment(document: Document, phrases: Phrases) -> None:
    _line(document, phrases.review, bold=True, before=12)
    _each(document, "review", "- {{ item }}")
    _line(document, phrases.laggards, bold=True, before=12)
    _text(document, "{{ lagging_line }}")
    _line(document, "{%p if lagging %}")
    _table(document, "lagging", phrases.lagging)
    _line(document, "{%p endif %}")
    _line(document, "{%p if silent %}")
    _text(document, "{{ silent }}", before=6)
    _line(document, "{%p endif %}")
    _line(document, phrases.proposals, bold=True, before=12)
    for _ in range(3):
        _line(document, "\t", before=6).paragraph_format.tab_stops.add_tab_stop(Mm(165), TAB.RIGHT, LEADER.DOTS)


def _foot(document: Document, phrases: Phrases) -> None:
    """Write who gets the report on the left, and where it is signed on the right."""
    _line(document, "")
    left, right = _columns(document, 80, 85)
    _line(left, phrases.to, size=12, bold=True, italic=True)
    for each in phrases.to_whom:
        _line(left, each, size=11)
    _line(right, phrases.signer, bold=True, align=ALIGN.CENTER)
    for _ in range(4):
        _line(right, "", align=ALIGN.CENTER)
    _line(right, "{{ signer }}", bold=True, align=ALIGN.CENTER)


def _columns(document: Document, left: float, right: float) -> tuple[_Cell, _Cell]:
    """Return two columns without lines, of so many millimetres."""
    table = document.add_table(rows=1, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _set_widths(table, (left, right))
    cells = table.rows[0].cells
    for cell in cells:
        cell._element.remove(cell.paragraphs[0]._p)  # noqa: SLF001  (every cell begins with an empty paragraph)
    return cells[0], cells[1]


def _set_widths(table: Table, widths: Sequence[float]) -> None:
    """Set columns to so many millimetres: word processors differ in whether they ask the grid or the cells."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def _line(
    place: Document | _Cell,
    text: str,
    *,
    size: float = 14,
    bold: bool = False,
    italic: bool = False,
    align: ALIGN = ALIGN.LEFT,
    before: float = 0,
) -> Paragraph:
    paragraph = place.add_paragraph()
    paragraph.alignment = align
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(0)
    paragraph.paragraph_format.keep_with_next = bold
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    return paragraph


def _text(place: Document, text: str, *, before: float = 4) -> None:
    """Write a paragraph of the body: first line indented, both edges straight."""
    paragraph = _line(place, text, align=ALIGN.JUSTIFY, before=before)
    paragraph.paragraph_format.first_line_indent = Mm(10)
    paragraph.paragraph_format.line_spacing = 1.15


def _each(document: Document, values: str, text: str) -> None:
    """Write one paragraph for each of `values`."""
    _line(document, f"{{%p for item in {values} %}}")
    _text(document, text)
    _line(document, "{%p endfor %}")


def _rule(paragraph: Paragraph, width: float) -> None:
    """Draw a line of so many millimetres under the paragraph's text, in the middle of its column."""
    run = paragraph.runs[0]
    run.text, run.font.size, run.underline = "\u00a0" * round(width / 1.06), Pt(6), True
    paragraph.paragraph_format.line_spacing = Pt(6)


def _table(document: Document, rows: str, columns: Columns) -> None:
    """Write a table with a title row that is repeated on every page, and one row for each of `rows`."""
    _line(document, "", size=4)
    table = document.add_table(rows=4, cols=len(columns))
    table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
    _set_widths(table, [width for _, _, width in columns])
    _mark(table, 1, f"{{%tr for row in {rows} %}}")
    _mark(table, 3, "{%tr endfor %}")
    repeated = parse_xml(f"<w:tblHeader {nsdecls('w')}/>")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001  (python-docx offers no title rows)
    for number, (title, name, _) in enumerate(columns):
        align = ALIGN.LEFT if name == "name" else ALIGN.CENTER if name == "place" else ALIGN.RIGHT
        _fill(table.rows[0].cells[number], title, ALIGN.CENTER, bold=True)
        _fill(table.rows[2].cells[number], f"{{{{ row.{name} }}}}", align, bold=False)


def _mark(table: Table, row: int, text: str) -> None:
    table.rows[row].cells[0].text = text


def _fill(cell: _Cell, text: str, align: ALIGN, *, bold: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = align
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(12)


def main(folder: Path) -> None:
    """Write the templates of all languages into a folder."""
    for language, phrases in PHRASES.items():
        blank(phrases).save(str(folder / NAMES[language]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
