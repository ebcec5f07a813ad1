"""A value that can hardly be meant is stored, not counted, and asked about."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests import cast
from tests.cast import AN_HOI
from tests.conversations.moments import at
from tests.stage import Stage, stage

QUESTION = """\
❓ Chưa tính, cần xác nhận #5XG8 · Phường An Hội · thứ Sáu 01-12-2023
Thu nhận 501: cao hơn mức 500 một ngày.
Nếu đúng, bấm nút hoặc trả lời đúng. Nếu nhầm, chỉ cần gửi lại số."""


async def test_a_doubtful_value_is_asked_about_and_not_counted(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    assert await bot.say(officer, "501 30") == QUESTION
    assert officer.private.last().buttons == [["Đúng", "Không đúng"]]
    assert "chưa có" in await bot.say(officer, "/status")


@pytest.mark.parametrize("word", ["đúng", "Đúng rồi ạ", "dạ đúng", "ok", "yes", "xác nhận"])
async def test_a_typed_yes_counts_it(bot: Stage, word: str) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "501 30")
    question = officer.private.last()
    assert "Thu nhận +501 → 1.690/2.000" in await bot.say(officer, word)
    assert (question.text, question.buttons) == ("Phiếu #5XG8 không còn hiệu lực, xem phiếu #LVVR.", [])
    await bot.check_sums()


async def test_the_button_counts_it_once(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "501 30")
    question = officer.private.last()
    presses = [officer.press(question, "Đúng") for _ in range(2)]
    await bot.settle()
    assert [press.text for press in presses] == ["", "Nút này đã được bấm rồi."]
    assert "hôm nay +501" in await bot.say(officer, "/status")


@pytest.mark.parametrize("word", ["sai", "không đúng ạ", "nhầm", "không"])
async def test_a_typed_no_drops_it(bot: Stage, word: str) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "501 30")
    answer = await bot.say(officer, word)
    assert answer == "🗑 Đã bỏ số liệu chờ xác nhận #5XG8, không tính. Gửi lại số đúng, ví dụ: 45 30"
    assert await bot.say(officer, "đúng") == "Không có số liệu nào đang chờ xác nhận."
    await bot.check_sums()


async def test_the_no_button_shows_its_effect_where_it_was_pressed(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "501 30")
    answer = await bot.press(officer, officer.private.last(), "Không đúng")
    assert answer.startswith("🗑 Đã bỏ số liệu chờ xác nhận #5XG8")
    assert len(officer.private.replies()) == 1


async def test_cancelling_drops_what_waits(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "501 30")
    assert "Đã bỏ số liệu chờ xác nhận" in await bot.say(officer, "huỷ")


async def test_sending_the_right_number_answers_the_question(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "501 30")
    question = officer.private.last()
    assert "Thu nhận +51" in await bot.say(officer, "51 30")
    assert question.text == "Phiếu #5XG8 không còn hiệu lực, xem phiếu #LVVR."
    assert await bot.say(officer, "đúng") == "Không có số liệu nào đang chờ xác nhận."


async def test_O5_an_old_yes_cannot_count_what_was_answered_otherwise(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "501 30")
    question = officer.private.last()
    yes = (question.reply_markup or {})["inline_keyboard"][0][0]["callback_data"]
    no = (question.reply_markup or {})["inline_keyboard"][0][1]["callback_data"]
    await bot.say(officer, "51 30")
    for data in (yes, no):
        officer.press_data(question, data)
        await bot.settle()
        assert officer.private.last().text == "Không có số liệu nào đang chờ xác nhận."
    assert "hôm nay +51" in await bot.say(officer, "/status")


async def test_a_question_about_one_metric_leaves_the_others_counting(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "kh 30")
    await bot.say(officer, "tn 501")
    answer = await bot.say(officer, "đúng")
    assert "Thu nhận +501" in answer
    assert "Kích hoạt +30 →" in answer


async def test_activated_above_registered_is_asked_about(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    answer = await bot.say(officer, "0 240")
    assert "Kích hoạt lũy kế 1.190 lớn hơn Thu nhận lũy kế 1.189." in answer


async def test_a_value_unlike_the_units_own_days_is_asked_about(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(7, 8), campaigns=[cast.campaign(locks_after_days=30)]) as bot:
        officer = await bot.join(AN_HOI)
        for day in range(2, 7):
            await bot.say(officer, f"{day}/12 40 30")
        answer = await bot.say(officer, "400 30")
        assert "Thu nhận 400: cao khác thường so với những ngày trước (thường khoảng 40)." in answer


async def test_a_question_on_a_day_that_was_locked_since_is_not_counted(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "501 30")
    bot.clock.set(bot.clock.now() + timedelta(days=5))
    assert "đã khoá sổ" in await bot.say(officer, "đúng")


async def test_in_a_group_a_reply_confirms(bot: Stage) -> None:
    officer, commander = await bot.join(AN_HOI), await bot.commander("TP")
    group = await bot.group("TP", commander, officer)
    group.say(officer, "/bc@tiendo_bot 501 30")
    await bot.settle()
    group.say(officer, "đúng", reply_to=group.last())
    await bot.settle()
    assert "Thu nhận +501" in group.last().text
