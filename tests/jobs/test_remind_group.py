"""The groups' reminder and the escalation: units, never people; nothing where nobody is missing."""

from datetime import date, time
from pathlib import Path
from typing import Any

from bot.rehearsal.botapi.people import User
from tests import cast
from tests.cast import AN_HOI, CHAU_THANH_TOWN, GIAO_LONG, PHU_KHUONG, SON_DONG
from tests.stage import Stage, stage

WARDS = (AN_HOI, PHU_KHUONG, SON_DONG, CHAU_THANH_TOWN, GIAO_LONG)


def scheduled(job: str, at: str, **changes: Any) -> dict[str, Any]:
    """Return a config with one job."""
    return {"campaigns": [cast.campaign(schedule=[{"job": job, "at": at}])], **changes}


async def officers(bot: Stage) -> dict[str, User]:
    """Let one officer of every ward in."""
    return {ward: await bot.join(ward, f"Cán bộ {ward}") for ward in WARDS}


async def test_a_group_is_told_which_of_its_units_are_missing(tmp_path: Path) -> None:
    async with stage(tmp_path, **scheduled("remind_group", "16:45")) as bot:
        people = await officers(bot)
        group = await bot.group("TP", await bot.commander("BT"))
        await bot.say(people[PHU_KHUONG], "45 30")
        await bot.turn_to(time(16, 45))
        assert group.last().text == (
            "📋 Còn 2/3 đơn vị chưa báo cáo hôm nay · Thành phố Bến Tre\n"
            "• Phường An Hội\n"
            "• Xã Sơn Đông\n"
            "Chốt lúc 17:00."
        )


async def test_leave_and_questions_are_no_silence(tmp_path: Path) -> None:
    async with stage(tmp_path, **scheduled("remind_group", "16:45")) as bot:
        people = await officers(bot)
        group = await bot.group("TP", await bot.commander("BT"))
        await bot.say(people[PHU_KHUONG], "/nghi hôm nay")
        assert "cần xác nhận" in await bot.say(people[SON_DONG], "501 30")
        await bot.turn_to(time(16, 45))
        assert group.last().text.splitlines()[:2] == [
            "📋 Còn 1/2 đơn vị chưa báo cáo hôm nay · Thành phố Bến Tre",
            "• Phường An Hội",
        ]


async def test_nothing_is_said_when_nobody_is_missing(tmp_path: Path) -> None:
    async with stage(tmp_path, **scheduled("remind_group", "17:10")) as bot:
        people = await officers(bot)
        commander = await bot.commander("BT")
        whole, ward = await bot.group("TP", commander), await bot.group(GIAO_LONG, commander)
        for each in (AN_HOI, PHU_KHUONG, SON_DONG):
            await bot.say(people[each], "45 30")
        before = len(whole.from_bots())
        await bot.turn_to(time(17, 10))
        assert len(whole.from_bots()) == before
        assert ward.last().text == (
            "📋 Xã Giao Long chưa có báo cáo hôm nay\nĐã quá giờ chốt 17:00, báo muộn vẫn được tính."
        )


async def test_of_many_units_twenty_are_named(tmp_path: Path) -> None:
    header, province = cast.ROSTER.splitlines()[:2]
    wards = [f"W-{n},Phường {n},xa,BT,,,,,," for n in range(1, 27)]
    roster = "\n".join([header, province, *wards])
    async with stage(tmp_path, roster=roster, **scheduled("remind_group", "16:45")) as bot:
        group = await bot.group("BT", await bot.commander("BT"))
        await bot.turn_to(time(16, 45))
        lines = group.last().text.splitlines()
    assert lines[0] == "📋 Còn 26/26 đơn vị chưa báo cáo hôm nay · Bến Tre"
    assert lines[20:] == ["• Phường 20", "và 6 đơn vị khác", "Chốt lúc 17:00."]


async def test_a_commander_learns_who_is_silent_for_days_once_the_day_is_closed(tmp_path: Path) -> None:
    async with stage(tmp_path, **scheduled("escalate", "17:30")) as bot:
        people = await officers(bot)
        city, county = await bot.commander("TP", "An"), await bot.commander("CT", "Bình")
        for ward in (AN_HOI, SON_DONG, CHAU_THANH_TOWN, GIAO_LONG):
            await bot.say(people[ward], "45 30")
        await bot.tomorrow(time(17, 0))
        for ward in (AN_HOI, CHAU_THANH_TOWN, GIAO_LONG):
            await bot.say(people[ward], "45 30")
        await bot.tomorrow(time(17, 31))
        assert city.private.last().text == (
            "🔕 2 đơn vị không báo cáo nhiều ngày liền, tính đến Chủ Nhật 03-12-2023\n"
            "• Phường Phú Khương: 19 ngày làm việc, chưa báo cáo lần nào\n"
            "• Xã Sơn Đông: 2 ngày làm việc, báo cáo gần nhất 01-12-2023"
        )
        assert "🔕" not in county.private.last().text


async def test_leave_neither_counts_as_silence_nor_ends_it(tmp_path: Path) -> None:
    start = cast.campaign(starts=date(2023, 12, 1), schedule=[{"job": "escalate", "at": "17:30"}])
    async with stage(tmp_path, campaigns=[start]) as bot:
        commander = await bot.commander(GIAO_LONG)
        await bot.say(commander, "/nghi CT-02 mai")
        await bot.tomorrow(time(17, 31))
        assert "🔕" not in commander.private.last().text
        await bot.tomorrow(time(17, 31))
        assert "• Xã Giao Long: 2 ngày làm việc, chưa báo cáo lần nào" in commander.private.last().text


async def test_english_says_the_same(tmp_path: Path) -> None:
    async with stage(tmp_path, language="en", **scheduled("remind_group", "16:45")) as bot:
        group = await bot.group("CT", await bot.commander("BT"))
        await bot.turn_to(time(16, 45))
        assert group.last().text == (
            "📋 2 of 2 units have not reported today · Huyện Châu Thành\n"
            "• Thị trấn Châu Thành\n"
            "• Xã Giao Long\n"
            "The cut-off is at 17:00."
        )
