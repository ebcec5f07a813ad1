"""A mistake is mended by taking back, by asking anew, or by editing the message as one mends any message."""

from pathlib import Path

from tests import cast
from tests.cast import AN_HOI, PHU_KHUONG
from tests.conversations.moments import at
from tests.stage import Stage, backstage, perform, stage


async def test_undo_brings_the_former_numbers_back_and_undo_again_the_later_ones(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    await bot.say(officer, "50 35")
    assert (await bot.say(officer, "hoàn tác")).startswith("↩️ Đã ghi nhận #3UBA (bỏ #LVVR, lấy lại số trước)")
    assert "Thu nhận +50 (trước: 45)" in await bot.say(officer, "Hoàn tác!")
    await bot.check_sums()


async def test_undoing_the_only_report_leaves_the_day_missing(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    answer = await bot.press(officer, officer.private.last(), "Hoàn tác")
    assert answer.startswith("↩️ Đã rút báo cáo #LVVR (bỏ #5XG8, ngày này chưa có báo cáo)")
    assert "Thu nhận chưa báo (trước: 45)" not in answer
    assert "chưa có" in await bot.say(officer, "/status")
    await bot.check_sums()


async def test_typed_undo_takes_back_the_newest_entry_whatever_its_day(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    await bot.say(officer, "hq 5 4")
    assert "thứ Năm 30-11-2023" in await bot.say(officer, "hoàn tác")


async def test_undo_with_nothing_to_undo_says_so(bot: Stage) -> None:
    officer, commander = await bot.join(AN_HOI), await bot.commander("TP")
    assert (await bot.say(officer, "hoàn tác")).startswith("Không có phiếu nào của bạn còn mới nhất")
    assert await bot.say(commander, "hoàn tác") == "Chỉ cán bộ được giao đơn vị mới gửi được số liệu."


async def test_O4_a_double_tap_has_one_effect_and_the_second_is_told(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    await bot.say(officer, "50 35")
    message = officer.private.last()
    presses = [officer.press(message, "Hoàn tác") for _ in range(2)]
    await bot.settle()
    assert [press.text for press in presses] == ["", "Nút này đã được bấm rồi."]
    assert "hôm nay +45" in await bot.say(officer, "/status")


async def test_D14_a_press_and_a_message_of_one_batch_are_taken_in_their_order(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    officer.press(officer.private.last(), "Hoàn tác")
    officer.private.send("kh +7")
    await bot.settle()
    assert "Kích hoạt +7 → 957/2.000" in officer.private.last().text
    assert "Thu nhận chưa báo" in officer.private.last().text


async def test_the_button_of_a_replaced_receipt_takes_nothing_back(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    old = officer.private.last()
    data = (old.reply_markup or {})["inline_keyboard"][0][1]["callback_data"]
    await bot.say(officer, "50 35")
    officer.press_data(old, data)
    await bot.settle()
    assert "Không có phiếu nào" in officer.private.last().text
    assert "hôm nay +50" in await bot.say(officer, "/status")


async def test_undo_on_a_locked_day_changes_nothing_by_itself(tmp_path: Path) -> None:
    async with stage(tmp_path) as bot:
        officer = await bot.join(AN_HOI)
        await bot.say(officer, "45 30")
        receipt = officer.private.last()
        bot.clock.set(at(6, 8))
        assert "đã khoá sổ" in await bot.press(officer, receipt, "Hoàn tác")


async def test_fix_offers_the_last_seven_days_with_what_stands(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    await bot.say(officer, "/sua")
    assert officer.private.last().buttons[:2] == [
        ["thứ Sáu 01-12-2023: 45 · 30"],
        ["thứ Năm 30-11-2023: chưa báo"],
    ]
    assert officer.private.last().buttons[4:] == [
        ["🔒 thứ Hai 27-11-2023: chưa báo"],
        ["🔒 Chủ Nhật 26-11-2023: chưa báo"],
        ["🔒 thứ Bảy 25-11-2023: chưa báo"],
    ]


async def test_a_day_of_the_list_is_asked_for_anew(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/sua")
    answer = await bot.press(officer, officer.private.last(), "thứ Tư 29-11-2023: chưa báo")
    assert answer.startswith("Thu nhận ngày (thứ Tư 29-11-2023)")


async def test_fix_takes_the_whole_line_at_once(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    assert "thứ Năm 30-11-2023" in await bot.say(officer, "/sua hôm qua 45 30")


async def test_the_receipts_own_button_asks_for_its_day(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "hq 5 4")
    assert "ngày (thứ Năm 30-11-2023)" in await bot.press(officer, officer.private.last(), "Sửa")


async def test_AC3_who_was_moved_to_another_unit_cannot_mend_the_old_ones_report(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    message = officer.private.send("45 30")
    await bot.settle()
    receipt = officer.private.last()
    await bot.say(officer, "hq 501 1")
    question = officer.private.last()
    await bot.say(officer, "29/11 501 1")
    other = officer.private.last()
    await bot.store.write(lambda tx: tx.run("UPDATE roles SET until = 1").rowcount)
    officer.private.send(f"/start {await bot.code(PHU_KHUONG)}")
    await bot.settle()
    buttons = ((receipt, "Sửa"), (receipt, "Hoàn tác"), (question, "Đúng"), (other, "Không đúng"))
    for shown, label in buttons:
        assert await bot.press(officer, shown, label) == "Đơn vị này không thuộc phạm vi của bạn."
    officer.edit(message, "99 99")
    await bot.settle()
    assert officer.private.last().text == "Đơn vị này không thuộc phạm vi của bạn."


async def test_a_receipt_of_a_campaign_that_is_gone_can_do_nothing(tmp_path: Path) -> None:
    two = [cast.campaign(), cast.campaign(code="dvc", name="Dịch vụ công", metrics=[{"code": "hs", "name": "Hồ sơ"}])]
    async with backstage(tmp_path, campaigns=two) as ready:
        async with perform(ready.server, ready.clock, ready.config) as bot:
            officer = await bot.join(AN_HOI)
            await bot.say(officer, "dvc 7")
            receipt = officer.private.last()
            await bot.say(officer, "/sua")
            days = officer.private.last()
            await bot.say(officer, "/baocao dvc")
            question = officer.private.last()
        async with perform(ready.server, ready.clock, cast.config(tmp_path, ready.server.base_url)) as bot:
            gone = "Chiến dịch này không còn nhận số liệu của bạn."
            assert await bot.press(officer, receipt, "Hoàn tác") == gone
            assert await bot.press(officer, question, "Hôm nay 0") == gone
            assert await bot.press(officer, days, "thứ Năm 30-11-2023: chưa báo (dvc)") == gone
