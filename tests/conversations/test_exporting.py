"""Files on demand: for whom, of what, once at a time, and no more than is reasonable."""

import asyncio
import csv
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from bot.app import running, setting_of
from bot.domain.papers import Format
from bot.rehearsal import scene
from bot.rehearsal.botapi import Fault
from storage import outbox
from tests import cast
from tests.conversations.moments import at
from tests.stage import Paper, QuickPainter, QuickPress, Stage, backstage, stage


class SlowPress(QuickPress):
    """A press that begins with nothing before it is set free, or refuses while it is `broken`."""

    def __init__(self) -> None:
        super().__init__()
        self.at_work = asyncio.Event()
        self.free = asyncio.Event()
        self.free.set()
        self.broken = False

    async def print(self, stored: Mapping[str, Any]) -> Paper:
        """Print when set free."""
        self.at_work.set()
        await self.free.wait()
        if self.broken:
            raise OSError("no room left")
        return await super().print(stored)


@dataclass
class Office:
    """A bot, and what it has had printed."""

    bot: Stage
    press: SlowPress

    def ordered(self) -> list[tuple[Format, str, date]]:
        tree = self.names
        return [(order.format, tree[order.unit], order.until) for order in self.press.asked]

    names: Mapping[int, str]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    press = SlowPress()
    async with stage(tmp_path, press=press) as bot:
        tree = (await bot.world()).tree
        yield Office(bot, press, {unit.id: unit.code for unit in tree.units.values()})
        press.free.set()


async def test_the_workbook_of_the_own_unit_follows_the_first_answer_at_once(office: Office) -> None:
    commander = await office.bot.commander("TP")
    caption = await office.bot.say(commander, "/xuat")
    begun, file = commander.private.from_bots()[-2:]
    assert begun.text == "Đang lập tệp Excel của Thành phố Bến Tre, xong sẽ gửi ngay vào đây."
    assert caption == (
        "📊 Thành phố Bến Tre · Cao điểm kích hoạt tài khoản định danh điện tử\nBảng tính Excel, đến hết 01-12-2023"
    )
    assert file.file is not None
    assert file.file.name.endswith(".xlsx")
    assert office.ordered() == [(Format.XLSX, "TP", cast.TODAY)]


@pytest.mark.parametrize(
    ("text", "forms", "unit"),
    [
        ("docx", [Format.DOCX], "BT"),
        ("Word An Hội", [Format.DOCX], "TP-01"),
        ("an hoi csv", [Format.CSV], "TP-01"),
        ("An Hội", [Format.XLSX], "TP-01"),
        ("vneid giao long", [Format.XLSX], "CT-02"),
        ("excel VNEID", [Format.XLSX], "BT"),
        ("tất cả huyện châu thành", [Format.XLSX, Format.DOCX, Format.CSV], "CT"),
        ("CT all", [Format.XLSX, Format.DOCX, Format.CSV], "CT"),
    ],
)
async def test_format_and_unit_may_stand_in_either_order(
    office: Office, text: str, forms: list[Format], unit: str
) -> None:
    await office.bot.say(await office.bot.commander("BT"), f"/xuat {text}")
    assert [(form, code) for form, code, _ in office.ordered()] == [(form, unit) for form in forms]


async def test_a_unit_that_is_called_like_a_format_is_found(tmp_path: Path) -> None:
    press = QuickPress()
    roster = cast.ROSTER + "TP-09,Xã Thuận Word,xa,TP,,,10,0,10,0\n"
    async with stage(tmp_path, press=press, roster=roster) as bot:
        await bot.say(await bot.commander("BT"), "/xuat thuận word")
    assert [order.format for order in press.asked] == [Format.XLSX]


async def test_AC2_a_unit_outside_the_own_command_is_not_there(office: Office) -> None:
    commander = await office.bot.commander("TP")
    said = await office.bot.say(commander, "/xuat xlsx Giao Long")
    assert said.startswith("Không thấy đơn vị «Giao Long» trong phạm vi của bạn.")
    assert office.ordered() == []


async def test_a_misspelt_unit_is_offered_as_a_button_of_the_same_format(office: Office) -> None:
    commander = await office.bot.commander("BT")
    await office.bot.say(commander, "/xuat docx an hoy")
    await office.bot.press(commander, commander.private.last(), "Phường An Hội (Thành phố Bến Tre)")
    assert office.ordered() == [(Format.DOCX, "TP-01", cast.TODAY)]


async def test_an_admin_without_a_post_gets_the_whole_province(office: Office) -> None:
    await office.bot.say(await office.bot.admin(), "/export word")
    assert office.ordered() == [(Format.DOCX, "BT", cast.TODAY)]


async def test_of_several_campaigns_one_is_chosen_by_a_button_or_by_its_code(tmp_path: Path) -> None:
    press = QuickPress()
    campaigns = [cast.campaign(), cast.campaign(code="cccd", name="Cấp căn cước")]
    roster = "code,name,level,parent\nBT,Bến Tre,tinh,\nTP,Thành phố Bến Tre,huyen,BT\nTP-01,Phường An Hội,xa,TP\n"
    async with stage(tmp_path, press=press, roster=roster, campaigns=campaigns) as bot:
        commander = await bot.commander("TP")
        said = await bot.say(commander, "/xuat csv")
        assert said == (
            "Lập tệp của Thành phố Bến Tre cho đợt nào? Bấm chọn, hoặc gõ /xuat csv vneid Thành phố Bến Tre"
        )
        await bot.press(commander, commander.private.last(), "Cấp căn cước")
        await bot.say(commander, "/xuat csv vneid Thành phố Bến Tre")
    assert [order.campaign for order in press.asked] == ["cccd", "vneid"]


async def test_after_the_deadline_the_file_ends_with_it_and_before_the_start_there_is_none(office: Office) -> None:
    commander = await office.bot.commander("TP")
    await office.bot.pass_to(at(20, 8))
    await office.bot.say(commander, "/xuat")
    assert office.ordered() == [(Format.XLSX, "TP", date(2023, 12, 15))]


async def test_before_the_campaign_begins_there_is_nothing_to_print(tmp_path: Path) -> None:
    campaigns = [cast.campaign(starts=date(2023, 12, 5))]
    async with stage(tmp_path, campaigns=campaigns) as bot:
        said = await bot.say(await bot.commander("TP"), "/xuat vneid")
    assert said.endswith("bắt đầu từ 05-12-2023, chưa có gì để xuất.")


async def test_L4_asked_five_times_while_it_is_printed_a_file_is_printed_once(office: Office) -> None:
    commander = await office.bot.commander("TP")
    office.press.free.clear()
    commander.private.send("/xuat docx")
    await office.press.at_work.wait()
    for _ in range(4):
        commander.private.send("/xuat docx")
    await office.bot.server.drained()
    office.press.free.set()
    await office.bot.settle()
    texts = [message.text for message in commander.private.replies()]
    assert (len(office.press.asked), texts.count("Tệp này đang được lập, bạn chờ thêm một chút.")) == (1, 1)


async def test_while_a_file_is_printed_others_are_answered(office: Office) -> None:
    commander, officer = await office.bot.commander("TP"), await office.bot.join(cast.AN_HOI)
    office.press.free.clear()
    commander.private.send("/xuat")
    await office.press.at_work.wait()
    officer.private.send("45 30")
    assert "Đã ghi nhận" in (await officer.private.answer()).text
    assert office.bot.server.calls["sendChatAction"] == 1


async def test_ten_files_an_hour_are_enough(office: Office) -> None:
    commander = await office.bot.commander("TP")
    for _ in range(3):
        await office.bot.say(commander, "/xuat tất cả")
    assert await office.bot.say(commander, "/xuat tất cả") == (
        "Mỗi giờ lập được nhiều nhất 10 tệp. Bạn gõ lại /xuat từ 09:00."
    )
    assert (await office.bot.say(commander, "/xuat")).startswith("📊")
    await office.bot.pass_to(at(1, 9, 1))
    assert (await office.bot.say(commander, "/xuat")).startswith("📊")


async def test_a_file_that_cannot_be_printed_is_owned_up_to(office: Office) -> None:
    office.press.broken = True
    said = await office.bot.say(await office.bot.commander("TP"), "/xuat csv")
    assert said.splitlines()[-1] == "Chưa lập được tệp. Gõ /xuat để lập lại."


async def test_C9_a_file_whose_answer_was_lost_comes_again_as_every_answer_does(office: Office) -> None:
    commander = await office.bot.commander("TP")
    office.bot.server.faults.next("sendDocument", Fault.accept_then_reset())
    await office.bot.say(commander, "/xuat")
    assert [message.media for message in commander.private.replies()] == [None, "document", "document"]
    assert not await office.bot.store.read(lambda tx: outbox.is_open(tx, 1, "export:x"))


async def test_in_english_it_reads_alike(tmp_path: Path) -> None:
    async with stage(tmp_path, language="en") as bot:
        commander = await bot.commander("TP")
        await bot.say(commander, "/export all")
    begun, *files = commander.private.from_bots()[-4:]
    assert begun.text == (
        "Making the Excel file, the Word file and the CSV file of Thành phố Bến Tre;"
        " it comes here as soon as it is ready."
    )
    assert [file.text.splitlines()[1] for file in files] == [
        "Excel workbook, up to 01-12-2023",
        "Word report, up to 01-12-2023",
        "CSV data, up to 01-12-2023",
    ]


@pytest.mark.slow
async def test_the_files_that_arrive_hold_the_figures_of_the_moment(tmp_path: Path) -> None:
    async with backstage(tmp_path) as ready:
        start = partial(running, painter=QuickPainter())
        async with scene.play(ready.server, ready.clock, ready.config, setting_of(ready.config), start) as playing:
            bot = Stage(ready.server, ready.clock, ready.config, playing.setting, playing.app, playing.task)
            await bot.say(await bot.join(cast.AN_HOI), "45 30")
            commander = await bot.commander("TP")
            await bot.say(commander, "/xuat tất cả")
    files = {Path(each.file.name): each.file.data for each in commander.private.from_bots()[-3:] if each.file}
    assert [name.name for name in files] == [f"vneid-TP-2023-12-01.{form}" for form in ("xlsx", "docx", "csv")]
    workbook, report, table = files.values()
    assert "xl/worksheets/sheet1.xml" in ZipFile(BytesIO(workbook)).namelist()
    assert "word/document.xml" in ZipFile(BytesIO(report)).namelist()
    rows = list(csv.DictReader(StringIO(table.decode("utf-8-sig"))))
    today = [row for row in rows if (row["unit_code"], row["day"]) == ("TP-01", "2023-12-01")]
    assert [(row["metric"], row["value"]) for row in today] == [("tn", "45"), ("kh", "30")]
