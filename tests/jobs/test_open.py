"""The good morning to officers."""

from datetime import time
from pathlib import Path
from typing import Any

from tests import cast
from tests.cast import AN_HOI, PHU_KHUONG
from tests.stage import stage

OPENING: dict[str, Any] = {"campaigns": [cast.campaign(schedule=[{"job": "open", "at": "07:00"}])]}


async def test_the_morning_names_yesterdays_place_and_todays_need(tmp_path: Path) -> None:
    async with stage(tmp_path, **OPENING) as bot:
        officer, other = await bot.join(AN_HOI), await bot.join(PHU_KHUONG)
        await bot.say(officer, "45 30")
        await bot.say(other, "0 0")
        await bot.tomorrow(time(7, 0))
        assert officer.private.last().text == (
            "☀️ Chào buổi sáng, Phường An Hội · thứ Bảy 02-12-2023\n"
            "Còn 13 ngày đến hạn · hôm qua xếp hạng 2/3\n"
            "Thu nhận: 1.234/2.000 (61,7%) · hôm nay cần 55\n"
            "Kích hoạt: 980/2.000 (49,0%) · hôm nay cần 73"
        )


async def test_whoever_wants_few_reminders_or_is_on_leave_is_left_alone(tmp_path: Path) -> None:
    async with stage(tmp_path, **OPENING) as bot:
        officer, other = await bot.join(AN_HOI), await bot.join(PHU_KHUONG)
        await bot.say(officer, "/nhac nhẹ")
        await bot.say(other, "/nghi mai")
        await bot.tomorrow(time(7, 0))
        assert not any(
            "Chào buổi sáng" in message.text for user in (officer, other) for message in user.private.from_bots()
        )


async def test_english_says_the_same(tmp_path: Path) -> None:
    async with stage(tmp_path, language="en", **OPENING) as bot:
        officer = await bot.join(AN_HOI)
        await bot.tomorrow(time(7, 0))
        assert officer.private.last().text == (
            "☀️ Good morning, Phường An Hội · Saturday 02-12-2023\n"
            "13 days left · place 2 of 3 yesterday\n"
            "Thu nhận: 1,189/2,000 (59.5%) · 58 needed today\n"
            "Kích hoạt: 950/2,000 (47.5%) · 75 needed today"
        )
