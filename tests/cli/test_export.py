"""Claims about `tiendo export` and `tiendo template`."""

import csv
import io
import json
from pathlib import Path

import docx
import openpyxl
import pytest

from storage.sqlite import open_store
from tests.cli.terminal import Terminal


@pytest.fixture
def filled(terminal: Terminal) -> Terminal:
    terminal.fill()
    return terminal


def test_the_workbook_has_the_figures_of_status(filled: Terminal) -> None:
    out = filled.folder / "bt.xlsx"
    result = filled.type("export", "xlsx", "--unit", "tp", "--out", out)
    assert (result.exit_code, result.stdout) == (0, "")
    told = json.loads(filled.type("status", "--unit", "TP", "--json").stdout)["metrics"]["kh"]
    sheet = openpyxl.load_workbook(out)["Tổng hợp"]
    (row,) = (row for row in sheet.iter_rows(values_only=True) if row[0] == "Kích hoạt")
    assert (row[1], row[2], row[3]) == (told["baseline"], told["total"], told["target"])
    assert row[4] == pytest.approx(told["percent"] / 100, abs=1e-6)
    assert (row[6], row[9]) == (told["plan"], told["needed_per_day"])


def test_the_report_and_the_table_are_written_too(filled: Terminal) -> None:
    for form in ("docx", "csv"):
        assert filled.type("export", form, "--unit", "BT", "--out", filled.folder / f"bt.{form}").exit_code == 0
    assert docx.Document(str(filled.folder / "bt.docx")).tables[0].rows[0].cells[0].text.startswith("\nBẾN TRE")
    table = csv.DictReader(io.StringIO((filled.folder / "bt.csv").read_text(encoding="utf-8-sig")))
    assert {row["unit_code"] for row in table} == {"TP-01", "TP-02", "TP-03", "CT-01", "CT-02"}


def test_a_file_that_is_there_is_replaced_whole_and_for_its_owner_alone(filled: Terminal) -> None:
    out = filled.folder / "bt.csv"
    out.write_text("former", encoding="utf-8")
    assert filled.type("export", "csv", "--unit", "CT", "--out", out).exit_code == 0
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    assert out.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in filled.folder.glob("*partial*")) == []


def test_the_last_day_can_be_chosen(filled: Terminal) -> None:
    out = filled.folder / "bt.csv"
    filled.type("export", "csv", "--unit", "CT-01", "--out", out, "--until", "02-01-2020", "--campaign", "vneid")
    days = [row.split(",")[6] for row in out.read_text(encoding="utf-8-sig").splitlines()[1:]]
    assert sorted(set(days)) == ['"2020-01-01"', '"2020-01-02"']


async def test_it_works_beside_whoever_writes(filled: Terminal) -> None:
    async with open_store(filled.data):
        command = ("export", "csv", "--unit", "BT", "--out", str(filled.folder / "bt.csv"))
        process = await filled.start(*command)
        await process.communicate()
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        (["xlsx", "--unit", "XX"], 1, 'no unit has the code "XX"'),
        (["xlsx", "--unit", "BT", "--campaign", "x"], 2, 'no campaign "x": wanted vneid'),
        (["pdf", "--unit", "BT"], 2, "'pdf' is not one of"),
        (["xlsx"], 2, "Missing option '--unit'"),
        (["xlsx", "--unit", "BT", "--until", "hôm qua"], 2, "hôm qua"),
        (["csv", "--unit", "BT", "--out", "/nowhere/bt.csv"], 1, "/nowhere"),
    ],
)
def test_what_cannot_be_done_is_named_and_nothing_is_left(
    filled: Terminal, words: list[str], code: int, complaint: str
) -> None:
    out = filled.folder / "out.xlsx"
    result = filled.type("export", *([] if "--out" in words else ["--out", out]), *words)
    assert (result.exit_code, complaint in result.stderr) == (code, True)
    assert not out.exists()


def test_the_office_gets_the_template_edits_it_and_names_it(filled: Terminal) -> None:
    template = filled.folder / "mau.docx"
    assert filled.type("template", template).exit_code == 0
    assert filled.type("template", template).exit_code == 1
    document = docx.Document(str(template))
    document.add_paragraph("Tổ công tác {{ campaign }}")
    document.save(str(template))
    report(filled, "mau.docx")
    said = [paragraph.text for paragraph in docx.Document(str(filled.folder / "bt.docx")).paragraphs]
    assert said[-1] == "Tổ công tác Cao điểm"


def test_a_broken_template_is_named_and_leaves_the_former_report(filled: Terminal) -> None:
    (filled.folder / "mau.docx").write_text("no Word file", encoding="utf-8")
    (filled.folder / "bt.docx").write_bytes(b"former")
    complaint = report(filled, "mau.docx")
    assert complaint.startswith(f"Error: {filled.folder / 'mau.docx'}: cannot be used as the report's template")
    assert (filled.folder / "bt.docx").read_bytes() == b"former"


def report(terminal: Terminal, template: str) -> str:
    """Write the report from a template of the office and return what was complained of."""
    config = terminal.file.read_text(encoding="utf-8")
    terminal.write_config(config.replace("[calendar]", f'[files]\nreport_template = "{template}"\n\n[calendar]'))
    return terminal.type("export", "docx", "--unit", "BT", "--out", Path(terminal.folder, "bt.docx")).stderr
