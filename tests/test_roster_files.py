"""Claims about roster files."""

import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from bot import roster_files
from bot.config import load
from bot.domain.roster import Roster, read_roster
from bot.roster_files import RosterFileError, Unreadable, rows_in, rows_of

EXAMPLES = Path(__file__).parent.parent / "examples"

Typed = str | float | datetime | date | time


def csv_file(folder: Path, data: bytes) -> Path:
    file = folder / "roster.csv"
    file.write_bytes(data)
    return file


def xlsx_file(folder: Path, fill: Callable[[Worksheet], None]) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    fill(sheet)
    book.create_sheet("other").append(["not", "this"])
    book.save(folder / "roster.xlsx")
    return folder / "roster.xlsx"


def cell_text(folder: Path, value: Typed, number_format: str = "General") -> str:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["code", "cell"])
        sheet["A2"] = "x"
        sheet["B2"] = value
        sheet["B2"].number_format = number_format

    ((_, cells),) = rows_of(xlsx_file(folder, fill)).rows
    return cells[1]


def refusal(file: Path) -> tuple[Unreadable, int]:
    with pytest.raises(RosterFileError) as refused:
        rows_of(file)
    return refused.value.reason, refused.value.line


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_csv_is_read_with_any_delimiter_and_with_or_without_bom(tmp_path: Path, mark: str, bom: bytes) -> None:
    text = "code,name\r\nBT,Bến Tre\r\n".replace(",", mark)
    assert rows_of(csv_file(tmp_path, bom + text.encode())) == (["code", "name"], [(2, ["BT", "Bến Tre"])])


def test_the_header_decides_the_delimiter_whatever_the_rows_hold(tmp_path: Path) -> None:
    sheet = rows_of(csv_file(tmp_path, b'"a,b";c\n1,250;2,5,6,7\n'))
    assert sheet == (["a,b", "c"], [(2, ["1,250", "2,5,6,7"])])


def test_line_numbers_are_those_of_the_file(tmp_path: Path) -> None:
    sheet = rows_of(csv_file(tmp_path, b'\ncode,name\n\n,\nA,"two\nlines"\nB,b\n'))
    assert sheet == (["code", "name"], [(5, ["A", "two\nlines"]), (7, ["B", "b"])])


def test_old_line_ends_are_read(tmp_path: Path) -> None:
    assert rows_of(csv_file(tmp_path, b"code,name\rA,a\rB,b")).rows == [(2, ["A", "a"]), (3, ["B", "b"])]


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        ("code,name\nBT,Bến Tre\n".encode("utf-16"), Unreadable.UTF_16, 0),
        ("code,name\n".encode("utf-16-le"), Unreadable.UTF_16, 0),
        ("code,name\nA,a\nB,Hội\n".encode("cp1258", "replace") + b"\xf0", Unreadable.NOT_UTF_8, 4),
        (b"code,name\nBT,\xd0\xf4ng\n", Unreadable.NOT_UTF_8, 2),
        (b'code,name\nA,"open\n', Unreadable.BROKEN, 2),
        (b"code,name\nA," + b"x" * 200_000, Unreadable.BROKEN, 2),
        (b"", Unreadable.EMPTY, 0),
        (b"\n , \n", Unreadable.EMPTY, 0),
        (b"code\n" + b"," * 100 + b"x", Unreadable.TOO_BIG, 2),
    ],
)
def test_S14_a_csv_that_is_none_is_refused_with_the_reason(
    tmp_path: Path, data: bytes, reason: Unreadable, line: int
) -> None:
    assert refusal(csv_file(tmp_path, data)) == (reason, line)


@pytest.mark.parametrize("name", ["roster.xls", "roster.ods", "roster", "roster.csv.exe"])
def test_other_kinds_of_files_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"code,name\n")
    assert refusal(tmp_path / name) == (Unreadable.OTHER_KIND, 0)


def test_a_missing_file_is_told_from_a_broken_one(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.csv") == (Unreadable.NO_FILE, 0)
    assert refusal(tmp_path / "none.XLSX") == (Unreadable.NO_FILE, 0)


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (1250, "General", "1250"),
        (1250.0, "#,##0", "1250"),
        (1e15, "General", "1000000000000000"),
        (12.5, "General", "12.5"),
        (0.8, "0%", "80%"),
        (0.805, "0.0%", "80.5%"),
        (True, "General", "TRUE"),
        ("  Bến Tre ", "General", "  Bến Tre "),
        ("1.250", "@", "1.250"),
        (datetime(2023, 11, 14), "dd-mm-yyyy", "2023-11-14"),  # noqa: DTZ001  (sheets know no zones)
        (date(2023, 11, 14), "dd-mm-yyyy", "2023-11-14"),
        (time(17, 30), "hh:mm", "17:30:00"),
    ],
)
def test_cells_of_a_workbook_become_the_text_one_would_type(
    tmp_path: Path, value: Typed, number_format: str, text: str
) -> None:
    assert cell_text(tmp_path, value, number_format) == text


def test_a_fraction_is_never_written_like_thousands(tmp_path: Path) -> None:
    assert cell_text(tmp_path, 12.345) == "12.3450"


def test_only_the_first_sheet_is_read_and_gaps_keep_the_line_numbers(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"], sheet["B1"], sheet["A5"] = "code", "name", "BT"

    assert rows_of(xlsx_file(tmp_path, fill)) == (["code", "name"], [(5, ["BT"])])


@pytest.mark.parametrize("value", ["=1+1", "#N/A"])
def test_a_formula_without_a_result_and_an_error_are_refused_by_line(tmp_path: Path, value: str) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["code", "population"])
        sheet.append(["BT", value])

    assert refusal(xlsx_file(tmp_path, fill)) == (Unreadable.FORMULA, 2)


@pytest.mark.parametrize(
    ("result", "text"), [(b'<c r="A2"><f>1+1</f><v>2</v></c>', "2"), (b'<c r="A2" t="str"><f>T("")</f><v></v></c>', "")]
)
def test_the_result_of_a_formula_is_what_counts(tmp_path: Path, result: bytes, text: str) -> None:
    file = xlsx_file(tmp_path, lambda sheet: sheet.append(["code", "name"]))
    row = b'<row r="2">' + result + b'<c r="B2" t="str"><v>b</v></c></row></sheetData>'
    rewrite(file, "xl/worksheets/sheet1.xml", lambda data: data.replace(b"</sheetData>", row))
    assert rows_of(file).rows == [(2, [text, "b"])]


def rewrite(file: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    with zipfile.ZipFile(file) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)


@pytest.mark.parametrize("row", ['<row r="200001"><c r="A200001"/></row>', '<row r="2"><c r="CW2"><v>1</v></c></row>'])
def test_S14_a_sheet_that_is_too_long_or_too_wide_is_refused(tmp_path: Path, row: str) -> None:
    file = xlsx_file(tmp_path, lambda sheet: sheet.append(["code"]))
    rewrite(
        file, "xl/worksheets/sheet1.xml", lambda data: data.replace(b"</sheetData>", row.encode() + b"</sheetData>")
    )
    assert refusal(file)[0] is Unreadable.TOO_BIG


def test_S14_a_workbook_that_unpacks_to_far_more_is_refused_unread(tmp_path: Path) -> None:
    file = xlsx_file(tmp_path, lambda sheet: sheet.append(["code"]))
    rewrite(file, "xl/styles.xml", lambda data: data + b" " * roster_files.MAX_UNPACKED)
    assert refusal(file) == (Unreadable.TOO_BIG, 0)


def test_S14_a_file_above_the_limit_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    with file.open("wb") as sparse:
        sparse.truncate(roster_files.MAX_BYTES + 1)
    assert refusal(file) == (Unreadable.TOO_BIG, 0)


@pytest.mark.parametrize(
    ("part", "data"),
    [
        ("xl/workbook.xml", b"<workbook"),
        ("xl/workbook.xml", b""),
        ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row r='1'><c r='A1'><v>1</v></row>"),
        ("xl/worksheets/sheet1.xml", b"not xml"),
        ("[Content_Types].xml", b"<Types/>"),
    ],
)
def test_S14_a_damaged_workbook_is_refused(tmp_path: Path, part: str, data: bytes) -> None:
    file = xlsx_file(tmp_path, lambda sheet: sheet.append(["code"]))
    rewrite(file, part, lambda _: data)
    assert refusal(file) == (Unreadable.BROKEN, 0)


@given(st.integers(0, 6000))
def test_S14_a_workbook_cut_short_anywhere_is_refused(tmp_path_factory: pytest.TempPathFactory, length: int) -> None:
    file = xlsx_file(tmp_path_factory.mktemp("cut"), lambda sheet: sheet.append(["code"]))
    data = file.read_bytes()
    file.write_bytes(data[: length * (len(data) - 1) // 6000])
    assert refusal(file) == (Unreadable.BROKEN, 0)


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in EXAMPLES.glob("*/roster.csv")))
def test_the_roster_of_every_example_is_well(folder: str) -> None:
    config = load(EXAMPLES / folder / "config.toml")
    header, rows = rows_of(EXAMPLES / folder / "roster.csv")
    found = read_roster(header, rows, config.campaigns)
    assert isinstance(found, Roster), found
    assert len(found.rows) == len(rows)


def test_a_workbook_gives_the_same_roster_as_the_csv(tmp_path: Path) -> None:
    config = load(EXAMPLES / "ben-tre" / "config.toml")
    header, rows = rows_of(EXAMPLES / "ben-tre" / "roster.csv")

    def fill(sheet: Worksheet) -> None:
        for cells in (header, *(cells for _, cells in rows)):
            sheet.append([int(cell) if cell.isdecimal() else cell or None for cell in cells])

    again = rows_of(xlsx_file(tmp_path, fill))
    assert read_roster(*again, config.campaigns) == read_roster(header, rows, config.campaigns)


def test_bytes_without_a_name_are_known_by_what_they_begin_with(tmp_path: Path) -> None:
    book = xlsx_file(tmp_path, lambda sheet: sheet.append(["code", "name"]))
    assert rows_in(book.read_bytes()) == rows_in(b"code,name\n") == (["code", "name"], [])


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x89PNG\r\n", b"{\\rtf1"])
def test_bytes_of_another_kind_are_refused(data: bytes) -> None:
    with pytest.raises(RosterFileError) as refused:
        rows_in(data)
    assert (refused.value.path, refused.value.reason) == (None, Unreadable.OTHER_KIND)


def test_S14_too_many_cells_are_refused_before_they_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_files, "MAX_CELLS", 5)
    with pytest.raises(RosterFileError) as refused:
        rows_in(b"a,b\n1,2\n3,4\n")
    assert (refused.value.reason, refused.value.line) == (Unreadable.TOO_BIG, 3)


def test_S14_entities_that_multiply_are_refused(tmp_path: Path) -> None:
    file = xlsx_file(tmp_path, lambda sheet: sheet.append(["code"]))
    bomb = b"".join(b'<!ENTITY e%d "%s">' % (n + 1, b"&e%d;" % n * 20) for n in range(9))
    head = b'<!DOCTYPE x [<!ENTITY e0 "aaaaaaaaaa">' + bomb + b"]>"
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    sheet += b'<c r="A1" t="inlineStr"><is><t>&e9;</t></is></c></row></sheetData></worksheet>'
    rewrite(file, "xl/worksheets/sheet1.xml", lambda _: head + sheet)
    assert refusal(file)[0] in {Unreadable.BROKEN, Unreadable.EMPTY}
