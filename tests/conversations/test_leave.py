"""Leave: what is said, and what the figures say of it."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.domain.status import Status
from storage.statuses import unit_status
from tests import cast
from tests.cast import AN_HOI, GIAO_LONG, PHU_KHUONG
from tests.stage import Stage, stage

FRIDAY = cast.TODAY


async def status(bot: Stage, unit: str, day: date = FRIDAY) -> Status:
    """Return where a unit stands, as everything that is shown says it."""
    world = await bot.world()
    found = world.tree.find(unit)
    assert found is not None
    return await bot.store.read(lambda tx: unit_status(tx, world, bot.config.campaigns[0], found, day))


async def expected(bot: Stage, unit: str, day: date = FRIDAY) -> tuple[int, int]:
    """Return how many units owe a report, and how many are on leave."""
    found = await status(bot, unit, day)
    return found.expected, found.on_leave


async def test_the_only_officer_on_leave_takes_the_unit_along(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    assert await bot.say(officer, "/nghi 3 ngày") == (
        "🌿 Đã ghi nhận nghỉ từ thứ Sáu 01-12-2023 đến hết Chủ Nhật 03-12-2023.\n"
        "Phường An Hội không phải báo cáo trong những ngày này; có số gửi lên vẫn được tính.\n"
        "Thôi nghỉ: /nghi thôi"
    )
    assert [await expected(bot, "BT", FRIDAY + timedelta(days=n)) for n in (0, 2, 3)] == [(4, 1), (4, 1), (5, 0)]
    assert "Báo cáo hôm nay: nghỉ" in await bot.say(officer, "/status")
    assert "thứ Sáu 01-12-2023: nghỉ 🌿" in await bot.say(officer, "/toi")


async def test_a_unit_with_a_stand_in_is_still_expected(bot: Stage) -> None:
    officer, other = await bot.join(AN_HOI, "Lan"), await bot.join(AN_HOI, "Minh")
    assert "Phường An Hội vẫn báo cáo: có cán bộ khác trực thay." in await bot.say(officer, "/nghi mai")
    saturday = FRIDAY + timedelta(days=1)
    assert await expected(bot, "TP", saturday) == (3, 0)
    await bot.say(other, "/nghi đến 02-12")
    assert await expected(bot, "TP", saturday) == (2, 1)


async def test_an_officer_who_joins_makes_the_unit_expected_again(bot: Stage) -> None:
    await bot.say(await bot.join(AN_HOI), "/nghi 3 ngày")
    await bot.join(AN_HOI, "Minh")
    assert await expected(bot, "BT") == (5, 0)


async def test_a_report_on_leave_counts_and_was_expected(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/nghi 3 ngày")
    assert "Đã ghi nhận #" in await bot.say(officer, "45 30")
    assert await expected(bot, "BT") == (5, 0)
    await bot.say(officer, "hoàn tác")
    assert await expected(bot, "BT") == (4, 1)


async def test_ended_leave_keeps_the_days_that_have_passed(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/nghi 5 ngày")
    bot.clock.advance(2 * 86_400)
    assert await bot.say(officer, "/nghi thôi") == "✅ Đã thôi nghỉ, bot nhắc và chờ báo cáo từ hôm nay."
    assert [(await expected(bot, "BT", FRIDAY + timedelta(days=n)))[1] for n in range(4)] == [1, 1, 0, 0]
    assert await bot.say(officer, "/nghi thôi") == "Không có ngày nghỉ nào của bạn để huỷ."


async def test_a_commander_gives_leave_to_a_unit_below_and_its_officers_are_told(bot: Stage) -> None:
    officer, commander = await bot.join(AN_HOI), await bot.commander("TP")
    assert await bot.say(commander, "/nghi an hoi đến 05-12") == (
        "🌿 Đã cho nghỉ Phường An Hội từ thứ Sáu 01-12-2023 đến hết thứ Ba 05-12-2023.\n"
        "Đơn vị không phải báo cáo trong những ngày này; có số gửi lên vẫn được tính.\n"
        "Thôi nghỉ: /nghi TP-01 thôi"
    )
    assert officer.private.last().text == (
        "🌿 Chỉ huy cho Phường An Hội nghỉ báo cáo từ thứ Sáu 01-12-2023 đến hết thứ Ba 05-12-2023."
        " Có số gửi lên vẫn được tính."
    )
    assert await expected(bot, "TP") == (2, 1)
    await bot.say(commander, "/nghi TP-01 thôi")
    assert await expected(bot, "TP") == (3, 0)


async def test_leave_of_a_district_holds_for_everything_below(bot: Stage) -> None:
    commander = await bot.commander("BT")
    await bot.say(commander, "/nghi TP mai")
    assert await expected(bot, "BT", FRIDAY + timedelta(days=1)) == (2, 3)
    assert "Báo cáo hôm nay: 0/2 đơn vị, nghỉ 3" in await _status_tomorrow(bot)


async def _status_tomorrow(bot: Stage) -> str:
    commander = await bot.commander("BT", "Phó chỉ huy")
    bot.clock.advance(86_400)
    return await bot.say(commander, "/status")


async def test_a_commander_gives_no_leave_outside_the_own_units(bot: Stage) -> None:
    commander = await bot.commander("TP")
    assert "Không thấy đơn vị" in await bot.say(commander, "/nghi CT-02 mai")
    assert await expected(bot, GIAO_LONG, FRIDAY + timedelta(days=1)) == (1, 0)


async def test_a_misspelt_unit_is_confirmed_by_a_button(bot: Stage) -> None:
    commander = await bot.commander("TP")
    await bot.say(commander, "/nghi phú khươn mai")
    question = commander.private.last()
    text = await bot.press(commander, question, "Phường Phú Khương (Thành phố Bến Tre)")
    assert text.startswith("🌿 Đã cho nghỉ Phường Phú Khương thứ Bảy 02-12-2023.")
    assert await expected(bot, PHU_KHUONG, FRIDAY + timedelta(days=1)) == (0, 1)


async def test_an_officer_gives_no_leave_to_units(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    assert (await bot.say(officer, "/nghi Phú Khương mai")).startswith("Xin nghỉ: /nghi 3 ngày")
    assert await expected(bot, "BT", FRIDAY + timedelta(days=1)) == (5, 0)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("30-11-2023", "Ngày này đã qua, chỉ ghi nghỉ từ hôm nay."),
        ("31-02", "Không có ngày như vậy."),
        ("08-12 đến 05-12", "Ngày cuối đứng trước ngày đầu."),
        ("400 ngày", "Xa quá, chỉ ghi trong vòng 180 ngày tới."),
    ],
)
async def test_days_that_cannot_be_taken_are_named(bot: Stage, said: str, answer: str) -> None:
    officer = await bot.join(AN_HOI)
    assert await bot.say(officer, f"/nghi {said}") == (
        f"{answer} Ví dụ: /nghi 3 ngày hoặc /nghi đến 05-12\nChưa ghi nhận gì."
    )


async def test_leave_that_stands_is_shown(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/nghi mai")
    assert await bot.say(officer, "/nghi") == (
        "🌿 Bạn nghỉ:\n• thứ Bảy 02-12-2023\n"
        "Xin nghỉ: /nghi 3 ngày · /nghi mai · /nghi đến 05-12 · /nghi 05-12 đến 08-12\nThôi nghỉ: /nghi thôi"
    )


async def test_the_planned_line_is_flat_on_leave_for_the_unit_and_not_for_its_parent(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    before = [(await status(bot, unit)).metrics[1].pace for unit in (AN_HOI, "TP")]
    await bot.say(officer, "/nghi hôm nay")
    after = [(await status(bot, unit)).metrics[1].pace for unit in (AN_HOI, "TP")]
    assert before[0]
    assert after[0]
    assert after[0].planned < before[0].planned
    assert before[1] == after[1]


async def test_leave_is_spoken_in_english_too(tmp_path: Path) -> None:
    async with stage(tmp_path, language="en") as bot:
        officer = await bot.join(AN_HOI)
        assert await bot.say(officer, "/leave until 05-12") == (
            "🌿 Leave noted from Friday 01-12-2023 to Tuesday 05-12-2023.\n"
            "Phường An Hội need not report on these days; numbers that are sent still count.\n"
            "To end it: /leave cancel"
        )


@pytest.mark.parametrize(("days", "away"), [(2, [0, 0, 1, 1]), (5, [0, 0, 0, 0])])
async def test_an_old_button_excuses_no_day_that_has_passed(bot: Stage, days: int, away: list[int]) -> None:
    commander = await bot.commander("TP")
    await bot.say(commander, "/nghi phú khươn 4 ngày")
    question = commander.private.last()
    bot.clock.advance(days * 86_400)
    await bot.press(commander, question, "Phường Phú Khương (Thành phố Bến Tre)")
    assert [(await expected(bot, PHU_KHUONG, FRIDAY + timedelta(days=n)))[1] for n in range(4)] == away
