"""A locked day is opened for a unit and all below it, and locks itself again without anything having to run."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.cast import AN_HOI, GIAO_LONG
from tests.conversations.moments import at
from tests.stage import Stage, stage

OPENED = """\
🔓 Đã mở khoá thứ Hai 27-11-2023 · Phường An Hội
Đến 08:00 02-12-2023 sẽ tự khoá lại. Cán bộ được báo ngoài giờ yên tĩnh.
Khoá lại sớm: /mokhoa TP-01 27-11-2023 thôi"""

TOLD = """\
🔓 Thứ Hai 27-11-2023 được mở lại cho Phường An Hội, Chị Hà cho phép.
Đến 08:00 02-12-2023 có thể gửi và sửa số của ngày này, nhớ ghi ngày trước số: 27/11"""


async def test_an_unlocked_day_takes_reports_until_it_expires(bot: Stage) -> None:
    city, officer = await bot.commander("TP", "Chị Hà"), await bot.join(AN_HOI)
    assert await bot.say(city, "/mokhoa An Hội 27/11") == OPENED
    await bot.look()
    assert officer.private.last().text == TOLD
    bot.clock.advance(86_400 - 60)
    assert "Đã ghi nhận #5XG8" in await bot.say(officer, "27/11 45 30")
    bot.clock.advance(60)
    assert "Đã gửi yêu cầu sửa" in await bot.say(officer, "27/11 46 30")
    await bot.check_sums()


async def test_what_was_typed_before_it_expired_counts_however_late_it_arrives(bot: Stage) -> None:
    city, officer = await bot.commander("TP"), await bot.join(AN_HOI)
    await bot.say(city, "/mokhoa An Hội 27/11 2 giờ")
    typed = bot.clock.now() + timedelta(hours=1)
    bot.clock.advance(5 * 3_600)
    officer.private.send("27/11 45 30", at=typed)
    await bot.settle()
    assert "Đã ghi nhận" in officer.private.last().text


async def test_an_unlocked_district_opens_the_day_of_its_wards_and_of_no_others(bot: Stage) -> None:
    province, inside, outside = await bot.commander("BT"), await bot.join(AN_HOI), await bot.join(GIAO_LONG)
    answer = await bot.say(province, "/mokhoa Thành phố Bến Tre 27/11 48")
    assert "và các đơn vị bên dưới (3 đơn vị báo cáo)\nĐến 08:00 03-12-2023" in answer
    await bot.look()
    assert "được mở lại" in inside.private.last().text
    assert "được mở lại" not in outside.private.last().text
    assert "Đã ghi nhận" in await bot.say(inside, "27/11 45 30")
    assert "Đã gửi yêu cầu sửa" in await bot.say(outside, "27/11 45 30")


async def test_nobody_is_told_in_the_quiet_hours(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(1, 22)) as bot:
        city, officer = await bot.commander("TP"), await bot.join(AN_HOI)
        await bot.say(city, "/mokhoa An Hội 27/11")
        await bot.pass_to(at(2, 6, 29))
        assert "được mở lại" not in officer.private.last().text
        await bot.pass_to(at(2, 6, 30))
        await bot.look()
        assert [each.text.count("được mở lại") for each in officer.private.from_bots()].count(1) == 1


async def test_an_open_request_is_settled_by_what_the_officer_says_of_the_unlocked_day(bot: Stage) -> None:
    city, officer = await bot.commander("TP"), await bot.join(AN_HOI)
    await bot.say(officer, "27/11 45 30")
    card = city.private.last()
    await bot.say(city, "/mokhoa An Hội 27/11")
    assert "Đã ghi nhận" in await bot.say(officer, "27/11 46 30")
    assert (card.buttons, "đã rút lại" in card.text) == ([], True)


async def test_the_list_shows_what_is_open_and_closes_it(bot: Stage) -> None:
    city, officer = await bot.commander("TP", "Chị Hà"), await bot.join(AN_HOI)
    assert (await bot.say(city, "/mokhoa")).startswith("Không có ngày nào đang mở khoá.")
    await bot.say(city, "/mokhoa An Hội 27/11")
    assert "• Phường An Hội, thứ Hai 27-11-2023: đến 08:00 02-12-2023, Chị Hà" in await bot.say(city, "/mokhoa")
    closed = await bot.press(city, city.private.last(), "Khoá lại Phường An Hội 27-11-2023")
    assert closed == "🔒 Đã khoá lại thứ Hai 27-11-2023 của Phường An Hội."
    assert "Đã gửi yêu cầu sửa" in await bot.say(officer, "27/11 45 30")
    assert "không có mở khoá nào" in await bot.say(city, "/mokhoa An Hội 27/11 thôi")


async def test_a_typed_word_closes_it_too(bot: Stage) -> None:
    city, officer = await bot.commander("TP"), await bot.join(AN_HOI)
    await bot.say(city, "/mokhoa An Hội 27/11")
    assert "Đã khoá lại" in await bot.say(city, "/mokhoa an hoi 27-11-2023 thôi")
    assert "Đã gửi yêu cầu sửa" in await bot.say(officer, "27/11 45 30")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("An Hội", "Ghi đơn vị, ngày"),
        ("27/11", "Ghi đơn vị, ngày"),
        ("An Hội 27/11 169 giờ", "nhiều nhất 168 giờ"),
        ("An Hội 31/11", "Không có ngày"),
        ("An Hội 5/12/2023", "chưa tới"),
        ("An Hội 14/11", "bắt đầu từ 15-11-2023"),
        ("An Hội hq", "chưa khoá sổ"),
        ("xyz 27/11", "Không thấy đơn vị «xyz»"),
        ("Giao Long 27/11", "Không thấy đơn vị «Giao Long»"),
    ],
)
async def test_what_cannot_be_unlocked_says_why(bot: Stage, text: str, answer: str) -> None:
    city = await bot.commander("TP")
    assert answer in await bot.say(city, f"/mokhoa {text}")
    assert await bot.store.read(lambda tx: tx.value("SELECT count(*) FROM unlocks")) == 0


async def test_a_misspelt_unit_is_confirmed_by_a_button(bot: Stage) -> None:
    city, officer = await bot.commander("TP"), await bot.join(AN_HOI)
    await bot.say(city, "/mokhoa an hoy 27/11 48")
    assert "Đến 08:00 03-12-2023" in await bot.press(city, city.private.last(), "Phường An Hội (Thành phố Bến Tre)")
    assert "Đã ghi nhận" in await bot.say(officer, "27/11 45 30")


async def test_AC2_an_officer_cannot_unlock(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    assert "không dành cho vai trò của bạn" in await bot.say(officer, "/mokhoa An Hội 27/11")


async def test_a_later_unlock_takes_the_place_of_the_former(bot: Stage) -> None:
    city = await bot.commander("TP")
    for hours in (48, 2):
        await bot.say(city, f"/mokhoa An Hội 27/11 {hours}")
    assert (await bot.say(city, "/mokhoa")).count("•") == 1
    noted = "SELECT count(*) FROM audit WHERE what = 'unlocked'"
    assert await bot.store.read(lambda tx: tx.value(noted)) == 2
