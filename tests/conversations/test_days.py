"""A message's own timestamp, on the campaign's wall clock, decides its day and whether it is late."""

from datetime import datetime
from pathlib import Path

import pytest

from tests import cast
from tests.cast import AN_HOI
from tests.conversations.moments import at
from tests.stage import Stage, stage


@pytest.mark.parametrize(
    ("moment", "day"),
    [(at(4, 23, 59, 59), "thứ Hai 04-12-2023"), (at(5, 0), "thứ Ba 05-12-2023"), (at(5, 0, 0, 1), "thứ Ba 05-12-2023")],
)
async def test_K6_midnight_in_vietnam_parts_the_days(tmp_path: Path, moment: datetime, day: str) -> None:
    async with stage(tmp_path, start=at(5, 6)) as bot:
        officer = await bot.join(AN_HOI)
        officer.private.send("45 30", at=moment)
        await bot.settle()
        assert day in officer.private.last().text


async def test_what_was_typed_before_the_cut_off_and_delivered_after_an_outage_is_on_time(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(4, 18, 10)) as bot:
        officer = await bot.join(AN_HOI)
        officer.private.send("45 30", at=at(4, 16, 55))
        await bot.settle()
        assert "báo muộn" not in officer.private.last().text
        assert "đã có, đúng giờ" in await bot.say(officer, "/status")


async def test_what_was_typed_after_the_cut_off_counts_and_is_marked_late(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(4, 17, 1)) as bot:
        officer = await bot.join(AN_HOI)
        assert "✅ Đã ghi nhận #5XG8 (báo muộn) ·" in await bot.say(officer, "45 30")
        assert "(thay #5XG8, báo muộn)" in await bot.say(officer, "46 30")
        assert "đã có, muộn" in await bot.say(officer, "/status")


async def test_a_mended_report_stays_on_time(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(4, 16, 30)) as bot:
        officer = await bot.join(AN_HOI)
        await bot.say(officer, "45 30")
        bot.clock.set(at(4, 19))
        assert "báo muộn" not in await bot.say(officer, "46 30")


async def test_the_evening_team_reports_after_midnight(tmp_path: Path) -> None:
    campaign = cast.campaign(day_closes="02:00", on_time_until="01:00")
    async with stage(tmp_path, start=at(5, 3), campaigns=[campaign]) as bot:
        officer = await bot.join(AN_HOI)
        for number, moment in enumerate((at(5, 0, 59), at(5, 1, 59, 59), at(5, 2)), 1):
            officer.private.send(f"{number} 0", at=moment)
        await bot.settle()
        rows = await bot.store.read(lambda tx: tx.all("SELECT day, on_time FROM entries ORDER BY id"))
        assert [tuple(row) for row in rows] == [("2023-12-04", 1), ("2023-12-04", 0), ("2023-12-05", 1)]


@pytest.mark.parametrize("word", ["hq", "hôm qua", "30/11", "30-11", "30-11-2023", "ngày 30/11"])
async def test_yesterday_can_still_be_sent(bot: Stage, word: str) -> None:
    officer = await bot.join(AN_HOI)
    answer = await bot.say(officer, f"{word} 45 30")
    assert answer.startswith("✅ Đã ghi nhận #5XG8 (báo muộn) · Phường An Hội · thứ Năm 30-11-2023")
    assert "Còn 14 ngày" in answer


async def test_a_locked_day_takes_nothing_until_a_commander_says_so(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    assert "đã khoá sổ nên chưa tính" in await bot.say(officer, "27/11 45 30")
    assert "trong ngày +0" in await bot.say(officer, "/status 27/11")


async def test_K7_the_eve_of_the_deadline_leaves_one_day(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(14, 16)) as bot:
        officer = await bot.join(AN_HOI)
        assert "Còn 1 ngày, cần 1.020/ngày" in await bot.say(officer, "45 30")


async def test_K7_the_last_day_says_so(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(15, 0)) as bot:
        officer = await bot.join(AN_HOI)
        assert "Hôm nay là hạn cuối, còn thiếu 1.020" in await bot.say(officer, "45 30")
        assert "Thứ Sáu 15-12-2023 · hôm nay là hạn cuối" in await bot.say(officer, "/status")


async def test_K7_after_the_deadline_nothing_is_taken_for_the_day(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(16, 0)) as bot:
        officer = await bot.join(AN_HOI)
        closed = (
            "Chiến dịch đã kết thúc ngày 15-12-2023, không nhận số cho ngày 16-12-2023."
            " Bổ sung cho những ngày trước thì ghi rõ ngày, ví dụ: 15/12 45 30\nChưa ghi nhận gì."
        )
        assert await bot.say(officer, "45 30") == closed
        assert await bot.say(officer, "/baocao") == closed


async def test_K7_the_last_day_can_be_mended_after_the_end(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(16, 8)) as bot:
        officer = await bot.join(AN_HOI)
        answer = await bot.say(officer, "hq 45 30")
        assert "thứ Sáu 15-12-2023" in answer
        assert "Chiến dịch đã kết thúc, còn thiếu 1.020" in answer
        assert "đã kết thúc 15-12-2023" in await bot.say(officer, "/status")


async def test_when_all_days_are_locked_nothing_is_offered(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(25, 8)) as bot:
        officer = await bot.join(AN_HOI)
        assert "không nhận số cho ngày 25-12-2023.\nChưa ghi nhận gì." in await bot.say(officer, "45 30")
        assert (await bot.say(officer, "/sua")).startswith("Không còn ngày nào của Phường An Hội sửa được.")


async def test_K7_before_the_start_nothing_is_taken(tmp_path: Path) -> None:
    campaign = cast.campaign(starts=cast.TODAY.replace(day=3))
    async with stage(tmp_path, campaigns=[campaign]) as bot:
        officer = await bot.join(AN_HOI)
        assert (await bot.say(officer, "45 30")).startswith("Chiến dịch bắt đầu từ 03-12-2023")
        assert "bắt đầu từ 03-12-2023" in await bot.say(officer, "/status")


async def test_K8_only_the_servers_date_of_a_message_counts(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(5, 9)) as bot:
        officer = await bot.join(AN_HOI)
        officer.private.send("45 30", at=at(4, 10))
        await bot.settle()
        assert "thứ Hai 04-12-2023" in officer.private.last().text
