"""The final result."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import clockwork
from bot.domain.papers import Format, Order
from bot.rehearsal.botapi import Fault, Message, User
from tests import cast
from tests.stage import QuickPress, Stage, stage

PHASES = [
    {"name": "Giai đoạn 1", "ends": date(2023, 12, 1), "targets": {"kh": 2400}},
    {"name": "Giai đoạn 2", "ends": date(2023, 12, 15), "targets": {"kh": 3000}},
]


def ending(**changes: Any) -> dict[str, Any]:
    return {"campaigns": [cast.campaign(schedule=[{"job": "final", "at": "08:00"}], **changes)]}


async def play(bot: Stage) -> None:
    """Let two wards report on two days, one of them past its target, and the campaign end."""
    an_hoi, town = await bot.join(cast.AN_HOI), await bot.join(cast.CHAU_THANH_TOWN)
    for day in (1, 2):
        await bot.pass_to(datetime(2023, 12, day, 9, tzinfo=UTC))
        await bot.say(an_hoi, f"{400 + day} 40{day}")
        await bot.say(town, f"400 {300 + day}")
    await bot.pass_to(datetime(2023, 12, 16, 1, tzinfo=UTC))


def told(commander: User) -> Message:
    """Return the message with the result; two files follow it."""
    return commander.private.from_bots()[-3]


async def test_the_commander_reads_every_target_and_what_was_reached(tmp_path: Path) -> None:
    async with stage(tmp_path, **ending()) as bot:
        commander = await bot.commander("BT")
        await play(bot)
    assert told(commander).media == "photo"
    assert told(commander).text == (
        "🏁 Kết quả Cao điểm kích hoạt tài khoản định danh điện tử · Bến Tre\n"
        "Từ 15-11-2023 đến 15-12-2023, 31 ngày làm việc\n\n"
        "Thu nhận: 4.992, trong đợt +1.603\n"
        "↳ 4.992/6.000 (83,2%) · thiếu 1.008\n"
        "Kích hoạt: 3.856, trong đợt +1.406\n"
        "↳ 3.856/6.000 (64,3%) · thiếu 2.144\n"
        "Báo cáo: 4/155 lượt (2,6%), đúng giờ 4 (2,6%)\n"
        "Kích hoạt cao nhất: thứ Bảy 02-12-2023 (+704)\n\n"
        "Hạn báo cáo kết quả: 18-12-2023"
    )


async def test_phases_are_told_one_by_one_with_the_day_that_brought_the_last_target(tmp_path: Path) -> None:
    roster = "code,name,level,parent,baseline.tn,baseline.kh\nBT,Bến Tre,tinh,,,\nTP-01,An Hội,xa,BT,5000,2100\n"
    async with stage(tmp_path, roster=roster, **ending(phases=PHASES, report_due=None)) as bot:
        commander, officer = await bot.commander("BT"), await bot.join("TP-01")
        for day, line in ((1, "400 250"), (5, "400 450"), (6, "400 220")):
            await bot.pass_to(datetime(2023, 12, day, 9, tzinfo=UTC))
            await bot.say(officer, line)
        await bot.pass_to(datetime(2023, 12, 16, 1, tzinfo=UTC))
    assert told(commander).text.partition("\n\n")[2] == (
        "Thu nhận: 6.200, trong đợt +1.200\n"
        "Kích hoạt: 3.020, trong đợt +920\n"
        "↳ Giai đoạn 1 (01-12-2023): 2.350/2.400 (97,9%) · thiếu 50\n"
        "↳ Giai đoạn 2 (15-12-2023): 3.020/3.000 (100,7%) · vượt 20 🎉\n"
        "↳ đạt chỉ tiêu ngày 06-12-2023\n"
        "Báo cáo: 3/31 lượt (9,7%), đúng giờ 3 (9,7%)\n"
        "Kích hoạt cao nhất: thứ Ba 05-12-2023 (+450)"
    )


async def test_in_english_it_reads_alike_and_names_the_leading_units(tmp_path: Path) -> None:
    wards = "TP-04,Phường 4,xa,TP,,,1000,100,1000,100\nTP-05,Phường 5,xa,TP,,,1000,500,1000,500\n"
    async with stage(tmp_path, language="en", roster=cast.ROSTER + wards, **ending()) as bot:
        commander = await bot.commander("TP")
        await play(bot)
    assert told(commander).text == (
        "🏁 Result of Cao điểm kích hoạt tài khoản định danh điện tử · Thành phố Bến Tre\n"
        "15-11-2023 to 15-12-2023, 31 working days\n\n"
        "Thu nhận: 3,792, in the campaign +803\n"
        "↳ 3,792/6,000 (63.2%) · 2,208 missing\n"
        "Kích hoạt: 3,253, in the campaign +803\n"
        "↳ 3,253/6,000 (54.2%) · 2,747 missing\n"
        "Reports: 2/155 (1.3%), on time 2 (1.3%)\n"
        "Best day for Kích hoạt: Saturday 02-12-2023 (+402)\n\n"
        "Leading units\n"
        "1. Phường An Hội 87.7%\n"
        "2. Phường 5 50.0%\n"
        "2. Phường Phú Khương 50.0%\n\n"
        "Report due: 18-12-2023"
    )


async def test_report_and_workbook_follow_the_result_once(tmp_path: Path) -> None:
    press = QuickPress()
    async with stage(tmp_path, press=press, **ending()) as bot:
        commander = await bot.commander("TP")
        await bot.pass_to(datetime(2023, 12, 16, 1, tzinfo=UTC))
        await bot.pass_to(datetime(2023, 12, 16, 2, tzinfo=UTC))
    unit = press.asked[0].unit
    assert press.asked == [Order(form, "vneid", unit, date(2023, 12, 15), "vi") for form in (Format.DOCX, Format.XLSX)]
    report, workbook = commander.private.from_bots()[-2:]
    assert [message.media for message in (report, workbook)] == ["document", "document"]
    assert report.text == (
        "📄 Thành phố Bến Tre · Cao điểm kích hoạt tài khoản định danh điện tử\nBáo cáo Word, đến hết 15-12-2023"
    )


@pytest.mark.parametrize("pages_of", [1, 500])
async def test_on_any_page_every_commander_gets_the_result_with_both_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pages_of: int
) -> None:
    monkeypatch.setattr(clockwork, "PAGE", pages_of)
    async with stage(tmp_path, **ending()) as bot:
        commanders = [await bot.commander(unit) for unit in ("BT", "TP", "CT")]
        await bot.pass_to(datetime(2023, 12, 16, 1, tzinfo=UTC))
    for commander in commanders:
        assert [message.media for message in commander.private.from_bots()[-3:]] == ["photo", "document", "document"]


async def test_a_file_whose_answer_is_lost_is_not_sent_again(tmp_path: Path) -> None:
    async with stage(tmp_path, **ending()) as bot:
        commander = await bot.commander("BT")
        bot.server.faults.next("sendDocument", Fault.accept_then_reset())
        await bot.pass_to(datetime(2023, 12, 16, 3, tzinfo=UTC))
    assert [message.media for message in commander.private.from_bots()].count("document") == 2


async def test_groups_are_told_neither_the_final_result_nor_given_files(tmp_path: Path) -> None:
    press = QuickPress()
    async with stage(tmp_path, press=press, **ending()) as bot:
        group = await bot.group("BT", await bot.commander("BT"))
        await bot.pass_to(datetime(2023, 12, 16, 1, tzinfo=UTC))
    assert "🏁" not in group.last().text
    assert (group.last().media, len(press.asked)) == (None, 2)
