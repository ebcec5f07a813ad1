"""Papers: orders become files in a process of their own, whatever goes wrong on the way."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import docx
import openpyxl
import pytest

from bot.app import setting_of
from bot.commissions import Commission, carry_out
from bot.domain.papers import Format, Order, file_name
from bot.domain.units import UnitId
from bot.papers import NotPrinted, Papers
from bot.rehearsal.clocks import ManualClock
from storage.sqlite import open_store
from tests import cast
from tests.stage import apply_roster

CONFIG = cast.config(Path())
ORDER = Order(Format.XLSX, "vneid", UnitId(1), cast.TODAY, "vi")


async def fill(path: Path) -> None:
    async with open_store(path, create=True) as store:
        await store.write(partial(apply_roster, config=CONFIG, text=cast.ROSTER, now=cast.MORNING))


@pytest.fixture
async def papers(tmp_path: Path) -> AsyncIterator[Papers]:
    """Return papers beside an open store."""
    await fill(tmp_path / "tiendo.db")
    async with open_store(tmp_path / "tiendo.db"):
        papers = Papers(tmp_path / "tiendo.db", setting_of(CONFIG), ManualClock(cast.MORNING))
        yield papers
        await papers.close()


def lying_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("form", list(Format))
def test_an_order_is_read_as_it_was_stored(form: Format) -> None:
    order = Order(form, "vneid", UnitId(4), date(2023, 12, 1), "en")
    assert Order.read(order.dump()) == order


@pytest.mark.parametrize(
    ("code", "name"),
    [("BT", "vneid-BT-2023-12-01.docx"), ("../x", "vneid-_x-2023-12-01.docx"), ("Ấp 3", "vneid-_p_3-2023-12-01.docx")],
)
def test_files_have_names_that_every_system_takes(code: str, name: str) -> None:
    assert file_name("vneid", code, cast.TODAY, Format.DOCX) == name


async def test_a_workbook_is_printed_beside_the_writer_for_its_owner_alone(papers: Papers) -> None:
    paper = await papers.print(ORDER.dump())
    assert paper.name == "vneid-BT-2023-12-01.xlsx"
    assert [paper.path.stat().st_mode & 0o777, paper.path.parent.stat().st_mode & 0o777] == [0o600, 0o700]
    assert lying_in(paper.path.parent) == [paper.path.name]
    with paper.path.open("rb") as file:
        assert openpyxl.load_workbook(file)["Tổng hợp"]["A1"].value == "Bến Tre (BT)"
    await papers.close()
    assert not paper.path.parent.exists()


def test_a_broken_template_of_the_office_is_passed_over(tmp_path: Path) -> None:
    asyncio.run(fill(tmp_path / "tiendo.db"))
    template = tmp_path / "mẫu.docx"
    template.write_bytes(b"no Word file")
    commission = Commission(
        tmp_path / "tiendo.db", setting_of(CONFIG), cast.MORNING, replace(ORDER, format=Format.DOCX), template
    )
    printed = carry_out(commission, tmp_path / "báo cáo.docx")
    assert (printed.name, printed.failure) == ("vneid-BT-2023-12-01.docx", "")
    assert "zip" in printed.broken.casefold()
    said = [paragraph.text for paragraph in docx.Document(str(tmp_path / "báo cáo.docx")).paragraphs]
    assert "I. KẾT QUẢ THỰC HIỆN" in said


@pytest.mark.parametrize("changes", [{"unit": 404}, {"format": "pdf"}, {"until": "yesterday"}])
async def test_an_order_that_fits_nothing_gives_no_paper_and_leaves_nothing(
    papers: Papers, changes: dict[str, object]
) -> None:
    with pytest.raises(NotPrinted):
        await papers.print({**ORDER.dump(), **changes})
    folder = papers._press._folder
    assert folder is None or lying_in(Path(folder.name)) == []


async def test_days_to_come_are_not_spoken_of(papers: Papers) -> None:
    paper = await papers.print(replace(ORDER, format=Format.CSV, until=date(2023, 12, 15)).dump())
    assert paper.name == "vneid-BT-2023-12-01.csv"
    assert b"2023-12-02" not in paper.path.read_bytes()
