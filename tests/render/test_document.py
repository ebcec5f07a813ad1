"""The Word report: the layout of an office, the figures of /status, and a template that may be edited or broken."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import docx
import pytest
from docx.document import Document
from docx.shared import Mm

from bot.domain import figures
from bot.domain.status import Status
from bot.render.charts.drawing import render
from bot.render.charts.specimens import specimens
from bot.render.files import BrokenTemplate
from bot.render.files.blank import NAMES, PHRASES, blank
from bot.render.files.content import Content
from bot.render.files.document import packaged, placeholders, write_document
from bot.render.files.workbook import write_workbook
from tests import cast
from tests.render import filed

ROOT = Path(__file__).parents[2]
TABLE = 1
"""The tables of the report after the heading: metrics, units, laggards, signature."""


def written(folder: Path, content: Content, template: Path | None = None) -> Document:
    path = folder / "báo cáo.docx"
    write_document(path, content, template or packaged(content.language))
    return docx.Document(str(path))


def text(document: Document) -> str:
    """Return all that is written in the body, in paragraphs and tables."""
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join((*(paragraph.text for paragraph in document.paragraphs), *cells))


def rows(document: Document, table: int) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in document.tables[table].rows]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Document:
    return written(tmp_path_factory.mktemp("report"), filed.content())


def test_the_heading_is_that_of_an_administrative_document(report: Document) -> None:
    head = "\n".join(cell.text for cell in report.tables[0].rows[0].cells)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc" in head
    assert "BẾN TRE" in head
    assert "Bến Tre, ngày 01 tháng 12 năm 2023" in head
    said = [paragraph.text for paragraph in report.paragraphs]
    assert [line for line in said if re.match(r"[IVX]+\. ", line)] == [
        "I. KẾT QUẢ THỰC HIỆN",
        "II. ĐÁNH GIÁ",
        "III. ĐƠN VỊ CẦN ĐÔN ĐỐC",
        "IV. KIẾN NGHỊ, ĐỀ XUẤT",
    ]
    assert "Nơi nhận:" in text(report)


def test_the_page_is_a4_with_the_margins_of_the_decree(report: Document) -> None:
    section = report.sections[0]
    found = (section.page_width, section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round((each or 0) / Mm(1)) for each in found] == [210, 20, 20, 30, 15]
    assert (report.styles["Normal"].font.name, report.styles["Normal"].font.size) == ("Times New Roman", 14 * 12700)


def as_written(status: Status) -> list[list[str]]:
    """Return the table of metrics as the bot's own words have it."""
    found = []
    for metric in status.metrics:
        pace, share = metric.pace, metric.share
        assert pace is not None
        assert share is not None
        found.append(
            [
                metric.name,
                figures.number(metric.target or 0, "vi"),
                figures.number(metric.total, "vi"),
                figures.percent(share, 1, "vi"),
                figures.signed(metric.today, "vi"),
                figures.signed(pace.ahead, "vi"),
                figures.number(pace.needed_per_day, "vi"),
            ]
        )
    return found


def test_its_figures_are_those_of_status(report: Document) -> None:
    table = {row[0]: row for row in rows(report, TABLE)}
    for expected in as_written(filed.dossier().status):
        assert table[expected[0]] == expected
    assert [row[1] for row in rows(report, TABLE + 1)[1:]] == ["Thành phố Bến Tre", "Huyện Châu Thành"]
    assert "Trong ngày có 3/4 đơn vị báo cáo (75,0%), trong đó 2 đơn vị đúng giờ (50,0%); 1 đơn vị nghỉ." in text(
        report
    )


def test_units_behind_plan_are_listed_with_what_they_need(report: Document) -> None:
    found = {row[0]: row[1:] for row in rows(report, TABLE + 2)[1:]}
    district = next(row for row in filed.dossier().children if row.unit.code == "CT")
    pace = district.status.metric("kh").pace
    assert pace is not None
    assert found["Huyện Châu Thành"][1:3] == [
        figures.number(-pace.ahead, "vi"),
        figures.number(pace.needed_per_day, "vi"),
    ]


def test_H4_outside_text_is_text(tmp_path: Path) -> None:
    assert filed.FORMULA in text(written(tmp_path, filed.content("CT")))
    said = written(tmp_path, filed.content(cast.GIAO_LONG))
    assert "=HYPERLINK" in text(said)
    assert "w:hyperlink" not in said.element.xml


def test_the_chart_is_in_it(tmp_path: Path) -> None:
    picture = render(dict(specimens(ROOT / "examples/ben-tre/roster.csv"))["line"])
    written(tmp_path, filed.content(chart=picture))
    with ZipFile(tmp_path / "báo cáo.docx") as parts:
        assert [parts.read(name) for name in parts.namelist() if name.startswith("word/media/")] == [picture]


def test_the_english_report_speaks_english(tmp_path: Path) -> None:
    said = text(written(tmp_path, filed.content(language="en")))
    assert "On the day 3/4 units reported (75.0%)" in said
    assert "I. RESULTS" in said


@pytest.mark.parametrize("language", list(PHRASES))
def test_the_packaged_template_is_the_blank_one_and_lies_in_templates(
    tmp_path: Path, language: figures.Language
) -> None:
    fresh = tmp_path / "blank.docx"
    blank(PHRASES[language]).save(str(fresh))
    with ZipFile(fresh) as made, ZipFile(packaged(language)) as kept:
        assert made.read("word/document.xml") == kept.read("word/document.xml")
    assert (ROOT / "templates" / NAMES[language]).samefile(packaged(language))


def test_every_placeholder_is_told_of_in_the_handbook() -> None:
    handbook = (ROOT / "docs/files.md").read_text(encoding="utf-8")
    facts = placeholders(filed.content())
    inner = {name for value in facts.values() if isinstance(value, list) and value for name in _names(value[0])}
    assert {name for name in (*facts, "chart", *inner) if f"`{name}`" not in handbook} == set()


def _names(item: object) -> list[str]:
    return list(item) if isinstance(item, dict) else []


def edited(folder: Path, line: str) -> Path:
    """Return the packaged template with one more line at its end, as an office may write it."""
    path = folder / "sửa.docx"
    template = docx.Document(str(packaged("vi")))
    template.add_paragraph(line)
    template.save(str(path))
    return path


def test_the_office_may_edit_the_template(tmp_path: Path) -> None:
    template = edited(tmp_path, "Người lập: Tổ công tác {{ unit }} ({{ unit_code }})")
    assert "Người lập: Tổ công tác Bến Tre (BT)" in text(written(tmp_path, filed.content(), template))


def no_word(folder: Path) -> Path:
    path = folder / "ảnh.docx"
    path.write_bytes(b"\x89PNG")
    return path


BROKEN: dict[str, Callable[[Path], Path]] = {
    "no such file": lambda folder: folder / "không có.docx",
    "no Word file": no_word,
    "a zip of something else": lambda folder: Path(shutil.make_archive(str(folder / "x"), "zip", folder)),
    "half a placeholder": lambda folder: edited(folder, "{{ unit"),
    "a loop without an end": lambda folder: edited(folder, "{%p for row in units %}"),
    "unknown": lambda folder: edited(folder, "{{ salary }}"),
    "a way out of the sandbox": lambda folder: edited(folder, "{{ unit.__class__.__mro__ }}"),
    "something uncalled for": lambda folder: edited(folder, "{{ unit() }}"),
    "a division by zero": lambda folder: edited(folder, "{{ 1 / 0 }}"),
}


@pytest.mark.parametrize("broken", list(BROKEN))
def test_a_broken_template_is_named(tmp_path: Path, broken: str) -> None:
    template = BROKEN[broken](tmp_path)
    with pytest.raises(BrokenTemplate) as caught:
        written(tmp_path, filed.content(), template)
    assert caught.value.path == template


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed: nothing opens the files here")
def test_an_office_program_opens_both_files_and_prints_them(tmp_path: Path) -> None:
    write_workbook(tmp_path / "so.xlsx", filed.content())
    write_document(tmp_path / "bao-cao.docx", filed.content(), packaged("vi"))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, *map(str, tmp_path.glob("*.*x"))], check=True, capture_output=True, timeout=150)  # noqa: S603  (our own files)
    assert [(tmp_path / name).read_bytes()[:5] for name in ("so.pdf", "bao-cao.pdf")] == [b"%PDF-"] * 2
