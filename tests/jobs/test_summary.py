"""The summary: whole texts for commanders and groups, and what happens to days that were missed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.domain.series import Chart, Line
from bot.rehearsal.botapi.messages import Message
from bot.render.charts.painter import PaintingError
from storage.invites import InviteKind
from tests import cast
from tests.stage import QuickPainter, Stage, backstage, perform, stage

ROW = {"job": "summary", "at": ["17:30"]}


def summing(*rows: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    return {"campaigns": [cast.campaign(schedule=rows or (ROW,), **changes)]}


def at(day: int, hour: int, minute: int = 0, month: int = 12) -> datetime:
    """Return an hour of Vietnam in 2023."""
    return datetime(2023, month, day, hour - 7, minute, tzinfo=UTC)


def summaries(messages: list[Message]) -> list[str]:
    return [message.text for message in messages if message.text.startswith("📋")]


async def a_day_of_two_wards(bot: Stage) -> None:
    """Let Bến Tre's first two wards report, one of them a number that is asked about."""
    an_hoi, son_dong = await bot.join(cast.AN_HOI), await bot.join(cast.SON_DONG)
    await bot.say(an_hoi, "45 30")
    await bot.say(son_dong, "501 12")


COMMANDERS = """\
📋 Tổng hợp thứ Sáu 01-12-2023 · Bến Tre
Cao điểm kích hoạt tài khoản định danh điện tử · còn 14 ngày đến 15-12-2023

Thu nhận: 3.434/6.000 (57,2%) · trong ngày +45
↳ chậm 1.387 so với kế hoạch · còn thiếu 2.566, cần 184/ngày
Kích hoạt: 2.480/6.000 (41,3%) · trong ngày +30
↳ chậm 1.917 so với kế hoạch · còn thiếu 3.520, cần 252/ngày
Báo cáo: 1/5 đơn vị (20,0%) · đúng giờ 1/5 (20,0%)

Điểm nổi bật · Kích hoạt
• Bình quân 7 ngày làm việc gần nhất là 4/ngày, cần 252/ngày
• Tỷ lệ báo cáo đúng giờ tăng từ 0,0% lên 20,0%
• Kết quả trong ngày cao hơn ngày làm việc trước 30

Chưa báo cáo (3): Phường Phú Khương, Thị trấn Châu Thành, Xã Giao Long

❓ Số liệu cần xác nhận (1): #LVVR Xã Sơn Đông (01-12-2023)"""


async def test_the_commander_reads_the_day_on_its_chart(tmp_path: Path) -> None:
    painter = QuickPainter()
    async with stage(tmp_path, painter=painter, **summing()) as bot:
        commander = await bot.commander("BT")
        await a_day_of_two_wards(bot)
        await bot.pass_to(at(1, 17, 30))
        message = commander.private.last()
    assert message.text == COMMANDERS
    assert message.file is not None
    assert message.file.data == QuickPainter.PNG
    assert [type(chart) for chart in painter.asked] == [Line]


async def test_the_group_reads_the_same_without_what_is_to_be_decided(tmp_path: Path) -> None:
    async with stage(tmp_path, **summing()) as bot:
        group = await bot.group("BT", await bot.commander("BT"))
        await a_day_of_two_wards(bot)
        await bot.pass_to(at(1, 17, 30))
    assert group.last().text == COMMANDERS.partition("\n\n❓")[0]


async def test_before_the_cut_off_the_summary_says_so_and_compares_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path, **summing({"job": "summary", "at": ["15:00"]})) as bot:
        group = await bot.group("TP-01", await bot.commander("BT"))
        await bot.say(await bot.join(cast.AN_HOI), "45 30")
        await bot.pass_to(at(1, 15))
    assert group.last().text == (
        "📋 Tổng hợp thứ Sáu 01-12-2023 · Phường An Hội\n"
        "Cao điểm kích hoạt tài khoản định danh điện tử · còn 14 ngày đến 15-12-2023\n"
        "Số liệu tính đến 15:00, giờ chốt 17:00\n\n"
        "Thu nhận: 1.234/2.000 (61,7%) · trong ngày +45\n"
        "↳ chậm 400 so với kế hoạch · còn thiếu 766, cần 55/ngày\n"
        "Kích hoạt: 980/2.000 (49,0%) · trong ngày +30\n"
        "↳ chậm 546 so với kế hoạch · còn thiếu 1.020, cần 73/ngày\n"
        "Báo cáo: đã có, đúng giờ"
    )


async def test_in_english_it_reads_alike(tmp_path: Path) -> None:
    async with stage(tmp_path, language="en", **summing()) as bot:
        commander = await bot.commander("BT")
        await a_day_of_two_wards(bot)
        await bot.pass_to(at(1, 17, 30))
    assert commander.private.last().text == (
        "📋 Summary of Friday 01-12-2023 · Bến Tre\n"
        "Cao điểm kích hoạt tài khoản định danh điện tử · 14 days left until 15-12-2023\n\n"
        "Thu nhận: 3,434/6,000 (57.2%) · +45 on the day\n"
        "↳ 1,387 behind plan · 2,566 missing, 184 a day needed\n"
        "Kích hoạt: 2,480/6,000 (41.3%) · +30 on the day\n"
        "↳ 1,917 behind plan · 3,520 missing, 252 a day needed\n"
        "Reports: 1/5 units (20.0%) · on time 1/5 (20.0%)\n\n"
        "Highlights · Kích hoạt\n"
        "• 4 a day on average over the last 7 working days, 252 needed\n"
        "• On-time rate up from 0.0% to 20.0%\n"
        "• 30 more than on the working day before\n\n"
        "Not reported (3): Phường Phú Khương, Thị trấn Châu Thành, Xã Giao Long\n\n"
        "❓ To be confirmed (1): #LVVR Xã Sơn Đông (01-12-2023)"
    )


async def test_R3_after_three_days_down_one_summary_speaks_for_all_of_them(tmp_path: Path) -> None:
    async with backstage(tmp_path, **summing()) as ready:
        async with perform(ready.server, ready.clock, ready.config) as bot:
            commander = await bot.commander("BT")
            await bot.say(await bot.join(cast.AN_HOI), "45 30")
            await bot.pass_to(at(1, 17, 30))
        ready.clock.set(at(4, 20))
        async with perform(ready.server, ready.clock, ready.config) as bot:
            await bot.look()
    first, second = summaries(commander.private.from_bots())
    assert first.startswith("📋 Tổng hợp thứ Sáu 01-12-2023")
    assert second.startswith("📋 Tổng hợp thứ Hai 04-12-2023")
    assert second.endswith(
        "Những ngày chưa gửi tổng hợp\n"
        "• Thứ Bảy 02-12-2023: Thu nhận +0, Kích hoạt +0 · báo cáo 0/5\n"
        "• Chủ Nhật 03-12-2023: Thu nhận +0, Kích hoạt +0 · báo cáo 0/5\n\n"
        "⏰ Gửi muộn do bot bị gián đoạn."
    )


async def test_R2_a_summary_that_was_skipped_as_too_late_is_made_up_for_by_the_next(tmp_path: Path) -> None:
    async with backstage(tmp_path, **summing()) as ready:
        async with perform(ready.server, ready.clock, ready.config) as bot:
            commander = await bot.commander("BT")
            await bot.pass_to(at(1, 17, 30))
        ready.clock.set(at(4, 12))
        async with perform(ready.server, ready.clock, ready.config) as bot:
            await bot.pass_to(at(4, 17, 30))
    assert [text.splitlines()[0] for text in summaries(commander.private.from_bots())] == [
        "📋 Tổng hợp thứ Sáu 01-12-2023 · Bến Tre",
        "📋 Tổng hợp Chủ Nhật 03-12-2023 · Bến Tre",
        "📋 Tổng hợp thứ Hai 04-12-2023 · Bến Tre",
    ]


async def test_R5_what_came_after_the_summary_is_added_by_the_next_one(tmp_path: Path) -> None:
    async with stage(tmp_path, **summing()) as bot:
        commander, officer = await bot.commander("BT"), await bot.join(cast.AN_HOI)
        await bot.say(officer, "45 30")
        await bot.pass_to(at(1, 18))
        await bot.say(officer, "65 42")
        await bot.say(await bot.join(cast.GIAO_LONG), "8 108")
        await bot.pass_to(at(2, 17, 30))
    assert "➕ Bổ sung hôm qua: Thu nhận +28, Kích hoạt +120" in commander.private.last().text


async def test_nothing_is_added_when_nothing_came(tmp_path: Path) -> None:
    async with stage(tmp_path, **summing()) as bot:
        commander = await bot.commander("BT")
        await bot.say(await bot.join(cast.AN_HOI), "45 30")
        await bot.pass_to(at(2, 17, 30))
    assert "➕" not in commander.private.last().text


async def test_a_morning_summary_speaks_of_the_last_day_of_work(tmp_path: Path) -> None:
    config = summing({"job": "summary", "at": ["07:00"]})
    calendar = {"working_days": ["mon", "tue", "wed", "thu", "fri", "sat"]}
    async with stage(tmp_path, start=at(3, 8), calendar=calendar, **config) as bot:
        commander = await bot.commander("BT")
        await bot.pass_to(at(4, 7))
    assert commander.private.last().text.startswith("📋 Tổng hợp thứ Bảy 02-12-2023")


async def test_whoever_commands_two_units_is_told_once_of_the_higher_one(tmp_path: Path) -> None:
    async with stage(tmp_path, **summing()) as bot:
        commander = await bot.commander("TP-01")
        above = await bot.code("TP", InviteKind.COMMANDER)
        ref = (await bot.say(commander, f"/start {above}")).split("#")[1].split()[0]
        await bot.say(bot.server.world.users[cast.ADMIN], f"/duyet {ref}")
        await bot.pass_to(at(1, 17, 30))
    [text] = summaries(commander.private.from_bots())
    assert text.startswith("📋 Tổng hợp thứ Sáu 01-12-2023 · Thành phố Bến Tre")


async def test_a_long_summary_comes_as_a_text_with_the_chart_after_it(tmp_path: Path) -> None:
    names = "".join(
        f"CT-{n},Xã có tên rất dài và khó nhớ số {n} huyện Châu Thành,xa,CT,,,100,0,100,0\n" for n in range(10, 60)
    )
    async with stage(tmp_path, roster=cast.ROSTER + names, **summing()) as bot:
        commander = await bot.commander("BT")
        await bot.pass_to(at(1, 17, 30))
    text, photo = commander.private.from_bots()[-2:]
    assert (text.media, photo.media, photo.text) == (None, "photo", "")
    assert text.text.endswith("và 40 đơn vị khác")


async def test_a_chart_that_cannot_be_painted_leaves_the_words(tmp_path: Path) -> None:
    async with stage(tmp_path, painter=BrokenPainter(), **summing()) as bot:
        commander = await bot.commander("BT")
        await a_day_of_two_wards(bot)
        await bot.pass_to(at(1, 17, 30))
    assert commander.private.last().media is None
    assert commander.private.last().text == f"{COMMANDERS}\n\nChưa vẽ được biểu đồ. Gõ /bieudo để xem lại sau."


async def test_the_range_to_expect_is_told_from_the_fifth_day_on(tmp_path: Path) -> None:
    async with stage(tmp_path, **summing()) as bot:
        commander, officer = await bot.commander("BT"), await bot.join(cast.AN_HOI)
        for day in range(1, 6):
            await bot.pass_to(at(day, 16))
            await bot.say(officer, f"{40 + day} {30 + day}")
        await bot.pass_to(at(5, 17, 30))
    told = ["Dự báo" in text for text in summaries(commander.private.from_bots())]
    assert told == [False, False, False, False, True]


class BrokenPainter(QuickPainter):
    """A painter whose worker is gone."""

    async def paint(self, chart: Chart) -> bytes:
        """Fail."""
        raise PaintingError(type(chart).__name__, "crashed")
