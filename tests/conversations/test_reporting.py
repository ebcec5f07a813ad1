"""An officer's line becomes a committed tally, and the receipt says what it changed."""

import asyncio

import pytest

from tests.cast import AN_HOI, GIAO_LONG
from tests.stage import Stage

RECEIPT = """\
✅ Đã ghi nhận #5XG8 · Phường An Hội · thứ Sáu 01-12-2023
Thu nhận +45 → 1.234/2.000 (61,7%)
Kích hoạt +30 → 980/2.000 (49,0%) · chậm 546 so với kế hoạch
Còn 14 ngày, cần 73/ngày · hạng 2/3"""

REPLACED = """\
✅ Đã ghi nhận #LVVR (thay #5XG8) · Phường An Hội · thứ Sáu 01-12-2023
Thu nhận +46 (trước: 45) → 1.235/2.000 (61,8%)
Kích hoạt +31 (trước: 30) → 981/2.000 (49,1%) · chậm 545 so với kế hoạch
Còn 14 ngày, cần 73/ngày · hạng 2/3
Ghi chú: đếm lại"""

PARTIAL = """\
✅ Đã ghi nhận #5XG8 · Phường An Hội · thứ Sáu 01-12-2023
Thu nhận +45 → 1.234/2.000 (61,7%)
Kích hoạt chưa báo → 950/2.000 (47,5%) · chậm 576 so với kế hoạch
Còn 14 ngày, cần 75/ngày · hạng 2/3
⚠️ Còn thiếu: Kích hoạt. Gửi thêm số còn lại là đủ."""

UNCHANGED = """\
👌 Không có gì thay đổi · Phường An Hội · thứ Sáu 01-12-2023 vẫn theo phiếu #5XG8
Thu nhận +45 → 1.234/2.000 (61,7%)
Kích hoạt +30 → 980/2.000 (49,0%) · chậm 546 so với kế hoạch"""


async def test_one_line_gets_one_whole_receipt(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    assert await bot.say(officer, "45 30") == RECEIPT
    assert officer.private.last().buttons == [["Sửa", "Hoàn tác"]]
    await bot.check_sums()


async def test_a_second_line_replaces_the_first_and_shows_both_values(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    assert await bot.say(officer, "46 31 # đếm lại") == REPLACED
    await bot.check_sums()


async def test_the_old_receipt_says_that_it_no_longer_holds(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    old = officer.private.last()
    await bot.say(officer, "46 31")
    assert (old.text, old.buttons) == ("Phiếu #5XG8 không còn hiệu lực, xem phiếu #LVVR.", [])


async def test_what_is_given_is_kept_and_what_is_missing_is_named(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    assert await bot.say(officer, "45") == PARTIAL
    assert "Còn thiếu" not in await bot.say(officer, "kh 30")


async def test_the_same_line_again_changes_nothing(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    assert await bot.say(officer, "45 30") == UNCHANGED
    assert officer.private.last().buttons == []


async def test_a_new_note_on_the_same_numbers_is_a_new_version(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    assert "Ghi chú: đủ cả" in await bot.say(officer, "45 30 # đủ cả")


@pytest.mark.parametrize(
    "line",
    [
        "kh 30 tn 45",
        "tn=45, kh=30",
        "Thu Nhận 45 kích hoạt 30",
        "ho so 45; kh 30",
        "４５　３０",
        "45\u00a030",
        "bc 45 30",
    ],
)
async def test_a_line_may_be_written_as_people_write(bot: Stage, line: str) -> None:
    officer = await bot.join(AN_HOI)
    assert await bot.say(officer, line) == RECEIPT


@pytest.mark.parametrize(
    "line", ["dạ 45 30", "45 30 ạ", "45 30 nhé", "Dạ thưa, 45 30 ạ.", "dạ 45 30 nha ạ", "vâng 45 30 ạ!"]
)
async def test_politeness_is_understood(bot: Stage, line: str) -> None:
    officer = await bot.join(AN_HOI)
    assert await bot.say(officer, line) == RECEIPT


async def test_politeness_before_a_note_leaves_the_note_alone(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    assert (await bot.say(officer, "dạ 45 30 ạ # nộp bù nhé")).endswith("Ghi chú: nộp bù nhé")


async def test_a_signed_number_adjusts_what_stands(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    assert "Kích hoạt +33 (trước: 30)" in await bot.say(officer, "kh +3")
    assert "Kích hoạt +31 (trước: 33)" in await bot.say(officer, "kh -2")


async def test_an_adjustment_below_nothing_is_refused(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    answer = await bot.say(officer, "kh -31")
    assert answer == "Kích hoạt đang là 30, trừ 31 thì nhỏ hơn 0.\nChưa ghi nhận gì."
    await bot.check_sums()


@pytest.mark.parametrize("line", ["0", "0 0", "không có"])
async def test_a_zero_is_a_report(bot: Stage, line: str) -> None:
    officer = await bot.join(AN_HOI)
    assert "Thu nhận +0 → 1.189/2.000" in await bot.say(officer, line)
    assert "Báo cáo hôm nay: đã có, đúng giờ" in await bot.say(officer, "/status")


async def test_the_place_moves_with_the_report(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    assert "hạng 1/3 ▲1" in await bot.say(officer, "200 60")


async def test_a_reached_target_is_celebrated(bot: Stage) -> None:
    officer = await bot.join(GIAO_LONG)
    await bot.say(officer, "450 700")
    assert "Còn 14 ngày · đã đạt chỉ tiêu 🎉 · hạng 1/2" in await bot.say(officer, "tn 500 kh 700")


async def test_O1_three_messages_at_once_end_as_if_said_one_after_the_other(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    for text in ("5 4", "hoàn tác", "7 6"):
        officer.private.send(text)
    await bot.settle()
    assert "Thu nhận +7 → 1.196/2.000" in officer.private.last().text
    await bot.check_sums()


async def test_many_officers_at_once_add_up_at_the_top(bot: Stage) -> None:
    units = (AN_HOI, "TP-02", "TP-03", "CT-01", GIAO_LONG)
    officers = [await bot.join(unit, f"Cán bộ {unit}") for unit in units]
    for number, officer in enumerate(officers, 1):
        officer.private.send(f"{number} {number}")
    await asyncio.gather(bot.settle())
    commander = await bot.commander("BT")
    assert "hôm nay +15" in await bot.say(commander, "/status")
    await bot.check_sums()


async def test_O8_deleting_the_message_changes_nothing(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    message = officer.private.send("45 30")
    await bot.settle()
    officer.private.remove(message)
    assert "hôm nay +45" in await bot.say(officer, "/status")


async def test_small_talk_is_not_scolded(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    assert [await bot.say(officer, talk) for talk in ("ok", "Vâng ạ", "cảm ơn", "dạ")] == ["", "", "", ""]


async def test_unknown_words_get_one_short_useful_answer(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    answer = "Bot chưa hiểu. Gửi số liệu trong ngày, ví dụ 45 30, hoặc gõ /trogiup để xem cách dùng."
    assert await bot.say(officer, "chào đồng chí") == answer
    assert await bot.say(officer, "/khongco") == answer


async def test_a_commander_without_a_unit_of_their_own_is_told_why_numbers_do_not_count(bot: Stage) -> None:
    commander = await bot.commander("TP")
    assert await bot.say(commander, "45 30") == "Bot chưa hiểu. Gõ /trogiup để xem cách dùng."
    assert (
        await bot.say(commander, "/bc 45 30")
        == "Lệnh này không dành cho vai trò của bạn. Gõ /trogiup để xem các lệnh dùng được."
    )


async def test_an_officer_of_a_unit_above_is_told_that_its_numbers_are_sums(bot: Stage) -> None:
    officer = await bot.join("TP")
    answer = await bot.say(officer, "45 30")
    assert answer.startswith("Thành phố Bến Tre không báo cáo trực tiếp")
    assert "Bot chưa hiểu" in await bot.say(officer, "xin chào")
